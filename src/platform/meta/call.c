/*
 * call.c - one call to the Graph API.
 *
 * The HTTP status says little: an answer is a refusal when it has an "error"
 * member, whatever the status.  Reads are repeated once after a passing
 * failure, writes never: their answer may be lost though they acted.
 */

#include "platform/meta/meta.h"

#include "base/log.h"
#include "conf/conf.h"
#include "text/hex.h"
#include "text/url.h"

/* Where paging stops, whatever the platform says. */
#define PAGES_GUARD   500
#define QUERY_CEILING (64 * 1024)

void meta_args(struct platform_session *s, struct meta_args *args)
{
    buf_init(&args->text, s->arena, QUERY_CEILING);
}

void meta_arg(struct platform_session *s, struct meta_args *args, const char *name,
              struct str value)
{
    if (args->text.n)
        buf_char(&args->text, '&');
    buf_add(&args->text, str(name));
    buf_char(&args->text, '=');
    buf_add(&args->text, url_encode(s->arena, value));
}

struct str meta_account_path(struct platform_session *s, const char *edge)
{
    return str_fmt(s->arena, "act_" STR_FMT "%s%s", STR_ARG(s->advertiser_id), *edge ? "/" : "",
                   edge);
}

static struct str address_of(struct platform_session *s, bool video, struct str path,
                             struct str query)
{
    struct str base = video ? s->conf->facebook_video_base_url : s->conf->facebook_base_url;

    while (base.n && base.p[base.n - 1] == '/')
        base.n--;
    return str_fmt(s->arena, STR_FMT "/" STR_FMT "/" STR_FMT "%s" STR_FMT, STR_ARG(base),
                   STR_ARG(s->conf->facebook_api_version), STR_ARG(path), query.n ? "?" : "",
                   STR_ARG(query));
}

/* Facebook: appsecret_proof shows that whoever has the token has the app's secret too. */
static struct str proof_of(struct platform_session *s)
{
    if (!s->token.hidden.n || !s->conf->facebook_app_secret.n)
        return STR("");
    return hex_encode(s->arena, seal_hmac_sha256(s->arena, s->conf->facebook_app_secret,
                                                 seal_reveal(s->token)));
}

/* The arguments and the proof, as the text of a query or of a form. */
static bool text_of(struct platform_session *s, const struct meta_args *args, struct str *out,
                    struct err *err)
{
    struct str proof = proof_of(s);
    struct meta_args all;

    buf_init(&all.text, s->arena, args->text.ceiling + 128);
    buf_add(&all.text, buf_str(&args->text));
    all.text.full = args->text.full;
    if (proof.n)
        meta_arg(s, &all, "appsecret_proof", proof);
    return buf_done(&all.text, "the parameters for Facebook", out, err);
}

/* The token travels in a header, which no log of addresses keeps. */
static void authorize(struct platform_session *s, struct net_request *rq)
{
    if (s->token.hidden.n)
        *net_headers_add(&rq->headers, s->arena) =
            (struct net_header){STR("Authorization"), str_fmt(s->arena, "Bearer " STR_FMT,
                                                              STR_ARG(seal_reveal(s->token)))};
    /* The address comes from our own settings; a sandbox stands on a private one. */
    rq->allow_private = true;
}

/* An answer without an envelope: the edge's, a gateway's, or a wrong address. */
static bool not_an_envelope(struct str path, bool write, const struct net_answer *answer,
                            struct err *err)
{
    int status = answer->status;

    if (status == 413)
        return err_set(err, ERR_REFUSED, "Facebook found the body of " STR_FMT " too large",
                       STR_ARG(path));
    if (status == 404 || (status >= 300 && status < 400)) {
        err_set(err, ERR_BROKEN, "Facebook's address has no " STR_FMT " (HTTP %d)",
                STR_ARG(path), status);
        return err_hint(err, "check facebook_base_url and facebook_api_version");
    }
    if (status == 429)
        return err_set(err, ERR_BUSY, "Facebook asks us to slow down (" STR_FMT ", HTTP 429)",
                       STR_ARG(path));
    if (status >= 400 && status < 500)
        return err_set(err, ERR_REFUSED, "Facebook refused " STR_FMT " with HTTP %d",
                       STR_ARG(path), status);
    return err_set(err, write ? ERR_UNCERTAIN : ERR_BUSY,
                   "Facebook answered " STR_FMT " with HTTP %d and no JSON", STR_ARG(path),
                   status);
}

static void log_call(struct str path, bool write, const struct net_answer *answer, int64_t code)
{
    struct log_field fields[] = {LOG_TEXT("path", path),
                                 LOG_INT("status", answer->status),
                                 LOG_INT("code", code),
                                 LOG_INT("ms", answer->took_ms),
                                 {0}};

    log_write(write ? LOG_INFO : LOG_DEBUG, "facebook.call", fields);
}

static bool judge(struct platform_session *s, struct str path, bool write,
                  const struct net_answer *answer, const struct json **data,
                  struct meta_refusal *refusal, struct err *err)
{
    struct meta_refusal ignored;
    struct err unread = {0};
    const struct json *body, *error;

    refusal = refusal ? refusal : &ignored;
    *refusal = (struct meta_refusal){0};
    if (!json_parse(s->arena, answer->body, &body, &unread) || json_type(body) != JSON_OBJECT) {
        log_call(path, write, answer, 0);
        return not_an_envelope(path, write, answer, err);
    }
    error = json_at(body, "error");
    if (json_type(error) == JSON_OBJECT) {
        (void)meta_refuse(path, write, error, refusal, err);
        log_call(path, write, answer, refusal->code);
        return false;
    }
    log_call(path, write, answer, 0);
    if (answer->status < 200 || answer->status > 299)
        return not_an_envelope(path, write, answer, err);
    *data = body;
    return true;
}

/* --- reads --- */

static bool get_once(struct platform_session *s, struct str path, struct str url, bool *passing,
                     const struct json **data, struct err *err)
{
    struct net_request rq = {.method = STR("GET"), .url = url};
    struct net_answer answer = {0};
    struct meta_refusal refusal;

    authorize(s, &rq);
    *passing = false;
    if (!net_call(s->net, s->arena, &rq, &answer, err)) {
        *passing = err->kind == ERR_BUSY || err->kind == ERR_UNCERTAIN;
        if (err->kind == ERR_UNCERTAIN)
            err->kind = ERR_BUSY; /* a read that got lost did nothing */
        return false;
    }
    if (judge(s, path, false, &answer, data, &refusal, err))
        return true;
    *passing = err->kind == ERR_BUSY && answer.status != 429 &&
               (!err->platform_code || meta_code_passes(err->platform_code));
    return false;
}

bool meta_get(struct platform_session *s, struct str path, const struct meta_args *args,
              const struct json **data, struct err *err)
{
    struct str query, url;
    bool passing;

    if (!text_of(s, args, &query, err))
        return false;
    url = address_of(s, false, path, query);
    if (get_once(s, path, url, &passing, data, err))
        return true;
    return passing && get_once(s, path, url, &passing, data, err);
}

/* A page may be short, even empty, and not be the last: only the lack of "next" ends the list.
 * The address in "next" holds the token, so it is not followed; its cursor is. */
bool meta_get_all(struct platform_session *s, struct str path, const struct meta_args *args,
                  int page_size, meta_row *each, void *arg, struct err *err)
{
    struct str after = STR("");

    for (int page = 1;; page++) {
        struct meta_args paged = {0};
        const struct json *data, *rows;
        bool stop = false;

        buf_init(&paged.text, s->arena, args->text.ceiling + 4096);
        buf_add(&paged.text, buf_str(&args->text));
        meta_arg(s, &paged, "limit", str_fmt(s->arena, "%d", page_size));
        if (after.n)
            meta_arg(s, &paged, "after", after);
        if (!meta_get(s, path, &paged, &data, err))
            return false;
        rows = json_at(data, "data");
        for (size_t i = 0; i < json_count(rows) && !stop; i++)
            if (!each(arg, json_item(rows, i), &stop, err))
                return false;
        after = json_text(data, "paging.cursors.after", STR(""));
        if (stop || !json_text(data, "paging.next", STR("")).n || !after.n)
            return true;
        if (page == PAGES_GUARD) {
            log_warn("facebook.list_cut", LOG_TEXT("path", path), LOG_INT("pages", page));
            return true;
        }
    }
}

/* --- writes --- */

static bool send_once(struct platform_session *s, struct str path, struct str query, bool video,
                      struct net_request *rq, const struct json **data,
                      struct meta_refusal *refusal, struct err *err)
{
    struct net_answer answer = {0};

    authorize(s, rq);
    if (refusal)
        *refusal = (struct meta_refusal){0};
    rq->method = STR("POST");
    rq->url = address_of(s, video, path, query);
    return net_call(s->net, s->arena, rq, &answer, err) &&
           judge(s, path, true, &answer, data, refusal, err);
}

bool meta_post(struct platform_session *s, struct str path, const struct meta_args *args,
               const struct json **data, struct err *err)
{
    struct net_request rq = {.deadline_ms = s->deadline_ms};

    if (!text_of(s, args, &rq.body, err))
        return false;
    *net_headers_add(&rq.headers, s->arena) =
        (struct net_header){STR("Content-Type"), STR("application/x-www-form-urlencoded")};
    return send_once(s, path, STR(""), false, &rq, data, NULL, err);
}

/* The proof cannot stand in a body that was built before: it goes into the address. */
bool meta_post_json(struct platform_session *s, struct str path, struct str body,
                    const struct json **data, struct err *err)
{
    struct net_request rq = {.body = body, .deadline_ms = s->deadline_ms};
    struct str proof = proof_of(s), query = STR("");

    if (proof.n)
        query = str_fmt(s->arena, "appsecret_proof=" STR_FMT, STR_ARG(proof));
    *net_headers_add(&rq.headers, s->arena) =
        (struct net_header){STR("Content-Type"), STR("application/json")};
    return send_once(s, path, query, false, &rq, data, NULL, err);
}

bool meta_upload(struct platform_session *s, struct str path, bool video,
                 struct net_parts parts, int64_t deadline_ms, const struct json **data,
                 struct meta_refusal *refusal, struct err *err)
{
    struct net_request rq = {.parts = parts, .deadline_ms = deadline_ms};
    struct str proof = proof_of(s);

    if (proof.n)
        *net_parts_add(&rq.parts, s->arena) =
            (struct net_part){.name = STR("appsecret_proof"), .value = proof};
    return send_once(s, path, STR(""), video, &rq, data, refusal, err);
}
