#!/bin/sh
# The demo ends well and its document holds what it must: test/demo.sh [postgres://...]
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d /tmp/adwright-demo-test-XXXXXX)
trap 'rm -rf "$folder"' EXIT
if [ -n "${1:-}" ]; then
    base=${1%/*}
    name="demo_$$"
    psql -q "$1" -c "CREATE DATABASE $name" >/dev/null
    set -- --db "$base/$name"
else
    set --
fi
build/adwright demo --once --json --data "$folder/data" "$@" >"$folder/demo.json" 2>"$folder/demo.log" ||
    { tail -n 40 "$folder/demo.log"; exit 1; }
node test/demo-check.mjs "$folder/demo.json"
