/*
 * call.c - one call to TikTok.
 *
 * Every answer is HTTP 200 with {code, message, request_id, data}; only an
 * unknown path answers a bare 404.  Reads are repeated once after a passing
 * failure, writes never: their answer may be lost though they acted.
 */

#include "platform/tiktok/tiktok.h"

#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "text/url.h"

/* Where paging stops, whatever the platform says. */
#define PAGES_GUARD 500

void tiktok_args(struct platform_session *s, struct tiktok_args *args)
{
    buf_init(&args->query, s->arena, 512 * 1024);
    if (s->advertiser_id.n)
        tiktok_arg(s, args, "advertiser_id", s->advertiser_id);
}

void tiktok_arg(struct platform_session *s, struct tiktok_args *args, const char *name,
                struct str value)
{
    if (args->query.n)
        buf_char(&args->query, '&');
    buf_add(&args->query, str(name));
    buf_char(&args->query, '=');
    buf_add(&args->query, url_encode(s->arena, value));
}

struct str tiktok_json_ids(struct platform_session *s, const struct str *ids, size_t n)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, s->arena, 64 * 1024);
    json_writer(&w, &buf);
    json_list(&w);
    for (size_t i = 0; i < n; i++)
        json_put_text(&w, ids[i]);
    json_end(&w);
    return buf_str(&buf);
}

struct str tiktok_json_list(struct platform_session *s, const char *const *items)
{
    struct strs list = {0};

    for (; *items; items++)
        *strs_add(&list, s->arena) = str(*items);
    return tiktok_json_ids(s, list.at, list.n);
}

static struct str address_of(struct platform_session *s, struct str path, struct str query)
{
    struct str base = s->conf->tiktok_base_url;

    while (base.n && base.p[base.n - 1] == '/')
        base.n--;
    return str_fmt(s->arena, STR_FMT "/open_api/" STR_FMT "/" STR_FMT "%s" STR_FMT,
                   STR_ARG(base), STR_ARG(s->conf->tiktok_api_version), STR_ARG(path),
                   query.n ? "?" : "", STR_ARG(query));
}

static void authorize(struct platform_session *s, struct net_request *rq)
{
    struct str token = seal_reveal(s->token);

    if (token.n)
        *net_headers_add(&rq->headers, s->arena) =
            (struct net_header){STR("Access-Token"), token};
    /* The address comes from our own settings; a sandbox stands on a private one. */
    rq->allow_private = true;
}

/* An answer without an envelope: a proxy's, a gateway's, or a wrong address. */
static bool not_an_envelope(struct str path, bool write, const struct net_answer *answer,
                            struct err *err)
{
    int status = answer->status;

    if (status == 404 || (status >= 300 && status < 400)) {
        err_set(err, ERR_BROKEN, "TikTok's address has no " STR_FMT " (HTTP %d)", STR_ARG(path),
                status);
        return err_hint(err, "check tiktok_base_url and tiktok_api_version");
    }
    if (status == 429)
        return err_set(err, ERR_BUSY, "TikTok asks us to slow down (" STR_FMT ", HTTP 429)",
                       STR_ARG(path));
    if (status >= 400 && status < 500)
        return err_set(err, ERR_REFUSED, "TikTok refused " STR_FMT " with HTTP %d",
                       STR_ARG(path), status);
    return err_set(err, write ? ERR_UNCERTAIN : ERR_BUSY,
                   "TikTok answered " STR_FMT " with HTTP %d and no envelope", STR_ARG(path),
                   status);
}

static bool judge(struct platform_session *s, struct str path, bool write,
                  const struct net_answer *answer, const struct json **data, struct err *err)
{
    const struct json *body;
    struct err unread = {0};
    int64_t code;

    if (!json_parse(s->arena, answer->body, &body, &unread) || !json_int(body, "code", &code))
        return not_an_envelope(path, write, answer, err);

    struct str request_id = json_text(body, "request_id", STR(""));
    struct log_field fields[] = {LOG_TEXT("path", path),
                                 LOG_INT("code", code),
                                 LOG_INT("ms", answer->took_ms),
                                 LOG_TEXT("request_id", request_id),
                                 {0}};

    log_write(write ? LOG_INFO : LOG_DEBUG, "tiktok.call", fields);
    if (!tiktok_code_succeeds(code))
        return tiktok_refusal(path, write, code, json_text(body, "message", STR("")),
                              request_id, err);
    if (code != 0)
        log_warn("tiktok.partial", LOG_TEXT("path", path),
                 LOG_TEXT("message", json_text(body, "message", STR(""))),
                 LOG_TEXT("request_id", request_id));
    *data = json_at(body, "data");
    return true;
}

static bool get_once(struct platform_session *s, struct str path, struct str url, bool *passing,
                     const struct json **data, struct err *err)
{
    struct net_request rq = {.method = STR("GET"), .url = url};
    struct net_answer answer = {0};

    authorize(s, &rq);
    *passing = false;
    if (!net_call(s->net, s->arena, &rq, &answer, err)) {
        *passing = err->kind == ERR_BUSY || err->kind == ERR_UNCERTAIN;
        if (err->kind == ERR_UNCERTAIN)
            err->kind = ERR_BUSY; /* a read that got lost did nothing */
        return false;
    }
    if (judge(s, path, false, &answer, data, err))
        return true;
    *passing = err->kind == ERR_BUSY &&
               (!err->platform_code || tiktok_code_passes(err->platform_code)) &&
               answer.status != 429;
    return false;
}

bool tiktok_get(struct platform_session *s, const char *path, const struct tiktok_args *args,
                const struct json **data, struct err *err)
{
    struct str query;
    bool passing;

    if (!buf_done(&args->query, "the query to TikTok", &query, err))
        return false;

    struct str url = address_of(s, str(path), query);

    if (get_once(s, str(path), url, &passing, data, err))
        return true;
    return passing && get_once(s, str(path), url, &passing, data, err);
}

bool tiktok_get_pages(struct platform_session *s, const char *path,
                      const struct tiktok_args *args, int page_size, const char *list,
                      bool (*each)(void *arg, const struct json *row, struct err *err),
                      void *arg, struct err *err)
{
    for (int page = 1;; page++) {
        struct tiktok_args paged = {0};
        const struct json *data, *rows;
        int64_t total_pages = 0;

        buf_init(&paged.query, s->arena, args->query.ceiling + 64);
        buf_add(&paged.query, buf_str(&args->query));
        tiktok_arg(s, &paged, "page", str_fmt(s->arena, "%d", page));
        tiktok_arg(s, &paged, "page_size", str_fmt(s->arena, "%d", page_size));
        if (!tiktok_get(s, path, &paged, &data, err))
            return false;
        rows = json_at(data, list);

        size_t n = json_count(rows);

        for (size_t i = 0; i < n; i++)
            if (!each(arg, json_item(rows, i), err))
                return false;
        /* page_info is empty on some answers: then a short page is the last one. */
        if (!json_int(data, "page_info.total_page", &total_pages) || total_pages <= 0)
            total_pages = (int64_t)n == page_size ? page + 1 : page;
        if (page >= total_pages || n == 0)
            return true;
        if (page == PAGES_GUARD) {
            log_warn("tiktok.list_cut", LOG_CSTR("path", path), LOG_INT("pages", page));
            return true;
        }
    }
}

static bool send_once(struct platform_session *s, struct str path, struct net_request *rq,
                      const struct json **data, struct err *err)
{
    struct net_answer answer = {0};

    authorize(s, rq);
    rq->method = STR("POST");
    rq->url = address_of(s, path, STR(""));
    return net_call(s->net, s->arena, rq, &answer, err) &&
           judge(s, path, true, &answer, data, err);
}

bool tiktok_post(struct platform_session *s, struct str path, struct str body,
                 const struct json **data, struct err *err)
{
    struct net_request rq = {.body = body, .deadline_ms = s->deadline_ms};

    *net_headers_add(&rq.headers, s->arena) =
        (struct net_header){STR("Content-Type"), STR("application/json")};
    return send_once(s, path, &rq, data, err);
}

bool tiktok_upload(struct platform_session *s, const char *path, struct net_parts parts,
                   int64_t deadline_ms, const struct json **data, struct err *err)
{
    struct net_request rq = {.parts = parts,
                             .deadline_ms = deadline_ms,
                             .on_sent = s->on_sent,
                             .on_sent_arg = s->on_sent_arg};

    return send_once(s, str(path), &rq, data, err);
}

bool tiktok_download(struct platform_session *s, const char *path, struct tiktok_args *args,
                     struct str header, struct str value, size_t limit, struct str *out,
                     struct err *err)
{
    struct net_request rq = {.method = STR("GET"), .answer_limit = limit};
    struct net_answer answer = {0};
    const struct json *data;
    struct str query;

    if (!buf_done(&args->query, "the query to TikTok", &query, err))
        return false;
    rq.url = address_of(s, str(path), query);
    authorize(s, &rq);
    if (value.n)
        *net_headers_add(&rq.headers, s->arena) = (struct net_header){header, value};
    if (!net_call(s->net, s->arena, &rq, &answer, err)) {
        if (err->kind == ERR_UNCERTAIN)
            err->kind = ERR_BUSY; /* a read that got lost did nothing */
        return false;
    }
    /* A failure is an envelope where the file was to be, with HTTP 200. */
    struct str start = str_trim(str_sub(answer.body, 0, 64));
    if (answer.status != 200 || (start.n && start.p[0] == '{')) {
        if (!judge(s, str(path), false, &answer, &data, err))
            return false;
        return err_set(err, ERR_BUSY, "TikTok answered " STR_FMT " without a file",
                       STR_ARG(str(path)));
    }
    *out = answer.body;
    return true;
}
