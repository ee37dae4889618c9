/* site_hook.c - leads of sites, stages and sales of CRMs: check the key, store, answer. */

#include "base/arena.h"
#include "base/limits.h"
#include "base/log.h"
#include "conf/app.h"
#include "db/db.h"
#include "hook/hook.h"
#include "hook/inbox_db.h"
#include "hook/quarantine.h"
#include "job/job.h"
#include "lead/key.h"
#include "text/url.h"

/* Pages post from anywhere; the key tells whose lead it is, and the answer tells nothing. */
static void allow_any_origin(struct request *rq, struct reply *rp)
{
    reply_header(rq, rp, "Access-Control-Allow-Origin", STR("*"));
    reply_header(rq, rp, "Access-Control-Allow-Methods", STR("POST, OPTIONS"));
    reply_header(rq, rp, "Access-Control-Allow-Headers", STR("Content-Type, X-Lead-Key"));
    reply_header(rq, rp, "Access-Control-Max-Age", STR("86400"));
}

static bool answer_preflight(struct request *rq, struct reply *rp, struct err *err)
{
    (void)err;
    allow_any_origin(rq, rp);
    rp->status = 204;
    return true;
}

/* What intake needs to know beside the body. */
static struct str headers_of(struct request *rq, const struct lead_key *key)
{
    struct json_writer w;
    struct buf buf;

    buf_init(&buf, rq->arena, LIMIT_REQUEST_BODY);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "content_type", request_header(rq, "content-type"));
    json_text_member(&w, "referer", str_sub(request_header(rq, "referer"), 0, LIMIT_URL_TEXT));
    json_text_member(&w, "user_agent",
                     str_sub(request_header(rq, "user-agent"), 0, LIMIT_LABEL));
    json_text_member(&w, "address", rq->address);
    json_text_member(&w, "direction_id", key->direction_id);
    json_end(&w);
    return buf_str(&buf);
}

static struct str key_of(struct request *rq, bool in_path)
{
    struct str key = in_path ? request_arg(rq, "key") : request_header(rq, "x-lead-key");

    return key.n ? key : request_query(rq, "key");
}

/* A form of the page itself may ask where to go on; only on the site that it stands on. */
static struct str next_page(struct request *rq)
{
    struct str wanted = request_query(rq, "redirect");
    struct url to, from;
    struct err err = {0};

    if (!wanted.n || !url_parse(rq->arena, wanted, &to, &err) ||
        !url_parse(rq->arena, request_header(rq, "referer"), &from, &err))
        return STR("");
    return str_eq(to.host, from.host) ? wanted : STR("");
}

static bool refuse(struct request *rq, struct str source, struct str org_id, struct err *err)
{
    struct lead_key none = {.name = STR("")};
    struct inbox_site_entry entry = {.source = source,
                                     .body = rq->body,
                                     .headers = headers_of(rq, &none),
                                     .signature = "bad",
                                     .quarantined = true,
                                     .received_ms = rq->now_ms};
    struct err not_kept = {0};
    bool kept = rq->body.n && quarantine_has_room();

    log_warn("lead.site_refused", LOG_TEXT("org_id", str_sub(org_id, 0, 60)),
             LOG_TEXT("address", rq->address), LOG_INT("kept", kept));
    if (kept && !inbox_add_site(rq->db, rq->arena, &entry, &not_kept))
        log_err("lead.site_not_kept", &not_kept);
    err_set(err, ERR_DENIED, "this address needs a lead key of the org");
    return err_hint(err, "post to /api/leads/{org}/{key}; make the key under lead keys");
}

static bool take(struct request *rq, struct reply *rp, struct str source, bool in_path,
                 struct err *err)
{
    struct str org_id = request_arg(rq, "org_id"), owner;
    const struct app *app = rq->app;
    struct str key = key_of(rq, in_path);
    struct lead_key known = {.name = STR("")};

    allow_any_origin(rq, rp);
    if (!lead_key_find(rq->db, rq->arena, key, &owner, &known, err))
        return false;
    if (!owner.n || !str_eq(owner, org_id)) {
        rp->status = 401;
        return refuse(rq, source, org_id, err);
    }
    if (!rq->body.n)
        return err_input(err, "body", "send the form's fields", "the body is empty");
    struct inbox_site_entry entry = {.source = source,
                                     .owner_org_id = owner,
                                     .body = rq->body,
                                     .headers = headers_of(rq, &known),
                                     .signature = "key",
                                     .received_ms = rq->now_ms};
    if (!inbox_add_site(rq->db, rq->arena, &entry, err))
        return false;
    struct err unnoted = {0};
    if (!lead_key_used(rq->db, owner, known.lead_key_id, rq->now_ms, &unnoted))
        log_err("lead.key_used", &unnoted);
    if (app->runner)
        job_wake(app->runner);
    struct str next = next_page(rq);
    return next.n ? reply_redirect(rq, rp, next)
                  : reply_body(rp, 200, "text/plain; charset=utf-8", STR("ok"));
}

static bool take_by_header(struct request *rq, struct reply *rp, struct err *err)
{
    return take(rq, rp, STR("site"), false, err);
}

static bool take_by_path(struct request *rq, struct reply *rp, struct err *err)
{
    return take(rq, rp, STR("site"), true, err);
}

static bool take_crm_by_header(struct request *rq, struct reply *rp, struct err *err)
{
    return take(rq, rp, STR("crm"), false, err);
}

static bool take_crm_by_path(struct request *rq, struct reply *rp, struct err *err)
{
    return take(rq, rp, STR("crm"), true, err);
}

const struct route site_hook_routes[] = {
    {"POST", "/api/leads/:org_id", PUBLIC, take_by_header, NULL, LIMIT_WEBHOOK_BODY},
    {"POST", "/api/leads/:org_id/:key", PUBLIC, take_by_path, NULL, LIMIT_WEBHOOK_BODY},
    {"OPTIONS", "/api/leads/:org_id", PUBLIC, answer_preflight, NULL, 0},
    {"OPTIONS", "/api/leads/:org_id/:key", PUBLIC, answer_preflight, NULL, 0},
    {"POST", "/api/crm/:org_id", PUBLIC, take_crm_by_header, NULL, LIMIT_WEBHOOK_BODY},
    {"POST", "/api/crm/:org_id/:key", PUBLIC, take_crm_by_path, NULL, LIMIT_WEBHOOK_BODY},
    ROUTES_END,
};
