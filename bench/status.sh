#!/bin/sh
# status.sh BUILD: `unstick status` on a real history of 434 migrations whose last one
# failed, against what else a person might wait for. The server is with_cluster's.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1
# shellcheck source=bench/stage.sh
. "$here/stage.sh"

work=$(mktemp -d)
export DATABASE_URL="${US_TEST_PG:?no PostgreSQL server is installed}"
trap 'rm -rf "$work"' EXIT INT TERM
psql=$(pg_config --bindir)/psql # not Debian's wrapper, which is slower

cd "$work"
mkdir prisma
cp -R "$US_CORPUS/langfuse" prisma/migrations
schema postgresql >prisma/schema.prisma
history postgresql "$PWD/prisma/migrations" |
	"$psql" -XqAt -v ON_ERROR_STOP=1 "$DATABASE_URL" >/dev/null

figures=$("$build/bench/measure" "$BENCH_RUNS" \
	3 "$build/src/unstick" status -- \
	0 "$build/bench/bare_libpq" -- \
	0 "$psql" -XAtc 'select * from _prisma_migrations' "$DATABASE_URL")
status=$(echo "$figures" | sed -n 1p)
bare=$(echo "$figures" | sed -n 2p)
psqls=$(echo "$figures" | sed -n 3p)

fact 'unstick status, 434 migrations, one failed' "$status"
row '  peak memory' '<=' 10 "$(column 4 "$status")" ' MiB'
fact 'connect with libpq and select 1' "$bare"
row '  unstick status, as a multiple' '<=' 1.5 "$(ratio "$status" "$bare")" ''
fact 'psql, the whole ledger' "$psqls"
row '  unstick status, as a multiple' '<' 1.0 "$(ratio "$status" "$psqls")" ''

against_prisma 1 60 "$status"
