#!/bin/sh
# build.sh DIR OPTION...: configures DIR and builds all of it.
set -eu
dir=$1
shift
# CMake's chatter is of use only when it fails.
mkdir -p "$dir"
if ! cmake -G Ninja -S . -B "$dir" "$@" >"$dir/configure.log" 2>&1; then
	cat "$dir/configure.log" >&2
	exit 1
fi
ninja -C "$dir" --quiet
