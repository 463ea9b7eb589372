#!/bin/sh
# sqlite.sh BUILD: what it takes to find out how far the last migration of a real history
# of 89 got on SQLite, where that is replayed in memory.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1
# shellcheck source=bench/stage.sh
. "$here/stage.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

cp -R "$US_CORPUS/coolify-v3" "$work/migrations"
schema sqlite >"$work/schema.prisma"
printf 'database_url: file:%s\nschema: schema.prisma\nmigrations: migrations\n' \
	"$work/app.db" >"$work/unstick.yaml"
history sqlite "$work/migrations" | sqlite3 -bail -cmd 'PRAGMA synchronous = OFF' \
	"$work/app.db" >/dev/null

set -- "$build/src/unstick" audit --config "$work/unstick.yaml"
figures=$("$build/bench/measure" "$BENCH_RUNS" "$(status_of "$@")" "$@" -- \
	0 sqlite3 "$work/app.db" 'select * from _prisma_migrations')
audit=$(echo "$figures" | sed -n 1p)

fact 'sqlite3, the whole ledger' "$(echo "$figures" | sed -n 2p)"
fact 'unstick audit on SQLite, 89 migrations' "$audit"
row '  of one case' '<=' 50 "$(column 1 "$audit")" ' ms'
