# 信修 Xinxiu. `make help` lists what there is; the work itself is in scripts/.
SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help run setup test lint lock clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Install what is missing and start everything with the demo office (PORT=8000 HOST=127.0.0.1 DEMO=1)
	@scripts/setup.sh
	@DEMO=$${DEMO-1} exec .venv/bin/python manage.py serve

setup: ## Install what is missing, start nothing
	@scripts/setup.sh

test: ## Install what tests need and run every check and test
	@scripts/setup.sh tests
	@scripts/test.sh

lint: ## ruff, the import layers and the migrations; no tests
	@scripts/setup.sh tests
	@scripts/test.sh lint

lock: ## Renew the locks after a change of requirements*.txt or package.json
	@scripts/setup.sh tests
	@scripts/lock.sh

clean: ## Remove what can be made again; the data in var/ stays
	rm -rf node_modules static/built .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete
