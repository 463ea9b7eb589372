# shellcheck shell=sh
# What `prisma migrate deploy` does to a SQLite database, step by step, so that a story
# can be cut off where real ones are: sourced by each project's stick.sh. The table, the
# order of the writes and the error's text are Prisma's (6.19, native engine).

now_ms() { echo "$(date +%s)000"; }
run_sql() { sqlite3 -bail prisma/dev.db "$1"; }

create_ledger() {
	run_sql 'CREATE TABLE "_prisma_migrations" (
		"id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL,
		"finished_at" DATETIME, "migration_name" TEXT NOT NULL, "logs" TEXT,
		"rolled_back_at" DATETIME,
		"started_at" DATETIME NOT NULL DEFAULT current_timestamp,
		"applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0);'
}

# start NAME: the record that says an attempt has begun
start() {
	script=prisma/migrations/$1/migration.sql
	sum=$(sha256sum "$script" | cut -d' ' -f1)
	id=$(cat /proc/sys/kernel/random/uuid)
	run_sql "INSERT INTO _prisma_migrations (id, checksum, started_at, migration_name)
		VALUES ('$id', '$sum', $(now_ms), '$1');"
}

# execute: the script itself, statement by statement; fails as the database does
execute() { sqlite3 -bail prisma/dev.db <"$script" 2>error.txt; }

count_step() {
	run_sql "UPDATE _prisma_migrations SET applied_steps_count = 1 WHERE id = '$id';"
}
finish() {
	run_sql "UPDATE _prisma_migrations SET finished_at = $(now_ms) WHERE id = '$id';"
}

# log_error NAME: what deploy writes when the database refused the script
log_error() {
	message=$(sed -n 's/^.* line [0-9]*: \(.*\) ([0-9]*)$/\1/p' error.txt)
	code=$(sed -n 's/^.* line [0-9]*: .* (\([0-9]*\))$/\1/p' error.txt)
	rm -f error.txt
	run_sql "UPDATE _prisma_migrations SET logs =
'A migration failed to apply. New migrations cannot be applied before the error is recovered from.

Migration name: $1

Database error code: $code

Database error:
$message' WHERE id = '$id';"
}

deploy() { start "$1" && execute && count_step && finish && rm -f error.txt; }
