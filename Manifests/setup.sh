#!/usr/bin/env bash
# Installs the Debian packages of Manifests/debian.txt that are missing, and checks for Swift.
# Does nothing when nothing is missing: no update, no root, no network.
set -euo pipefail

list="$(dirname "${BASH_SOURCE[0]}")/debian.txt"
mapfile -t packages < <(sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$list")

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "setup: this is not a Debian or Ubuntu system. Install by hand, with headers:" >&2
  echo "  pkg-config, a C++ compiler, libsndfile 1.2 or newer, soxr, FFTW 3 (single precision)," >&2
  echo "  LMDB 0.9, xxHash 0.8, OpenSSL 3, OpenBLAS 0.3, cairo 1.16 with fontconfig and the DejaVu fonts," >&2
  echo "  libarchive 3, libcurl 7.80 or newer, zstd 1.4 or newer," >&2
  echo "  and Swift 6.2 or newer (https://www.swift.org/install)." >&2
  echo "  Then run 'swift build'; every library is found through pkg-config." >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  state="$(dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null || true)"
  grep -qx installed <<<"$state" || missing+=("$package")
done

if ((${#missing[@]} == 0)); then
  echo "setup: all ${#packages[@]} packages of Manifests/debian.txt are installed; nothing to do."
else
  as_root=()
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      echo "setup: missing: ${missing[*]}" >&2
      echo "setup: not root and no sudo here. Run as root, then start this again:" >&2
      echo "  apt-get update && apt-get install --yes --no-install-recommends ${missing[*]}" >&2
      exit 1
    fi
    as_root=(sudo)
  fi
  echo "setup: installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --no-install-recommends "${missing[@]}"
  echo "setup: installed ${missing[*]}"
fi

# The first "6.3" or "6.2.1" of "Swift version 6.2.1 (swift-6.2.1-RELEASE)".
version="$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -n 1 || true)"
major="${version%%.*}"
minor="${version#*.}"
if [[ -z "$version" ]] || ((major < 6 || (major == 6 && minor < 2))); then
  echo "setup: Swift 6.2 or newer is needed; found: ${version:-none}." >&2
  echo "setup: get it from https://www.swift.org/install/linux and put its usr/bin on the PATH." >&2
  exit 1
fi
echo "setup: Swift $version is here."
