#!/usr/bin/env bash
# make bench-roi: our ROI report beside DuckDB and pages of JSON, on the same rows.  See README.md.
#
#   SIZES="1000000 10000000"  metric rows; the last one is what the goals speak of
#   LEADS=1000000 PURCHASES=100000 ROUNDS=7
#   NO_POSTGRES=1             without PostgreSQL and the pages that are read from it
#   KEEP=1                    leave the data in .cache/roi (ignored by git) and use it next time
set -euo pipefail
cd "$(dirname "$0")/../.."
. tools/postgres.sh

SIZES=${SIZES:-1000000 10000000}
LEADS=${LEADS:-1000000}
PURCHASES=${PURCHASES:-100000}
folder=$PWD/.cache/roi
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
mkdir -p "$folder"

[ -d bench/roi/node_modules/@duckdb ] ||
    (cd bench/roi && npm ci --no-audit --no-fund --loglevel=error)

server() { # start or stop; its folder is kept with the data
    (cd / && postgres_as "$bin/pg_ctl" -D "$folder/postgres" -w -t 120 -l "$folder/postgres.log" "$@" >/dev/null)
}
finish() {
    [ -z "${NO_POSTGRES:-}" ] && server -m fast stop 2>/dev/null || true
    [ -n "${KEEP:-}" ] || rm -rf "$folder"
}
trap finish EXIT

postgres=""
options=""
if [ -z "${NO_POSTGRES:-}" ]; then
    if [ ! -d "$folder/postgres" ]; then
        mkdir -p "$folder/postgres"
        if [ "$(id -u)" = 0 ]; then
            touch "$folder/postgres.log"
            chown -R postgres "$folder/postgres" "$folder/postgres.log"
        fi
        (cd / && postgres_as "$bin/initdb" -D "$folder/postgres" -U adwright --auth=trust --encoding=UTF8 \
            --locale=C >/dev/null)
    fi
    rm -f "$folder/postgres/postmaster.pid"
    port=$(postgres_free_port)
    options="-p $port -k /tmp -c listen_addresses=127.0.0.1 -c shared_buffers=512MB -c max_wal_size=8GB"
    options="$options -c checkpoint_timeout=30min -c autovacuum=off"
    server -o "$options" start
    postgres="postgres://adwright@127.0.0.1:$port"
fi
tool() { # dropdb and createdb
    (cd / && postgres_as "$bin/$1" -h 127.0.0.1 -p "$port" -U adwright "${@:2}")
}

# What is made is kept apart by a mark of its own, so that a run that was cut short goes on.
for size in $SIZES; do
    if [ ! -f "$folder/$size.sqlite.done" ]; then
        echo "SQLite: $size metric rows, $LEADS leads, $PURCHASES purchases"
        rm -f "$folder/$size".db*
        build/bench/roi-data "sqlite:$folder/$size.db" "$size" "$LEADS" "$PURCHASES"
        touch "$folder/$size.sqlite.done"
    fi
    if [ -n "$postgres" ] && [ ! -f "$folder/$size.postgres.done" ]; then
        echo "PostgreSQL: $size metric rows, $LEADS leads, $PURCHASES purchases"
        tool dropdb --if-exists "roi_$size"
        tool createdb -T template0 "roi_$size"
        build/bench/roi-data "$postgres/roi_$size" "$size" "$LEADS" "$PURCHASES"
        touch "$folder/$size.postgres.done"
    fi
    # What was kept may be older than the schema.
    build/adwright migrate --data "$folder" --db "sqlite:$folder/$size.db" >/dev/null
    if [ -n "$postgres" ]; then
        build/adwright migrate --data "$folder" --db "$postgres/roi_$size" >/dev/null
        tool vacuumdb --quiet --analyze "roi_$size" # as autovacuum would, which is off
    fi
    if [ ! -f "$folder/$size.duckdb.done" ]; then
        echo "DuckDB: $size metric rows, $LEADS leads, $PURCHASES purchases"
        rm -rf "$folder/csv" "$folder/$size.duckdb"
        mkdir -p "$folder/csv"
        build/bench/roi-data "csv:$folder/csv" "$size" "$LEADS" "$PURCHASES"
        node bench/roi/duck.mjs load "$folder/$size.duckdb" "$folder/csv"
        rm -rf "$folder/csv"
        touch "$folder/$size.duckdb.done"
        rm -f "$folder/$size.stored.done"
    fi
    if [ ! -f "$folder/$size.stored.done" ]; then
        node bench/roi/duck.mjs store "$folder/$size.duckdb"
        touch "$folder/$size.stored.done"
    fi
done

export POSTGRES_URL=$postgres POSTGRES_DATA=$folder/postgres FOLDER=$folder SIZES
export POSTGRES_CTL="$bin/pg_ctl" POSTGRES_OPTIONS=$options
node bench/roi/run.mjs
