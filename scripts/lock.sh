#!/usr/bin/env bash
# Renews requirements.lock, requirements-dev.lock and package-lock.json. The tests' lock may not differ from the other.
source "$(dirname "$0")/lib.sh"

compile() {
  .venv/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links "$@"
}
compile --output-file=requirements.lock requirements.txt
compile --constraint=requirements.lock --output-file=requirements-dev.lock requirements-dev.txt
if command -v npm >/dev/null; then
  npm install --package-lock-only --ignore-scripts
else
  say "package-lock.json is unchanged: this machine has no npm."
fi
