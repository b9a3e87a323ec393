# Shared by the scripts here: speaking, failing with one clear sentence, keeping long output in a log.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export STATE_DIR=${STATE_DIR:-$PWD/var}
export FONT_DIR=${FONT_DIR:-$STATE_DIR/fonts}
log=$STATE_DIR/setup.log

say() { printf '%s\n' "$*"; }
die() { printf '%s\n' "$*" >&2; exit 1; }

# quietly "What is being done" command...: one line on the screen, the command's own words in the log.
quietly() {
  say "$1 ..."
  shift
  printf '\n$ %s\n' "$*" >>"$log"
  "$@" >>"$log" 2>&1
}

# failed "What failed": the end of the log, then one sentence.
failed() {
  tail -n 15 "$log" >&2
  die "$1 (the lines above are the end of $log)"
}

# fingerprint FILE...: one short text that changes when a file changes.
fingerprint() { cat "$@" | sha256sum | cut -c1-40; }

# done_before STAMP FINGERPRINT: true when that step was finished with exactly these inputs.
done_before() { [[ -f $1 && $(<"$1") == "$2" ]]; }
