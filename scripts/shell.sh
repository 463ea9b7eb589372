#!/bin/sh
# Every shell script, whatever its name, is clean for shellcheck.
set -eu
git ls-files -co --exclude-standard |
	while read -r file; do
		if head -n 1 "$file" | grep -q '^#!/bin/sh'; then
			echo "$file"
		fi
	done | xargs shellcheck -x -P SCRIPTDIR
