#!/bin/sh
# packages.sh build|demo|all: installs those Debian packages that are needed and missing;
# touches nothing, and needs no network, where none is.
set -eu

build='cmake ninja-build gcc libc6-dev pkg-config liblua5.4-dev libpq-dev libsqlite3-dev
	libyaml-dev libjansson-dev libssl-dev libicu-dev libpg-query-dev libprotobuf-c-dev'
demo='sqlite3'
tests='libcmocka-dev lua5.4 lua-busted lua-check postgresql pgbouncer
	clang clang-format clang-tidy shellcheck'

# Any node will do for what the tests need of one.
command -v node >/dev/null || tests="$tests nodejs"

missing() { # PACKAGE...
	have=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || :)
	for package; do
		case "
$have
" in
		*"
installed $package
"*) ;;
		*) printf '%s ' "$package" ;;
		esac
	done
}

# apt-get as root, or through sudo; otherwise the person is told what to do.
install() { # PACKAGE...
	as_root=
	if [ "$(id -u)" != 0 ]; then
		if ! command -v sudo >/dev/null; then
			echo "missing packages; as root: apt-get update && apt-get install $*" >&2
			exit 1
		fi
		as_root='sudo'
	fi
	echo "installing: $*" >&2
	set -- -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >&2
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get install "$@" >&2 </dev/null
}

case ${1-} in
build) wanted=$build ;;
demo) wanted="$build $demo" ;;
all) wanted="$build $demo $tests" ;;
*)
	echo 'usage: packages.sh build|demo|all' >&2
	exit 64
	;;
esac

if ! command -v dpkg-query >/dev/null; then
	echo "not a Debian system; needed, in Debian's names: $wanted" >&2
	exit 0
fi
# shellcheck disable=SC2086 # the lists are lists of words
lacking=$(missing $wanted)
# shellcheck disable=SC2086
[ -z "$lacking" ] || install $lacking
