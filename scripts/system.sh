# What comes from Debian: libraries, fonts, and for the tests a browser and a database server. Sourced by setup.sh.
# shellcheck shell=bash

needed=(
  libpango-1.0-0 libpangoft2-1.0-0 # lays out the notices
  libharfbuzz-subset0              # embeds only the characters used: 12 s a notice without it
  fonts-noto-cjk                   # characters beyond GB 2312
  libmagic1                        # looks into uploads
)
needed_by_tests=(chromium libatomic1 postgresql poppler-utils qpdf gettext graphviz) # libatomic1: Playwright

# as_root command...: runs it as the superuser, asking for a password only where somebody can answer.
as_root() {
  if ((EUID == 0)); then "$@"; elif [[ -t 0 ]]; then sudo "$@"; else sudo -n "$@"; fi
}

# missing PACKAGE...: prints those that are not installed.
missing() {
  local installed
  installed=" $(dpkg-query -W -f='${db:Status-Status}:${Package} ' "$@" 2>/dev/null || true) "
  for package in "$@"; do
    [[ $installed == *" installed:$package "* ]] || printf '%s ' "$package"
  done
}

system_packages() {
  local packages=("${needed[@]}") absent
  [[ $1 ]] && packages+=("${needed_by_tests[@]}")
  if ! command -v dpkg-query >/dev/null; then
    say "This is not Debian: what it calls ${packages[*]} is yours to install."
    return
  fi
  # Debian splits venv from python3; another Python brings its own.
  [[ -x .venv/bin/python || $(command -v python3) != /usr/bin/python3 ]] || packages+=(python3-venv)
  absent=$(missing "${packages[@]}")
  [[ $absent ]] || return 0
  if ((EUID != 0)) && ! command -v sudo >/dev/null; then
    die "These Debian packages are missing and only the administrator can install them: ${absent% }. Run: apt-get install ${absent% }"
  fi
  refresh_lists || failed "Debian's package lists could not be read; is the network reachable? Missing: ${absent% }."
  # Without this Debian would start a database server of its own at once; the tests start theirs.
  if [[ $absent == *postgresql* ]] && [[ ! -e /etc/postgresql-common/createcluster.conf ]]; then
    install_packages postgresql-common || failed "postgresql-common could not be installed."
    as_root sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
  fi
  # shellcheck disable=SC2086
  install_packages $absent || failed "These Debian packages could not be installed: ${absent% }."
}

refresh_lists() { quietly "Reading Debian's package lists" as_root apt-get update; }

install_packages() {
  quietly "Installing $*" as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# The faces of formal notices (仿宋, 小标宋, 楷体, 黑体): Debian ships them inside a TeX package; only the fonts are kept.
fandol_fonts() {
  if [[ -f $FONT_DIR/FandolFang-Regular.otf ]]; then
    rm -f "$FONT_DIR/fallback-allowed" # the faces were fetched: should they vanish, notices must not change silently
    return
  fi
  mkdir -p "$FONT_DIR"
  local folder
  folder=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf '$folder'" EXIT
  if ! apt-cache show texlive-lang-chinese >/dev/null 2>&1; then
    refresh_lists || true
  fi
  if quietly "Fetching the Fandol faces for notices (49 MB)" take_fandol "$folder"; then
    rm -f "$FONT_DIR/fallback-allowed"
  else
    # The permission that settings.FONT_FALLBACK_ALLOWED reads.
    : >"$FONT_DIR/fallback-allowed"
    say "The Fandol faces could not be fetched; notices are set in Noto Serif until Fandol*.otf (Debian: texlive-lang-chinese) lie in $FONT_DIR."
  fi
}

take_fandol() {
  (cd "$1" && apt-get download texlive-lang-chinese && dpkg-deb -x texlive-lang-chinese_*.deb .) &&
    cp "$1"/usr/share/texlive/texmf-dist/fonts/opentype/public/fandol/*.otf "$FONT_DIR/"
}

# Smaller notices with even lines: about a minute, once. A notice may also be set in the faces as they are.
prepare_faces() {
  local stamp=$FONT_DIR/prepared/.made-from wanted
  wanted=$(find "$FONT_DIR" -maxdepth 1 -type f ! -name fallback-allowed -printf '%f %s\n' | sort | cat - notices/preparing.py notices/fonts.py | fingerprint -)
  done_before "$stamp" "$wanted" && return
  quietly "Preparing the faces for notices (one to two minutes)" .venv/bin/python manage.py prepare_fonts ||
    say "Not every face for notices could be prepared; see $log. Notices use the faces as they are."
  mkdir -p "$FONT_DIR/prepared"
  printf '%s' "$wanted" >"$stamp"
}
