#!/usr/bin/env bash
# Soak: closed loops of signed webhooks and page requests at the connection counts where
# libmicrohttpd's own loop freezes (128 and its multiples) and their neighbours, every sixteenth
# connection slow in writing and reading.  No request may be stuck, none refused, and what was
# acknowledged must be stored.  SOAK_SECONDS (1) is the time at each count; SOAK_SERVER may be a
# sanitizer's build.
set -euo pipefail
cd "$(dirname "$0")/.."

server=${SOAK_SERVER:-build/adwright}
seconds=${SOAK_SECONDS:-1}
secret=a-secret-of-the-soak
folder=$(mktemp -d /tmp/adwright-soak-XXXXXX)
pid=""
trap '[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || true; rm -rf "$folder"' EXIT

make --no-print-directory -s build/bench/load build/bench/stored
ulimit -n 4096
"$server" serve --data "$folder/data" --port 0 --connections 1200 --tiktok_app_secret "$secret" \
    --queue_age_ms 10000 --log warn >"$folder/out" 2>"$folder/log" &
pid=$!
for _ in $(seq 200); do
    port=$(sed -n 's/.*http:.*:\([0-9]*\)$/\1/p' "$folder/out")
    [ -n "$port" ] && break
    kill -0 "$pid" 2>/dev/null || { cat "$folder/log"; exit 1; }
    sleep 0.05
done

acknowledged=0
for connections in 64 127 128 129 256 512 1000; do
    result=$(build/bench/load -p "$port" -u /tiktok/webhook -g '/tiktok/webhook?challenge=soak' \
        -k "$secret" -c "$connections" -s "$seconds" -l 16) || {
        echo "$result"
        tail -n 20 "$folder/log"
        exit 1
    }
    echo "$result"
    acknowledged=$((acknowledged + $(sed 's/.*"acknowledged":\([0-9]*\).*/\1/' <<<"$result")))
done

kill -TERM "$pid"
wait "$pid"
pid=""
stored=$(build/bench/stored "sqlite:$folder/data/adwright.db")
echo "acknowledged $acknowledged, stored $stored"
[ "$stored" -ge "$acknowledged" ]
