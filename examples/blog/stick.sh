#!/bin/sh
# Killed as in the shop; before the next deploy somebody gave the folder a better name.
set -eu
# shellcheck source=examples/deploy.sh
. ../deploy.sh
create_ledger
deploy 20260301080000_init
mv prisma/migrations/20260312161000_tags_for_posts prisma/migrations/20260312161000_tags
start 20260312161000_tags
execute
count_step
rm -f error.txt
mv prisma/migrations/20260312161000_tags prisma/migrations/20260312161000_tags_for_posts
