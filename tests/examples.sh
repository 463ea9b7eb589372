#!/bin/sh
# examples.sh BUILD: what a project of one's own does with the policy commands, done:
# examples/payments from its healthy days to its incident, then policies as they are
# scaffolded. BUILD is a plain one: a Lua can't load what ASan was built into.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

PATH=$build/src:$PATH
LUA_CPATH="$build/lua/?.so;;"
LUA_PATH=";;"
export PATH LUA_CPATH LUA_PATH
unset DATABASE_URL DIRECT_URL # the project's own .env says where the database is

fail() {
	echo "examples: $*" >&2
	exit 1
}

# exits CODE COMMAND...: it exits with that
exits() {
	want=$1
	shift
	code=0
	"$@" >"$work/out" 2>&1 || code=$?
	[ "$code" -eq "$want" ] || {
		cat "$work/out" >&2
		fail "$* exited with $code, not $want"
	}
}

says() { grep -qF -- "$1" "$work/out" || {
	cat "$work/out" >&2
	fail "nothing said: $1"
}; }

cp -R "$root/examples/payments" "$root/examples/deploy.sh" "$work"
cd "$work/payments"

# ---- the CI job, while all is well and when it isn't
(
	# shellcheck source=examples/deploy.sh
	. ../deploy.sh && create_ledger && deploy 20260301080000_init
)
exits 0 ./ci.sh
rm prisma/dev.db
./stick.sh
exits 3 ./ci.sh
says '#payments-oncall'
grep -qF 'run: ./ci.sh' .github/workflows/migrations.yml || fail "the workflow runs no ci.sh"

# ---- the recorded incident is what would be recorded today
name=20260518093000_fees
case=spec/cases/interrupted_fees.json
exits 0 unstick explain $name --record now.json
exits 1 unstick explain $name --record now.json
says 'now.json exists already'
keys() { grep -o '"[a-z_]*":' "$1" | sort -u; }
keys now.json >"$work/now"
keys $case | diff - "$work/now" || fail "$case has other keys than a recording of today"
for recorded in $case now.json; do
	exits 3 unstick policy replay "$recorded"
	says 'stop, by policies/payments.lua'
	exits 2 unstick policy replay "$recorded" --policy builtin:timeout
	says 'rolled_back, by builtin:timeout'
done

# ---- policies as they are scaffolded: clean, sound, and their specs hold
for kind in in_progress name_mismatch partial_apply timeout failure any; do
	exits 0 unstick policy new "only_$kind" --handler $kind
	printf '  - policies/only_%s.lua\n' $kind >>unstick.yaml
done
exits 0 unstick policy new by_default
exits 0 unstick policy new all_but_one --handler in_progress --handler timeout --handler any
exits 1 unstick policy new by_default
says 'exists already: nothing was written'
exits 0 unstick policy check
says 'policies/by_default.lua: warning: it is not listed in unstick.yaml'
exits 0 luacheck --no-config policies spec
exits 0 busted --lua=lua5.4

# ---- the definitions are Lua, and those of the tree
unstick policy api | diff - "$root/policies/meta/unstick.lua" || fail "the definitions differ"
lua5.4 -e "assert(loadfile('$root/policies/meta/unstick.lua'))"
