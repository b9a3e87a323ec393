#!/usr/bin/env bash
# scripts/test.sh [lint]: every check and test, one after the other; goes on after a failure and ends non-zero if any failed.
# Single tests: .venv/bin/python -m pytest tests/unit/test_x.py
source "$(dirname "$0")/lib.sh"
export PATH=$PWD/.venv/bin:$PATH
unset DATABASE_URL TEST_DATABASE_URL # the tests use databases of their own
failures=()

# step NAME command...
step() {
  local name=$1 began=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  "$@" || failures+=("$name")
  printf '== %s: %d s\n' "$name" $((SECONDS - began)) >>"$STATE_DIR/test-times.log"
}

: >"$STATE_DIR/test-times.log"
step "ruff" ruff check .
step "ruff format" ruff format --check .
step "layers" lint-imports --no-logo
step "migrations" python manage.py makemigrations --check --dry-run
if [[ ${1:-} != lint ]]; then
  step "unit and integration tests, SQLite" python -m pytest -n 2 tests/unit tests/integration
  step "integration tests, PostgreSQL" python -m tests.postgres python -m pytest -n 2 tests/integration
  step "browser tests" python -m pytest tests/browser
fi

if ((${#failures[@]})); then
  printf '\nFailed: %s\n' "$(printf '%s; ' "${failures[@]}" | sed 's/; $//')" >&2
  exit 1
fi
