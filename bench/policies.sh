#!/bin/sh
# policies.sh BUILD: asking policies, without a database: a file of the project's own that
# has no opinion, then the built-in one.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1
# shellcheck source=bench/rows.sh
. "$here/rows.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

cat >"$work/own.lua" <<'END'
return {
  failure = function(case)
    for _, statement in ipairs(case.evidence.statements) do
      if statement.sql:find("Payment", 1, true) then return verdict.stop("payments") end
    end
  end,
}
END
figures=$("$build/bench/decide" "$work/own.lua")
row 'one decision, its policies set up and loaded' '<=' 1 "$(column 1 "$figures")" ' ms'
row '10,000 decisions' '<=' 2 "$(column 2 "$figures")" ' s'
row '  their memory, as a multiple of that of 1,000' '<=' 1.02 "$(column 3 "$figures")" ''
