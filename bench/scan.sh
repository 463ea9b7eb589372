#!/bin/sh
# scan.sh BUILD: a migrations directory of 10,000, scripts as real ones are.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1
# shellcheck source=bench/rows.sh
. "$here/rows.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# Real names and scripts, over and over, each time with another timestamp.
ten_thousand() { # DIR
	find "$US_CORPUS/langfuse" -mindepth 1 -type d -printf '%f\n' | sort | awk '
	{ title[NR] = substr($0, 16) }
	END {
		for (i = 0; i < 10000; i++)
			printf "%.0f_%s\n", 20200101000000 + i, title[i % NR + 1]
	}' >"$work/names"
	(cd "$1" && xargs -d '\n' mkdir) <"$work/names"
	awk -v dir="$1" -v names="$work/names" '
	FNR == 1 { n++ }
	{ script[n] = script[n] $0 "\n" }
	END {
		for (i = 0; (getline name <names) > 0; i++) {
			file = dir "/" name "/migration.sql"
			printf "%s", script[i % n + 1] >file
			close(file)
		}
	}' "$US_CORPUS"/langfuse/*/migration.sql
}

mkdir "$work/migrations"
ten_thousand "$work/migrations"
figures=$("$build/bench/measure" "$BENCH_RUNS" \
	0 "$build/bench/scan" checksums "$work/migrations" -- \
	0 sha256sum "$work"/migrations/*/migration.sql -- \
	0 "$build/bench/scan" names "$work/migrations")
checksums=$(echo "$figures" | sed -n 1p)
sha256sum=$(echo "$figures" | sed -n 2p)
names=$(echo "$figures" | sed -n 3p)

fact 'checksums of 10,000 migrations' "$checksums"
fact 'sha256sum of the same files' "$sha256sum"
row '  checksums, as a multiple of sha256sum' '<=' 1.0 "$(ratio "$checksums" "$sha256sum")" ''
row 'names of 10,000 migrations' '<=' 10 "$(column 1 "$names")" ' ms'
