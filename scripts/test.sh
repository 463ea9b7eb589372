#!/bin/sh
# Everything that must hold, lint first. Its results go to the tally; the runners'
# own output is printed as it comes.
set -u

# A test sees its own database and configuration, never those of whoever runs it.
unset DATABASE_URL DIRECT_URL SHADOW_DATABASE_URL NO_COLOR PGHOST PGPORT PGUSER \
	PGPASSWORD PGDATABASE PGSERVICE PGOPTIONS
export LC_ALL=C.UTF-8

check() { # NAME COMMAND...
	scripts/tally.sh check "$@"
}

# What the C test programs counted, and one for each that ended without counting.
add_c_tests() { # RUNNER'S STATUS
	awk -v status="$1" '
	function close_program() {
		if (name != "" && !counted) {
			if (verdict ~ /Passed/)
				passed++
			else if (verdict ~ /Skipped/)
				skipped++
		}
		if (name != "" && verdict ~ /Failed/ && !lost)
			failed++
		name = ""
	}
	/^[0-9]+\/[0-9]+ Test(ing)?: / {
		if ($2 == "Testing:") {
			close_program()
			name = $3
			counted = lost = 0
			verdict = ""
		}
	}
	/^\[  PASSED  \]/ { passed += $4; counted = 1 }
	/^\[  SKIPPED \] [0-9]/ { skipped += $4 }
	/^\[  FAILED  \] [0-9]/ { failed += $4; lost += $4; counted = 1 }
	/^Test (Passed|Failed|Skipped)|^\*\*\*/ { verdict = $0 }
	END {
		close_program()
		if (!failed && (status != 0 || passed + skipped == 0))
			failed = 1
		print passed + 0, failed + 0, skipped + 0
	}' build/test/Testing/Temporary/LastTest.log
}

c_tests() {
	printf '\n== C tests, under ASan and UBSan\n'
	set -- ctest --test-dir build/test --output-on-failure -j2
	# One private PostgreSQL for all of them, started only if there are tests of it.
	[ ! -x tests/support/with_cluster ] || set -- tests/support/with_cluster "$@"
	status=0
	"$@" || status=$?
	# shellcheck disable=SC2046 # three numbers
	scripts/tally.sh add 'C tests' $(add_c_tests "$status")
}

specs() {
	printf '\n== specs\n'
	module=$(find "$PWD/build/release" -name unstick.so)
	LUA_CPATH="${module%/*}/?.so;;" LUA_PATH="spec/support/?.lua;./?.lua;;" \
		lua5.4 "$(command -v busted)" --output=plainTerminal spec >build/specs 2>&1
	status=$?
	cat build/specs
	awk -v status="$status" '
	/ success(es)? \/ .* pending$/ { passed = $1; failed = $4 + $7; skipped = $10 }
	END {
		if (!failed && (status != 0 || passed + skipped == 0))
			failed = 1
		print passed + 0, failed + 0, skipped + 0
	}' build/specs >build/specs.counts
	# shellcheck disable=SC2046 # three numbers
	scripts/tally.sh add 'specs' $(cat build/specs.counts)
}

scripts/lint.sh
check 'clang -Werror' scripts/build.sh build/clang -DCMAKE_C_COMPILER=clang \
	-DUS_TESTS=ON -DUS_BENCH=ON -DUS_WERROR=ON -DCMAKE_BUILD_TYPE=Debug
c_tests
if check 'release build' scripts/build.sh build/release -DUS_TESTS=OFF; then
	specs
	check 'install' tests/install.sh build/release
fi
