#!/bin/sh
# The totals of a run, one line a suite, kept in build/tally.
#   tally.sh start
#   tally.sh add NAME PASSED FAILED SKIPPED [NOTE]
#   tally.sh check NAME COMMAND...   runs the command: one check, passed or failed
#   tally.sh skip NAME WHY           loudly; under CI=true that is a failure
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

skip() { # NAME WHY
	printf '\n== %s\nSKIPPED: %s\n' "$1" "$2"
	add "$1" 0 0 1 "$2"
}

end() {
	echo
	awk -F '\t' -v ci="${CI-}" '
	{ printf "%-16s %5d passed %4d failed %4d skipped  %s\n", $1, $2, $3, $4, $5
	  passed += $2; failed += $3; skipped += $4 }
	END {
		if (ci == "true" && skipped)
			print "CI has everything it needs: a skip is a failure there"
		printf "\n%d passed, %d failed, %d skipped\n", passed, failed, skipped
		exit !(passed > 0 && failed == 0 && !(ci == "true" && skipped))
	}' "$file"
}

verb=$1
shift
case $verb in
start) : >"$file" ;;
add) add "$@" ;;
check) check "$@" ;;
skip) skip "$@" ;;
end) end ;;
*) exit 64 ;;
esac
