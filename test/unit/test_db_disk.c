/* db/ on a disk that fails, and behind readers that stay: a layer below SQLite, made here. */
#include "base/arena.h"
#include "base/log.h"
#include "db/driver.h"
#include "test_db.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* --- files whose fsync fails when told to
 * ------------------------------------------------------- */

static int syncs_that_fail; /* the next so many */
static int syncs;

struct file {
    sqlite3_file base;
    sqlite3_file *real;
};

static sqlite3_file *real_of(sqlite3_file *f)
{
    return ((struct file *)(void *)f)->real;
}

#define PASS(name, parameters, arguments)                                                      \
    static int file_##name parameters                                                          \
    {                                                                                          \
        return real_of(f)->pMethods->x##name arguments;                                        \
    }
PASS(Read, (sqlite3_file * f, void *p, int n, sqlite3_int64 at), (real_of(f), p, n, at))
PASS(Write, (sqlite3_file * f, const void *p, int n, sqlite3_int64 at), (real_of(f), p, n, at))
PASS(Truncate, (sqlite3_file * f, sqlite3_int64 n), (real_of(f), n))
PASS(FileSize, (sqlite3_file * f, sqlite3_int64 *n), (real_of(f), n))
PASS(Lock, (sqlite3_file * f, int kind), (real_of(f), kind))
PASS(Unlock, (sqlite3_file * f, int kind), (real_of(f), kind))
PASS(CheckReservedLock, (sqlite3_file * f, int *out), (real_of(f), out))
PASS(FileControl, (sqlite3_file * f, int op, void *arg), (real_of(f), op, arg))
PASS(SectorSize, (sqlite3_file * f), (real_of(f)))
PASS(DeviceCharacteristics, (sqlite3_file * f), (real_of(f)))
PASS(ShmMap, (sqlite3_file * f, int page, int size, int extend, void volatile **out),
     (real_of(f), page, size, extend, out))
PASS(ShmLock, (sqlite3_file * f, int offset, int n, int flags), (real_of(f), offset, n, flags))
PASS(ShmUnmap, (sqlite3_file * f, int erase), (real_of(f), erase))

static int file_Sync(sqlite3_file *f, int flags)
{
    syncs++;
    if (syncs_that_fail > 0) {
        syncs_that_fail--;
        return SQLITE_IOERR_FSYNC;
    }
    return real_of(f)->pMethods->xSync(real_of(f), flags);
}

static void file_ShmBarrier(sqlite3_file *f)
{
    real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int file_Close(sqlite3_file *f)
{
    sqlite3_file *real = real_of(f);
    int code = real->pMethods ? real->pMethods->xClose(real) : SQLITE_OK;

    free(real);
    return code;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_Close,
    .xRead = file_Read,
    .xWrite = file_Write,
    .xTruncate = file_Truncate,
    .xSync = file_Sync,
    .xFileSize = file_FileSize,
    .xLock = file_Lock,
    .xUnlock = file_Unlock,
    .xCheckReservedLock = file_CheckReservedLock,
    .xFileControl = file_FileControl,
    .xSectorSize = file_SectorSize,
    .xDeviceCharacteristics = file_DeviceCharacteristics,
    .xShmMap = file_ShmMap,
    .xShmLock = file_ShmLock,
    .xShmBarrier = file_ShmBarrier,
    .xShmUnmap = file_ShmUnmap,
};

static sqlite3_vfs *real_vfs;
static sqlite3_vfs vfs;

static int vfs_open(sqlite3_vfs *self, const char *name, sqlite3_file *f, int flags, int *out)
{
    struct file *file = (struct file *)(void *)f;

    (void)self;
    file->real = calloc(1, (size_t)real_vfs->szOsFile);
    int code = real_vfs->xOpen(real_vfs, name, file->real, flags, out);
    file->base.pMethods = code == SQLITE_OK ? &methods : NULL;
    if (code != SQLITE_OK)
        free(file->real);
    return code;
}

static void slip_under_sqlite(void)
{
    real_vfs = sqlite3_vfs_find(NULL);
    vfs = *real_vfs;
    vfs.zName = "failing";
    vfs.szOsFile = (int)sizeof(struct file);
    vfs.xOpen = vfs_open;
    sqlite3_vfs_register(&vfs, 1);
}

/* --- the tests
 * -------------------------------------------------------------------------------------- */

static bool put(struct db *db, const char *name, struct err *err)
{
    return db_installation_set(db, str(name), STR("x"), err);
}

static bool there(struct db *db, const char *name)
{
    struct arena *arena = arena_new("test");
    struct str value = STR("");
    struct err err = {0};

    CHECK_OK(db_installation_get(db, arena, str(name), &value, &err), err);
    bool yes = value.n > 0;
    arena_free(arena);
    return yes;
}

static void a_commit_is_on_the_disk(struct database *database, struct db *db)
{
    struct err err = {0};

    (void)database;
    for (int i = 0; i < 5; i++) {
        int before = syncs;
        char name[24];
        snprintf(name, sizeof name, "%d", i);
        CHECK_OK(put(db, name, &err), err);
        CHECK(syncs > before, "no commit without fsync");
    }
}

static void a_failed_fsync_is_not_repeated(struct database *database, struct db *db)
{
    struct err err = {0};

    (void)database;
    CHECK_OK(put(db, "before", &err), err);
    syncs_that_fail = 1;
    CHECK(!put(db, "lost", &err), "the commit fails");
    CHECK(err.kind == ERR_UNCERTAIN || err.kind == ERR_BROKEN, "%s: %s",
          err_kind_name(err.kind), err.text);
    CHECK(syncs_that_fail == 0, "one fsync failed");
    CHECK_OK(put(db, "after", &err), err);
    CHECK(there(db, "before") && there(db, "after"), "it goes on from what is on the disk");
}

static void a_second_one_within_a_minute_ends_the_process(void)
{
    struct test_place place;
    int status = 0;

    test_db_make(&place, false, NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct database *database = NULL;
        struct db *db = NULL;
        struct err err = {0};
        signal(SIGABRT, SIG_DFL);
        if (!database_open(str(place.url), &database, &err) ||
            !database_migrate(database, NULL, &err) || !db_open(database, &db, &err))
            _exit(2);
        syncs_that_fail = 1;
        if (put(db, "a", &err))
            _exit(3);
        syncs_that_fail = 1;
        (void)!put(db, "b", &err);
        _exit(4);
    }
    waitpid(pid, &status, 0);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "status %x", status);
    test_db_remove(&place);
}

static int64_t log_size(sqlite3 *sqlite)
{
    struct stat st = {0};
    char path[300];

    snprintf(path, sizeof path, "%s-wal", sqlite3_db_filename(sqlite, "main"));
    return stat(path, &st) == 0 ? (int64_t)st.st_size : -1;
}

/* A reader of our own that keeps its snapshot: the log cannot start anew behind it. */
static void the_log_shrinks_when_a_long_reader_is_gone(void)
{
    enum { MB = 1024 * 1024 };
    static char megabyte[MB];
    struct test_place place;
    struct database *database = NULL;
    struct db *db = NULL;
    struct err err = {0};
    sqlite3 *reader = NULL;

    test_db_make(&place, false, NULL);
    CHECK_OK(database_open(str(place.url), &database, &err) &&
                 database_migrate(database, NULL, &err) && db_open(database, &db, &err),
             err);
    sqlite3_open(place.url + strlen("sqlite:"), &reader);
    sqlite3_db_config(reader, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM installation", NULL, NULL, NULL);
    for (int i = 0; i < 90; i++) {
        char name[24];
        memset(megabyte, 'A' + i % 26, MB);
        snprintf(name, sizeof name, "%d", i % 10);
        CHECK_OK(db_installation_set(db, str(name), (struct str){megabyte, MB}, &err), err);
    }
    CHECK(log_size(reader) > 80 * MB, "the log has grown to %d MB",
          (int)(log_size(reader) / MB));
    sqlite3_exec(reader, "COMMIT", NULL, NULL, NULL);
    for (int i = 0; i < 100 && log_size(reader) > 64 * MB; i++) {
        char name[24];
        snprintf(name, sizeof name, "z%d", i);
        CHECK_OK(put(db, name, &err), err);
        usleep(100 * 1000);
    }
    CHECK(log_size(reader) <= 64 * MB, "it is still %d MB", (int)(log_size(reader) / MB));
    sqlite3_close(reader);
    db_close(db);
    database_close(database);
    test_db_remove(&place);
}

int main(void)
{
    log_setup(LOG_ERROR + 1, 1);
    slip_under_sqlite();
    test_db_run("a_commit_is_on_the_disk", a_commit_is_on_the_disk, false);
    test_db_run("a_failed_fsync_is_not_repeated", a_failed_fsync_is_not_repeated, false);
    RUN(a_second_one_within_a_minute_ends_the_process);
    RUN(the_log_shrinks_when_a_long_reader_is_gone);
    return test_report();
}
