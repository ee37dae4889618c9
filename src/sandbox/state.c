/* state.c - the whole state in one file, replaced atomically. */

#include "sandbox/box.h"

#include "base/arena.h"
#include "base/clock.h"
#include "conf/conf.h"
#include "sandbox/clockwork.h"
#include "sandbox/doc.h"
#include "sandbox/market.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FORMAT     "adwright-sandbox/1"
#define STATE_MOST ((size_t)512 * 1024 * 1024)

static void put_head(struct sandbox *box, struct arena *arena, struct buf *buf)
{
    struct json_writer w;

    json_writer(&w, buf);
    json_object(&w);
    json_text_member(&w, "format", STR(FORMAT));
    json_int_member(&w, "clock_ms", clock_wall_ms());
    json_text_member(&w, "seed", str_fmt(arena, "%lld", (long long)box->seed));
    json_int_member(&w, "serial", store_serial(box->store));
    json_int_member(&w, "deliveries", box->deliveries);
    json_int_member(&w, "requests", box->requests);
    json_key(&w, "settings");
    settings_put(&box->settings, &w);
    json_end(&w);
    buf_char(buf, '\n');
}

static void put_market(const struct market *market, struct arena *arena, struct buf *buf)
{
    struct json_writer w;

    json_writer(&w, buf);
    json_object(&w);
    json_text_member(&w, "market", market->advertiser_id);
    json_int_member(&w, "hooked_ms", market->hooked_ms);
    json_key(&w, "world");
    json_put_raw(&w, world_save(market->world, arena));
    json_end(&w);
    buf_char(buf, '\n');
}

/* A line of JSON each: the head, the documents, the markets. */
static struct str state_text(struct sandbox *box, struct arena *arena)
{
    struct buf buf;

    buf_init(&buf, arena, STATE_MOST);
    put_head(box, arena, &buf);
    store_save(box->store, &buf);
    for (size_t i = 0; i < box->markets.n; i++)
        put_market(&box->markets.at[i], arena, &buf);
    must(!buf.full);
    return buf_str(&buf);
}

static bool fail(const char *what, const char *path, struct err *err)
{
    return err_set(err, ERR_BROKEN, "cannot %s %s: %s", what, path, strerror(errno));
}

static bool write_all(int fd, struct str text)
{
    while (text.n) {
        ssize_t n = write(fd, text.p, text.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text = str_sub(text, (size_t)n, text.n);
    }
    return true;
}

static bool replace_file(struct arena *arena, const char *path, struct str text,
                         struct err *err)
{
    const char *fresh = str_fmt(arena, "%s.new", path).p;
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok;

    if (fd < 0)
        return fail("create", fresh, err);
    ok = write_all(fd, text) && fsync(fd) == 0;
    if (close(fd) != 0)
        ok = false;
    if (!ok)
        return fail("write", fresh, err);
    return rename(fresh, path) == 0 || fail("replace", path, err);
}

bool state_save(struct sandbox *box, struct err *err)
{
    struct arena *arena;
    bool ok;

    if (!box->conf->sandbox_state.n)
        return true;
    arena = arena_new("sandbox state");
    ok = replace_file(arena, str_c(arena, box->conf->sandbox_state), state_text(box, arena),
                      err);
    arena_free(arena);
    return ok;
}

static bool read_all(struct arena *arena, const char *path, bool *found, struct str *out,
                     struct err *err)
{
    FILE *f = fopen(path, "rb");
    char *bytes = NULL;
    long size = 0;
    bool ok;

    *found = f != NULL;
    if (!f)
        return errno == ENOENT || fail("open", path, err);
    ok = fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) >= 0 && fseek(f, 0, SEEK_SET) == 0;
    if (ok) {
        bytes = arena_alloc(arena, (size_t)size + 1);
        ok = fread(bytes, 1, (size_t)size, f) == (size_t)size;
    }
    fclose(f);
    *out = (struct str){bytes, (size_t)size};
    return ok || fail("read", path, err);
}

static bool load_market(struct sandbox *box, struct arena *arena, const struct json *line,
                        struct err *err)
{
    struct market *market;
    struct world *world;

    if (!world_load(json_print(arena, json_at(line, "world")), &world, err))
        return false;
    market = markets_add(&box->markets, box->market_arena);
    market->advertiser_id = str_dup(box->market_arena, json_text(line, "market", STR("")));
    market->world = world;
    (void)json_int(line, "hooked_ms", &market->hooked_ms);
    market_relearn(box, market);
    return true;
}

static bool load_head(struct sandbox *box, const struct json *head, struct err *err)
{
    int64_t clock_ms, seed = 0, serial = 0;

    if (!str_eq(json_text(head, "format", STR("")), STR(FORMAT)) ||
        !json_int(head, "clock_ms", &clock_ms))
        return err_set(err, ERR_INVALID, "this is not a state file of the sandbox");
    if (!clockwork_move(box, clock_ms, err)) /* it never lives a time twice */
        return false;
    (void)json_int(head, "seed", &seed);
    (void)json_int(head, "serial", &serial);
    (void)json_int(head, "deliveries", &box->deliveries);
    (void)json_int(head, "requests", &box->requests);
    box->seed = (uint64_t)seed;
    store_set_serial(box->store, serial);
    return settings_change(&box->settings, json_at(head, "settings"), err);
}

/* A delivery that was on its way when we stopped is sent again. */
static void unmark_sending(struct sandbox *box, struct arena *arena)
{
    for (size_t i = 0; i < store_count(box->store, KIND_DELIVERY); i++) {
        struct doc doc;
        if (!store_at(box->store, KIND_DELIVERY, i))
            continue;
        doc_from(&doc, arena, store_at(box->store, KIND_DELIVERY, i));
        doc_bool(&doc, "sending", false);
        (void)store_put(box->store, KIND_DELIVERY, store_id_at(box->store, KIND_DELIVERY, i),
                        doc_print(&doc));
    }
}

static bool load_line(struct sandbox *box, struct arena *arena, struct str text, bool first,
                      struct err *err)
{
    const struct json *line;

    if (!json_parse(arena, text, &line, err))
        return false;
    if (first)
        return load_head(box, line, err);
    if (json_given(line, "market"))
        return load_market(box, arena, line, err);
    return store_load(box->store, line, err);
}

static bool load(struct sandbox *box, struct str text, struct err *err)
{
    struct arena *arena = arena_new("sandbox state line");
    bool ok = true, first = true;

    while (ok && text.n) {
        ok = load_line(box, arena, str_cut(&text, '\n'), first, err);
        first = false;
        arena_reset(arena);
    }
    unmark_sending(box, arena);
    arena_free(arena);
    return ok;
}

bool state_load(struct sandbox *box, bool *found, struct err *err)
{
    struct arena *arena;
    struct str text = STR("");
    bool ok;

    *found = false;
    if (!box->conf->sandbox_state.n)
        return true;
    arena = arena_new("sandbox state");
    ok = read_all(arena, str_c(arena, box->conf->sandbox_state), found, &text, err) &&
         (!*found || load(box, text, err));
    if (!ok) {
        (void)err_while(err, "loading the sandbox's state");
        (void)err_hint(err, "remove the file, or name another: --sandbox_state FILE");
    }
    store_sweep(box->store);
    arena_free(arena);
    return ok;
}
