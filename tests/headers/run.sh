#!/bin/sh
# run.sh COMPILER...: each seam compiles alone, and twice in one file, in strict C11
# with POSIX's signals.
set -eu
bad=0
for compiler; do
	for header in include/unstick/*.h; do
		name=unstick/${header##*/}
		printf '#include "%s"\n#include "%s"\nextern int us_;\n' "$name" "$name" |
			"$compiler" -std=c11 -D_POSIX_C_SOURCE=200809L -pedantic -Wall -Wextra -Werror -fsyntax-only \
				-Iinclude -x c - || {
			echo "$header: not by itself, says $compiler" >&2
			bad=1
		}
	done
done
exit "$bad"
