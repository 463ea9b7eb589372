#!/bin/sh
# Sourced, with $here and $build set: stages, that is databases whose ledger says that the
# last migration failed; and the rows to say figures in.
# shellcheck source=bench/rows.sh
. "${here:?}/rows.sh"

# On a server it is Prisma's schema, on SQLite what it writes there (6.19.3).
ledger_of_postgresql='SET client_min_messages = warning;
CREATE TABLE _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL, logs TEXT,
    rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0);'
ledger_of_sqlite='CREATE TABLE _prisma_migrations (
    id TEXT PRIMARY KEY NOT NULL, checksum TEXT NOT NULL, finished_at DATETIME,
    migration_name TEXT NOT NULL, logs TEXT, rolled_back_at DATETIME,
    started_at DATETIME NOT NULL DEFAULT current_timestamp,
    applied_steps_count INTEGER UNSIGNED NOT NULL DEFAULT 0);'

# history PROVIDER DIR [SCRIPT]: what `migrate deploy` leaves when the last migration
# of DIR fails, as input of psql or sqlite3. SCRIPT: what of the last one has run, if
# not all of it.
history() {
	if [ "$1" = sqlite ]; then
		echo "$ledger_of_sqlite"
	else
		echo "$ledger_of_postgresql"
	fi
	# find: of 10,000 scripts the names are no argument list
	(cd "$2" && find . -name migration.sql -printf '%P\0' | LC_ALL=C sort -z |
		xargs -0 sha256sum --) |
		awk -v provider="$1" -v dir="$2" -v part="${3-}" '
	function play(file) {
		if (provider == "sqlite")
			printf ".read '\''%s'\''\n", file
		else
			printf "\\i '\''%s'\''\n", file
	}
	function record(finished, steps, logs) {
		printf "INSERT INTO %s_prisma_migrations (id, checksum, migration_name," \
			" started_at, finished_at, applied_steps_count, logs) VALUES" \
			" ('\''%036d'\'', '\''%s'\'', '\''%s'\'', %s, %s, %d, %s);\n",
			provider == "sqlite" ? "" : "public.", ++n, checksum, name,
			now(n), finished, steps, logs
	}
	function now(n) {
		if (provider == "sqlite")
			return 1700000000000 + n * 1000
		return "timestamptz '\''2024-01-01'\'' + interval '\''" n " s'\''"
	}
	NR > 1 {
		play(dir "/" name "/migration.sql")
		record(now(n + 2), 1, "NULL")
	}
	{
		checksum = $1
		name = substr($0, 67) # may hold blanks
		sub(/\/migration.sql$/, "", name)
	}
	END {
		play(part ? part : dir "/" name "/migration.sql")
		record("NULL", 0, "'\''ERROR: canceling statement due to lock timeout'\''")
		if (provider != "sqlite") # as autovacuum would, sooner or later
			print "ANALYZE public._prisma_migrations;"
	}'
}

# schema PROVIDER: a schema.prisma.
schema() {
	printf 'datasource db {\n  provider = "%s"\n  url      = env("DATABASE_URL")\n}\n' "$1"
}

# database URL NAME: that of another database on the same server.
database() {
	echo "$1" | sed "s|/[^/?]*?|/$2?|"
}

# status_of COMMAND...: what it ends with, as measure has to know.
status_of() {
	if "$@" >/dev/null 2>&1; then echo 0; else echo $?; fi
}

# The real thing, if it was installed (the oracle's setup.sh does that).
prisma_runs() {
	[ -x "$US_ORACLE/prisma6" ] && command -v node >/dev/null &&
		[ -d "${ORACLE_HOME:-$HOME/.cache/unstick-oracle}/p6/node_modules/prisma" ]
}

# against_prisma CODE TIMES FIGURES: how much faster we are than `prisma migrate status`,
# which ends with CODE here.
against_prisma() {
	if prisma_runs; then
		export PROVIDER=pg
		prisma=$("${build:?}/bench/measure" 10 "$1" "$US_ORACLE/prisma6" prisma migrate status)
		fact 'prisma migrate status 6.19.3 (medians of 10)' "$prisma"
		row '  times unstick is faster' '>=' "$2" "$(ratio "$prisma" "$3")" ''
	else
		echo "prisma migrate status: SKIPPED, not installed: $US_ORACLE/setup.sh does that"
	fi
}
