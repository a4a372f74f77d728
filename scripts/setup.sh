#!/usr/bin/env bash
# Installs what is missing, on Debian and its kin; elsewhere says what to install. Says so before it uses the package
# manager, and touches nothing that is there. Run it by itself or let `make` do so.
#
#   scripts/setup.sh          what building needs, and what drawing and the outside checks need
#   scripts/setup.sh --check  only says what is missing; exit 1 if something that building needs is
#
# Needed to build: a C++ compiler and libclang (for the store). Everything else is optional: without it a warning says what
# will be left out, and the run goes on.
set -euo pipefail
cd "$(dirname "$0")/.."

check_only=false
case "${1:-}" in
  "") ;;
  --check) check_only=true ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac

say() { printf 'setup: %s\n' "$*" >&2; }

have() { command -v "$1" > /dev/null 2>&1; }

# libclang-cpp, which other packages bring along, is another library and does not serve.
have_libclang() {
  [ -n "${LIBCLANG_PATH:-}" ] && return 0
  local folder name
  for folder in '/usr/lib/llvm-*/lib' '/usr/lib*' '/usr/lib/*'; do
    for name in 'libclang.so*' 'libclang-[0-9]*.so*'; do
      compgen -G "$folder/$name" > /dev/null && return 0
    done
  done
  return 1
}

have_chinese_font() { have fc-list && [ -n "$(fc-list :lang=zh 2> /dev/null | head -n 1)" ]; }

have_outside_readers() {
  local python
  for python in .venv/bin/python python3; do
    "$python" -c 'import pyoxigraph, pyshacl, rdflib' > /dev/null 2>&1 && return 0
  done
  return 1
}

# Debian packages for what is missing, needed ones apart from optional ones.
needed=()
optional=()
have g++ || needed+=(g++)
have_libclang || needed+=(libclang-dev)
have ccache || [ -x /usr/lib/ccache/c++ ] || optional+=(ccache)
have dot || optional+=(graphviz)
have_chinese_font || optional+=(fontconfig fonts-noto-cjk)
have_outside_readers || python3 -c 'import ensurepip, venv' > /dev/null 2>&1 || optional+=(python3-venv)

if ! have cargo; then
  say 'there is no cargo here; install Rust 1.90 or newer from https://rustup.rs and open a new shell'
  exit 1
fi

if $check_only; then
  [ ${#optional[@]} -eq 0 ] || say "missing, optional: ${optional[*]}"
  [ ${#needed[@]} -eq 0 ] || { say "missing, needed to build: ${needed[*]}"; exit 1; }
  exit 0
fi

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; elif have sudo; then sudo "$@"; else return 1; fi
}

packages_updated=false
apt_install() {
  if ! $packages_updated; then
    as_root apt-get update -qq || say 'apt-get update failed; going on with the package lists that are there'
    packages_updated=true
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" > /dev/null
}

if [ ${#needed[@]} -gt 0 ] || [ ${#optional[@]} -gt 0 ]; then
  if have apt-get; then
    say "installing with apt-get: ${needed[*]:-} ${optional[*]:-}"
  else
    say "there is no apt-get here; install by hand what these Debian packages hold: ${needed[*]:-} ${optional[*]:-}"
  fi
fi

if [ ${#needed[@]} -gt 0 ]; then
  if ! have apt-get || ! apt_install "${needed[@]}"; then
    say "cannot build without: ${needed[*]}"
    say 'next: install them as root, or build without the on-disk store: cargo build --release --no-default-features'
    exit 1
  fi
fi

for package in "${optional[@]}"; do
  if ! have apt-get || ! apt_install "$package"; then
    say "warning: no $package; what needs it is left out (graphviz: pictures; fonts: Chinese in pictures; ccache: quick rebuilds)"
  fi
done

# Second readers for the tests: rdflib and pyoxigraph read the exports again, pySHACL holds the shapes.
if ! have_outside_readers; then
  say 'making .venv with rdflib, pySHACL and pyoxigraph for the tests'
  if ! { python3 -m venv .venv && .venv/bin/python -m pip install -q -r scripts/requirements.txt; }; then
    rm -rf .venv
    say 'warning: no rdflib, pySHACL, pyoxigraph; the tests that ask them are SKIPPED'
  fi
fi
