#!/bin/sh
# format.sh [-i]: says which C files clang-format would change; -i changes them.
set -eu
if [ "${1-}" = -i ]; then
	set -- -i
else
	set -- --dry-run -Werror
fi
git ls-files -co --exclude-standard -- 'src/*.[ch]' 'include/*.h' 'tests/*.[ch]' \
	'bench/*.[ch]' | xargs clang-format "$@"
