/*
 * creative_platform.c - a creative's copy on a platform: the video, then its poster.
 *
 * Nothing here is done twice: the file name is ours and unique, it is stored
 * before the first byte is sent, and whatever was sent is looked for by that
 * name before it is sent again.
 */

#include "creative/creative.h"
#include "creative/creative_db.h"
#include "creative/creative_file.h"

#include "base/limits.h"
#include "base/log.h"
#include "conf/conf.h"
#include "db/db.h"
#include "net/net.h"
#include "text/url.h"

#define COVER_DEADLINE_MS 15000
/* TikTok: metadata and cover come within minutes; a video that has none by then never will. */
#define USABLE_WITHIN_MS (15 * 60 * 1000)
#define UPLOADS_MOST     3

struct pushing {
    struct db *db;
    struct arena *arena;
    const struct platform *platform;
    struct platform_session *session;
    const struct creative *creative;
    int64_t now_ms;
    struct creative_copy copy;
};

static bool store(struct pushing *p, struct err *err)
{
    return creative_copy_store(p->db, p->creative->id, str(p->platform->name),
                               p->session->advertiser_id, &p->copy, p->now_ms, err);
}

static struct str new_file_name(struct pushing *p, int n)
{
    return str_fmt(p->arena, "adwright-" STR_FMT "-%d.mp4", STR_ARG(p->creative->id), n);
}

/* The number that the file name ends in. */
static int file_number(struct str name)
{
    int n = 0, digit = 1;

    for (size_t i = name.n - 4; i-- > 0 && name.p[i] >= '0' && name.p[i] <= '9'; digit *= 10)
        n += (name.p[i] - '0') * digit;
    return n;
}

/* --- the video --- */

static bool find_sent(struct pushing *p, bool *found, struct err *err)
{
    struct platform_video video;

    if (!p->platform->find_video(p->session, p->copy.file_name, found, &video, err))
        return false;
    if (*found)
        p->copy.video_id = video.id;
    return true;
}

static bool send_video(struct pushing *p, struct err *err)
{
    const char *path = creative_path(p->session->conf, p->arena, p->creative);
    struct err refused;
    bool found;

    p->copy.uploaded_ms = p->now_ms;
    if (!store(p, err))
        return false;
    if (p->platform->upload_video(p->session, path, p->copy.file_name, p->creative->md5,
                                  p->creative->size_bytes, &p->copy.video_id, err))
        return true;
    if (err->kind != ERR_REFUSED)
        return false;
    /* Refused because the name is taken: by what we sent before, then. */
    if (find_sent(p, &found, &refused) && found)
        return true;
    return false;
}

static bool ensure_video(struct pushing *p, struct err *err)
{
    bool found = false;

    if (p->copy.video_id.n)
        return true;
    if (p->copy.uploaded_ms && !find_sent(p, &found, err))
        return false;
    if (!found && !send_video(p, err))
        return err_while(err, "uploading creative " STR_FMT, STR_ARG(p->creative->id));
    return store(p, err);
}

/* It is gone there, or never became usable: begin again under a new name. */
static bool begin_again(struct pushing *p, struct err *err)
{
    if (file_number(p->copy.file_name) >= UPLOADS_MOST)
        return err_set(err, ERR_REFUSED,
                       "the platform took creative " STR_FMT
                       " %d times and never made it usable",
                       STR_ARG(p->creative->id), UPLOADS_MOST);
    p->copy = (struct creative_copy){.file_name =
                                         new_file_name(p, file_number(p->copy.file_name) + 1)};
    log_warn("creative.upload_again", LOG_TEXT("creative_id", p->creative->id),
             LOG_TEXT("file_name", p->copy.file_name));
    if (!store(p, err))
        return false;
    return err_set(err, ERR_BUSY, "the platform lost the video; it is sent again");
}

static bool ensure_usable(struct pushing *p, struct err *err)
{
    struct platform_video video;
    bool found;

    if (p->copy.usable)
        return true;
    if (!p->platform->video(p->session, p->copy.video_id, &found, &video, err))
        return false;
    if (found && video.usable) {
        p->copy.usable = true;
        p->copy.cover_url = video.cover_url;
        return store(p, err);
    }
    if (p->now_ms - p->copy.uploaded_ms > USABLE_WITHIN_MS)
        return begin_again(p, err);
    return err_set(err, ERR_BUSY, "the platform is still processing the video");
}

/* --- the poster --- */

/* A cover on the platform's own host may be private where the platform is our sandbox. */
static bool same_host(struct pushing *p, struct str address)
{
    struct url cover, base;
    struct err err;

    return url_parse(p->arena, address, &cover, &err) &&
           url_parse(p->arena, p->session->conf->tiktok_base_url, &base, &err) &&
           str_eq(cover.host, base.host) && cover.port == base.port;
}

/* ".jpg" or ".png" by the first bytes; "" for anything else. */
static const char *image_ending(struct str bytes)
{
    if (str_starts(bytes, STR("\xFF\xD8\xFF")))
        return ".jpg";
    return str_starts(bytes, STR("\x89PNG\r\n")) ? ".png" : "";
}

static bool fetch_cover(struct pushing *p, struct str *bytes)
{
    struct net_request rq = {
        .method = STR("GET"),
        .url = p->copy.cover_url,
        .deadline_ms = COVER_DEADLINE_MS,
        .answer_limit = LIMIT_POSTER,
        .allow_private = same_host(p, p->copy.cover_url),
    };
    struct net_answer answer = {0};
    struct err err = {0};

    if (!p->copy.cover_url.n)
        return false;
    if (net_call(p->session->net, p->arena, &rq, &answer, &err) && answer.status == 200 &&
        *image_ending(answer.body)) {
        *bytes = answer.body;
        return true;
    }
    log_info("creative.cover_not_fetched", LOG_TEXT("creative_id", p->creative->id),
             LOG_INT("status", answer.status), LOG_CSTR("why", err.text));
    return false;
}

/* The platform's own cover, else the still that was taken when the video came. */
static bool poster_bytes(struct pushing *p, struct str *bytes, struct err *err)
{
    if (fetch_cover(p, bytes))
        return true;
    return creative_file_read(p->arena,
                              creative_poster_path(p->session->conf, p->arena, p->creative),
                              LIMIT_POSTER, bytes, err);
}

static struct str poster_name(struct pushing *p, struct str bytes)
{
    struct str stem = str_sub(p->copy.file_name, 0, p->copy.file_name.n - 4);
    const char *ending = image_ending(bytes);

    return str_fmt(p->arena, STR_FMT "%s", STR_ARG(stem), *ending ? ending : ".jpg");
}

/* Sent; or, when the answer was lost or the name is taken, found. */
static bool send_poster(struct pushing *p, struct str bytes, struct err *err)
{
    struct str name = poster_name(p, bytes);
    struct err unread = {0};
    bool found = false;

    if (p->platform->upload_image(p->session, bytes, name, seal_md5_hex(p->arena, bytes),
                                  &p->copy.image_id, err))
        return true;
    if (err->kind != ERR_REFUSED && err->kind != ERR_UNCERTAIN)
        return false;
    return p->platform->find_image(p->session, name, &found, &p->copy.image_id, &unread) &&
           found;
}

static bool ensure_poster(struct pushing *p, struct err *err)
{
    struct str bytes;

    if (p->copy.image_id.n)
        return true;
    if (!poster_bytes(p, &bytes, err) || !send_poster(p, bytes, err))
        return err_while(err, "making the poster of creative " STR_FMT,
                         STR_ARG(p->creative->id));
    return store(p, err);
}

bool creative_ensure_on_platform(struct db *db, struct arena *arena,
                                 const struct platform *platform,
                                 struct platform_session *session,
                                 const struct creative *creative, int64_t now_ms,
                                 struct creative_copy *out, struct err *err)
{
    struct pushing p = {.db = db,
                        .arena = arena,
                        .platform = platform,
                        .session = session,
                        .creative = creative,
                        .now_ms = now_ms};
    bool found;

    if (!creative_copy_find(db, arena, creative->id, str(platform->name),
                            session->advertiser_id, &found, &p.copy, err))
        return false;
    if (!found || !(p.copy.video_id.n && p.copy.image_id.n)) {
        if (str_eq(creative->status, STR("processing")))
            return err_set(err, ERR_BUSY, "creative " STR_FMT " is still being prepared",
                           STR_ARG(creative->id));
        if (!str_eq(creative->status, STR("ready")))
            return err_input(err, "creative_ids", "retry or replace the creative",
                             "creative " STR_FMT " is " STR_FMT ": " STR_FMT,
                             STR_ARG(creative->id), STR_ARG(creative->status),
                             STR_ARG(creative->error_text));
    }
    if (!found)
        p.copy.file_name = new_file_name(&p, 1);
    if (!ensure_video(&p, err) || !ensure_usable(&p, err) || !ensure_poster(&p, err))
        return false;
    *out = p.copy;
    return true;
}
