#!/bin/sh
# The totals of a run, one line a suite, kept in build/tally.
#   tally.sh start
#   tally.sh add NAME PASSED FAILED SKIPPED [NOTE]   a skip fails CI, unless NOTE is "optional"
#   tally.sh check NAME COMMAND...   runs the command: one check, passed or failed
#   tally.sh end                     prints them; fails unless all that there is passed
set -eu
file=build/tally

add() { # NAME PASSED FAILED SKIPPED [NOTE]
	printf '%s\t%d\t%d\t%d\t%s\n' "$1" "$2" "$3" "$4" "${5-}" >>"$file"
}

check() { # NAME COMMAND...
	name=$1
	shift
	printf '\n== %s\n' "$name"
	before=$(date +%s)
	if "$@"; then
		add "$name" 1 0 0 "$(($(date +%s) - before)) s"
	else
		add "$name" 0 1 0 "see above"
		return 1
	fi
}

end() {
	echo
	awk -F '\t' -v ci="${CI-}" '
	{ printf "%-16s %5d passed %4d failed %4d skipped  %s\n", $1, $2, $3, $4, $5
	  passed += $2; failed += $3; skipped += $4
	  if ($5 != "optional")
		needed += $4 }
	END {
		if (ci == "true" && needed)
			print "in CI nothing needed may be skipped"
		printf "\n%d passed, %d failed, %d skipped\n", passed, failed, skipped
		exit !(passed > 0 && failed == 0 && !(ci == "true" && needed))
	}' "$file"
}

verb=$1
shift
case $verb in
start) : >"$file" ;;
add) add "$@" ;;
check) check "$@" ;;
end) end ;;
*) exit 64 ;;
esac
