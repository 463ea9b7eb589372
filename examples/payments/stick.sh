#!/bin/sh
# Old payments get a fee, and the container is killed meanwhile: an UPDATE leaves no trace
# in a schema, so nobody can tell whether it ran.
set -eu
# shellcheck source=examples/deploy.sh
. ../deploy.sh
create_ledger
deploy 20260301080000_init
run_sql 'INSERT INTO Payment (amount) VALUES (1200), (80);'
start 20260518093000_fees
