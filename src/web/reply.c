/* reply.c - filling replies; the one place where an err becomes HTTP. */

#include "base/limits.h"
#include "web/server.h"

void reply_header(struct request *rq, struct reply *rp, const char *name, struct str value)
{
    *web_headers_add(&rp->headers, rq->arena) = (struct web_header){str(name), value};
}

bool reply_body(struct reply *rp, int status, const char *type, struct str body)
{
    rp->status = status;
    rp->type = str(type);
    rp->body = body;
    return true;
}

bool reply_redirect(struct request *rq, struct reply *rp, struct str where)
{
    reply_header(rq, rp, "Location", where);
    return reply_body(rp, 303, "text/plain; charset=utf-8", STR(""));
}

void reply_json_begin(struct request *rq, struct reply_json *json)
{
    buf_init(&json->buf, rq->arena, LIMIT_REPLY_BODY);
    json_writer(&json->w, &json->buf);
}

bool reply_json_end(struct reply_json *json, struct reply *rp, int status, struct err *err)
{
    struct str body;

    if (!buf_done(&json->buf, "the answer", &body, err)) {
        err->kind = ERR_BROKEN; /* not the caller's fault, but a smaller question helps */
        return err_hint(err, "ask for fewer rows");
    }
    return reply_body(rp, status, "application/json", body);
}

int reply_status_of(const struct request *rq, const struct err *err)
{
    const struct exchange *x = rq->impl;

    if (x && x->status_hint)
        return x->status_hint;
    switch (err->kind) {
    case ERR_INVALID:
        return 400;
    case ERR_DENIED:
        return rq->caller.org_id.n ? 403 : 401;
    case ERR_NOT_FOUND:
        return 404;
    case ERR_CONFLICT:
        return 409;
    case ERR_BUSY:
        return 503;
    case ERR_REFUSED:
        return 422;
    case ERR_UNCERTAIN:
        return 502;
    case ERR_BROKEN:
    case ERR_NONE:
        break;
    }
    return 500;
}

static const char *title_of(int status)
{
    static const struct {
        int status;
        const char *title;
    } titles[] = {
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {423, "Locked"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {460, "Checksum Mismatch"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
    };

    for (size_t i = 0; i < countof(titles); i++)
        if (titles[i].status == status)
            return titles[i].title;
    return "Error";
}

static void put_platform(struct json_writer *w, const struct err *err)
{
    if (!err->platform_message[0] && !err->platform_code)
        return;
    json_key(w, "platform");
    json_object(w);
    json_int_member(w, "code", err->platform_code);
    json_text_member(w, "message", str(err->platform_message));
    json_text_or_null_member(w, "request_id", str(err->platform_request_id));
    json_end(w);
}

void reply_problem(struct request *rq, struct reply *rp, const struct err *err)
{
    /* What broke inside is for the log; the request id leads there. */
    bool inside = err->kind == ERR_BROKEN || err->kind == ERR_NONE;
    int status = rp->status >= 400 ? rp->status : reply_status_of(rq, err);
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, rq->arena, LIMIT_REPLY_BODY);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "type", STR("about:blank"));
    json_text_member(&w, "title", str(title_of(status)));
    json_int_member(&w, "status", status);
    json_text_member(&w, "detail",
                     inside ? STR("something broke on our side") : str(err->text));
    json_text_member(&w, "kind", str(err_kind_name(inside ? ERR_BROKEN : err->kind)));
    if (err->field[0])
        json_text_member(&w, "field", str(err->field));
    if (err->hint[0])
        json_text_member(&w, "hint", str(err->hint));
    if (err->says[0]) {
        json_key(&w, "says");
        json_put_raw(&w, str(err->says));
    }
    json_text_member(&w, "request_id", rq->id);
    put_platform(&w, err);
    if (rp->problem_member) {
        json_key(&w, rp->problem_member);
        json_put_raw(&w, rp->problem_json);
    }
    json_end(&w);
    rp->file_path = NULL;
    rp->source.more = NULL;
    reply_body(rp, status, "application/problem+json", buf_str(&buf));
    if (status == 503)
        reply_header(rq, rp, "Retry-After", STR("1"));
    if (status == 401)
        reply_header(rq, rp, "WWW-Authenticate", STR("Bearer realm=\"adwright\""));
}
