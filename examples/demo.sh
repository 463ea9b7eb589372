#!/bin/sh
# demo.sh UNSTICK WORK: three projects stuck with P3009 are copied to WORK, brought into
# the state in which real ones are found, and taken through status, audit, resolve, the
# next deploy or explain, status. Nothing else is arranged.
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

# due NAME: what the next deploy does, by ../deploy.sh
due() {
	printf '\n$ prisma migrate deploy   (by deploy.sh: it runs %s)\n' "$1"
	# shellcheck source=examples/deploy.sh
	(. ../deploy.sh && deploy "$1")
}

# project NAME STORY [COMMAND...]: what comes between the last two commands
project() {
	say "======== $1: $2"
	cd "$work/$1"
	shift 2
	./stick.sh
	shown status
	shown audit
	shown resolve
	"$@"
	shown status
}

rm -rf "$work"
mkdir -p "$work"
cp -R "$here/shop" "$here/blog" "$here/clinic" "$here/deploy.sh" "$work"
# The projects' own .env says where the database is.
unset DATABASE_URL DIRECT_URL

project shop 'the script ran to its end, but the container died before that was recorded'
project blog 'it died before the script began, and the folder was renamed since' \
	due 20260312161000_tags_for_posts
project clinic 'a table was being rebuilt, and copying its rows failed' \
	shown explain 20260415112000_insurance_is_required
say "Two of three databases deploy again. The third needs a person, and says what for."
