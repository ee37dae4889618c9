/* Uploads: TUS texts, pieces, recovery from the file, locks, quotas, tenants, the sweep. */

#include "base/limits.h"
#include "creative/creative.h"
#include "creative/upload.h"
#include "net/net.h"
#include "test_ground.h"
#include "text/day.h"
#include "text/hex.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/stat.h>

/* --- texts --------------------------------------------------------------- */

static const struct {
    const char *text;
    int64_t value; /* -1 = no number */
} numbers[] = {
    {"0", 0},
    {"17", 17},
    {"007", 7},
    {"9223372036854775807", INT64_MAX},
    {"", -1},
    {"-1", -1},
    {"+1", -1},
    {" 1", -1},
    {"1 ", -1},
    {"0x10", -1},
    {"1e3", -1},
    {"1.0", -1},
    {"9223372036854775808", -1},
};

static void numbers_are_decimal_digits(void)
{
    for (size_t i = 0; i < countof(numbers); i++) {
        int64_t value = -1;
        bool ok = tus_number(str(numbers[i].text), &value);
        CHECK(ok == (numbers[i].value >= 0) && (!ok || value == numbers[i].value), "\"%s\"",
              numbers[i].text);
    }
}

static const struct {
    const char *header;
    int pairs;       /* -1 = refused */
    const char *key; /* with this value, or named in the refusal */
    const char *value;
} metadata[] = {
    {"", 0, "x", ""},
    {"filename YS5tcDQ=", 1, "filename", "a.mp4"},
    {"filename YS5tcDQ=,is_confidential", 2, "is_confidential", ""},
    {"filename YS5tcDQ=, filetype dmlkZW8vbXA0", 2, "filetype", "video/mp4"},
    {"empty ,b", 2, "empty", ""},
    {"a YQ", -1, "\"a\"", NULL}, /* no padding */
    {"a YQ==,a Yg==", -1, "\"a\" is there twice", NULL},
    {"a Y-_=", -1, "\"a\"", NULL},
    {"a YQ==,,b", -1, "\"\" is empty", NULL},
    {"a YQ==,", -1, "\"\" is empty", NULL},
    {" a YQ== , b Yg==", 2, "b", "b"},
    {"a  YQ==", -1, "\"a\"", NULL},
    {"k\xc3\xa9y YQ==", -1, "visible ASCII", NULL},
    {"a YR==", -1, "\"a\"", NULL}, /* bits behind the end */
};

static void metadata_is_read_strictly_and_says_which_key(void)
{
    struct arena *a = arena_new("test");

    for (size_t i = 0; i < countof(metadata); i++) {
        struct tus_pairs pairs = {0};
        struct err err = {0};
        bool ok = tus_metadata(a, str(metadata[i].header), &pairs, &err);
        CHECK(ok == (metadata[i].pairs >= 0), "\"%s\": %s", metadata[i].header, err.text);
        if (ok)
            CHECK((int)pairs.n == metadata[i].pairs &&
                      IS(tus_value(&pairs, metadata[i].key), metadata[i].value),
                  "\"%s\": %zu", metadata[i].header, pairs.n);
        else
            CHECK(strstr(err.text, metadata[i].key) && !strcmp(err.field, "Upload-Metadata"),
                  "\"%s\": %s", metadata[i].header, err.text);
    }
    struct tus_pairs pairs = {0};
    struct err err = {0};
    struct str many = STR("k0");
    for (int i = 1; i <= LIMIT_UPLOAD_KEYS; i++)
        many = str_fmt(a, STR_FMT ",k%d", STR_ARG(many), i);
    CHECK(!tus_metadata(a, many, &pairs, &err), "too many keys");
    arena_free(a);
}

static void checksums_concatenations_ids_and_dates(void)
{
    struct arena *a = arena_new("test");
    struct err err = {0};
    enum seal_hash hash;
    struct str sum;
    bool final;
    struct strs parts = {0};

    CHECK_OK(tus_checksum(a, STR("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="), &hash, &sum, &err), err);
    CHECK(hash == SEAL_SHA1 && sum.n == 20, "%zu", sum.n);
    CHECK(!tus_checksum(a, STR("sha1 AAAA"), &hash, &sum, &err), "too short");
    CHECK(!tus_checksum(a, STR("sha1"), &hash, &sum, &err), "nothing");
    CHECK(!tus_checksum(a, STR("crc32 AAAA"), &hash, &sum, &err) && strstr(err.hint, "sha256"),
          "%s", err.hint);
    CHECK(tus_concat(a, STR("partial"), &final, &parts, &err) && !final, "partial");
    CHECK(tus_concat(a,
                     STR("final;http://h/files/0123456789abcdef0123456789abcdef "
                         "/files/00000000000000000000000000000000"),
                     &final, &parts, &err) &&
              final && parts.n == 2,
          "%zu", parts.n);
    parts.n = 0;
    CHECK(!tus_concat(a, STR("final;"), &final, &parts, &err), "no parts");
    CHECK(!tus_concat(a, STR("final;/files/../etc/passwd"), &final, &parts, &err), "no id");
    CHECK(!tus_concat(a, STR("whole"), &final, &parts, &err), "no kind");
    CHECK(tus_id_valid(tus_id_new(a)) && !str_eq(tus_id_new(a), tus_id_new(a)), "ids");
    CHECK(IS(day_http(a, GROUND_NOW), "Sat, 21 Nov 2026 06:00:00 GMT"), STR_FMT,
          STR_ARG(day_http(a, GROUND_NOW)));
    CHECK(IS(day_http(a, 0), "Thu, 01 Jan 1970 00:00:00 GMT"), STR_FMT,
          STR_ARG(day_http(a, 0)));
    arena_free(a);
}

static void a_hash_that_was_laid_aside_goes_on(void)
{
    struct arena *a = arena_new("test");

    for (int hash = SEAL_SHA256; hash <= SEAL_MD5; hash++)
        for (size_t at = 0; at <= 200; at += 10) {
            char bytes[200];
            struct seal_run whole, first, second;
            memset(bytes, hash + 'a', sizeof bytes);
            seal_run_begin(&whole, (enum seal_hash)hash);
            seal_run_add(&whole, (struct str){bytes, sizeof bytes});
            seal_run_begin(&first, (enum seal_hash)hash);
            seal_run_add(&first, (struct str){bytes, at});
            CHECK(seal_run_load(a, seal_run_save(a, &first), &second), "load");
            seal_run_add(&second, (struct str){bytes + at, sizeof bytes - at});
            CHECK(str_eq(seal_run_sum(a, &whole), seal_run_sum(a, &second)), "%d %zu", hash,
                  at);
        }
    struct seal_run run;
    CHECK(!seal_run_load(a, STR(""), &run) && !seal_run_load(a, STR("1s00"), &run) &&
              !seal_run_load(a, STR("9s"), &run),
          "what is no state");
    seal_run_begin(&run, SEAL_SHA256);
    seal_run_add(&run, STR("abc"));
    CHECK(IS(hex_encode(a, seal_run_sum(a, &run)),
             "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
          "SHA-256 of abc");
    arena_free(a);
}

/* --- a ground ------------------------------------------------------------ */

static char folder[64];
static struct str account;

static void begin(struct ground *g, struct database *database, struct db *db)
{
    ground_begin(g, database, db);
    snprintf(folder, sizeof folder, "/tmp/adwright_uploads_XXXXXX");
    if (!mkdtemp(folder))
        abort();
    g->conf.data = str(folder);
    g->conf.upload_hash = g->conf.upload_sync = true;
    account = ground_account(g, "9100", "KZT", "Asia/Almaty", "KZ");
    ground_direction(g, "d1", account, "", "");
}

static void end(struct ground *g)
{
    char command[128];

    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command))
        abort();
    ground_end(g);
}

static struct str meta(struct ground *g, const char *name, const char *direction)
{
    return str_fmt(g->arena, "filename " STR_FMT ",direction_id " STR_FMT ",odd",
                   STR_ARG(base64_encode(g->arena, str(name))),
                   STR_ARG(base64_encode(g->arena, str(direction))));
}

static enum upload_why why;

static bool add(struct ground *g, int64_t length, struct upload *out)
{
    struct upload_wish wish = {
        .length = length, .metadata = meta(g, "a.mp4", "d1"), .actor = STR("test")};

    return upload_add(&g->app, g->db, g->arena, &wish, clock_wall_ms(), out, &why, &g->err);
}

/* One piece, written in steps of 1000 bytes. */
static bool send(struct ground *g, struct str id, int64_t offset, struct str bytes, bool whole,
                 struct upload *out)
{
    struct upload_piece piece = {.offset = offset, .size = (int64_t)bytes.n, .length = -1};
    struct upload_stream *stream;

    g->err = (struct err){0};
    if (!upload_begin(&g->app, g->db, g->arena, id, &piece, NULL, clock_wall_ms(), &stream, out,
                      &why, &g->err))
        return false;
    while (bytes.n && upload_write(stream, str_sub(bytes, 0, 1000)))
        bytes = str_sub(bytes, 1000, bytes.n);
    return upload_end(&g->app, g->db, g->arena, stream, whole, clock_wall_ms(), out, &why,
                      &g->err);
}

static bool settle(struct ground *g, struct str id, struct upload *out)
{
    g->err = (struct err){0};
    return upload_settle(&g->app, g->db, g->arena, id, NULL, clock_wall_ms(), out, &why,
                         &g->err);
}

static struct str noise(struct ground *g, size_t n)
{
    char *p = arena_alloc(g->arena, n);

    random_bytes(p, n);
    return (struct str){p, n};
}

static const char *file_of(struct ground *g, struct str id)
{
    return str_fmt(g->arena, "%s/uploads/" STR_FMT "/" STR_FMT, folder,
                   STR_ARG(db_scope_org(g->db)), STR_ARG(id))
        .p;
}

static bool file_is(struct ground *g, struct str creative_id, struct str bytes)
{
    struct creative c = {0};
    char *p = arena_alloc(g->arena, bytes.n + 1);

    CHECK_OK(creative_get(g->db, g->arena, creative_id, &c, &g->err), g->err);
    int fd = open(creative_path(&g->conf, g->arena, &c), O_RDONLY);
    ssize_t n = read(fd, p, bytes.n + 1);
    close(fd);
    CHECK(str_eq(c.sha256, seal_sha256_hex(g->arena, bytes)), "the creative's hash " STR_FMT,
          STR_ARG(c.sha256));
    CHECK(IS(c.status, "processing") && IS(c.direction_id, "d1"), STR_FMT, STR_ARG(c.status));
    return n == (ssize_t)bytes.n && !memcmp(p, bytes.p, bytes.n);
}

/* --- receiving ----------------------------------------------------------- */

static void pieces_become_a_creative(struct database *database, struct db *db)
{
    struct ground g;
    struct upload u;

    begin(&g, database, db);
    struct str bytes = noise(&g, 300000);
    CHECK_OK(add(&g, 300000, &u), g.err);
    struct str id = u.id;
    CHECK(u.offset == 0 && tus_id_valid(id), "%lld", (long long)u.offset);
    CHECK_OK(send(&g, id, 0, str_sub(bytes, 0, 100001), true, &u), g.err);
    CHECK(u.offset == 100001 && IS(u.state, "open"), "%lld", (long long)u.offset);
    CHECK(!send(&g, id, 5, bytes, true, &u) && why == UPLOAD_ELSEWHERE, "another offset: %s",
          g.err.text);
    CHECK_OK(send(&g, id, 100001, str_sub(bytes, 100001, 199999), false, &u), g.err);
    CHECK(IS(u.state, "done") && u.creative_id.n, STR_FMT, STR_ARG(u.state));
    CHECK(file_is(&g, u.creative_id, bytes), "the bytes");
    CHECK(access(file_of(&g, id), F_OK) != 0, "the upload's own name is gone");
    CHECK_OK(settle(&g, id, &u), g.err);
    CHECK(IS(u.state, "done") && u.offset == 300000, "seen twice: once finished");
    CHECK(IS(ground_ask(&g, "SELECT COUNT(*) FROM creatives WHERE org_id = $1", TEXT(g.org)),
             "1"),
          "one creative");
    CHECK(!send(&g, id, 300000, STR("x"), true, &u) && why == UPLOAD_TOO_LARGE, "%s",
          g.err.text);
    end(&g);
}

/* The open file of the upload: to make it one that the kernel does not splice into. */
static int descriptor_of(struct ground *g, struct str id)
{
    char link[512];

    for (int fd = 3; fd < 256; fd++) {
        const char *name = str_fmt(g->arena, "/proc/self/fd/%d", fd).p;
        ssize_t n = readlink(name, link, sizeof link);
        if (n > 0 && str_ends((struct str){link, (size_t)n}, id))
            return fd;
    }
    return -1;
}

static atomic_bool hash_goes_on;

static void *hash_beside(void *arg)
{
    while (atomic_load(&hash_goes_on))
        upload_hash_on(arg);
    return NULL;
}

static void bytes_come_out_of_a_pipe_and_the_hash_follows(struct database *database,
                                                          struct db *db)
{
    enum { STEP = 50000 };
    struct ground g;
    struct upload u;
    struct upload_stream *stream;
    int ends[2];

    begin(&g, database, db);
    struct str bytes = noise(&g, 300000);
    CHECK(pipe(ends) == 0, "a pipe");
    CHECK_OK(add(&g, 300000, &u), g.err);
    struct str id = u.id;
    struct upload_piece piece = {.size = 300000,
                                 .length = -1,
                                 .checked = true,
                                 .hash = SEAL_SHA256,
                                 .sum = seal_sha256(g.arena, bytes)};
    CHECK_OK(upload_begin(&g.app, db, g.arena, id, &piece, NULL, clock_wall_ms(), &stream, &u,
                          &why, &g.err),
             g.err);
    CHECK(upload_is_hashed(stream), "both ways");
    pthread_t hasher;
    atomic_store(&hash_goes_on, true);
    pthread_create(&hasher, NULL, hash_beside, stream);
    for (size_t at = 0; at < bytes.n; at += STEP) {
        if (at == 3 * STEP)
            CHECK(fcntl(descriptor_of(&g, id), F_SETFL, O_APPEND) == 0, "no splicing now");
        CHECK(write(ends[1], bytes.p + at, STEP) == STEP && upload_drain(stream, ends[0], STEP),
              "at %zu", at);
    }
    CHECK(write(ends[1], "x", 1) == 1 && !upload_drain(stream, ends[0], 1), "beyond the end");
    atomic_store(&hash_goes_on, false);
    pthread_join(hasher, NULL);
    CHECK(!upload_end(&g.app, db, g.arena, stream, false, clock_wall_ms(), &u, &why, &g.err) &&
              why == UPLOAD_TOO_LARGE && u.offset == 0,
          "as if it had never come: %lld", (long long)u.offset);

    CHECK_OK(upload_begin(&g.app, db, g.arena, id, &piece, NULL, clock_wall_ms(), &stream, &u,
                          &why, &g.err) &&
                 upload_write(stream, str_sub(bytes, 0, 280000)),
             g.err);
    CHECK(write(ends[1], bytes.p + 280000, 19999) == 19999 &&
              upload_drain(stream, ends[0], 20000), /* with the x from before: x first */
          "the rest");
    CHECK(!upload_end(&g.app, db, g.arena, stream, true, clock_wall_ms(), &u, &why, &g.err) &&
              why == UPLOAD_CHECKSUM && u.offset == 0,
          "the checksum sees what came out of the pipe: %s", g.err.text);

    CHECK_OK(upload_begin(&g.app, db, g.arena, id, &piece, NULL, clock_wall_ms(), &stream, &u,
                          &why, &g.err) &&
                 upload_write(stream, str_sub(bytes, 0, 280000)),
             g.err);
    upload_hash_on(stream); /* half-way; upload_end does the rest */
    CHECK(write(ends[1], bytes.p + 280000, 20000) == 20000 &&
              upload_drain(stream, ends[0], 20000),
          "the rest");
    CHECK_OK(upload_end(&g.app, db, g.arena, stream, true, clock_wall_ms(), &u, &why, &g.err),
             g.err);
    CHECK(IS(u.state, "done") && file_is(&g, u.creative_id, bytes), STR_FMT, STR_ARG(u.state));
    close(ends[0]);
    close(ends[1]);
    end(&g);
}

static void the_hash_may_be_left_for_later(struct database *database, struct db *db)
{
    struct ground g;
    struct upload u;
    struct creative c = {0};

    begin(&g, database, db);
    struct str bytes = noise(&g, 300000);
    g.conf.upload_hash = false;
    CHECK_OK(add(&g, 300000, &u), g.err);
    struct str id = u.id;
    CHECK_OK(send(&g, id, 0, str_sub(bytes, 0, 100001), true, &u), g.err);
    CHECK(u.offset == 100001 && !u.hash_state.n, "%lld", (long long)u.offset);
    g.conf.upload_hash = true; /* told otherwise half-way: what is here is read */
    CHECK_OK(send(&g, id, 100001, str_sub(bytes, 100001, 199999), true, &u), g.err);
    CHECK(IS(u.state, "done") && file_is(&g, u.creative_id, bytes), STR_FMT, STR_ARG(u.state));

    CHECK_OK(add(&g, 300000, &u), g.err);
    id = u.id;
    CHECK_OK(send(&g, id, 0, str_sub(bytes, 0, 100001), true, &u), g.err);
    g.conf.upload_hash = false;
    CHECK_OK(send(&g, id, 100001, str_sub(bytes, 100001, 199999), true, &u), g.err);
    CHECK_OK(creative_get(g.db, g.arena, u.creative_id, &c, &g.err), g.err);
    CHECK(!c.sha256.n && c.size_bytes == 300000, "the job hashes it: " STR_FMT,
          STR_ARG(c.sha256));
    end(&g);
}

static void a_piece_beyond_the_end_leaves_nothing(struct database *database, struct db *db)
{
    struct ground g;
    struct upload u;
    struct upload_stream *stream;

    begin(&g, database, db);
    struct str bytes = noise(&g, 5000);
    CHECK_OK(add(&g, 4000, &u), g.err);
    struct str id = u.id;
    CHECK(!send(&g, id, 0, bytes, true, &u) && why == UPLOAD_TOO_LARGE, "told: %s", g.err.text);
    struct upload_piece piece = {.size = -1, .length = -1}; /* chunked: not told */
    CHECK_OK(upload_begin(&g.app, db, g.arena, id, &piece, NULL, clock_wall_ms(), &stream, &u,
                          &why, &g.err),
             g.err);
    CHECK(upload_write(stream, str_sub(bytes, 0, 3000)), "so far");
    CHECK(!upload_write(stream, str_sub(bytes, 3000, 2000)), "beyond");
    CHECK(!upload_end(&g.app, db, g.arena, stream, false, clock_wall_ms(), &u, &why, &g.err) &&
              why == UPLOAD_TOO_LARGE,
          "%s", g.err.text);
    CHECK_OK(settle(&g, id, &u), g.err);
    CHECK(u.offset == 0, "%lld", (long long)u.offset);
    CHECK_OK(send(&g, id, 0, str_sub(bytes, 0, 4000), true, &u), g.err);
    CHECK(file_is(&g, u.creative_id, str_sub(bytes, 0, 4000)), "the bytes");
    end(&g);
}

static bool send_checked(struct ground *g, struct str id, int64_t offset, struct str bytes,
                         struct str hashed, bool whole, struct upload *out)
{
    struct upload_piece piece = {.offset = offset,
                                 .size = (int64_t)bytes.n,
                                 .length = -1,
                                 .checked = true,
                                 .hash = SEAL_SHA256,
                                 .sum = seal_sha256(g->arena, hashed)};
    struct upload_stream *stream;

    return upload_begin(&g->app, g->db, g->arena, id, &piece, NULL, clock_wall_ms(), &stream,
                        out, &why, &g->err) &&
           upload_write(stream, bytes) &&
           upload_end(&g->app, g->db, g->arena, stream, whole, clock_wall_ms(), out, &why,
                      &g->err);
}

static void a_piece_with_a_wrong_checksum_is_thrown_away(struct database *database,
                                                         struct db *db)
{
    struct ground g;
    struct upload u;

    begin(&g, database, db);
    struct str bytes = noise(&g, 9000);
    CHECK_OK(add(&g, 9000, &u), g.err);
    struct str id = u.id;
    struct str first = str_sub(bytes, 0, 4000), rest = str_sub(bytes, 4000, 5000);
    CHECK_OK(send_checked(&g, id, 0, first, first, true, &u), g.err);
    CHECK(!send_checked(&g, id, 4000, rest, first, true, &u) && why == UPLOAD_CHECKSUM, "%s",
          g.err.text);
    CHECK_OK(settle(&g, id, &u), g.err);
    CHECK(u.offset == 4000, "%lld", (long long)u.offset);
    CHECK_OK(send_checked(&g, id, 4000, str_sub(rest, 0, 10), rest, false, &u), g.err);
    CHECK(u.offset == 4010, "what came of a broken piece is kept: %lld", (long long)u.offset);
    CHECK_OK(send(&g, id, 4010, str_sub(rest, 10, 4990), true, &u), g.err);
    CHECK(file_is(&g, u.creative_id, bytes), "the bytes and their hash");
    end(&g);
}

/* What kill -9 leaves: a file that is ahead of the row, and nobody who holds it. */
static void after_a_crash_the_file_says_where_to_go_on(struct database *database, struct db *db)
{
    struct ground g;
    struct upload u;
    struct upload_stream *stream;
    struct stat about;

    begin(&g, database, db);
    struct str bytes = noise(&g, 50000);
    CHECK_OK(add(&g, 50000, &u), g.err);
    struct str id = u.id;
    CHECK_OK(send(&g, id, 0, str_sub(bytes, 0, 10000), true, &u), g.err);

    int fd = open(file_of(&g, id), O_WRONLY | O_APPEND);
    CHECK(write(fd, bytes.p + 10000, 7777) == 7777, "written, and never told");
    close(fd);
    CHECK_OK(settle(&g, id, &u), g.err);
    CHECK(u.offset == 17777 && !stat(file_of(&g, id), &about) && about.st_size == 17777, "%lld",
          (long long)u.offset);
    CHECK_OK(send(&g, id, 17777, str_sub(bytes, 17777, 10000), true, &u), g.err);

    /* the other way: the file has less than the row, and the hash state is of no use */
    CHECK(truncate(file_of(&g, id), 20000) == 0, "cut");
    CHECK_OK(settle(&g, id, &u), g.err);
    CHECK(u.offset == 20000, "%lld", (long long)u.offset);
    CHECK_OK(db_run(db, NULL, &g.err,
                    "UPDATE uploads SET hash_state = 'of another machine' WHERE org_id = $1",
                    TEXT(g.org)),
             g.err);

    /* the last bytes are here, the answer was lost: who asks finds it done */
    fd = open(file_of(&g, id), O_WRONLY | O_APPEND);
    CHECK(write(fd, bytes.p + 20000, 30000) == 30000, "the rest");
    close(fd);
    CHECK_OK(settle(&g, id, &u), g.err);
    CHECK(IS(u.state, "done") && file_is(&g, u.creative_id, bytes), STR_FMT, STR_ARG(u.state));

    /* the database was away at the end of a piece */
    CHECK_OK(add(&g, 50000, &u), g.err);
    id = u.id;
    struct upload_piece piece = {.size = 30000, .length = -1};
    CHECK_OK(upload_begin(&g.app, db, g.arena, id, &piece, NULL, clock_wall_ms(), &stream, &u,
                          &why, &g.err),
             g.err);
    CHECK(upload_write(stream, str_sub(bytes, 0, 30000)), "write");
    CHECK(!upload_end(&g.app, NULL, g.arena, stream, true, clock_wall_ms(), &u, &why, &g.err) &&
              g.err.kind == ERR_BUSY,
          "%s", g.err.text);
    CHECK_OK(settle(&g, id, &u), g.err);
    CHECK(u.offset == 30000, "%lld", (long long)u.offset);
    CHECK_OK(send(&g, id, 30000, str_sub(bytes, 30000, 20000), true, &u), g.err);
    CHECK(file_is(&g, u.creative_id, bytes), "the bytes");
    end(&g);
}

static void the_length_may_be_told_later_and_once(struct database *database, struct db *db)
{
    struct ground g;
    struct upload u;
    struct upload_stream *stream;

    begin(&g, database, db);
    struct str bytes = noise(&g, 3000);
    CHECK_OK(add(&g, -1, &u), g.err);
    struct str id = u.id;
    CHECK_OK(send(&g, id, 0, str_sub(bytes, 0, 1000), true, &u), g.err);
    static const int64_t bad[] = {0, 999, (INT64_C(1) << 40)};
    for (size_t i = 0; i < countof(bad); i++) {
        struct upload_piece piece = {.offset = 1000, .size = 0, .length = bad[i]};
        CHECK(!upload_begin(&g.app, db, g.arena, id, &piece, NULL, clock_wall_ms(), &stream, &u,
                            &why, &g.err),
              "%lld", (long long)bad[i]);
    }
    struct upload_piece piece = {.offset = 1000, .size = 2000, .length = 3000};
    CHECK_OK(
        upload_begin(&g.app, db, g.arena, id, &piece, NULL, clock_wall_ms(), &stream, &u, &why,
                     &g.err) &&
            upload_write(stream, str_sub(bytes, 1000, 500)) &&
            upload_end(&g.app, db, g.arena, stream, false, clock_wall_ms(), &u, &why, &g.err),
        g.err);
    CHECK(u.length == 3000 && u.offset == 1500, "%lld", (long long)u.length);
    piece = (struct upload_piece){.offset = 1500, .size = 0, .length = 3001};
    CHECK(!upload_begin(&g.app, db, g.arena, id, &piece, NULL, clock_wall_ms(), &stream, &u,
                        &why, &g.err),
          "another length");
    CHECK_OK(send(&g, id, 1500, str_sub(bytes, 1500, 1500), true, &u), g.err);
    CHECK(file_is(&g, u.creative_id, bytes), "the bytes");
    end(&g);
}

static void parts_are_joined(struct database *database, struct db *db)
{
    struct ground g;
    struct upload parts[3], u;

    begin(&g, database, db);
    struct str bytes = noise(&g, 3000), concat = STR("final;");
    for (size_t i = 0; i < 3; i++) {
        struct upload_wish wish = {
            .length = 1000, .concat = STR("partial"), .actor = STR("test")};
        CHECK_OK(
            upload_add(&g.app, db, g.arena, &wish, clock_wall_ms(), &parts[i], &why, &g.err),
            g.err);
        concat = str_fmt(g.arena, STR_FMT "%s/files/" STR_FMT, STR_ARG(concat), i ? " " : "",
                         STR_ARG(parts[i].id));
    }
    struct upload_wish final = {.length = -1,
                                .metadata = meta(&g, "a.mp4", "d1"),
                                .concat = concat,
                                .actor = STR("test")};
    CHECK(!upload_add(&g.app, db, g.arena, &final, clock_wall_ms(), &u, &why, &g.err) &&
              g.err.kind == ERR_INVALID,
          "unfinished parts: %s", g.err.text);
    for (size_t i = 0; i < 3; i++) {
        CHECK_OK(send(&g, parts[i].id, 0, str_sub(bytes, i * 1000, 1000), true, &u), g.err);
        CHECK(IS(u.state, "open") && !u.creative_id.n, "a part alone is no creative");
    }
    CHECK_OK(upload_add(&g.app, db, g.arena, &final, clock_wall_ms(), &u, &why, &g.err), g.err);
    CHECK(IS(u.state, "done") && u.offset == 3000 && file_is(&g, u.creative_id, bytes), STR_FMT,
          STR_ARG(u.state));
    db_scope(db, g.other);
    CHECK(!upload_add(&g.app, db, g.arena, &final, clock_wall_ms(), &u, &why, &g.err) &&
              g.err.kind == ERR_NOT_FOUND,
          "parts of another org: %s", g.err.text);
    end(&g);
}

/* --- who may ------------------------------------------------------------- */

static void another_org_sees_nothing(struct database *database, struct db *db)
{
    struct ground g;
    struct upload u, seen;

    begin(&g, database, db);
    CHECK_OK(add(&g, 3000, &u), g.err);
    db_scope(db, g.other);
    CHECK(!upload_get(db, g.arena, u.id, clock_wall_ms(), &seen, &g.err) &&
              g.err.kind == ERR_NOT_FOUND,
          "get");
    CHECK(!settle(&g, u.id, &seen) && g.err.kind == ERR_NOT_FOUND, "settle");
    CHECK(!send(&g, u.id, 0, STR("x"), true, &seen) && g.err.kind == ERR_NOT_FOUND, "send");
    CHECK(!upload_remove(&g.app, db, g.arena, u.id, NULL, clock_wall_ms(), &why, &g.err) &&
              g.err.kind == ERR_NOT_FOUND,
          "remove");
    CHECK(access(file_of(&g, u.id), F_OK) != 0, "no file was made for it either");
    db_scope(db, g.org);
    CHECK_OK(settle(&g, u.id, &seen), g.err);
    end(&g);
}

static const char *const climbing[] = {
    "..",
    "../../etc/passwd",
    "/etc/passwd",
    "",
    ".",
    "0123456789abcdef0123456789abcde",
    "0123456789abcdef0123456789abcdef0",
    "0123456789ABCDEF0123456789ABCDEF",
    "0123456789abcdef0123456789abcde/",
    "....//....//....//....//....//..",
    "%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e",
    "0123456789abcdef0123456789abcde\n",
};

static void ids_of_another_shape_touch_no_file(struct database *database, struct db *db)
{
    struct ground g;
    struct upload u;
    struct stat about;

    begin(&g, database, db);
    for (size_t i = 0; i < countof(climbing); i++) {
        CHECK(!settle(&g, str(climbing[i]), &u) && g.err.kind == ERR_NOT_FOUND, "%s",
              climbing[i]);
        CHECK(!send(&g, str(climbing[i]), 0, STR("x"), true, &u), "%s", climbing[i]);
    }
    CHECK(stat(str_fmt(g.arena, "%s/uploads", folder).p, &about) != 0, "no folder was made");
    end(&g);
}

/* --- one at a time ------------------------------------------------------- */

static struct {
    struct ground *g;
    struct upload_stream *stream;
    int told;
    bool lets_go;
} holder;

static void told_to_go(void *arg, struct str key)
{
    struct upload u;
    struct err err = {0};
    enum upload_why unused;

    (void)arg;
    holder.told++;
    CHECK(key.n == 36 + 1 + 32, STR_FMT, STR_ARG(key));
    if (holder.lets_go && holder.stream) {
        CHECK_OK(upload_end(&holder.g->app, holder.g->db, holder.g->arena, holder.stream, false,
                            clock_wall_ms(), &u, &unused, &err),
                 err);
        holder.stream = NULL;
    }
}

static void a_newer_request_takes_the_upload_over(struct database *database, struct db *db)
{
    struct ground g;
    struct upload u;
    struct upload_evict evict = {.cut = told_to_go};
    struct upload_piece piece = {.size = 2000, .length = -1};

    begin(&g, database, db);
    struct str bytes = noise(&g, 2000);
    CHECK_OK(add(&g, 2000, &u), g.err);
    struct str id = u.id;
    CHECK_OK(upload_begin(&g.app, db, g.arena, id, &piece, NULL, clock_wall_ms(),
                          &holder.stream, &u, &why, &g.err),
             g.err);
    CHECK(upload_write(holder.stream, str_sub(bytes, 0, 500)), "write");
    holder.g = &g;
    holder.lets_go = true;
    holder.told = 0;
    CHECK_OK(upload_settle(&g.app, db, g.arena, id, &evict, clock_wall_ms(), &u, &why, &g.err),
             g.err);
    CHECK(holder.told == 1 && u.offset == 500, "%d, %lld", holder.told, (long long)u.offset);
    CHECK_OK(send(&g, id, 500, str_sub(bytes, 500, 1500), true, &u), g.err);
    CHECK(file_is(&g, u.creative_id, bytes), "the bytes");
    end(&g);
}

/* Another process, which does not hear us: its lock is respected, and its name shows. */
static void who_does_not_let_go_is_waited_for_and_not_disturbed(struct database *database,
                                                                struct db *db)
{
    struct ground g;
    struct upload u;
    struct strs keys = {0}, wanted = {0};

    begin(&g, database, db);
    CHECK_OK(add(&g, 2000, &u), g.err);
    struct str id = u.id;
    int fd = open(file_of(&g, u.id), O_RDWR);
    CHECK(flock(fd, LOCK_EX) == 0, "the lock");
    CHECK_OK(db_run(db, NULL, &g.err,
                    "UPDATE uploads SET holder = 'another:1' WHERE org_id = $1", TEXT(g.org)),
             g.err);
    *strs_add(&keys, g.arena) = upload_key(db, g.arena, u.id);
    CHECK_OK(upload_wanted(db, g.arena, &keys, &wanted, &g.err), g.err);
    CHECK(wanted.n == 1, "what another process wants is seen");

    struct upload_evict evict = {.wait_ms = 300};
    int64_t before = clock_mono_ms();
    CHECK(!upload_settle(&g.app, db, g.arena, id, &evict, clock_wall_ms(), &u, &why, &g.err) &&
              why == UPLOAD_HELD && g.err.kind == ERR_BUSY,
          "%s", g.err.text);
    CHECK(clock_mono_ms() - before >= 300, "so long");
    wanted.n = 0;
    CHECK_OK(upload_wanted(db, g.arena, &keys, &wanted, &g.err), g.err);
    CHECK(wanted.n == 0, "now we are who wants it");
    close(fd);
    CHECK_OK(settle(&g, id, &u), g.err);
    end(&g);
}

static void a_late_holder_cannot_store(struct database *database, struct db *db)
{
    struct ground g;
    struct upload u;
    struct upload_stream *stream;
    struct upload_piece piece = {.size = 2000, .length = -1};

    begin(&g, database, db);
    CHECK_OK(add(&g, 2000, &u), g.err);
    CHECK_OK(upload_begin(&g.app, db, g.arena, u.id, &piece, NULL, clock_wall_ms(), &stream, &u,
                          &why, &g.err),
             g.err);
    CHECK(upload_write(stream, STR("abc")), "write");
    CHECK_OK(db_run(db, NULL, &g.err, "UPDATE uploads SET epoch = epoch + 1 WHERE org_id = $1",
                    TEXT(g.org)),
             g.err);
    CHECK(!upload_end(&g.app, db, g.arena, stream, false, clock_wall_ms(), &u, &why, &g.err) &&
              why == UPLOAD_HELD,
          "%s", g.err.text);
    CHECK(IS(ground_ask(&g, "SELECT offset_bytes FROM uploads WHERE org_id = $1", TEXT(g.org)),
             "0"),
          "the row is another's now");
    end(&g);
}

/* --- before the first byte ----------------------------------------------- */

static void what_cannot_become_a_creative_is_refused_at_once(struct database *database,
                                                             struct db *db)
{
    struct ground g;
    struct upload u;
    static const struct {
        const char *name, *direction;
        int64_t length;
        enum upload_why why;
        enum err_kind kind;
        const char *field;
    } bad[] = {
        {"a.exe", "d1", 10, UPLOAD_TYPE, ERR_INVALID, "filetype"},
        {"noending", "d1", 10, UPLOAD_TYPE, ERR_INVALID, "filetype"},
        {"a.mp4", "d9", 10, UPLOAD_OTHER, ERR_NOT_FOUND, "direction_id"},
        {"a.png", "d1", 10, UPLOAD_OTHER, ERR_INVALID, "media_type"}, /* TikTok */
        {"a.mp4", "d1", 0, UPLOAD_OTHER, ERR_INVALID, "Upload-Length"},
        {"a.mp4", "d1", LIMIT_VIDEO + 1, UPLOAD_TOO_LARGE, ERR_INVALID, "Upload-Length"},
        {"a\xff.mp4", "d1", 10, UPLOAD_OTHER, ERR_INVALID, "filename"},
    };

    begin(&g, database, db);
    for (size_t i = 0; i < countof(bad); i++) {
        struct upload_wish wish = {.length = bad[i].length,
                                   .metadata = meta(&g, bad[i].name, bad[i].direction),
                                   .actor = STR("test")};
        g.err = (struct err){0};
        CHECK(!upload_add(&g.app, db, g.arena, &wish, clock_wall_ms(), &u, &why, &g.err) &&
                  why == bad[i].why && g.err.kind == bad[i].kind &&
                  !strcmp(g.err.field, bad[i].field),
              "%zu: %d %s %s", i, why, g.err.field, g.err.text);
    }
    CHECK(
        IS(ground_ask(&g, "SELECT COUNT(*) FROM uploads WHERE org_id = $1", TEXT(g.org)), "0"),
        "none was stored");
    end(&g);
}

static void quotas_and_a_full_disk_refuse_before_the_first_byte(struct database *database,
                                                                struct db *db)
{
    struct ground g;
    struct upload u, second;

    begin(&g, database, db);
    CHECK_OK(add(&g, 1 << 20, &u), g.err);
    g.conf.uploads_per_org = 1;
    CHECK(!add(&g, 10, &second) && g.err.kind == ERR_BUSY, "count: %s", g.err.text);
    g.conf.uploads_per_org = 2;
    g.conf.upload_org_mb = 2;
    CHECK(!add(&g, (1 << 20) + 1, &second) && g.err.kind == ERR_BUSY, "bytes: %s", g.err.text);
    g.conf.upload_org_mb = 0;
    g.conf.media_org_mb = 1;
    CHECK(!add(&g, 10, &second) && why == UPLOAD_TOO_LARGE, "media: %s", g.err.text);
    g.conf.media_org_mb = 0;
    g.conf.disk_reserve_mb = INT64_C(1) << 40;
    CHECK(!add(&g, 10, &second) && g.err.kind == ERR_BUSY && why == UPLOAD_OTHER, "disk: %s",
          g.err.text);
    CHECK(!send(&g, u.id, 0, STR("x"), true, &second) && g.err.kind == ERR_BUSY,
          "a piece too: %s", g.err.text);
    g.conf.disk_reserve_mb = 0;
    CHECK_OK(add(&g, 10, &second), g.err);
    end(&g);
}

/* Others fill the disk while a piece comes: it stops before the reserve is used up. */
static void a_disk_that_fills_up_stops_a_piece_and_keeps_what_came(struct database *database,
                                                                   struct db *db)
{
    struct ground g;
    struct upload u;
    struct upload_stream *stream;
    struct upload_piece piece = {.size = 20 << 20, .length = -1};
    enum { STEP = 1 << 20 };

    begin(&g, database, db);
    struct str bytes = noise(&g, 20 << 20);
    CHECK_OK(add(&g, 20 << 20, &u), g.err);
    struct str id = u.id;
    CHECK_OK(upload_begin(&g.app, db, g.arena, id, &piece, NULL, clock_wall_ms(), &stream, &u,
                          &why, &g.err),
             g.err);
    CHECK(upload_write(stream, str_sub(bytes, 0, STEP)), "there is room");
    g.conf.disk_reserve_mb = INT64_C(1) << 40;
    size_t at = STEP;
    while (at < bytes.n && upload_write(stream, str_sub(bytes, at, STEP)))
        at += STEP;
    CHECK(at < bytes.n, "it was stopped");
    CHECK(!upload_end(&g.app, db, g.arena, stream, false, clock_wall_ms(), &u, &why, &g.err) &&
              g.err.kind == ERR_BUSY && why == UPLOAD_OTHER,
          "%s", g.err.text);
    g.conf.disk_reserve_mb = 0;
    CHECK_OK(settle(&g, id, &u), g.err);
    CHECK(u.offset >= STEP, "%lld", (long long)u.offset);
    CHECK_OK(send(&g, id, u.offset, str_sub(bytes, (size_t)u.offset, bytes.n), true, &u),
             g.err);
    CHECK(file_is(&g, u.creative_id, bytes), "the bytes");
    end(&g);
}

/* --- the sweep ----------------------------------------------------------- */

static const struct job_kind *const kinds[] = {upload_jobs, NULL};

static void sweep(struct ground *g)
{
    struct net *net;
    int ran;

    CHECK_OK(net_open(&net, &g->err), g->err);
    db_scope_system(g->db);
    CHECK_OK(upload_schedule(g->db, g->arena, clock_wall_ms(), &g->err) &&
                 job_run_due(g->database, kinds, g->db, net, &g->app, &ran, &g->err),
             g->err);
    db_scope(g->db, g->org);
    net_close(net);
}

static void what_expired_is_swept_and_activity_puts_it_off(struct database *database,
                                                           struct db *db)
{
    struct ground g;
    struct upload idle, busy, whole, u;

    begin(&g, database, db);
    struct str bytes = noise(&g, 2000);
    CHECK_OK(add(&g, 2000, &idle) && add(&g, 2000, &busy) && add(&g, 2000, &whole), g.err);
    int fd = open(file_of(&g, whole.id), O_WRONLY);
    CHECK(write(fd, bytes.p, 2000) == 2000, "all here, and never told");
    close(fd);
    const char *orphan = file_of(&g, STR("00000000000000000000000000000000"));
    close(open(orphan, O_WRONLY | O_CREAT, 0600));
    struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    CHECK(utimensat(AT_FDCWD, orphan, old, 0) == 0, "an old file");

    clock_set_wall(GROUND_NOW + 23 * HOUR_MS);
    CHECK_OK(send(&g, busy.id, 0, str_sub(bytes, 0, 100), true, &u), g.err);
    CHECK(u.expires_ms >= GROUND_NOW + 47 * HOUR_MS, "it slides");
    clock_set_wall(GROUND_NOW + 25 * HOUR_MS);
    CHECK(!settle(&g, idle.id, &u) && g.err.kind == ERR_NOT_FOUND, "expired is not found");
    sweep(&g);
    CHECK(access(file_of(&g, idle.id), F_OK) != 0, "the expired file");
    CHECK(access(orphan, F_OK) != 0, "the file that nobody knows");
    CHECK_OK(settle(&g, busy.id, &u), g.err);
    CHECK(u.offset == 100, "%lld", (long long)u.offset);
    struct str creative =
        ground_ask(&g, "SELECT creative_id FROM uploads WHERE org_id = $1 AND upload_id = $2",
                   TEXT(g.org), TEXT(whole.id));
    CHECK(file_is(&g, creative, bytes), "what was all here has become a creative");
    CHECK(
        IS(ground_ask(&g, "SELECT COUNT(*) FROM uploads WHERE org_id = $1", TEXT(g.org)), "2"),
        "rows");
    end(&g);
}

static void a_removed_upload_is_gone(struct database *database, struct db *db)
{
    struct ground g;
    struct upload u;

    begin(&g, database, db);
    CHECK_OK(add(&g, 2000, &u), g.err);
    CHECK_OK(upload_remove(&g.app, db, g.arena, u.id, NULL, clock_wall_ms(), &why, &g.err),
             g.err);
    CHECK(access(file_of(&g, u.id), F_OK) != 0, "the file");
    CHECK(!settle(&g, u.id, &u) && g.err.kind == ERR_NOT_FOUND, "the row");
    end(&g);
}

/* A failure at each statement of the end: nothing is half done, and going on ends well. */
static void a_failure_at_any_statement_loses_nothing(struct database *database, struct db *db)
{
    struct ground g;
    struct upload u;

    begin(&g, database, db);
    struct str bytes = noise(&g, 2000);
    bool finished = false;
    for (int64_t k = 1; !finished && k < 60; k++) {
        CHECK_OK(add(&g, 2000, &u), g.err);
        struct str id = u.id;
        database_fail_at(database, k, DB_FAULT_ERROR);
        finished = send(&g, id, 0, bytes, true, &u);
        int64_t used = database_statements(database);
        database_fail_at(database, 0, DB_FAULT_ERROR);
        finished = finished && used < k;
        CHECK_OK(settle(&g, id, &u), g.err);
        if (!IS(u.state, "done"))
            CHECK_OK(
                send(&g, id, u.offset, str_sub(bytes, (size_t)u.offset, bytes.n), true, &u),
                g.err);
        CHECK(IS(u.state, "done") && file_is(&g, u.creative_id, bytes), "k = %lld",
              (long long)k);
    }
    CHECK(finished, "the statements have an end");
    end(&g);
}

int main(void)
{
    struct err err = {0};

    log_setup(LOG_ERROR, 0);
    CHECK_OK(seal_setup(&err), err);
    RUN(numbers_are_decimal_digits);
    RUN(metadata_is_read_strictly_and_says_which_key);
    RUN(checksums_concatenations_ids_and_dates);
    RUN(a_hash_that_was_laid_aside_goes_on);
    RUN_ON_DATABASES(pieces_become_a_creative);
    RUN_ON_DATABASES(bytes_come_out_of_a_pipe_and_the_hash_follows);
    RUN_ON_DATABASES(the_hash_may_be_left_for_later);
    RUN_ON_DATABASES(a_piece_beyond_the_end_leaves_nothing);
    RUN_ON_DATABASES(a_piece_with_a_wrong_checksum_is_thrown_away);
    RUN_ON_DATABASES(after_a_crash_the_file_says_where_to_go_on);
    RUN_ON_DATABASES(the_length_may_be_told_later_and_once);
    RUN_ON_DATABASES(parts_are_joined);
    RUN_ON_DATABASES(another_org_sees_nothing);
    RUN_ON_DATABASES(ids_of_another_shape_touch_no_file);
    RUN_ON_DATABASES(a_newer_request_takes_the_upload_over);
    RUN_ON_DATABASES(who_does_not_let_go_is_waited_for_and_not_disturbed);
    RUN_ON_DATABASES(a_late_holder_cannot_store);
    RUN_ON_DATABASES(what_cannot_become_a_creative_is_refused_at_once);
    RUN_ON_DATABASES(quotas_and_a_full_disk_refuse_before_the_first_byte);
    RUN_ON_DATABASES(a_disk_that_fills_up_stops_a_piece_and_keeps_what_came);
    RUN_ON_DATABASES(what_expired_is_swept_and_activity_puts_it_off);
    RUN_ON_DATABASES(a_removed_upload_is_gone);
    RUN_ON_DATABASES(a_failure_at_any_statement_loses_nothing);
    return test_report();
}
