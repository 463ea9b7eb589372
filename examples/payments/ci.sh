#!/bin/sh
# What CI runs before a deploy: the policies are sound, they answer what their specs say,
# and nothing is stuck in the database that DATABASE_URL names. Writes nothing.
set -eu
unstick policy check
busted
unstick audit
