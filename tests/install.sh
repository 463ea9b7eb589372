#!/bin/sh
# install.sh BUILD: what `cmake --install` lays down is whole, and runs from there.
set -eu
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT INT TERM

cmake --install "$1" --prefix "$prefix" >/dev/null
for file in bin/unstick share/doc/unstick/LICENSE share/doc/unstick/README.md \
	share/unstick/unstick.lua; do
	if [ ! -f "$prefix/$file" ]; then
		echo "not installed: $file" >&2
		exit 1
	fi
done
cd "$prefix" # nothing of the tree may be needed
bin/unstick --version
bin/unstick --help >/dev/null
