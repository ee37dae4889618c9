/* creative_add.c - creatives come in: by an address, by their bytes, by a finished upload. */

#include "creative/creative_db.h"
#include "creative/creative_file.h"
#include "creative/creative_library.h"
#include "creative/creative_parts.h"

#include "base/limits.h"
#include "base/random.h"
#include "conf/app.h"
#include "db/db.h"
#include "seal/seal.h"
#include "text/url.h"

#include <string.h>

/* --- is it possible? --- */

/* TikTok takes video only. */
bool creative_check_media_type(struct str media_type, struct str platform, struct err *err)
{
    if (!media_type.n || str_eq(media_type, STR("video")))
        return true;
    if (str_eq(platform, STR("facebook")) && str_eq(media_type, STR("image")))
        return true;
    return err_input(err, "media_type", "video",
                     "a TikTok direction takes videos, not \"" STR_FMT "\"",
                     STR_ARG(str_sub(media_type, 0, 40)));
}

bool creative_check_direction(struct db *db, struct arena *arena, struct str direction_id,
                              struct str *platform, struct err *err)
{
    struct str ad_account_id;
    bool found;

    *platform = STR("");
    if (!direction_id.n)
        return true;
    if (!creative_direction(db, arena, direction_id, &found, platform, &ad_account_id, err))
        return false;
    if (found)
        return true;
    err_set(err, ERR_NOT_FOUND, "no direction " STR_FMT, STR_ARG(str_sub(direction_id, 0, 60)));
    return err_field(err, "direction_id");
}

/* Where no direction says otherwise, a text must suit TikTok, which is the stricter. */
bool creative_check_texts(struct str platform, struct str ad_text, struct str call_to_action,
                          struct str landing, struct err *err)
{
    const struct platform *judge = platform_find(platform.n ? platform : STR("tiktok"));

    return !judge || !judge->check_ad || judge->check_ad(ad_text, call_to_action, landing, err);
}

/* The direction of the same name on the other platform. */
static bool sibling(struct db *db, struct arena *arena, struct str direction_id, struct str *id,
                    struct err *err)
{
    bool found;

    if (!creative_direction_sibling(db, arena, direction_id, &found, id, err))
        return false;
    return found || err_input(err, "platform", "make the direction on both platforms",
                              "there is no direction of the same name on the other platform");
}

static bool check_places(struct db *db, struct arena *arena, const struct creative_wish *wish,
                         struct str platform, struct err *err)
{
    struct str other, other_platform;

    if (!wish->platform.n || str_eq(wish->platform, platform))
        return creative_check_media_type(wish->media_type, platform, err);
    if (!str_eq(wish->platform, STR("both")))
        return err_input(err, "platform", "both, or nothing",
                         "the platform is the direction's, not \"" STR_FMT "\"",
                         STR_ARG(str_sub(wish->platform, 0, 40)));
    if (!wish->direction_id.n)
        return err_input(err, "direction_id", "one of the two directions",
                         "a creative for both platforms needs a direction");
    return sibling(db, arena, wish->direction_id, &other, err) &&
           creative_check_direction(db, arena, other, &other_platform, err) &&
           creative_check_media_type(wish->media_type, STR("tiktok"), err) &&
           creative_check_texts(other_platform, wish->ad_text, wish->call_to_action,
                                wish->landing_page_url, err);
}

bool creative_wish_check(struct db *db, struct arena *arena, const struct creative_wish *wish,
                         bool named, struct err *err)
{
    struct str platform;

    if (!wish->title.n && !named)
        return err_input(err, "title", "1 to 200 characters", "the creative has no title");
    if (str_length(wish->title) > LIMIT_TITLE)
        return err_input(err, "title", "1 to 200 characters", "the title is too long");
    return creative_tag_check(arena, &wish->tags, err) &&
           creative_check_direction(db, arena, wish->direction_id, &platform, err) &&
           creative_check_texts(platform, wish->ad_text, wish->call_to_action,
                                wish->landing_page_url, err) &&
           check_places(db, arena, wish, platform, err);
}

/* --- rows --- */

static struct creative creative_of(struct arena *arena, const struct creative_wish *wish,
                                   int64_t now_ms)
{
    return (struct creative){
        .id = id_new(arena),
        .direction_id = wish->direction_id,
        .group_id = wish->group_id,
        .title = wish->title,
        .media_type = wish->media_type.n ? wish->media_type : STR("video"),
        .status = STR("processing"),
        .media_url = wish->media_url,
        .ad_text = wish->ad_text,
        .call_to_action = wish->call_to_action,
        .landing_page_url = wish->landing_page_url,
        .version = 1,
        .created_ms = now_ms,
        .updated_ms = now_ms,
    };
}

/* The same creative for the other platform: a row of its own in the same group. */
static struct creative twin_of(struct arena *arena, const struct creative *creative,
                               struct str direction_id)
{
    struct creative twin = *creative;

    twin.id = id_new(arena);
    twin.direction_id = direction_id;
    return twin;
}

static bool is_both(const struct creative_wish *wish)
{
    return str_eq(wish->platform, STR("both"));
}

static bool start(struct db *db, struct arena *arena, struct creative *creative,
                  const struct creative_wish *wish, struct err *err)
{
    return creative_start(db, arena, creative, wish->actor, err) &&
           (!wish->tags.n ||
            creative_tag_add(db, arena, creative->id, &wish->tags, creative->created_ms, err));
}

/* --- by address --- */

static bool add_by_address(struct db *db, struct arena *arena, const struct creative_wish *wish,
                           int64_t now_ms, struct str *id, struct err *err)
{
    struct creative creative = creative_of(arena, wish, now_ms), twin;
    struct str other;

    *id = creative.id;
    if (!is_both(wish))
        return start(db, arena, &creative, wish, err);
    if (!creative.group_id.n)
        creative.group_id = id_new(arena);
    if (!sibling(db, arena, wish->direction_id, &other, err))
        return false;
    twin = twin_of(arena, &creative, other);
    return start(db, arena, &creative, wish, err) && start(db, arena, &twin, wish, err);
}

bool creative_add(struct db *db, struct arena *arena, const struct creative_wish *wish,
                  int64_t now_ms, struct str *id, struct err *err)
{
    struct url url;

    if (!creative_wish_check(db, arena, wish, false, err))
        return false;
    if (!url_parse(arena, wish->media_url, &url, err))
        return err_field(err, "media_url");
    return db_begin(db, err) &&
           db_end(db, add_by_address(db, arena, wish, now_ms, id, err), err);
}

/* --- by bytes or a file that are here --- */

/* The file is in its place: look before anything is stored. */
static bool look(struct creative_looking *l, struct err *err)
{
    if (!creative_check_direction(l->db, l->arena, l->creative->direction_id, &l->platform,
                                  err) ||
        !creative_probe(l, err) ||
        !creative_check_media_type(l->creative->media_type, l->platform, err))
        return false;
    if (creative_wants_mending(l) && !creative_mend_file(l, err))
        return false;
    return creative_verdict(&l->findings, err) &&
           creative_make_posters(l->conf, l->arena, l->creative, &l->posters, err);
}

static bool store_ready(struct creative_looking *l, const struct creative_wish *wish,
                        int64_t now_ms, struct err *err)
{
    l->creative->status = STR("ready");
    if (!start(l->db, l->arena, l->creative, wish, err) ||
        !creative_ask_next(l->db, l->arena, l->creative, now_ms, err) ||
        !creative_store_push(l->db, l->creative->id, l->creative->push_state,
                             l->creative->push_text, STR(""), now_ms, err))
        return false;
    for (size_t i = 0; i < l->posters.n; i++)
        if (!creative_poster_store(l->db, l->creative->id, &l->posters.at[i], now_ms, err))
            return false;
    return true;
}

static bool finish_adding(const struct app *app, struct db *db, struct arena *arena,
                          struct creative *creative, const struct creative_wish *wish,
                          int64_t now_ms, struct err *err)
{
    struct creative_looking l = {
        .conf = app->conf, .db = db, .arena = arena, .creative = creative};

    return look(&l, err) && db_begin(db, err) &&
           db_end(db, store_ready(&l, wish, now_ms, err), err);
}

static bool add_here(const struct app *app, struct db *db, struct arena *arena,
                     const struct creative_wish *wish, struct str bytes, const char *path,
                     int64_t now_ms, struct creative *out, struct err *err)
{
    struct creative creative = creative_of(arena, wish, now_ms);

    if (!creative_wish_check(db, arena, wish, false, err))
        return false;
    creative.media_path = creative_file_place(arena, db_scope_org(db), creative.id);
    if (!path)
        creative.sha256 = seal_sha256_hex(arena, bytes);

    const char *place = creative_path(app->conf, arena, &creative);
    bool ok = creative_file_folders(app->conf, arena, creative.media_path, err) &&
              (path ? creative_file_copy(arena, path, place, LIMIT_VIDEO, err)
                    : creative_file_write(arena, place, bytes, err)) &&
              finish_adding(app, db, arena, &creative, wish, now_ms, err);

    if (!ok) {
        creative_remove_files(app->conf, arena, &creative);
        return false;
    }
    *out = creative;
    return true;
}

bool creative_add_from_bytes(const struct app *app, struct db *db, struct arena *arena,
                             const struct creative_wish *wish, struct str bytes, int64_t now_ms,
                             struct creative *out, struct err *err)
{
    return add_here(app, db, arena, wish, bytes, NULL, now_ms, out, err);
}

bool creative_add_from_file(const struct app *app, struct db *db, struct arena *arena,
                            const struct creative_wish *wish, const char *path, int64_t now_ms,
                            struct creative *out, struct err *err)
{
    return add_here(app, db, arena, wish, STR(""), path, now_ms, out, err);
}

/* --- by a finished upload --- */

struct arriving {
    const struct app *app;
    struct db *db;
    struct arena *arena;
    struct creative_wish wish; /* ours: what has gone meanwhile is taken out of it */
    const struct creative_source *file;
    int64_t now_ms;
};

static struct str last_part(struct str path)
{
    size_t n = path.n;

    while (n && path.p[n - 1] != '/')
        n--;
    return str_sub(path, n, path.n);
}

static bool is_plain(struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_'))
            return false;
    }
    return name.n > 0 && name.n <= LIMIT_NAME;
}

/* The same for every try of the same upload: what an undone transaction left is used again. */
static struct str place_of(struct arriving *a, const char *ending)
{
    return creative_file_place(
        a->arena, db_scope_org(a->db),
        str_fmt(a->arena, STR_FMT "%s", STR_ARG(last_part(a->file->path)), ending));
}

/* A direction that went while the bytes came does not cost the bytes. */
static bool forgive(struct arriving *a, struct str *twin_direction, struct err *err)
{
    struct str platform, ad_account_id;
    bool found = true;

    *twin_direction = STR("");
    if (a->wish.direction_id.n && !creative_direction(a->db, a->arena, a->wish.direction_id,
                                                      &found, &platform, &ad_account_id, err))
        return false;
    if (!found)
        a->wish.direction_id = STR("");
    if (!is_both(&a->wish) || !a->wish.direction_id.n)
        return true;
    return creative_direction_sibling(a->db, a->arena, a->wish.direction_id, &found,
                                      twin_direction, err);
}

static bool settle_file(struct arriving *a, struct creative *creative, const char *ending,
                        struct err *err)
{
    creative->media_path = place_of(a, ending);
    creative->sha256 = a->file->sha256;
    creative->md5 = a->file->md5;
    creative->size_bytes = a->file->size_bytes;
    return creative_file_folders(a->app->conf, a->arena, creative->media_path, err) &&
           creative_file_link(
               creative_file_path(a->app->conf, a->arena, a->file->path, ""),
               creative_file_path(a->app->conf, a->arena, creative->media_path, ""),
               a->file->size_bytes, err);
}

static bool arrive(struct arriving *a, struct str *creative_id, struct err *err)
{
    struct creative creative, twin;
    struct str twin_direction;

    if (!forgive(a, &twin_direction, err))
        return false;
    creative = creative_of(a->arena, &a->wish, a->now_ms);
    if (twin_direction.n && !creative.group_id.n)
        creative.group_id = id_new(a->arena);
    *creative_id = creative.id;
    if (!settle_file(a, &creative, "", err) ||
        !start(a->db, a->arena, &creative, &a->wish, err))
        return false;
    if (!twin_direction.n)
        return true;
    twin = twin_of(a->arena, &creative, twin_direction);
    return settle_file(a, &twin, "-twin", err) && start(a->db, a->arena, &twin, &a->wish, err);
}

static struct str first_characters(struct str s, size_t n)
{
    size_t at = 0;

    for (; at < s.n; at++)
        if (((unsigned char)s.p[at] & 0xC0) != 0x80 && n-- == 0)
            break;
    return str_sub(s, 0, at);
}

static struct str title_of(const struct creative_wish *wish, const struct creative_source *file)
{
    struct str name = last_part(file->file_name);

    if (wish->title.n)
        return wish->title;
    return name.n ? first_characters(name, LIMIT_TITLE) : STR("Untitled");
}

bool creative_add_from_upload(const struct app *app, struct db *db, struct arena *arena,
                              const struct creative_wish *wish,
                              const struct creative_source *file, int64_t now_ms,
                              struct str *creative_id, struct err *err)
{
    struct arriving a = {app, db, arena, *wish, file, now_ms};

    must(db_in_transaction(db));
    if (!is_plain(last_part(file->path)))
        return err_set(err, ERR_BROKEN, "\"" STR_FMT "\" is no name of an upload",
                       STR_ARG(str_sub(file->path, 0, 80)));
    a.wish.title = title_of(wish, file);
    if (!a.wish.media_type.n && str_starts(file->file_type, STR("image/")))
        a.wish.media_type = STR("image");
    return creative_at_place(db, arena, place_of(&a, ""), creative_id, err) &&
           (creative_id->n || arrive(&a, creative_id, err));
}
