#!/bin/sh
# deploy.sh: what `prisma migrate deploy` does to a database, for tests of what comes
# before and after it: P3009 where a migration failed, Prisma's lock while at work,
# each pending script statement by statement, and a record of it. In the project's
# folder, `deploys` gets a line each time. DATABASE_URL says where; PSQL is psql.
#   GATE=n  waits, with the lock and before the first script, for advisory lock n
set -u
migrations=prisma/migrations
echo "$$" >>deploys
echo "stand-in: deploying"

postgres=
case $DATABASE_URL in postgres*) postgres=1 ;; esac

sql() { # statements on stdin
	if [ "$postgres" ]; then
		"$PSQL" -XqAt -v ON_ERROR_STOP=1 "$DATABASE_URL"
	else
		sqlite3 -bail "${DATABASE_URL#file:}"
	fi
}

now=now
if [ "$postgres" ]; then
	now='clock_timestamp()'
	create='CREATE TABLE IF NOT EXISTS _prisma_migrations (
		id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL,
		finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL, logs TEXT,
		rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
		applied_steps_count INTEGER NOT NULL DEFAULT 0);'
else
	now="strftime('%s', 'now') * 1000"
	create='CREATE TABLE IF NOT EXISTS _prisma_migrations (
		id TEXT PRIMARY KEY NOT NULL, checksum TEXT NOT NULL, finished_at DATETIME,
		migration_name TEXT NOT NULL, logs TEXT, rolled_back_at DATETIME,
		started_at DATETIME NOT NULL DEFAULT current_timestamp,
		applied_steps_count INTEGER UNSIGNED NOT NULL DEFAULT 0);'
fi

# One session for all of it: it is the one that has the lock.
whole() {
	echo 'SET client_min_messages = error;'
	printf '%s\n' 'SELECT pg_try_advisory_lock(72707369) AS got' '\gset' '\if :got' '\else' '\warn Error: P1002' 'SELECT 1/0;' '\endif'
	[ -z "${GATE-}" ] || printf '%s\n' "SELECT pg_advisory_lock($GATE)" '\g /dev/null'
	scripts
}

scripts() {
	for folder in "$migrations"/*/; do
		name=$(basename "$folder")
		script=$migrations/$name/migration.sql
		[ -f "$script" ] || continue
		sum=$(sha256sum <"$script" | cut -c 1-64)
		if [ "$postgres" ]; then
			echo "SELECT NOT EXISTS (SELECT FROM _prisma_migrations WHERE" \
				"migration_name = '$name' AND rolled_back_at IS NULL) AS todo"
			printf '%s\n' '\gset' '\if :todo'
		elif [ "$(echo "SELECT count(*) FROM _prisma_migrations WHERE migration_name =
			'$name' AND rolled_back_at IS NULL;" | sql)" != 0 ]; then
			continue
		fi
		echo "INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at)" \
			"VALUES ('$$-$name', '$sum', '$name', $now);"
		cat "$script"
		echo ';'
		echo "UPDATE _prisma_migrations SET applied_steps_count = 1, finished_at = $now" \
			"WHERE id = '$$-$name';"
		[ -z "$postgres" ] || printf '%s\n' '\endif'
	done
}

echo "$create" | sql 2>/dev/null
failed=$(echo 'SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NULL AND
	rolled_back_at IS NULL;' | sql)
if [ "$failed" != 0 ]; then
	echo 'Error: P3009' >&2
	exit 1
fi
if [ "$postgres" ]; then
	whole | sql 2>errors
else
	all=$(scripts) # to its end first: what it asks is refused while others write
	printf '%s\n' "$all" | sql 2>errors
fi
status=$?
if [ $status != 0 ]; then
	cat errors >&2
	error=$(tr -d "'" <errors)
	echo "UPDATE _prisma_migrations SET logs = '$error' WHERE finished_at IS NULL AND
		rolled_back_at IS NULL;" | sql
	exit 1
fi
