# A PostgreSQL of our own for tests and measurements: a temporary folder, a free loopback port,
# stopped and removed afterwards.  Source it, then:
#
#   postgres_start   sets POSTGRES_URL (superuser, trust) and POSTGRES_FOLDER
#   postgres_stop    always safe to call (trap it)
#
# fsync and synchronous_commit stay on: what is measured and tested is what is run.

POSTGRES_FOLDER=""
POSTGRES_URL=""

postgres_as() { # PostgreSQL refuses to run as root
    if [ "$(id -u)" = 0 ]; then
        runuser -u postgres -- "$@"
    else
        "$@"
    fi
}

postgres_free_port() {
    local port
    for _ in $(seq 1 50); do
        port=$((20000 + RANDOM % 20000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return 0
        fi
    done
    return 1
}

postgres_start() {
    local bin port
    bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    [ -x "$bin/initdb" ] || {
        echo "PostgreSQL's server is missing: install postgresql-15 (tools/deps.sh test)" >&2
        return 1
    }
    POSTGRES_FOLDER=$(mktemp -d "${TMPDIR:-/tmp}/adwright-postgres-XXXXXX")
    [ "$(id -u)" = 0 ] && chown postgres "$POSTGRES_FOLDER"
    port=$(postgres_free_port) || return 1
    (cd / && postgres_as "$bin/initdb" -D "$POSTGRES_FOLDER/data" -U adwright --auth=trust \
        --encoding=UTF8 --locale=C >"$POSTGRES_FOLDER.log" 2>&1) || {
        cat "$POSTGRES_FOLDER.log" >&2
        return 1
    }
    (cd / && postgres_as "$bin/pg_ctl" -D "$POSTGRES_FOLDER/data" -w -t 60 \
        -l "$POSTGRES_FOLDER/log" \
        -o "-p $port -k $POSTGRES_FOLDER -c listen_addresses=127.0.0.1 -c max_connections=200 -c shared_buffers=256MB" \
        start >"$POSTGRES_FOLDER.log" 2>&1) || {
        cat "$POSTGRES_FOLDER.log" >&2
        return 1
    }
    POSTGRES_URL="postgres://adwright@127.0.0.1:$port/postgres"
}

postgres_stop() {
    [ -n "$POSTGRES_FOLDER" ] || return 0
    local bin
    bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
    (cd / && postgres_as "$bin/pg_ctl" -D "$POSTGRES_FOLDER/data" -m immediate stop >/dev/null 2>&1) || true
    rm -rf "$POSTGRES_FOLDER" "$POSTGRES_FOLDER.log"
    POSTGRES_FOLDER=""
}
