#!/bin/sh
# Two patients share an insurance number: the second statement fails, the first stays.
set -eu
# shellcheck source=examples/deploy.sh
. ../deploy.sh
create_ledger
deploy 20260401070000_init
run_sql "INSERT INTO Patient (name, insurance) VALUES ('Ada', 'A-1'), ('Bea', 'A-1');"
start 20260415112000_one_patient_per_insurance
if execute; then
	echo "the unique index was expected to fail" >&2
	exit 1
fi
log_error 20260415112000_one_patient_per_insurance
