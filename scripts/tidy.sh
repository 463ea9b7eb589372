#!/bin/sh
# tidy.sh BUILD: clang-tidy over every C file that BUILD compiles, on all cores. A file
# that was clean is not looked at again until it, a header or the rules change. CI starts
# with nothing remembered and has little time: there it looks at src/ only, and without
# the path-sensitive analyzer, which takes thirty times as long as all the rest.
set -eu
build=$1
clean=build/tidy
US_CHECKS=
[ "${CI-}" != true ] || US_CHECKS='-clang-analyzer-*'
export US_CHECKS

sources() {
	if [ "${CI-}" = true ]; then
		set -- 'src/*.c'
	else
		set -- 'src/*.c' 'tests/*.c' 'bench/*.c'
	fi
	git ls-files -co --exclude-standard -- "$@" |
		while read -r file; do
			if grep -qF "/$file\"" "$build/compile_commands.json"; then
				echo "$file"
			fi
		done
}

# What a file's result depends on besides its own text.
rules() {
	{
		clang-tidy --version
		echo "$US_CHECKS"
		git ls-files -co --exclude-standard -- '*.h' '*.sql' '*.clang-tidy' 'cmake/*' |
			xargs sha256sum
	} | sha256sum | cut -c 1-64
}

mkdir -p "$clean"
US_RULES=$(rules)
export US_RULES
# shellcheck disable=SC2016 # for the inner shell
sources | xargs -P "$(nproc)" -n 1 sh -c '
	key=$( (echo "$US_RULES"; cat "$3") | sha256sum | cut -c 1-64)
	[ -e "$2/$key" ] && exit 0
	clang-tidy -p "$1" --quiet --checks="$US_CHECKS" "$3" 2>/dev/null || exit 1
	: >"$2/$key"
' tidy "$build" "$clean"
