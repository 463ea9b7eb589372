#!/bin/sh
# run.sh TESTS RELEASE [MAJOR...]: what touches a server, on every PostgreSQL that is
# supported and isn't Debian's: the tests of the driver, the ledger and the evidence built
# in TESTS, and a part of the evaluation built in RELEASE. TESTS/versions.counts gets
# "passed failed skipped", one each a server.
set -u
here=$(cd "$(dirname "$0")" && pwd)
tests=$(cd "$1" && pwd)
release=$(cd "$2" && pwd)
shift 2
out=$tests/versions
counts=$tests/versions.counts

# Every sixteenth pair, and all that only some servers have. In the pattern are those tests
# that differ from one server to another, but for those that take their time.
export US_TRUTH_EVERY=16 US_TRUTH_COUNT=3
some='^test_(postgres|postgres_(readonly|sessions|connect|script|shadow)|ledger_write|catalog_(truth|defaults)|transaction|run|wait)$'

on_server() { # MAJOR BIN
	export US_PG_BIN="$2"
	export US_TRUTH_FIRST="$1" # another sixteenth each
	"$tests/tests/with_cluster" ctest --test-dir "$tests" -V --no-tests=error -R "$some" \
		>"$out/$1.tests" 2>&1 || return 1
	"$release/tests/eval/eval" --project umami-v2-pg --sample 40 --quick --jobs 1 --show bad \
		>"$out/$1.eval" 2>&1
	status=$?
	[ $status = 0 ] || [ $status = 77 ] # 77: the histories aren't there
}

lane() { # reads "MAJOR BIN"
	while read -r major bin; do
		on_server "$major" "$bin" && : >"$out/$major.passed"
	done
}

rm -rf "$out"
mkdir -p "$out"
"$here/install.sh" "$@" >"$out/servers" 2>"$out/missing"
cat "$out/missing" >&2
# Two beside each other: each waits for its server half of the time.
sed -n 'p;n' "$out/servers" | lane &
sed -n 'n;p' "$out/servers" | lane &
wait

passed=0 failed=0 skipped=$(grep -c 'not to be had' "$out/missing")
while read -r major _; do
	if [ -f "$out/$major.passed" ]; then
		passed=$((passed + 1))
		sed -n 's/^[0-9]*: \(PostgreSQL [0-9]*: .*pairs\)/\1/p' "$out/$major.tests"
		sed -n '/^Exactly/,/^$/p' "$out/$major.eval"
	else
		failed=$((failed + 1))
		cat "$out/$major.tests" "$out/$major.eval"
		echo "PostgreSQL $major: FAILED"
	fi
done <"$out/servers"
[ $((passed + failed + skipped)) -gt 0 ] || skipped=1
echo "$passed $failed $skipped" >"$counts"
[ $failed = 0 ]
