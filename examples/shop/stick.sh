#!/bin/sh
# The container was killed after the last script had run, before that was recorded:
# between Prisma's two UPDATEs (applied_steps_count, then finished_at).
set -eu
# shellcheck source=examples/deploy.sh
. ../deploy.sh
create_ledger
deploy 20260110090000_init
deploy 20260122141500_orders
start 20260205101200_items_and_totals
execute
count_step
rm -f error.txt
