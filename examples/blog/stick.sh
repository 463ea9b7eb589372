#!/bin/sh
# The container was killed when the record was written and the script not yet begun;
# before the next deploy somebody gave the folder a better name.
set -eu
# shellcheck source=examples/deploy.sh
. ../deploy.sh
create_ledger
deploy 20260301080000_init
mv prisma/migrations/20260312161000_tags_for_posts prisma/migrations/20260312161000_tags
start 20260312161000_tags
mv prisma/migrations/20260312161000_tags prisma/migrations/20260312161000_tags_for_posts
