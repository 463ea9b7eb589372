#!/bin/sh
# evidence.sh BUILD: what it takes to find out how far a migration of a real history
# of 434 got, on PostgreSQL: by reading the catalog, and by replaying the history, which
# psql does as well. The server is with_cluster's.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1
# shellcheck source=bench/stage.sh
. "$here/stage.sh"

work=$(mktemp -d)
server="${US_TEST_PG:?no PostgreSQL server is installed}"
trap 'rm -rf "$work"' EXIT INT TERM
psql=$(pg_config --bindir)/psql
unstick="$build/src/unstick"

# stage NAME: $work/NAME becomes a project with its database, and with settings for
# replaying it: nothing is replayed under those of unstick.yaml.
stage() {
	"$psql" -Xqc "CREATE DATABASE $1" -c "CREATE DATABASE $1_shadow" "$server"
	schema postgresql >"$work/$1/schema.prisma"
	cat >"$work/$1/unstick.yaml" <<-END
		database_url: $(database "$server" "$1")
		schema: schema.prisma
		migrations: migrations
	END
	(cat "$work/$1/unstick.yaml" && echo "shadow_url: $(database "$server" "$1_shadow")") >"$work/$1/url.yaml"
	(cat "$work/$1/unstick.yaml" && echo "shadow: create") >"$work/$1/create.yaml"
	history postgresql "$work/$1/migrations" |
		"$psql" -XqAt -v ON_ERROR_STOP=1 "$(database "$server" "$1")" >/dev/null
}

# Its last migration moves rows, and leaves nothing in the catalog. The one before it is
# DDL: here that one is the last.
mkdir "$work/rows" "$work/ddl"
cp -R "$US_CORPUS/langfuse" "$work/rows/migrations"
cp -R "$US_CORPUS/langfuse" "$work/ddl/migrations"
(cd "$work/ddl/migrations" && rm -r "$(find . -mindepth 1 -type d | LC_ALL=C sort | tail -n 1)")
stage rows
stage ddl

# What the replay does: a database of its own, every script, and away with it.
replay_by_psql() {
	cat <<-'END'
		CREATE DATABASE scratch;
		\c scratch
		SET client_min_messages = warning;
	END
	find "$1" -name migration.sql | LC_ALL=C sort | sed "s/.*/\\\\i '&'/"
	cat <<-'END'
		\c postgres
		DROP DATABASE scratch;
	END
}
replay_by_psql "$work/ddl/migrations" >"$work/replay.sql"

audit() { # PROJECT CONFIG OPTION...
	project=$1
	config=$2
	shift 2
	set -- "$unstick" audit --config "$work/$project/$config" "$@"
	echo "$(status_of "$@") $*"
}

export DATABASE_URL="$server"
# shellcheck disable=SC2046 # each is a status and a command, without blanks in a word
figures=$("$build/bench/measure" "$BENCH_RUNS" \
	0 "$build/bench/bare_libpq" -- \
	$(audit rows unstick.yaml) -- \
	$(audit ddl unstick.yaml))
bare=$(echo "$figures" | sed -n 1p)
rows=$(echo "$figures" | sed -n 2p)
ddl=$(echo "$figures" | sed -n 3p)

fact 'connect with libpq and select 1' "$bare"
fact 'unstick audit, 434 migrations, the last (rows) failed' "$rows"
row '  as a multiple' '<=' 3 "$(ratio "$rows" "$bare")" ''
fact 'unstick audit, 433 migrations, the last (DDL) failed' "$ddl"
row '  as a multiple' '<=' 3 "$(ratio "$ddl" "$bare")" ''

# shellcheck disable=SC2046
figures=$("$build/bench/measure" "$BENCH_SLOW_RUNS" \
	0 "$psql" -Xqo /dev/null -v ON_ERROR_STOP=1 -f "$work/replay.sql" "$server" -- \
	$(audit ddl url.yaml --evidence replay) -- \
	$(audit ddl create.yaml --evidence replay))
psqls=$(echo "$figures" | sed -n 1p)
url=$(echo "$figures" | sed -n 2p)
create=$(echo "$figures" | sed -n 3p)

fact 'psql replays the same in a database it makes' "$psqls"
fact 'unstick audit --evidence replay, shadow_url' "$url"
row '  as a multiple' '<=' 1.5 "$(ratio "$url" "$psqls")" ''
fact 'unstick audit --evidence replay, shadow: create' "$create"
row '  as a multiple' '<=' 1.5 "$(ratio "$create" "$psqls")" ''
