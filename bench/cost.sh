#!/bin/sh
# cost.sh BUILD: how the cost of an audit grows with the failed script, with the database
# and with the history: histories made up (history.awk), half of the last script has run.
# The server is with_cluster's.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1
# shellcheck source=bench/stage.sh
. "$here/stage.sh"

work=$(mktemp -d)
server="${US_TEST_PG:?no PostgreSQL server is installed}"
trap 'rm -rf "$work"' EXIT INT TERM
psql=$(pg_config --bindir)/psql

# stage NAME TABLES MIGRATIONS STATEMENTS
stage() {
	mkdir -p "$work/$1/migrations"
	awk -v dir="$work/$1/migrations" -v tables="$2" -v migrations="$3" \
		-v statements="$4" -v part="$work/$1/half.sql" -f "$here/history.awk"
	schema postgresql >"$work/$1/schema.prisma"
	printf 'database_url: %s\nschema: schema.prisma\nmigrations: migrations\n' \
		"$(database "$server" "$1")" >"$work/$1/unstick.yaml"
	"$psql" -Xqc "CREATE DATABASE $1" "$server"
	history postgresql "$work/$1/migrations" "$work/$1/half.sql" |
		"$psql" -XqAt -v ON_ERROR_STOP=1 "$(database "$server" "$1")" >/dev/null
}

# series UNIT WHAT SIZE...: of every size the time, and what each unit beyond the
# smallest size has cost. If the cost is linear that doesn't grow.
series() {
	unit=$1
	what=$2
	shift 2
	set -- "$@"
	commands=
	for size; do
		case $unit in
		statement) stage "statement_$size" 50 50 "$size" ;;
		table) stage "table_$size" "$size" 50 10 ;;
		migration) stage "migration_$size" 100 "$size" 10 ;;
		esac
		audit="$build/src/unstick audit --config $work/${unit}_$size/unstick.yaml"
		# shellcheck disable=SC2086
		commands="${commands:+$commands -- }$(status_of $audit) $audit"
	done
	# shellcheck disable=SC2086
	figures=$("$build/bench/measure" "$BENCH_RUNS" $commands)
	printf '\n%s\n' "$what"
	echo "$figures" | awk -v unit="$unit" -v sizes="$*" '
	BEGIN { split(sizes, size, " ") }
	{
		ms[NR] = $1
		printf "%12d %-11s %10.2f ms  (%.2f to %.2f, %.1f MiB)", size[NR], unit "s", $1, $2, $3, $4
		if (NR > 1)
			printf "  %8.1f us more per %s", 1000 * (ms[NR] - ms[1]) / (size[NR] - size[1]), unit
		print ""
	}'
}

series statement 'audit, by statements of the failed script (50 migrations, 50 tables)' \
	1 20 40 80 162
series table 'audit, by tables of the database, made by one migration (50 migrations)' \
	10 50 100 250 500
series migration 'audit, by migrations (100 tables, 10 statements)' \
	10 100 1000 3000 10000
