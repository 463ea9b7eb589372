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

# Another Lua is told so, not crashed.
if command -v lua5.1 >/dev/null; then
	LUA_CPATH="$prefix/lib/lua/5.4/?.so" lua5.1 -e 'print(pcall(require, "unstick"))' |
		grep -q 'is for Lua 5.4'
fi

# No paper leads to one that isn't there.
find share/doc/unstick -name '*.md' | while read -r paper; do
	grep -oE '\]\([^)#:]+[)#]' "$paper" | sed 's/^](//; s/.$//' | while read -r link; do
		if [ ! -e "$(dirname "$paper")/$link" ]; then
			echo "$paper leads to $link, which isn't there" >&2
			exit 1
		fi
	done
done

# Manual and completion know every option and command that the program tells of.
for command in '' status audit resolve start explain 'policy check' 'policy new' 'policy api' \
	'policy replay'; do
	# shellcheck disable=SC2086 # '' is no word, 'policy new' are two
	bin/unstick $command --help
done | grep -oE -- '--[a-z]+[a-z-]*|^  (status|audit|resolve|explain|policy)' | sort -u |
	while read -r word; do
		for paper in share/man/man1/unstick.1 share/bash-completion/completions/unstick; do
			if ! tr -d '\134' <"$paper" | grep -qE -- "$word([^a-z-]|$)"; then
				echo "$paper doesn't know $word" >&2
				exit 1
			fi
		done
	done
