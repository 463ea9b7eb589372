#!/bin/sh
# demo.sh UNSTICK WORK: three projects stuck with P3009 are copied to WORK, brought into
# the state in which real ones are found, and taken through status, audit, resolve,
# status. Nothing else is arranged.
set -eu
unstick=$1
work=$2
here=$(cd "$(dirname "$0")" && pwd)

say() { printf '\n%s\n' "$*"; }

# shown: the command as typed, its output, its exit code if it isn't 0
shown() {
	printf '\n$ unstick %s\n' "$*"
	code=0
	"$unstick" "$@" || code=$?
	[ "$code" -eq 0 ] || printf '(exit code %d)\n' "$code"
}

project() {
	say "======== $1: $2"
	cd "$work/$1"
	./stick.sh
	shown status
	shown audit
	shown resolve
	shown status
}

rm -rf "$work"
mkdir -p "$work"
cp -R "$here/shop" "$here/blog" "$here/clinic" "$here/deploy.sh" "$work"
# The projects' own .env says where the database is.
unset DATABASE_URL DIRECT_URL

project shop 'the script ran to its end, but the container died before that was recorded'
project blog 'the same, and the folder was renamed since'
project clinic 'the second of three statements failed; the first one stayed'
say "Two of three databases deploy again. The third needs a person, and says so."
