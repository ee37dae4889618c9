#!/bin/sh
# Build the web console into build/console: tools/console.sh
# Packages come from npm by the lock file, once for each change of it.
set -eu
cd "$(dirname "$0")/../ui"

if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --silent --no-audit --no-fund
    touch node_modules/.package-lock.json
fi
npm run --silent build
touch ../build/console/index.html
