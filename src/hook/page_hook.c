/* page_hook.c - events of pages: check the key, store, answer. */

#include "base/arena.h"
#include "base/limits.h"
#include "base/log.h"
#include "conf/app.h"
#include "db/db.h"
#include "hook/counter.h"
#include "hook/hook.h"
#include "job/job.h"
#include "lead/conversion.h"
#include "lead/key.h"
#include "lead/site.h"
#include "text/money.h"

#define COUNTERS  4096
#define MINUTE_MS 60000

/* Who shares a counter shares its ceiling. */
static bool within(_Atomic int64_t *counters, struct str who, int64_t now_ms, int64_t ceiling)
{
    return counter_up(&counters[str_hash(who) % COUNTERS], now_ms / MINUTE_MS, 1) <= ceiling;
}

static bool has_room(struct request *rq, struct str lead_key_id)
{
    static _Atomic int64_t by_key[COUNTERS], by_address[COUNTERS];

    return within(by_address, rq->address, rq->now_ms, LIMIT_PAGE_EVENTS_ADDRESS) &&
           within(by_key, lead_key_id, rq->now_ms, LIMIT_PAGE_EVENTS_KEY);
}

/* Robots that say that they are; phones have names with "bot" in them. */
static bool is_robot(struct arena *arena, struct str user_agent)
{
    static const char *const words[] = {"bot/",   "bot;",      "adsbot",
                                        "spider", "crawler",   "facebookexternalhit",
                                        "slurp",  "lighthouse"};
    struct str lower = str_lower(arena, user_agent);

    for (size_t i = 0; i < countof(words); i++)
        if (str_has(lower, str(words[i])))
            return true;
    return false;
}

static bool read_money(const struct json *doc, struct conversion_page *page, struct err *err)
{
    if (!json_want_micros(doc, "value", 0, &page->value_micros, err) ||
        !json_want_text(doc, "currency", 8, STR(""), &page->currency, err))
        return false;
    if (page->value_micros < 0)
        return err_input(err, "value", "send what it is worth, 0 or more", "value is negative");
    if (page->currency.n ? !money_currency_known(page->currency) : page->value_micros > 0)
        return err_input(err, "currency", "send an ISO 4217 code such as KZT",
                         "a value needs its currency");
    return true;
}

static bool read_event(struct request *rq, struct str body, struct conversion_page *page,
                       struct err *err)
{
    struct lead_site form;
    const struct json *doc;

    if (!json_parse(rq->arena, body, &doc, err) ||
        !json_need_text(doc, "event", LIMIT_EVENT_NAME, &page->name, err) ||
        !json_need_text(doc, "event_id", LIMIT_EVENT_ID, &page->event_id, err) ||
        !read_money(doc, page, err) ||
        !lead_site_parse(rq->arena, STR("application/json"), body, STR(""), &form, err))
        return false;
    page->touch = form.touch;
    page->touch.ip = rq->address;
    page->touch.user_agent = str_sub(request_header(rq, "user-agent"), 0, LIMIT_LABEL);
    page->at_ms = rq->now_ms;
    return true;
}

/* In one transaction, in the scope of the key's org. */
static bool store(struct request *rq, const struct lead_key *key,
                  const struct conversion_page *page, bool *added, struct err *err)
{
    bool is_view = str_eq(page->name, STR("PageView"));

    if (!db_begin(rq->db, err))
        return false;
    bool ok = (!is_view || lead_key_count_view(rq->db, key->lead_key_id, rq->now_ms, err)) &&
              ((is_view && !key->forwards_page_views) ||
               conversion_add_page(rq->db, rq->arena, page, rq->now_ms, added, err));
    return db_end(rq->db, ok, err);
}

static bool take(struct request *rq, struct reply *rp, struct str body, struct err *err)
{
    const struct app *app = rq->app;
    struct lead_key key = {.name = STR("")};
    struct conversion_page page = {.name = STR("")};
    struct str owner;
    bool added = false;

    reply_header(rq, rp, "Access-Control-Allow-Origin", STR("*"));
    if (!lead_key_find(rq->db, rq->arena, request_arg(rq, "key"), &owner, &key, err))
        return false;
    if (!owner.n)
        return reply_body(rp, 401, "text/plain; charset=utf-8", STR(""));
    if (!has_room(rq, key.lead_key_id)) {
        rp->status = 429;
        reply_header(rq, rp, "Retry-After", STR("60"));
        err_set(err, ERR_BUSY, "more events than a page sends");
        return err_hint(err, "at most %d a minute from one address", LIMIT_PAGE_EVENTS_ADDRESS);
    }
    if (!read_event(rq, body, &page, err))
        return false;
    rp->status = 204;
    if (is_robot(rq->arena, page.touch.user_agent))
        return true;
    page.direction_id = key.direction_id;
    db_scope(rq->db, owner);
    if (!store(rq, &key, &page, &added, err) ||
        (rq->now_ms - key.last_used_ms >= MINUTE_MS &&
         !lead_key_used(rq->db, owner, key.lead_key_id, rq->now_ms, err))) {
        rp->status = 0;
        return false;
    }
    if (added && app->runner)
        job_wake(app->runner);
    return true;
}

static bool post_event(struct request *rq, struct reply *rp, struct err *err)
{
    return take(rq, rp, rq->body, err);
}

static bool get_event(struct request *rq, struct reply *rp, struct err *err)
{
    return take(rq, rp, request_query(rq, "d"), err);
}

static bool answer_preflight(struct request *rq, struct reply *rp, struct err *err)
{
    (void)err;
    reply_header(rq, rp, "Access-Control-Allow-Origin", STR("*"));
    reply_header(rq, rp, "Access-Control-Allow-Methods", STR("POST, GET, OPTIONS"));
    reply_header(rq, rp, "Access-Control-Allow-Headers", STR("Content-Type"));
    reply_header(rq, rp, "Access-Control-Max-Age", STR("86400"));
    rp->status = 204;
    return true;
}

const struct route page_hook_routes[] = {
    {"POST", "/t/:key", PUBLIC, post_event, NULL, LIMIT_PAGE_EVENT},
    {"GET", "/t/:key", PUBLIC, get_event, NULL, 0},
    {"OPTIONS", "/t/:key", PUBLIC, answer_preflight, NULL, 0},
    ROUTES_END,
};
