/* sqlite.c - the SQLite driver: the store, its lock file, its handles. */

#include "db/sqlite_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* --- one process per file ------------------------------------------------------------ */

static bool refuse_second(const char *path, int fd, struct err *err)
{
    char holder[24] = "";
    ssize_t n = pread(fd, holder, sizeof holder - 1, 0);

    holder[n > 0 ? n : 0] = 0;
    holder[strcspn(holder, "\n")] = 0;
    err_set(err, ERR_CONFLICT, "the database %s is in use by process %s", path,
            holder[0] ? holder : "(unknown)");
    return err_hint(err, "ask that server through its HTTP API, or stop it first");
}

/* Held as long as the process lives; the kernel gives it up for us after a kill. */
static bool lock(struct store *store, struct err *err)
{
    char name[4096];
    char pid[24];

    (void)snprintf(name, sizeof name, "%s.lock", store->path);
    store->lock_fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (store->lock_fd < 0) {
        err_set(err, ERR_BROKEN, "cannot write %s: %s", name, strerror(errno));
        return err_hint(err, "the folder has to exist and to be writable for this user");
    }
    if (flock(store->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return refuse_second(store->path, store->lock_fd, err);
    int n = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    if (ftruncate(store->lock_fd, 0) != 0 || pwrite(store->lock_fd, pid, (size_t)n, 0) != n)
        return err_set(err, ERR_BROKEN, "cannot write %s: %s", name, strerror(errno));
    return true;
}

/* Made by us, so that no other user of the machine reads it; the log files follow. */
static bool make_file(const char *path, struct err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0)
        return err_set(err, ERR_BROKEN, "cannot open the database %s: %s", path,
                       strerror(errno));
    close(fd);
    return true;
}

/* --- the store ------------------------------------------------------------------------- */

static void sqlite_close(struct database *database)
{
    struct store *store = database->impl;

    writer_close(store->writer);
    if (store->lock_fd >= 0)
        close(store->lock_fd);
    free(store->path);
    free(store);
}

static bool sqlite_open(struct database *database, struct str place, struct err *err)
{
    if (place.n == 0 || place.n > 4000 || place.p[0] == ':')
        return err_input(err, "db", "write sqlite:PATH, a file on a local disk",
                         "the database URL names no file");
    struct store *store = calloc(1, sizeof *store);
    must(store);
    store->lock_fd = -1;
    must((store->path = strndup(place.p, place.n)));
    database->impl = store;
    if (lock(store, err) && make_file(store->path, err) &&
        writer_open(database, store->path, &store->writer, err))
        return true;
    sqlite_close(database);
    return false;
}

/* --- handles ------------------------------------------------------------------------------ */

static bool sqlite_handle_open(struct db *db, struct err *err)
{
    struct store *store = db->database->impl;
    struct handle *handle = calloc(1, sizeof *handle);

    must(handle);
    handle->writer = store->writer;
    if (!connection_open(&handle->reader, store->path, false, err)) {
        free(handle);
        return false;
    }
    db->impl = handle;
    return true;
}

static void sqlite_handle_close(struct db *db)
{
    struct handle *handle = db->impl;

    connection_close(&handle->reader);
    free(handle->pipe_changed);
    free(handle);
}

static bool read_fault(struct db *db, struct err *err)
{
    enum db_fault fault;

    if (!database_fault(db->database, &fault))
        return false;
    bool busy = fault == DB_FAULT_FULL || fault == DB_FAULT_SERIALIZATION;
    err_set(err, busy ? ERR_BUSY : ERR_BROKEN, "the read fails on purpose");
    return true;
}

static bool sqlite_run_alone(struct db *db, const struct ask *ask, struct result *result,
                             struct err *err)
{
    struct handle *handle = db->impl;

    if (ask->reads)
        return !read_fault(db, err) && connection_run(&handle->reader, db, ask, result, err);
    if (!db_begin(db, err))
        return false;
    bool ok = writer_run(db, ask, result, err);
    return db_end(db, ok, err);
}

static bool sqlite_pipe_send(struct db *db, const struct ask *ask, struct err *err)
{
    struct handle *handle = db->impl;
    struct result result = {0};

    if (!writer_run(db, ask, &result, err))
        return false;
    if (handle->pipe_n == handle->pipe_room) {
        handle->pipe_room = handle->pipe_room ? handle->pipe_room * 2 : 64;
        handle->pipe_changed =
            reallocarray(handle->pipe_changed, handle->pipe_room, sizeof(int64_t));
        must(handle->pipe_changed);
    }
    handle->pipe_changed[handle->pipe_n++] = result.changed;
    return true;
}

static bool sqlite_pipe_collect(struct db *db, int64_t *changed, size_t n, struct err *err)
{
    struct handle *handle = db->impl;

    (void)err;
    for (size_t i = 0; i < n && changed; i++)
        changed[i] = i < handle->pipe_n ? handle->pipe_changed[i] : 0;
    handle->pipe_n = 0;
    return true;
}

/* Row-level security is PostgreSQL's; here connection_run asks for a scope. */
static bool sqlite_secure(struct db *db, struct err *err)
{
    (void)db, (void)err;
    return true;
}

static bool sqlite_check(struct database *database, struct err *err)
{
    (void)database, (void)err;
    return true;
}

const struct driver sqlite_driver = {
    .table_exists = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1",
    .open = sqlite_open,
    .close = sqlite_close,
    .handle_open = sqlite_handle_open,
    .handle_close = sqlite_handle_close,
    .begin = writer_begin,
    .end = writer_end,
    .run = writer_run,
    .run_alone = sqlite_run_alone,
    .pipe_send = sqlite_pipe_send,
    .pipe_collect = sqlite_pipe_collect,
    .script = writer_script,
    .secure = sqlite_secure,
    .check = sqlite_check,
};
