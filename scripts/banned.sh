#!/bin/sh
# Words that must not be in the tree. Fails with the lines that have them.
set -eu
bad=0

none() { # WHY PATTERN PATHSPEC...
	why=$1 pattern=$2
	shift 2
	if git grep --untracked -nIE "$pattern" -- "$@" ':!scripts/banned.sh'; then
		echo "^ $why" >&2
		bad=1
	fi
}

none 'no bound, no error, or a shell: there is something better' \
	'(^|[^A-Za-z0-9_.:])(strcpy|strcat|v?sprintf|strtok|ato[ilf]|gets|system|popen|alloca) *\(' \
	'*.c' '*.h'
none 'do it, or open an issue' '(^|[^A-Za-z])(TODO|FIXME)([^A-Za-z]|$)' .
none "a path of somebody's machine" '/(work|farm)/' .
exit "$bad"
