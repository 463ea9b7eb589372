#!/bin/sh
# status.sh BUILD: `unstick status` on a real history of 434 migrations whose last one
# failed, against what else a person might wait for. The server is with_cluster's.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1
# shellcheck source=bench/rows.sh
. "$here/rows.sh"

work=$(mktemp -d)
export DATABASE_URL="${US_TEST_PG:?no PostgreSQL server is installed}"
trap 'rm -rf "$work"' EXIT INT TERM
psql=$(pg_config --bindir)/psql # not Debian's wrapper, which is slower

project() {
	mkdir prisma
	cp -R "$US_CORPUS/langfuse" prisma/migrations
	cat >prisma/schema.prisma <<-'END'
		datasource db {
		  provider = "postgresql"
		  url      = env("DATABASE_URL")
		}
	END
}

# What `migrate deploy` leaves when the last migration fails (Prisma 6.19.3).
history() {
	cat <<-'END'
		SET client_min_messages = warning;
		CREATE TABLE _prisma_migrations (
		    id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL,
		    finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL, logs TEXT,
		    rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
		    applied_steps_count INTEGER NOT NULL DEFAULT 0);
	END
	(cd prisma/migrations && sha256sum -- */migration.sql) | awk -v dir="$PWD" '
	{
		checksum = $1
		name = substr($0, 67) # may hold blanks
		sub(/\/migration.sql$/, "", name)
		printf "\\i '\''%s/prisma/migrations/%s/migration.sql'\''\n", dir, name
		printf "INSERT INTO public._prisma_migrations (id, checksum, migration_name," \
			" started_at, finished_at, applied_steps_count) VALUES" \
			" (gen_random_uuid(), '\''%s'\'', '\''%s'\'', now(), now(), 1);\n",
			checksum, name
	}
	END {
		printf "UPDATE public._prisma_migrations SET finished_at = NULL," \
			" applied_steps_count = 0," \
			" logs = '\''ERROR: canceling statement due to lock timeout'\''" \
			" WHERE migration_name = '\''%s'\'';\n", name
		print "ANALYZE public._prisma_migrations;"
	}'
}

# The real thing, if it was installed (the oracle's setup.sh does that).
prisma_runs() {
	[ -x "$US_ORACLE/prisma6" ] && command -v node >/dev/null &&
		[ -d "${ORACLE_HOME:-$HOME/.cache/unstick-oracle}/p6/node_modules/prisma" ]
}

cd "$work"
project
history | "$psql" -XqAt -v ON_ERROR_STOP=1 "$DATABASE_URL" >/dev/null

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

if prisma_runs; then
	export PROVIDER=pg
	prisma=$("$build/bench/measure" 10 1 "$US_ORACLE/prisma6" prisma migrate status)
	fact 'prisma migrate status 6.19.3 (medians of 10)' "$prisma"
	row '  times unstick is faster' '>=' 60 "$(ratio "$prisma" "$status")" ''
else
	echo "prisma migrate status: SKIPPED, not installed: $US_ORACLE/setup.sh does that"
fi
