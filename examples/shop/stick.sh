#!/bin/sh
# The container was killed when the last script had run and nothing of that was recorded
# yet: neither Prisma's applied_steps_count nor its finished_at.
set -eu
# shellcheck source=examples/deploy.sh
. ../deploy.sh
create_ledger
deploy 20260110090000_init
deploy 20260122141500_orders
start 20260205101200_items_and_totals
execute
rm -f error.txt
