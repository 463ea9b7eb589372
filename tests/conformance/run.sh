#!/bin/sh
# run.sh BUILD [TEST.mjs...]: what BUILD's unstick leaves behind, compared with what the real
# Prisma Migrate leaves. The engines are found through the oracle beside the source root
# (or US_ORACLE), which installs them from npm once. Where they can't be had the whole
# suite is skipped, loudly. BUILD/conformance.counts gets "passed failed skipped"; a known
# difference (marked todo in its test) counts as skipped.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
counts=$build/conformance.counts
shift
[ $# -gt 0 ] || set -- "$here"/*.test.mjs

# Nothing of whoever runs it, but for where things are.
unset DATABASE_URL DIRECT_URL SHADOW_DATABASE_URL NODE_OPTIONS NO_COLOR FORCE_COLOR TRACE EXEC SCHEMA \
	PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGSERVICE PGOPTIONS
export ORACLE_HOME="${ORACLE_HOME:-$HOME/.cache/unstick-oracle}"
export US_ORACLE="${US_ORACLE:-$here/../../../shared/oracle}"
export US_CORPUS="${US_CORPUS:-$here/../../../shared/corpus}"
export US_PROGRAM="$build/src/unstick"
export US_WITH_CLUSTER="$build/tests/with_cluster"

skip() { # WHY
	echo "conformance: skipped: $1"
	echo 0 0 1 >"$counts"
	exit 0
}

installed() {
	[ -d "$ORACLE_HOME/p6/node_modules/prisma" ] && [ -d "$ORACLE_HOME/p7/node_modules/prisma" ]
}

[ -x "$US_ORACLE/setup.sh" ] || skip "there is no oracle at $US_ORACLE (set US_ORACLE)"
node -e '
	const [major, minor] = process.versions.node.split(".").map(Number);
	process.exit(major > 20 || (major == 20 && minor >= 19) ? 0 : 1)' 2>/dev/null ||
	skip 'node 20.19 or newer is not installed'
if ! installed; then
	echo "conformance: installing the real Prisma into $ORACLE_HOME"
	npm ping --fetch-retries=0 --fetch-timeout=10000 >/dev/null 2>&1 || skip 'the npm registry does not answer'
	"$US_ORACLE/setup.sh" || skip "$US_ORACLE/setup.sh could not install the engines"
fi

echo 0 1 0 >"$counts" # until the runner says otherwise
status=0
rm -f "$build/conformance.tap"
"$US_WITH_CLUSTER" node --test --test-concurrency=2 \
	--test-reporter=spec --test-reporter-destination=stdout \
	--test-reporter=tap --test-reporter-destination="$build/conformance.tap" \
	"$@" || status=$?
awk -v status="$status" '
	/^# pass / { passed = $3 }
	/^# fail / { failed = $3 }
	/^# cancelled / { failed += $3 }
	/^ *(not )?ok .* # (SKIP|TO[D]O)/ { skipped++ } # the totals leave skipped suites out
	END { print passed + 0, failed + (!failed && (status != 0 || passed + skipped == 0)), skipped + 0 }
' "$build/conformance.tap" >"$counts"
exit "$status"
