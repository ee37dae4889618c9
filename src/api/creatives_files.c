/* creatives_files.c - the bytes of a creative: its video or picture, its posters. */

#include "api/api.h"
#include "api/common.h"
#include "base/arena.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "creative/process.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* What strangers sent is only ever shown or played: as what it is, and without scripts. */
static void put_headers(struct request *rq, struct reply *rp, struct str file_name,
                        bool download)
{
    reply_header(rq, rp, "Content-Disposition",
                 str_fmt(rq->arena, "%s; filename*=UTF-8''" STR_FMT,
                         download ? "attachment" : "inline", STR_ARG(file_name)));
    reply_header(rq, rp, "Content-Security-Policy", STR("sandbox; default-src 'none'"));
    reply_header(rq, rp, "Cross-Origin-Resource-Policy", STR("same-origin"));
    reply_header(rq, rp, "Cache-Control", STR("private, no-cache"));
    reply_header(rq, rp, "Vary", STR("Authorization, Cookie"));
}

struct kind {
    const char *type, *ending;
};

/* By its first bytes: they are what a browser would go by. */
static struct kind kind_of(const char *path)
{
    char head[16] = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    bool read_all = fd >= 0 && pread(fd, head, sizeof head, 0) == sizeof head;

    if (fd >= 0)
        (void)close(fd);
    if (!read_all)
        return (struct kind){"application/octet-stream", "bin"};
    if (memcmp(head + 4, "ftypqt", 6) == 0)
        return (struct kind){"video/quicktime", "mov"};
    if (memcmp(head + 4, "ftyp", 4) == 0)
        return (struct kind){"video/mp4", "mp4"};
    if (memcmp(head, "\x1a\x45\xdf\xa3", 4) == 0)
        return (struct kind){"video/webm", "webm"};
    if (memcmp(head, "\xff\xd8\xff", 3) == 0)
        return (struct kind){"image/jpeg", "jpg"};
    if (memcmp(head, "\x89PNG", 4) == 0)
        return (struct kind){"image/png", "png"};
    if (memcmp(head, "RIFF", 4) == 0 && memcmp(head + 8, "WEBP", 4) == 0)
        return (struct kind){"image/webp", "webp"};
    return (struct kind){"application/octet-stream", "bin"};
}

/* The title as a file's name, in the form of RFC 8187. */
static struct str file_name(struct arena *arena, struct str title, const char *ending)
{
    struct buf buf;

    buf_init(&buf, arena, title.n * 3 + 16);
    for (size_t i = 0; i < title.n; i++) {
        unsigned char c = (unsigned char)title.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        if (plain)
            buf_char(&buf, (char)c);
        else
            buf_fmt(&buf, "%%%02X", c);
    }
    buf_fmt(&buf, ".%s", ending);
    return buf_str(&buf);
}

static bool reply_file(struct request *rq, struct reply *rp, const struct creative *creative,
                       const char *path, struct err *err)
{
    if (!*path || access(path, R_OK) != 0)
        return err_set(err, ERR_NOT_FOUND, "creative " STR_FMT " has no file yet",
                       STR_ARG(creative->id));

    struct kind kind = kind_of(path);

    rp->status = 200;
    rp->type = str(kind.type);
    rp->file_path = path;
    put_headers(rq, rp, file_name(rq->arena, creative->title, kind.ending),
                request_query(rq, "download").n > 0);
    return true;
}

/* GET /api/creatives/:id/video - the file that ads are made of; ?original=1: as it came, where
 * adwright mended it. */
static bool get_video(struct request *rq, struct reply *rp, struct err *err)
{
    const struct app *app = rq->app;
    struct creative creative;

    if (!api_check_org(rq, NULL, err) ||
        !creative_get(rq->db, rq->arena, request_arg(rq, "id"), &creative, err))
        return false;
    if (request_query(rq, "original").n && creative.original_path.n)
        creative.media_path = creative.original_path;
    return reply_file(rq, rp, &creative, creative_path(app->conf, rq->arena, &creative), err);
}

/* GET /api/creatives/:id/poster - the still that stands for the video. */
static bool get_poster(struct request *rq, struct reply *rp, struct err *err)
{
    const struct app *app = rq->app;
    struct creative creative;

    return api_check_org(rq, NULL, err) &&
           creative_get(rq->db, rq->arena, request_arg(rq, "id"), &creative, err) &&
           reply_file(rq, rp, &creative, creative_poster_path(app->conf, rq->arena, &creative),
                      err);
}

/* GET /api/creatives/:id/poster/:position - one of those that may be chosen. */
static bool get_candidate(struct request *rq, struct reply *rp, struct err *err)
{
    struct str position = request_arg(rq, "position");
    struct creative_poster_list posters = {0};
    const struct app *app = rq->app;
    struct creative creative;
    int64_t wanted = 0;

    if (!api_check_org(rq, NULL, err) ||
        !creative_get(rq->db, rq->arena, request_arg(rq, "id"), &creative, err) ||
        !creative_posters(rq->db, rq->arena, &creative, &posters, err))
        return false;
    for (size_t i = 0; str_int(position, &wanted) && i < posters.n; i++)
        if (posters.at[i].position == wanted)
            return reply_file(rq, rp, &creative,
                              str_c(rq->arena, str_fmt(rq->arena, STR_FMT "/" STR_FMT,
                                                       STR_ARG(app->conf->data),
                                                       STR_ARG(posters.at[i].path))),
                              err);
    return err_set(err, ERR_NOT_FOUND, "no such poster");
}

const struct route creatives_files_routes[] = {
    {"GET", "/api/creatives/:id/video", CAN_READ, .handler = get_video},
    {"GET", "/api/creatives/:id/poster", CAN_READ, .handler = get_poster},
    {"GET", "/api/creatives/:id/poster/:position", CAN_READ, .handler = get_candidate},
    ROUTES_END,
};
