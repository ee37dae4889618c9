/* creative_poster.c - posters: frames of the video, the platform's covers, one of them chosen.
 */

#include "creative/creative_db.h"
#include "creative/creative_file.h"
#include "creative/creative_parts.h"
#include "creative/creative_sending.h"

#include "base/limits.h"
#include "base/log.h"
#include "conf/conf.h"
#include "db/db.h"
#include "media/media.h"
#include "net/net.h"
#include "text/url.h"

#include <unistd.h>

#define STILL_AT_MS       1000 /* the first second is often black */
#define FRAMES            3
#define FIRST_COVER       (FRAMES + 1)
#define COVERS_MOST       3
#define COVER_DEADLINE_MS 15000

/* media/<org>/<id>.jpg, then .2.jpg and so on. */
static struct str place_of(struct arena *arena, const struct creative *creative,
                           int64_t position)
{
    if (position <= 1)
        return str_fmt(arena, STR_FMT ".jpg", STR_ARG(creative->media_path));
    return str_fmt(arena, STR_FMT ".%lld.jpg", STR_ARG(creative->media_path),
                   (long long)position);
}

const char *creative_poster_path(const struct conf *conf, struct arena *arena,
                                 const struct creative *creative)
{
    if (!creative->media_path.n)
        return "";
    return creative_file_path(conf, arena, place_of(arena, creative, creative->poster), "");
}

void creative_remove_files(const struct conf *conf, struct arena *arena,
                           const struct creative *creative)
{
    if (!creative->media_path.n)
        return;
    creative_file_remove(creative_path(conf, arena, creative));
    if (creative->original_path.n)
        creative_file_remove(creative_file_path(conf, arena, creative->original_path, ""));
    for (int64_t i = 1; i < FIRST_COVER + COVERS_MOST; i++)
        creative_file_remove(creative_file_path(conf, arena, place_of(arena, creative, i), ""));
}

/* --- frames --- */

bool creative_make_posters(const struct conf *conf, struct arena *arena,
                           const struct creative *creative, struct creative_poster_list *out,
                           struct err *err)
{
    int64_t length = creative->duration_ms;
    int64_t at_ms[FRAMES] = {length > 2 * STILL_AT_MS ? STILL_AT_MS : length / 2,
                             length * 2 / 5, length * 3 / 4};
    struct media_still stills[FRAMES] = {0};
    size_t n = str_eq(creative->media_type, STR("video")) ? FRAMES : 1;

    if (!media_posters(arena, creative_path(conf, arena, creative), at_ms, n, stills, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct creative_poster *poster = creative_poster_list_add(out, arena);

        *poster = (struct creative_poster){.position = (int64_t)i + 1,
                                           .source = STR("frame"),
                                           .path = place_of(arena, creative, (int64_t)i + 1),
                                           .at_ms = stills[i].at_ms};
        if (!creative_file_write(arena, creative_file_path(conf, arena, poster->path, ""),
                                 stills[i].jpeg, err))
            return false;
    }
    return true;
}

/* --- the platform's covers --- */

const char *creative_image_ending(struct str bytes)
{
    if (str_starts(bytes, STR("\xFF\xD8\xFF")))
        return ".jpg";
    return str_starts(bytes, STR("\x89PNG\r\n")) ? ".png" : "";
}

/* A cover on the platform's own host may be private where the platform is our sandbox. */
static bool same_host(struct creative_sending *s, struct str address)
{
    struct url cover, base;
    struct err err;

    return s->platform->base_url && url_parse(s->arena, address, &cover, &err) &&
           url_parse(s->arena, s->platform->base_url(s->session->conf), &base, &err) &&
           str_eq(cover.host, base.host) && cover.port == base.port;
}

static bool fetch_cover(struct creative_sending *s, struct str address, struct str *bytes)
{
    struct net_request rq = {
        .method = STR("GET"),
        .url = address,
        .deadline_ms = COVER_DEADLINE_MS,
        .answer_limit = LIMIT_POSTER,
        .allow_private = same_host(s, address),
    };
    struct net_answer answer = {0};
    struct err err = {0};

    if (net_call(s->session->net, s->arena, &rq, &answer, &err) && answer.status == 200 &&
        *creative_image_ending(answer.body)) {
        *bytes = answer.body;
        return true;
    }
    log_info("creative.cover_not_fetched", LOG_TEXT("creative_id", s->creative->id),
             LOG_INT("status", answer.status), LOG_CSTR("why", err.text));
    return false;
}

static bool keep_cover(struct creative_sending *s, struct str bytes, int64_t position,
                       struct err *err)
{
    struct creative_poster poster = {.position = position,
                                     .source = str(s->platform->name),
                                     .path = place_of(s->arena, s->creative, position)};

    return creative_file_folders(s->session->conf, s->arena, poster.path, err) &&
           creative_file_write(s->arena,
                               creative_file_path(s->session->conf, s->arena, poster.path, ""),
                               bytes, err) &&
           creative_poster_store(s->db, s->creative->id, &poster, s->now_ms, err);
}

static void list_covers(struct creative_sending *s, struct strs *urls)
{
    struct err err = {0};

    if (s->copy.cover_url.n)
        *strs_add(urls, s->arena) = s->copy.cover_url;
    if (s->platform->covers &&
        !s->platform->covers(s->session, s->copy.video_id, COVERS_MOST, urls, &err))
        log_err("creative.covers_not_listed", &err);
}

void creative_fetch_covers(struct creative_sending *s)
{
    struct strs urls = {0};
    int64_t position = FIRST_COVER;
    struct err err = {0};
    struct str bytes;

    list_covers(s, &urls);
    for (size_t i = 0; i < urls.n && position < FIRST_COVER + COVERS_MOST; i++) {
        if (!fetch_cover(s, urls.at[i], &bytes))
            continue;
        if (!keep_cover(s, bytes, position, &err)) {
            log_err("creative.cover_not_kept", &err);
            return;
        }
        position++;
    }
}

/* --- the one that is sent --- */

static bool read_poster(struct creative_sending *s, int64_t position, struct str *bytes,
                        struct err *err)
{
    return creative_file_read(s->arena,
                              creative_file_path(s->session->conf, s->arena,
                                                 place_of(s->arena, s->creative, position), ""),
                              LIMIT_POSTER, bytes, err);
}

/* The platform's own cover, as it was kept or as it can still be had. */
static bool own_cover(struct creative_sending *s, struct str *bytes)
{
    struct creative_poster_list list = {0};
    struct err err = {0};

    if (!creative_posters(s->db, s->arena, s->creative, &list, &err))
        return false;
    for (size_t i = 0; i < list.n; i++)
        if (list.at[i].position == FIRST_COVER &&
            str_eq(list.at[i].source, str(s->platform->name)))
            return read_poster(s, FIRST_COVER, bytes, &err);
    return s->copy.cover_url.n && fetch_cover(s, s->copy.cover_url, bytes);
}

bool creative_poster_bytes(struct creative_sending *s, struct str *bytes, struct err *err)
{
    if (s->creative->poster > 0)
        return read_poster(s, s->creative->poster, bytes, err);
    return own_cover(s, bytes) || read_poster(s, 1, bytes, err);
}

/* --- choosing --- */

static bool is_candidate(struct db *db, struct arena *arena, const struct creative *creative,
                         int64_t position, struct err *err)
{
    struct creative_poster_list list = {0};

    if (position == 0)
        return true;
    if (!creative_posters(db, arena, creative, &list, err))
        return false;
    for (size_t i = 0; i < list.n; i++)
        if (list.at[i].position == position)
            return true;
    return err_input(err, "position", "0 for the platform's own, or one of the list",
                     "the creative has no poster %lld", (long long)position);
}

static bool choose(struct db *db, struct arena *arena, struct str id, int64_t position,
                   struct str actor, int64_t now_ms, struct err *err)
{
    struct creative creative;

    if (!creative_get(db, arena, id, &creative, err) ||
        !is_candidate(db, arena, &creative, position, err))
        return false;
    if (creative.poster == position)
        return true;
    return creative_store_poster(db, id, position, now_ms, err) &&
           creative_copies_new_poster(db, id, now_ms, err) &&
           creative_note(db, arena, actor, "creative.poster", id, err) &&
           (!creative.push_state.n ||
            creative_ask_again(db, arena, "creative.push", id, now_ms, err));
}

bool creative_choose_poster(struct db *db, struct arena *arena, struct str id, int64_t position,
                            struct str actor, int64_t now_ms, struct err *err)
{
    if (db_in_transaction(db))
        return choose(db, arena, id, position, actor, now_ms, err);
    return db_begin(db, err) &&
           db_end(db, choose(db, arena, id, position, actor, now_ms, err), err);
}
