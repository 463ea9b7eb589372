#!/bin/sh
# The insurance number is to be required, and Bea has none: SQLite tables are changed by
# rebuilding them, the copy fails, and the empty new table stays.
set -eu
# shellcheck source=examples/deploy.sh
. ../deploy.sh
create_ledger
deploy 20260401070000_init
run_sql "INSERT INTO Patient (name, insurance) VALUES ('Ada', 'A-1'), ('Bea', NULL);"
start 20260415112000_insurance_is_required
if execute; then
	echo "the copy was expected to fail" >&2
	exit 1
fi
log_error 20260415112000_insurance_is_required
