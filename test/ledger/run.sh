#!/usr/bin/env bash
# The ledger on both databases; arguments go to ledger.mjs.  Without any: a minute at 1,000 leads/s
# and ten kills at least.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tools/postgres.sh

[ $# -gt 0 ] || set -- --rate 1000 --seconds 60 --kills 10
trap postgres_stop EXIT
if [ -z "${TEST_POSTGRES:-}" ]; then
    postgres_start
    export TEST_POSTGRES=$POSTGRES_URL
fi
status=0
for database in sqlite postgres; do
    node test/ledger/ledger.mjs --database "$database" "$@" || status=1
done
exit $status
