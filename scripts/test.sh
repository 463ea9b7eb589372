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

# What the C test programs counted themselves, and one for each that didn't: it is no
# cmocka program, it crashed, or it could not be started (which is no skip).
count_c_tests() { # JUNIT
	awk '
	/<testcase / {
		fate = $0
		gsub(/.* status="|".*/, "", fate)
		counted = lost = 0
	}
	/^\[  PASSED  \] [0-9]/ { passed += $4; counted = 1 }
	/^\[  SKIPPED \] [0-9]/ { skipped += $4; counted = 1 }
	/^\[  FAILED  \] [0-9]/ { failed += $4; lost = counted = 1 }
	/<skipped message="SKIP_RETURN_CODE/ { fate = "skip" }
	/<\/testcase>/ {
		if (fate == "skip")
			skipped += !counted
		else if (fate == "run")
			passed += !counted
		else
			failed += !lost
	}
	END { print passed + 0, failed + (passed + failed + skipped == 0), skipped + 0 }
	' "$1"
}

list_skipped() { # JUNIT
	awk '
	/<testcase / { name = $2 }
	/^\[  SKIPPED \] [^0-9]/ && !seen[name, $4]++ { print "SKIPPED: " name ": " $4 }
	/<skipped message="SKIP_RETURN_CODE/ { print "SKIPPED: " name }
	' "$1"
}

c_tests() {
	printf '\n== C tests, under ASan and UBSan\n'
	results=$PWD/build/ctest.xml
	set -- ctest --test-dir build/test --output-on-failure -j "$(nproc)" --output-junit "$results" \
		--test-output-size-passed 1000000 --test-output-size-failed 1000000
	rm -f "$results"
	build/test/tests/with_cluster "$@"
	if [ ! -f "$results" ]; then
		scripts/tally.sh add 'C tests' 0 1 0 'did not run'
		return
	fi
	list_skipped "$results"
	# shellcheck disable=SC2046 # three numbers
	scripts/tally.sh add 'C tests' $(count_c_tests "$results")
}

# One of the two suites that CI may skip: it needs a Node newer than Debian's, and npm.
conformance() {
	printf '\n== conformance with the real Prisma\n'
	counts=build/test/conformance.counts
	echo 0 1 0 >$counts
	tests/conformance/run.sh build/test
	# shellcheck disable=SC2046 # three numbers
	scripts/tally.sh add 'conformance' $(cat $counts) 'optional'
}

specs() {
	printf '\n== specs\n'
	# Not the module of build/test: a plain lua can't load what ASan was built into.
	LUA_CPATH="build/release/lua/?.so;;" LUA_PATH="spec/support/?.lua;./?.lua;;" \
		lua5.4 "$(command -v busted)" --output=plainTerminal spec >build/specs 2>&1
	status=$?
	cat build/specs
	awk -v status="$status" '
	/ success(es)? \/ .* pending/ { passed = $1; failed = $4 + $7; skipped = $10 }
	END {
		if (!failed && (status != 0 || passed + skipped == 0))
			failed = 1
		print passed + 0, failed + 0, skipped + 0
	}' build/specs >build/specs.counts
	# shellcheck disable=SC2046 # three numbers
	scripts/tally.sh add 'specs' $(cat build/specs.counts)
}

# Skipped, and said so, for each server that npm can't give: 15 is Debian's.
versions() {
	printf '\n== PostgreSQL 13 14 16 17 18\n'
	counts=build/test/versions.counts
	echo 0 1 0 >$counts
	tests/versions/run.sh build/test build/release
	# shellcheck disable=SC2046 # three numbers
	scripts/tally.sh add 'PostgreSQL 13-18' $(cat $counts) 'optional'
}

# A few real migrations, broken everywhere; `./dev eval --all` takes them all. And some
# made by chance, always the same.
evaluation() {
	printf '\n== evaluation of the evidence\n'
	build/release/tests/eval/eval --sample 3 --show bad
	status=$?
	build/release/tests/eval/eval --random 6 --quick --show bad || status=1
	case $status in
	0) scripts/tally.sh add 'evaluation' 1 0 0 ;;
	77) scripts/tally.sh add 'evaluation' 0 0 1 ;;
	*) scripts/tally.sh add 'evaluation' 0 1 0 'see above' ;;
	esac
}

scripts/lint.sh
check 'clang -Werror' scripts/build.sh build/clang -DCMAKE_C_COMPILER=clang \
	-DUS_TESTS=ON -DUS_BENCH=ON -DUS_EVAL=ON -DUS_WERROR=ON -DCMAKE_BUILD_TYPE=Debug
c_tests
conformance
if check 'gcc -O2 -Werror' scripts/build.sh build/release -DUS_TESTS=OFF -DUS_EVAL=ON -DUS_WERROR=ON; then
	specs
	check 'examples' tests/examples.sh build/release
	evaluation
	versions
	check 'install' tests/install.sh build/release
fi
