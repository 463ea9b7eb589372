#!/bin/sh
# Everything that reads the tree without running it. Its results go to the tally.
set -u

check() { # NAME COMMAND...
	scripts/tally.sh check "$@" || :
}

# First, for clang-tidy: it reads this build's flags and generated headers.
check 'gcc -Werror' scripts/build.sh build/test -DUS_TESTS=ON -DUS_BENCH=ON -DUS_EVAL=ON \
	-DUS_WERROR=ON -DUS_SANITIZE=address,undefined
check 'format' scripts/format.sh
check 'arrows' scripts/arrows.sh
check 'banned words' scripts/banned.sh
check 'headers' tests/headers/run.sh gcc clang
check 'shellcheck' scripts/shell.sh
check 'luacheck' luacheck --quiet .
check 'clang-tidy' scripts/tidy.sh build/test
