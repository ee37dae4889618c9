/* response.c - a reply becomes what the library sends. */

#include "base/clock.h"
#include "base/log.h"
#include "web/server.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void put(struct MHD_Response *response, struct arena *arena, struct str name,
                struct str value)
{
    const char *n = str_c(arena, name), *v = str_c(arena, value);

    if (MHD_add_response_header(response, n, v) != MHD_YES)
        log_warn("http.header_refused", LOG_TEXT("name", name)); /* line breaks and the like */
}

static bool has(const struct reply *rp, const char *name)
{
    for (size_t i = 0; i < rp->headers.n; i++)
        if (str_eq_nocase(rp->headers.at[i].name, str(name)))
            return true;
    return false;
}

/* Unless the handler said otherwise. */
static const struct {
    const char *name;
    const char *value;
    bool html_only;
} defaults[] = {
    {"X-Content-Type-Options", "nosniff", false},
    {"Referrer-Policy", "no-referrer", false},
    {"Cache-Control", "no-store", false},
    {"Cross-Origin-Opener-Policy", "same-origin", true},
    {"X-Frame-Options", "DENY", true},
    {"Content-Security-Policy",
     "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
     "object-src 'none'",
     true},
};

static void put_headers(struct exchange *x, struct request *rq, const struct reply *rp)
{
    struct MHD_Response *response = x->response;
    bool html = str_starts(rp->type, STR("text/html"));

    if (x->status != 204 && x->status != 304)
        put(response, rq->arena, STR("Content-Type"), rp->type);
    put(response, rq->arena, STR("X-Request-ID"), rq->id);
    for (size_t i = 0; i < countof(defaults); i++)
        if ((html || !defaults[i].html_only) && !has(rp, defaults[i].name))
            (void)MHD_add_response_header(response, defaults[i].name, defaults[i].value);
    for (size_t i = 0; i < rp->headers.n; i++)
        put(response, rq->arena, rp->headers.at[i].name, rp->headers.at[i].value);
}

/* --- files and ranges ---------------------------------------------------- */

struct range {
    int64_t from;
    int64_t n;
};

enum ranged { WHOLE, PART, BEYOND };

/* One range of bytes; anything else is answered whole, as RFC 9110 allows. */
static enum ranged read_range(struct str header, int64_t size, struct range *out)
{
    int64_t from, to;

    *out = (struct range){0, size};
    if (!str_starts(header, STR("bytes=")))
        return WHOLE;
    struct str last = str_sub(header, 6, header.n);
    if (str_find(last, '-') == last.n || str_find(last, ',') < last.n)
        return WHOLE;
    struct str first = str_trim(str_cut(&last, '-'));
    last = str_trim(last);
    if (!first.n) { /* the last n bytes */
        if (!str_int(last, &to) || to < 0)
            return WHOLE;
        if (to == 0 || size == 0)
            return BEYOND;
        out->n = to < size ? to : size;
        out->from = size - out->n;
        return PART;
    }
    if (!str_int(first, &from) || from < 0)
        return WHOLE;
    to = size - 1;
    if (last.n && (!str_int(last, &to) || to < from))
        return WHOLE;
    if (from >= size)
        return BEYOND;
    if (to >= size)
        to = size - 1;
    *out = (struct range){from, to - from + 1};
    return PART;
}

/* Files are written whole and renamed into their places, so these three change with the bytes.
 */
static struct str tag_of(struct arena *arena, const struct stat *st)
{
    return str_fmt(arena, "\"%llx-%llx-%llx%09lx\"", (unsigned long long)st->st_ino,
                   (unsigned long long)st->st_size, (unsigned long long)st->st_mtim.tv_sec,
                   (unsigned long)st->st_mtim.tv_nsec);
}

static int open_file(struct arena *arena, const char *path, int64_t *size, struct str *tag)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd < 0)
        return -1;
    if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        (void)close(fd);
        errno = ENOENT;
        return -1;
    }
    *size = st.st_size;
    *tag = tag_of(arena, &st);
    return fd;
}

/* If-None-Match: one of a list, or "*"; weak or strong is the same here. */
static bool client_has(struct str header, struct str tag)
{
    while (header.n) {
        struct str one = str_trim(str_cut(&header, ','));
        if (str_starts(one, STR("W/")))
            one = str_sub(one, 2, one.n);
        if (str_eq(one, tag) || str_eq(one, STR("*")))
            return true;
    }
    return false;
}

/* The part that is asked for, if it is asked of these bytes (If-Range). */
static struct str range_header(const struct request *rq, struct str tag)
{
    struct str of = request_header(rq, "if-range");

    return of.n && !str_eq(str_trim(of), tag) ? STR("") : request_header(rq, "range");
}

/* False: the reply has become a problem, or 304 with nothing, to be sent as a body. */
static bool make_from_file(struct exchange *x, struct request *rq, struct reply *rp)
{
    struct err err = {0};
    struct range range;
    int64_t size = 0;
    struct str tag = STR("");
    int fd = open_file(rq->arena, rp->file_path, &size, &tag);

    if (fd < 0) {
        err_set(&err, errno == ENOENT ? ERR_NOT_FOUND : ERR_BROKEN, "the file is not here");
        log_warn("http.file", LOG_CSTR("path", rp->file_path),
                 LOG_CSTR("text", strerror(errno)));
        rp->status = 0;
        reply_problem(rq, rp, &err);
        return false;
    }
    reply_header(rq, rp, "Accept-Ranges", STR("bytes"));
    reply_header(rq, rp, "ETag", tag);
    if (client_has(request_header(rq, "if-none-match"), tag)) {
        (void)close(fd);
        rp->status = 304;
        return false;
    }
    enum ranged ranged = read_range(range_header(rq, tag), size, &range);
    if (ranged == BEYOND) {
        (void)close(fd);
        reply_header(rq, rp, "Content-Range",
                     str_fmt(rq->arena, "bytes */%lld", (long long)size));
        err_input(&err, "range", "ask for bytes inside the file",
                  "the range is beyond the file");
        rp->status = 416;
        reply_problem(rq, rp, &err);
        return false;
    }
    if (ranged == PART) {
        rp->status = 206;
        reply_header(rq, rp, "Content-Range",
                     str_fmt(rq->arena, "bytes %lld-%lld/%lld", (long long)range.from,
                             (long long)(range.from + range.n - 1), (long long)size));
    }
    x->response =
        MHD_create_response_from_fd_at_offset64((uint64_t)range.n, fd, (uint64_t)range.from);
    must(x->response); /* owns fd now */
    x->size = range.n;
    return true;
}

/* --- an answer that breaks off ------------------------------------------- */

struct cut {
    size_t n; /* bytes before the connection is cut */
    char bytes[];
};

static ssize_t read_cut(void *arg, uint64_t at, char *out, size_t most)
{
    const struct cut *cut = arg;
    size_t n;

    if (at >= cut->n)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    n = cut->n - (size_t)at < most ? cut->n - (size_t)at : most;
    memcpy(out, cut->bytes + at, n);
    return (ssize_t)n;
}

/* Declares the whole body and sends less. */
static void make_cut(struct exchange *x, const struct reply *rp)
{
    size_t n = rp->cut_after_bytes < rp->body.n ? rp->cut_after_bytes : rp->body.n;
    struct cut *cut = malloc(sizeof *cut + n);

    must(cut);
    cut->n = n;
    if (n)
        memcpy(cut->bytes, rp->body.p, n);
    x->response = MHD_create_response_from_callback(rp->body.n + (n == rp->body.n), 4096,
                                                    read_cut, cut, free);
    must(x->response);
    x->size = (int64_t)n;
}

/* False: there is no place, and the reply has become a problem. */
static bool make_live(struct exchange *x, struct request *rq, struct reply *rp)
{
    struct err err = {0};

    if (live_make(x, rp))
        return true;
    err_set(&err, ERR_BUSY, "as many clients as may be listen already");
    err_hint(&err, "close a window that is not needed; this one asks again by itself");
    rp->headers.n = 0;
    reply_problem(rq, rp, &err);
    return false;
}

/* --- the whole ----------------------------------------------------------- */

void response_make(struct exchange *x, struct request *rq, struct reply *rp)
{
    x->answered = true;
    if (x->web->settings.dress)
        x->web->settings.dress(rq, rp);
    if (rp->delay_ms > 0)
        x->due_ms = clock_mono_ms() + rp->delay_ms;
    if (rp->drop_connection)
        return;
    if (!rp->type.n)
        rp->type = STR("application/json");
    if (rp->cut_body) {
        make_cut(x, rp);
    } else if (rp->live_topic.n && make_live(x, rq, rp)) {
        (void)x; /* live.c made the response */
    } else if (rp->source.more) {
        source_make(x, rq, rp);
    } else if (!rp->file_path || !make_from_file(x, rq, rp)) {
        /* the library copies: the arena is reset before the answer is sent */
        x->response = MHD_create_response_from_buffer(rp->body.n, (void *)(uintptr_t)rp->body.p,
                                                      MHD_RESPMEM_MUST_COPY);
        must(x->response);
        x->size = (int64_t)rp->body.n;
    }
    x->status = rp->status ? rp->status : 200;
    put_headers(x, rq, rp);
}

/* The caller's own faults are in the access log; so is a full queue, which would flood. */
static bool worth_a_line(const struct request *rq, const struct err *why)
{
    return why->kind == ERR_BROKEN || why->kind == ERR_UNCERTAIN || why->kind == ERR_REFUSED ||
           (why->kind == ERR_BUSY && rq->route);
}

void response_log(struct exchange *x, const struct request *rq, const struct err *why)
{
    struct web *web = x->web;
    int class = x->status / 100;
    const char *route = x->match.route ? x->match.route->path : "-";
    const char *kind = why ? err_kind_name(why->kind) : "";

    atomic_fetch_add(&web->requests, 1);
    if (class >= 1 && class <= 5)
        atomic_fetch_add(&web->by_class[class], 1);
    if (why && worth_a_line(rq, why))
        log_err("http.failed", why);
    if (web->settings.access_log)
        log_info("http.request", LOG_TEXT("method", rq->method), LOG_CSTR("route", route),
                 LOG_INT("status", x->status), LOG_INT("ms", clock_mono_ms() - x->arrived_ms),
                 LOG_CSTR("kind", kind), LOG_CSTR("field", why ? why->field : ""));
}
