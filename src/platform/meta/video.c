/*
 * video.c - videos: sent in one piece, or in the windows that Facebook chooses.
 *
 * Names may repeat on Facebook, so ours are unique: what was sent is found
 * again by its title.  An upload that was begun and not finished leaves
 * nothing behind that could be taken for the video.
 */

#include "platform/meta/meta.h"

#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define ONE_PIECE_MOST (20 * 1024 * 1024) /* larger bodies come back 413 now and then */
#define PIECE_MOST     (16 * 1024 * 1024) /* of a window; bytes in memory */
#define TRIES          5                  /* of one place in the file */
#define FIRST_PAUSE_MS 250
#define VIDEOS_PAGE    100
#define WINDOW_PROBLEM 1363037 /* subcode; the answer says where to go on */

/* Ten seconds a megabyte, at least a minute. */
static int64_t deadline_ms(int64_t bytes)
{
    int64_t by_size = (bytes / (1024 * 1024) + 1) * 10000;

    return by_size > 60000 ? by_size : 60000;
}

static void plain_part(struct platform_session *s, struct net_parts *parts, const char *name,
                       struct str value)
{
    *net_parts_add(parts, s->arena) = (struct net_part){.name = str(name), .value = value};
}

/* --- in one piece --- */

static bool upload_whole(struct platform_session *s, const char *path, struct str file_name,
                         int64_t size, struct str *video_id, struct err *err)
{
    struct net_parts parts = {0};
    const struct json *data;

    plain_part(s, &parts, "title", file_name);
    plain_part(s, &parts, "name", file_name);
    *net_parts_add(&parts, s->arena) = (struct net_part){
        .name = STR("source"), .filename = file_name, .type = STR("video/mp4"), .path = path};
    if (!meta_upload(s, meta_account_path(s, "advideos"), true, parts, deadline_ms(size), &data,
                     NULL, err))
        return false;
    *video_id = json_id(data, "id", s->arena);
    return video_id->n ||
           err_set(err, ERR_UNCERTAIN, "Facebook's answer to the upload names no video");
}

/* --- in windows --- */

struct sending {
    struct platform_session *s;
    FILE *file;
    int64_t size;
    struct str session_id, video_id;
    int64_t start, end; /* the window that Facebook waits for */
    int tries;          /* without getting on */
    int64_t jumps;      /* to places that Facebook named */
};

/* Offsets come as strings. */
static bool read_window(const struct json *data, struct sending *up)
{
    int64_t start, end;

    if (!json_int(data, "start_offset", &start) || !json_int(data, "end_offset", &end) ||
        start < 0 || end < start || end > up->size)
        return false;
    up->start = start;
    up->end = end;
    return true;
}

static bool begin(struct sending *up, struct err *err)
{
    struct platform_session *s = up->s;
    struct net_parts parts = {0};
    const struct json *data;

    plain_part(s, &parts, "upload_phase", STR("start"));
    plain_part(s, &parts, "file_size", str_fmt(s->arena, "%lld", (long long)up->size));
    if (!meta_upload(s, meta_account_path(s, "advideos"), true, parts, 0, &data, NULL, err))
        return false;
    up->session_id = json_id(data, "upload_session_id", s->arena);
    up->video_id = json_id(data, "video_id", s->arena);
    return (up->session_id.n && up->video_id.n && read_window(data, up)) ||
           err_set(err, ERR_UNCERTAIN, "Facebook's answer to the upload's start is incomplete");
}

static bool read_piece(const struct sending *up, struct str *out, struct err *err)
{
    int64_t n = up->end - up->start < PIECE_MOST ? up->end - up->start : PIECE_MOST;
    char *bytes = arena_alloc(up->s->arena, (size_t)n);

    *out = (struct str){bytes, (size_t)n};
    return (fseeko(up->file, (off_t)up->start, SEEK_SET) == 0 &&
            fread(bytes, 1, (size_t)n, up->file) == (size_t)n) ||
           err_set(err, ERR_BROKEN, "the video file is shorter than it was");
}

/* Facebook names the right window with the refusal, as an object or as the text of one. */
static bool jump(struct sending *up, const struct meta_refusal *refusal)
{
    const struct json *where = refusal->error ? json_at(refusal->error, "error_data") : NULL;
    struct err unread = {0};
    int64_t start = up->start, end = up->end;

    if (!where || refusal->subcode != WINDOW_PROBLEM)
        return false;
    if (json_type(where) == JSON_TEXT &&
        !json_parse(up->s->arena, json_text(where, "", STR("")), &where, &unread))
        return false;
    if (!read_window(where, up))
        return false;
    /* Being sent to another place is getting on, as long as it ends some day. */
    if ((up->start != start || up->end != end) && ++up->jumps < 1000)
        up->tries = 0;
    return true;
}

/* One piece of the window.  A lost answer and a stumble are no failure yet: the same bytes may
 * be sent to the same place again. */
static bool send_piece(struct sending *up, struct err *err)
{
    struct platform_session *s = up->s;
    struct meta_refusal refusal;
    struct net_parts parts = {0};
    const struct json *data;
    struct str bytes;
    int64_t before = up->start;

    if (!read_piece(up, &bytes, err))
        return false;
    plain_part(s, &parts, "upload_phase", STR("transfer"));
    plain_part(s, &parts, "upload_session_id", up->session_id);
    plain_part(s, &parts, "start_offset", str_fmt(s->arena, "%lld", (long long)up->start));
    *net_parts_add(&parts, s->arena) =
        (struct net_part){.name = STR("video_file_chunk"),
                          .filename = STR("piece"),
                          .type = STR("application/octet-stream"),
                          .value = bytes};
    up->tries++;
    if (meta_upload(s, meta_account_path(s, "advideos"), true, parts,
                    deadline_ms((int64_t)bytes.n), &data, &refusal, err)) {
        if (!read_window(data, up))
            return err_set(err, ERR_BUSY,
                           "Facebook's answer to a piece of a video names no "
                           "next one");
        if (up->start > before)
            up->tries = 0;
        return true;
    }
    if (jump(up, &refusal) && up->tries < TRIES)
        return true;
    bool passing = refusal.transient || err->kind == ERR_BUSY || err->kind == ERR_UNCERTAIN;

    if (!passing || up->tries >= TRIES)
        return false;
    clock_sleep_ms(FIRST_PAUSE_MS << (up->tries - 1));
    return true;
}

static bool send_pieces(struct sending *up, struct err *err)
{
    while (up->start < up->end) {
        struct arena_mark mark = arena_mark(up->s->arena);
        struct err why = {0};
        bool ok = send_piece(up, &why);

        arena_rewind(up->s->arena, mark);
        if (ok && up->s->on_sent)
            up->s->on_sent(up->s->on_sent_arg, up->start);
        if (ok && up->tries < TRIES)
            continue;
        if (ok)
            (void)err_set(&why, ERR_BUSY,
                          "Facebook takes the same piece of a video again and "
                          "again");
        /* Nothing is finished, so nothing is there: the whole may be sent anew. */
        if (why.kind == ERR_UNCERTAIN)
            why.kind = ERR_BUSY;
        *err = why;
        return err_while(err, "sending the video from byte %lld of %lld", (long long)up->start,
                         (long long)up->size);
    }
    return true;
}

static bool finish(struct sending *up, struct str file_name, struct err *err)
{
    struct platform_session *s = up->s;
    struct net_parts parts = {0};
    const struct json *data;

    plain_part(s, &parts, "upload_phase", STR("finish"));
    plain_part(s, &parts, "upload_session_id", up->session_id);
    plain_part(s, &parts, "title", file_name);
    return meta_upload(s, meta_account_path(s, "advideos"), true, parts, 0, &data, NULL, err);
}

/* What will not be finished is given up, as a courtesy: its outcome does not matter. */
static void cancel(struct sending *up)
{
    struct platform_session *s = up->s;
    struct net_parts parts = {0};
    const struct json *data;
    struct err err = {0};

    plain_part(s, &parts, "upload_phase", STR("cancel"));
    plain_part(s, &parts, "upload_session_id", up->session_id);
    if (!meta_upload(s, meta_account_path(s, "advideos"), true, parts, 0, &data, NULL, &err))
        log_info("facebook.upload_not_cancelled", LOG_CSTR("why", err.text));
}

static bool upload_in_windows(struct sending *up, struct str file_name, struct str *video_id,
                              struct err *err)
{
    if (!begin(up, err))
        return false;
    if (!send_pieces(up, err)) {
        cancel(up);
        return false;
    }
    if (!finish(up, file_name, err))
        return false;
    *video_id = up->video_id;
    return true;
}

bool meta_upload_video(struct platform_session *s, const char *path, struct str file_name,
                       struct str md5_hex, int64_t size, struct str *video_id, struct err *err)
{
    struct sending up = {.s = s, .size = size};
    bool ok;

    (void)md5_hex;
    if (size <= ONE_PIECE_MOST)
        return upload_whole(s, path, file_name, size, video_id, err);
    up.file = fopen(path, "rb");
    if (!up.file)
        return err_set(err, ERR_BROKEN, "cannot read %s: %s", path, strerror(errno));
    ok = upload_in_windows(&up, file_name, video_id, err);
    (void)fclose(up.file);
    return ok;
}

/* --- reading --- */

static struct platform_video read_video(struct platform_session *s, const struct json *row)
{
    return (struct platform_video){
        .id = json_id(row, "id", s->arena),
        .name = json_text(row, "title", STR("")),
        .duration_s = json_real(row, "length", 0),
        .usable = str_eq(json_text(row, "status.video_status", STR("")), STR("ready")),
    };
}

struct video_search {
    struct platform_session *s;
    struct str name;
    bool found;
    struct platform_video video;
};

static bool match_video(void *arg, const struct json *row, bool *stop, struct err *err)
{
    struct video_search *search = arg;

    (void)err;
    if (str_eq(json_text(row, "title", STR("")), search->name)) {
        search->found = *stop = true;
        search->video = read_video(search->s, row);
    }
    return true;
}

bool meta_find_video(struct platform_session *s, struct str file_name, bool *found,
                     struct platform_video *out, struct err *err)
{
    struct video_search search = {.s = s, .name = file_name};
    struct meta_args args;

    meta_args(s, &args);
    meta_arg(s, &args, "fields", STR("id,title,length,status"));
    if (!meta_get_all(s, meta_account_path(s, "advideos"), &args, VIDEOS_PAGE, match_video,
                      &search, err))
        return false;
    *found = search.found;
    *out = search.video;
    return true;
}

struct cover_search {
    struct platform_video *video;
    bool preferred;
};

/* The preferred one, else the first. */
static bool match_cover(void *arg, const struct json *row, bool *stop, struct err *err)
{
    struct cover_search *search = arg;
    bool preferred = json_bool(row, "is_preferred", false);

    (void)err;
    if (search->video->cover_url.n && !preferred)
        return true;
    search->video->cover_url = json_text(row, "uri", STR(""));
    (void)json_int(row, "width", &search->video->width);
    (void)json_int(row, "height", &search->video->height);
    *stop = preferred;
    return true;
}

static bool read_cover(struct platform_session *s, struct platform_video *video,
                       struct err *err)
{
    struct cover_search search = {.video = video};
    struct meta_args args;

    meta_args(s, &args);
    meta_arg(s, &args, "fields", STR("uri,is_preferred,width,height"));
    return meta_get_all(s, str_fmt(s->arena, STR_FMT "/thumbnails", STR_ARG(video->id)), &args,
                        VIDEOS_PAGE, match_cover, &search, err);
}

/* Facebook could not make anything of it: waiting longer does not help. */
static bool went_bad(const struct json *data, struct err *err)
{
    const struct json *why = json_item(json_at(data, "status.processing_phase.errors"), 0);
    int64_t code = 0;

    if (!str_eq(json_text(data, "status.video_status", STR("")), STR("error")))
        return false;
    err_set(err, ERR_REFUSED, "Facebook cannot use the video: " STR_FMT,
            STR_ARG(json_text(why, "message", STR("it does not say why"))));
    err_hint(err, "give a video that plays: MP4 or MOV with H.264");
    if (json_int(why, "code", &code))
        err->platform_code = code;
    (void)snprintf(err->platform_message, sizeof err->platform_message, STR_FMT,
                   STR_ARG(json_text(why, "message", STR(""))));
    return true;
}

bool meta_video(struct platform_session *s, struct str video_id, bool *found,
                struct platform_video *out, struct err *err)
{
    const struct json *data;
    struct meta_args args;
    struct err why = {0};

    *found = false;
    meta_args(s, &args);
    meta_arg(s, &args, "fields", STR("id,title,length,status"));
    if (!meta_get(s, video_id, &args, &data, &why)) {
        if (meta_is_gone(&why))
            return true;
        *err = why;
        return false;
    }
    if (went_bad(data, err))
        return false;
    *found = true;
    *out = read_video(s, data);
    return !out->usable || read_cover(s, out, err);
}

struct str meta_base_url(const struct conf *conf)
{
    return conf->facebook_base_url;
}

struct covers {
    struct platform_session *s;
    struct strs *urls;
    size_t most;
};

static bool add_cover(void *arg, const struct json *row, bool *stop, struct err *err)
{
    struct covers *covers = arg;
    struct str url = json_text(row, "uri", STR(""));

    (void)err;
    if (url.n)
        *strs_add(covers->urls, covers->s->arena) = url;
    *stop = covers->urls->n >= covers->most;
    return true;
}

bool meta_covers(struct platform_session *s, struct str video_id, size_t most,
                 struct strs *urls, struct err *err)
{
    struct covers covers = {s, urls, most};
    struct meta_args args;

    meta_args(s, &args);
    meta_arg(s, &args, "fields", STR("uri"));
    return meta_get_all(s, str_fmt(s->arena, STR_FMT "/thumbnails", STR_ARG(video_id)), &args,
                        VIDEOS_PAGE, add_cover, &covers, err);
}
