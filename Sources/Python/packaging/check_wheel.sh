#!/usr/bin/env bash
# Installs a wheel where there is neither Swift nor any of the libraries that it carries, and uses it:
#   Sources/Python/packaging/check_wheel.sh dist/lathe-*.whl
# As root, with debootstrap. A new Debian with nothing but Python is made in a folder and entered by chroot.
set -euo pipefail

wheel=$(realpath "$1")
root=${2:-$(mktemp -d)}
packages=$(mktemp -d)
trap 'rm -rf "$packages"' EXIT

[[ -x $root/usr/bin/python3 ]] ||
  debootstrap --variant=minbase --include=python3,python3-venv bookworm "$root"
# What the package itself depends on comes from the registry, out here.
python3 -m pip download --quiet --only-binary :all: --python-version 3.11 --dest "$packages" \
  numpy safetensors
rm -rf "$root/work"
mkdir "$root/work"
cp "$wheel" "$packages"/*.whl "$root/work"

cat >"$root/work/use.py" <<'PYTHON'
import sys

import lathe

cache = lathe.open(sys.argv[1])
batch = next(cache.loader("mel", batch_size=4))
track = cache.tracks[0]
print(lathe.__version__, batch.inputs.shape, track.id, cache.read("features", track.id).shape)
PYTHON

# As in a container /proc is there, which the loader of programs asks where the program lies.
# shellcheck disable=SC2016  # What is in single quotes is for the shells inside.
unshare --mount --propagation private bash -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' \
  "$root" /usr/bin/env -i PATH=/work/python/bin:/usr/bin:/bin HOME=/work bash -euc '
  cd /work
  if command -v swift; then echo "there is Swift" >&2; exit 1; fi
  python3 -m venv python
  python -m pip install --quiet --no-index --find-links . ./lathe-*.whl
  lathe --version
  lathe demo --folder demo --tracks 2 --seconds 6 --seed 1 >demo.txt 2>&1
  tail -n 2 demo.txt
  cache=$(echo demo/*/demo.lathe)
  lathe inspect --verify "$cache"
  python use.py "$cache"
  python -c "import ssl, lathe; lathe.open(\"$cache\")"
  lathe prepare demo/*/audio --cache own.lathe --manifest gtzan --progress none || test $? -le 3
  lathe export images "$cache" --output pictures >/dev/null
  ls demo/*/study/report.html
  ls pictures | head -n 2
'
echo "the wheel works in $root"
