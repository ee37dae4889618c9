/* control.c - /sandbox/...: clock, faults, settings, call log, reset. */

#include "sandbox/control.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "conf/conf.h"
#include "sandbox/clockwork.h"
#include "sandbox/doc.h"
#include "sandbox/faces.h"
#include "sandbox/faults.h"
#include "sandbox/graph.h"
#include "sandbox/hooks.h"
#include "sandbox/journal.h"
#include "sandbox/market.h"
#include "sandbox/truth.h"
#include "text/zone.h"

#define HOUR_MS   INT64_C(3600000)
#define MINUTE_MS INT64_C(60000)

static struct sandbox *box_of(struct request *rq)
{
    return rq->app;
}

/* --- clock --------------------------------------------------------------- */

static bool read_target(const struct json *body, int64_t *to_ms, struct err *err)
{
    struct str to;
    int64_t hours, minutes;

    if (!json_want_text(body, "to", 40, STR(""), &to, err) ||
        !json_want_int(body, "advance_hours", 0, 200000, 0, &hours, err) ||
        !json_want_int(body, "advance_minutes", 0, 10000000, 0, &minutes, err))
        return false;
    *to_ms = clock_wall_ms() + hours * HOUR_MS + minutes * MINUTE_MS;
    return !to.n || time_parse_rfc3339(to, to_ms, err);
}

static bool put_clock(struct request *rq, struct reply *rp, const struct hooks_done *done,
                      struct err *err)
{
    int64_t now_ms = clock_wall_ms();
    struct reply_json json;

    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_text_member(&json.w, "now", time_rfc3339(rq->arena, now_ms));
    json_int_member(&json.w, "now_ms", now_ms);
    if (done) {
        json_key(&json.w, "webhooks");
        json_object(&json.w);
        json_int_member(&json.w, "sent", done->sent);
        json_int_member(&json.w, "accepted", done->accepted);
        json_int_member(&json.w, "failed", done->failed);
        json_int_member(&json.w, "waiting", done->waiting);
        json_end(&json.w);
    }
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

static bool clock_get(struct request *rq, struct reply *rp, struct err *err)
{
    return put_clock(rq, rp, NULL, err);
}

/* Deliver what is due and say what was attempted since `before`. */
static bool deliver(struct request *rq, struct reply *rp, const struct hooks_done *before,
                    struct err *err)
{
    struct sandbox *box = box_of(rq);
    struct hooks_done done;

    hooks_deliver(box, rq->net);
    box_lock(box);
    done = hooks_since(box, before);
    box_unlock(box);
    return put_clock(rq, rp, &done, err);
}

static bool clock_post(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"to", "advance_hours", "advance_minutes", "deliver",
                                          NULL};
    struct sandbox *box = box_of(rq);
    struct hooks_done before;
    const struct json *body;
    int64_t to_ms;
    bool wanted, moved;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !read_target(body, &to_ms, err) ||
        !json_want_bool(body, "deliver", false, &wanted, err))
        return false;
    box_lock(box);
    before = box->hooks_total;
    moved = to_ms >= clock_wall_ms() - MINUTE_MS
                ? clockwork_move(box, to_ms, err)
                : err_input(err, "to", "POST /sandbox/reset begins again",
                            "the clock only moves forward");
    if (moved)
        market_tick(box, clock_wall_ms());
    store_sweep(box->store);
    box_unlock(box);
    if (!moved)
        return false;
    return wanted ? deliver(rq, rp, &before, err) : put_clock(rq, rp, NULL, err);
}

static bool deliver_post(struct request *rq, struct reply *rp, struct err *err)
{
    struct sandbox *box = box_of(rq);
    struct hooks_done before;

    box_lock(box);
    before = box->hooks_total;
    market_tick(box, clock_wall_ms());
    store_sweep(box->store);
    box_unlock(box);
    return deliver(rq, rp, &before, err);
}

/* --- call log ------------------------------------------------------------ */

static bool calls_get(struct request *rq, struct reply *rp, struct err *err)
{
    struct sandbox *box = box_of(rq);
    int64_t since = 0, limit = 1000;
    struct reply_json json;

    if ((request_query(rq, "since").n && !str_int(request_query(rq, "since"), &since)) ||
        (request_query(rq, "limit").n && !str_int(request_query(rq, "limit"), &limit)))
        return err_input(err, "since", "send the seq of the last call that you saw",
                         "since and limit are whole numbers");
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    box_lock(box);
    journal_put(box->journal, request_query(rq, "path"), since, limit, &json.w);
    box_unlock(box);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

static bool empty(struct reply *rp)
{
    return reply_body(rp, 200, "application/json", STR("{}"));
}

static bool calls_delete(struct request *rq, struct reply *rp, struct err *err)
{
    struct sandbox *box = box_of(rq);

    (void)err;
    box_lock(box);
    journal_clear(box->journal);
    box_unlock(box);
    return empty(rp);
}

/* --- faults -------------------------------------------------------------- */

static bool faults_get(struct request *rq, struct reply *rp, struct err *err)
{
    struct sandbox *box = box_of(rq);
    struct reply_json json;

    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    box_lock(box);
    faults_put(box->faults, &json.w);
    box_unlock(box);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

static bool faults_post(struct request *rq, struct reply *rp, struct err *err)
{
    struct sandbox *box = box_of(rq);
    const struct json *body;
    bool ok;

    if (!json_parse(rq->arena, rq->body, &body, err))
        return false;
    box_lock(box);
    ok = faults_add_json(box->faults, body, err);
    box_unlock(box);
    return ok && faults_get(rq, rp, err);
}

static bool faults_delete(struct request *rq, struct reply *rp, struct err *err)
{
    struct sandbox *box = box_of(rq);

    (void)err;
    box_lock(box);
    faults_clear(box->faults);
    box_unlock(box);
    return empty(rp);
}

/* --- settings ------------------------------------------------------------ */

static bool answer_settings(struct request *rq, struct reply *rp, struct err *err)
{
    struct sandbox *box = box_of(rq);
    struct reply_json json;

    reply_json_begin(rq, &json);
    box_lock(box);
    settings_put(&box->settings, &json.w);
    box_unlock(box);
    return reply_json_end(&json, rp, 200, err);
}

static bool settings_post(struct request *rq, struct reply *rp, struct err *err)
{
    struct sandbox *box = box_of(rq);
    const struct json *body;
    bool ok;

    if (!request_json(rq, &body, err))
        return false;
    box_lock(box);
    ok = settings_change(&box->settings, body, err);
    box_unlock(box);
    return ok && answer_settings(rq, rp, err);
}

/* --- reset, save --------------------------------------------------------- */

static bool begin_again(struct sandbox *box, const struct json *body, struct err *err)
{
    const struct json *nothing;
    struct err ignored = {0};

    box_clear(box);
    if (box_seed(box, body, err))
        return true;
    /* A wish that cannot be met leaves a sandbox as it starts. */
    box_clear(box);
    must(json_parse(box->arena, STR("{}"), &nothing, &ignored));
    must(box_seed(box, nothing, &ignored));
    return false;
}

static bool reset_post(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"seed",     "world",  "currency",
                                          "timezone", "review", NULL};
    struct sandbox *box = box_of(rq);
    const struct json *body;
    bool ok;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err))
        return false;
    box_lock(box);
    settings_default(&box->settings);
    faults_clear(box->faults);
    journal_clear(box->journal);
    ok = begin_again(box, body, err);
    box_unlock(box);
    return ok && truth_state(rq, rp, err);
}

static bool save_post(struct request *rq, struct reply *rp, struct err *err)
{
    struct sandbox *box = box_of(rq);
    bool ok;

    if (!box->conf->sandbox_state.n)
        return err_input(err, "sandbox_state", "start it with --sandbox_state FILE",
                         "this sandbox keeps no state");
    box_lock(box);
    ok = state_save(box, err);
    box_unlock(box);
    return ok && empty(rp);
}

/* --- roles of creatives, terms ------------------------------------------- */

static bool role_post(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"advertiser_id", "creative", "role", NULL};
    struct sandbox *box = box_of(rq);
    struct str advertiser, creative, role;
    const struct json *body;
    struct market *market;
    bool known = false;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !json_want_text(body, "advertiser_id", 30, STR(""), &advertiser, err) ||
        !json_need_text(body, "creative", 63, &creative, err) ||
        !json_need_text(body, "role", 30, &role, err))
        return false;
    box_lock(box);
    market = advertiser.n ? market_find(box, advertiser) : &box->markets.at[0];
    if (market)
        known = world_creative_role(market->world, creative, role,
                                    world_now_ms(market->world) > clock_wall_ms()
                                        ? world_now_ms(market->world)
                                        : clock_wall_ms());
    box_unlock(box);
    if (!market)
        return err_input(err, "advertiser_id", "GET /sandbox/state lists them",
                         "no such advertiser");
    if (!known)
        return err_input(err, "role", "winner, average, bad-leads or weak",
                         "no such role of a creative");
    return empty(rp);
}

/* Whether the advertiser has agreed to the lead terms: {"advertiser_id", "terms": [...]}. */
static bool terms_post(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"advertiser_id", "terms", NULL};
    struct sandbox *box = box_of(rq);
    const struct json *body, *advertiser;
    struct str id;
    struct doc doc;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !json_need_text(body, "advertiser_id", 30, &id, err))
        return false;
    if (json_type(json_at(body, "terms")) != JSON_LIST)
        return err_input(err, "terms", "send a list such as [\"LeadAds\"]", "must be a list");
    box_lock(box);
    advertiser = store_find(box->store, KIND_ADVERTISER, id);
    if (advertiser) {
        doc_from(&doc, rq->arena, advertiser);
        doc_raw(&doc, "_terms", json_print(rq->arena, json_at(body, "terms")));
        (void)store_put(box->store, KIND_ADVERTISER, id, doc_print(&doc));
    }
    store_sweep(box->store);
    box_unlock(box);
    if (!advertiser)
        return err_input(err, "advertiser_id", "GET /sandbox/state lists them",
                         "no such advertiser");
    return empty(rp);
}

/* Kill every token of Facebook's side, as a password change (460), a removed app (458), an
 * expiry (463) does: {"subcode"}. */
static bool graph_tokens_post(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"subcode", NULL};
    struct sandbox *box = box_of(rq);
    const struct json *body;
    int64_t subcode;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !json_want_int(body, "subcode", 458, 492, 460, &subcode, err))
        return false;
    box_lock(box);
    for (size_t i = 0; i < store_count(box->store, KIND_GRAPH_TOKEN); i++) {
        const struct json *one = store_at(box->store, KIND_GRAPH_TOKEN, i);
        struct doc doc;
        if (!one)
            continue;
        doc_from(&doc, rq->arena, one);
        doc_int(&doc, "dead", subcode);
        (void)store_put(box->store, KIND_GRAPH_TOKEN,
                        store_id_at(box->store, KIND_GRAPH_TOKEN, i), doc_print(&doc));
    }
    store_sweep(box->store);
    box_unlock(box);
    return empty(rp);
}

const struct route control_routes[] = {
    {"GET", "/sandbox/clock", PUBLIC, clock_get, NULL, 0},
    {"POST", "/sandbox/clock", PUBLIC, clock_post, NULL, 0},
    {"POST", "/sandbox/deliver", PUBLIC, deliver_post, NULL, 0},
    {"GET", "/sandbox/calls", PUBLIC, calls_get, NULL, 0},
    {"DELETE", "/sandbox/calls", PUBLIC, calls_delete, NULL, 0},
    {"GET", "/sandbox/faults", PUBLIC, faults_get, NULL, 0},
    {"POST", "/sandbox/faults", PUBLIC, faults_post, NULL, 0},
    {"DELETE", "/sandbox/faults", PUBLIC, faults_delete, NULL, 0},
    {"GET", "/sandbox/settings", PUBLIC, answer_settings, NULL, 0},
    {"POST", "/sandbox/settings", PUBLIC, settings_post, NULL, 0},
    {"POST", "/sandbox/reset", PUBLIC, reset_post, NULL, 0},
    {"POST", "/sandbox/save", PUBLIC, save_post, NULL, 0},
    {"POST", "/sandbox/roles", PUBLIC, role_post, NULL, 0},
    {"POST", "/sandbox/terms", PUBLIC, terms_post, NULL, 0},
    {"POST", "/sandbox/graph/tokens", PUBLIC, graph_tokens_post, NULL, 0},
    {"POST", "/sandbox/graph/leads", PUBLIC, graph_leads_post, NULL, 0},
    {"GET", "/sandbox/events", PUBLIC, events_get, NULL, 0},
    {"GET", "/sandbox/graph/events", PUBLIC, graph_events_get, NULL, 0},
    {"GET", "/sandbox/state", PUBLIC, truth_state, NULL, 0},
    {"GET", "/sandbox/world", PUBLIC, truth_world, NULL, 0},
    {"GET", "/sandbox/crm", PUBLIC, truth_crm, NULL, 0},
    {"GET", "/sandbox/leads", PUBLIC, truth_leads, NULL, 0},
    {"GET", "/sandbox/hooks", PUBLIC, truth_hooks, NULL, 0},
    ROUTES_END,
};
