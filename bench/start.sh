#!/bin/sh
# start.sh BUILD: the whole of `unstick start` on a healthy database with a real history
# of 434 migrations, from the entrypoint to the application (which is `true`), against a
# bare connection, and against what the Prisma CLI takes to find out the same. The server
# is with_cluster's.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1
# shellcheck source=bench/stage.sh
. "$here/stage.sh"

work=$(mktemp -d)
base=${US_TEST_PG:?no PostgreSQL server is installed}
psql=$(pg_config --bindir)/psql
"$psql" -XqAt "$base" -c 'CREATE DATABASE bench_start' >/dev/null
DATABASE_URL=$(database "$base" bench_start)
export DATABASE_URL
trap 'cd /; rm -rf "$work"; "$psql" -XqAt "$base" -c "DROP DATABASE bench_start" >/dev/null' EXIT INT TERM

cd "$work"
mkdir prisma
cp -R "$US_CORPUS/langfuse" prisma/migrations
schema postgresql >prisma/schema.prisma
{
	history postgresql "$PWD/prisma/migrations"
	echo 'UPDATE public._prisma_migrations SET finished_at = now(), logs = NULL,'
	echo ' applied_steps_count = 1 WHERE finished_at IS NULL;'
} | "$psql" -XqAt -v ON_ERROR_STOP=1 "$DATABASE_URL" >/dev/null

figures=$("$build/bench/measure" "$BENCH_RUNS" \
	0 "$build/src/unstick" start /bin/true -- \
	0 "$build/bench/bare_libpq" -- \
	0 /bin/true)
start=$(echo "$figures" | sed -n 1p)
bare=$(echo "$figures" | sed -n 2p)
true=$(echo "$figures" | sed -n 3p)
# What the application itself takes is not the hook's.
hook=$(awk -v a="$start" -v b="$true" 'BEGIN { split(a, x, " "); split(b, y, " "); print x[1] - y[1] }')

fact 'unstick start, 434 migrations, nothing to do' "$start"
fact 'connect with libpq and select 1' "$bare"
fact 'the application alone' "$true"
row '  what comes before it, as a multiple' '<=' 1.5 "$(ratio "$hook" "$bare")" ''

against_prisma 0 30 "$start"
