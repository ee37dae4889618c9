/* alert.c - what needs somebody's attention. */

#include "alert/alert.h"

#include "ads/account.h"
#include "alert/alert_db.h"
#include "auth/stop.h"
#include "base/arena.h"
#include "base/limits.h"
#include "event/event.h"
#include "lead/pull.h"
#include "notify/notify.h"
#include "text/zone.h"

#include <stdlib.h>

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

/* Leads are missed when they came at least so many times in so many days, and the silence is
 * so much longer than usual. */
#define SILENT_LEADS    10
#define SILENT_LOOK     50
#define SILENT_BACK_MS  (30 * DAY_MS)
#define SILENT_LEAST_MS (24 * HOUR_MS)
#define SILENT_TIMES    8

#define DELIVERY_DAYS 3 /* complete ones, all of them measured */

struct making {
    struct db *db;
    struct arena *arena;
    int64_t now_ms;
    struct alerts *out;
};

static struct alert *add(struct making *m, const char *kind, enum alert_severity severity,
                         const char *object_kind, struct str object_id)
{
    struct alert *alert = alerts_add(m->out, m->arena);

    *alert = (struct alert){.kind = kind,
                            .severity = severity,
                            .object_kind = str(object_kind),
                            .object_id = object_id};
    return alert;
}

/* --- ad accounts ------------------------------------------------------------------------ */

static struct alert *add_of(struct making *m, const char *kind, enum alert_severity severity,
                            const struct ad_connection *c)
{
    struct alert *alert = add(m, kind, severity, "ad_account", c->ad_account_id);

    alert->object_name = c->ad_account_name;
    alert->ad_account_id = c->ad_account_id;
    alert->platform = c->platform;
    return alert;
}

static void look_at_token(struct making *m, const struct ad_connection *c)
{
    struct alert *alert;

    if (str_eq(c->state, STR("revoked"))) {
        bool ended = c->token_expires_ms && c->token_expires_ms <= m->now_ms;
        alert = add_of(m, ended ? "token_ended" : "token_revoked", ALERT_CRITICAL, c);
        alert->since_ms = ended ? c->token_expires_ms : c->updated_ms;
        alert->text = c->last_error;
    } else if (c->token_expires_ms && c->token_expires_ms < m->now_ms + AD_TOKEN_WARN_MS) {
        alert = add_of(m, "token_ends", ALERT_WARNING, c);
        alert->since_ms = c->token_expires_ms;
    }
}

static void look_at_figures(struct making *m, const struct ad_connection *c)
{
    const struct platform *platform = platform_find(c->platform);
    int64_t known_ms = c->last_sync_ms ? c->last_sync_ms : c->connected_ms;
    struct err unable = {0};

    if (m->now_ms - known_ms <= AD_FIGURES_STALE_MS ||
        !platform_can(platform, c->platform, PLATFORM_MEASURES, &unable))
        return;
    struct alert *alert = add_of(m, "figures_stale", ALERT_WARNING, c);
    alert->since_ms = known_ms;
    alert->text = c->last_error;
}

static bool look_at_leads(struct making *m, const struct ad_connection *c, struct err *err)
{
    struct alert_lead_gap gap;

    if (!alert_lead_gap(m->db, m->arena, c->ad_account_id, c->platform,
                        m->now_ms - SILENT_BACK_MS, SILENT_LOOK, &gap, err))
        return false;
    if (gap.count < SILENT_LEADS)
        return true;
    int64_t usual_ms = (gap.newest_ms - gap.oldest_ms) / (gap.count - 1);
    int64_t silent_ms = m->now_ms - gap.newest_ms;
    if (silent_ms < SILENT_LEAST_MS || silent_ms < SILENT_TIMES * usual_ms)
        return true;
    struct alert *alert = add_of(m, "leads_silent", ALERT_CRITICAL, c);
    alert->since_ms = gap.newest_ms;
    alert->gap_ms = usual_ms;
    return true;
}

static bool look_at_delivery(struct making *m, const struct ad_connection *c, struct err *err)
{
    struct alert_delivery delivery;
    struct day today, first, last;

    if (!zone_known(c->zone))
        return true;
    today = zone_day(c->zone, m->now_ms);
    first = day_add(day_str(&today), -DELIVERY_DAYS);
    last = day_add(day_str(&today), -1);
    if (!alert_delivery(m->db, m->arena, c->ad_account_id, c->platform, day_str(&first),
                        day_str(&last), zone_day_start_ms(c->zone, day_str(&first)), &delivery,
                        err))
        return false;
    if (delivery.days < DELIVERY_DAYS || delivery.budget_micros <= 0 ||
        delivery.spend_micros * 2 >= delivery.budget_micros * delivery.days)
        return true;
    struct alert *alert = add_of(m, "under_delivery", ALERT_WARNING, c);
    alert->since_ms = zone_day_start_ms(c->zone, day_str(&first));
    alert->budget_micros = delivery.budget_micros;
    alert->spend_micros = delivery.spend_micros / delivery.days;
    alert->currency = delivery.currency;
    return true;
}

static bool look_at_connection(struct making *m, const struct ad_connection *c, struct err *err)
{
    if (str_eq(c->state, STR("disconnected")))
        return true;
    look_at_token(m, c);
    if (!str_eq(c->state, STR("connected")))
        return true;
    look_at_figures(m, c);
    return look_at_leads(m, c, err) && look_at_delivery(m, c, err);
}

static bool look_at_accounts(struct making *m, struct err *err)
{
    struct ad_accounts accounts = {0};

    if (!ad_account_list(m->db, m->arena, &accounts, err))
        return false;
    for (size_t i = 0; i < accounts.n; i++) {
        struct ad_connections list = {0};
        if (!ad_account_connections(m->db, m->arena, accounts.at[i].id, &list, err))
            return false;
        for (size_t k = 0; k < list.n; k++)
            if (!look_at_connection(m, &list.at[k], err))
                return false;
    }
    return true;
}

static bool look_at_pulls(struct making *m, struct err *err)
{
    struct lead_pulls list = {0};

    if (!lead_pull_list(m->db, m->arena, m->now_ms - PULL_BACK_MS, true, LIMIT_LIST_ROWS, &list,
                        err))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        const struct lead_pull *pull = &list.at[i];
        struct alert *alert = NULL;
        if (!pull->recovered)
            continue;
        for (size_t k = 0; k < m->out->n; k++)
            if (str_eq(str(m->out->at[k].kind), STR("webhook_missed")) &&
                str_eq(m->out->at[k].platform, pull->platform) &&
                str_eq(m->out->at[k].ad_account_id, pull->ad_account_id))
                alert = &m->out->at[k];
        if (!alert)
            alert = add(m, "webhook_missed", ALERT_WARNING, "ad_account", pull->ad_account_id);
        alert->ad_account_id = pull->ad_account_id;
        alert->platform = pull->platform;
        alert->count += pull->recovered;
        if (!alert->since_ms || pull->started_ms < alert->since_ms)
            alert->since_ms = pull->started_ms;
    }
    return true;
}

/* --- creatives, ads, conversions, hand-offs, autopilot --------------------------------------
 */

static bool look_at_creatives(struct making *m, struct err *err)
{
    struct alert_creatives list = {0};

    if (!alert_failed_creatives(m->db, m->arena, LIMIT_ALERTS_PER_KIND, &list, err))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        struct alert *alert =
            add(m, "creative_failed", ALERT_WARNING, "creative", list.at[i].creative_id);
        alert->object_name = list.at[i].title;
        alert->since_ms = list.at[i].updated_ms;
        alert->text = list.at[i].text;
    }
    return true;
}

static bool look_at_ads(struct making *m, struct err *err)
{
    struct alert_rejecteds list = {0};

    if (!alert_rejected_ads(m->db, m->arena, &list, err))
        return false;
    for (size_t i = 0; i < list.n; i++) {
        struct alert *alert =
            add(m, "ad_rejected", ALERT_WARNING, "ad_account", list.at[i].ad_account_id);
        alert->object_name = list.at[i].name;
        alert->ad_account_id = list.at[i].ad_account_id;
        alert->platform = list.at[i].platform;
        alert->count = list.at[i].ads;
        alert->since_ms = list.at[i].since_ms;
    }
    return true;
}

static bool look_at_conversions(struct making *m, struct err *err)
{
    struct conversion_counts events;

    if (!conversion_trouble(m->db, m->arena, &events, err))
        return false;
    if (events.blocked) {
        struct alert *alert =
            add(m, "pixel_refused", ALERT_CRITICAL, "direction", events.blocked_direction);
        alert->text = events.blocked_text;
        alert->count = events.blocked;
    }
    if (events.open_breakers)
        add(m, "pixel_rests", ALERT_WARNING, "pixel", STR(""))->count = events.open_breakers;
    if (events.due && m->now_ms - events.oldest_due_ms > HOUR_MS) {
        struct alert *alert = add(m, "conversions_wait", ALERT_WARNING, "event", STR(""));
        alert->since_ms = events.oldest_due_ms;
        alert->text = events.oldest_due_text;
        alert->count = events.due;
    }
    return true;
}

static bool look_at_handoffs(struct making *m, struct err *err)
{
    struct handoff_counts handoffs;

    if (!handoff_count(m->db, m->arena, &handoffs, err))
        return false;
    if (handoffs.stopped) {
        struct alert *alert = add(m, "endpoint_off", ALERT_CRITICAL, "endpoint", STR(""));
        alert->object_name = handoffs.stopped_name;
        alert->text = handoffs.stopped_text;
        alert->count = handoffs.stopped;
    }
    if (handoffs.dead)
        add(m, "handoff_dead", ALERT_WARNING, "handoff", STR(""))->count = handoffs.dead;
    if (handoffs.waiting && m->now_ms - handoffs.oldest_waiting_ms > HOUR_MS) {
        struct alert *alert = add(m, "handoffs_wait", ALERT_WARNING, "handoff", STR(""));
        alert->since_ms = handoffs.oldest_waiting_ms;
        alert->text = handoffs.oldest_text;
        alert->count = handoffs.waiting;
    }
    return true;
}

static bool look_at_autopilot(struct making *m, struct err *err)
{
    struct autopilot_stop stop;

    if (!autopilot_stop_get(m->db, m->arena, &stop, err))
        return false;
    if (stop.on) {
        struct alert *alert = add(m, "autopilot_stopped", ALERT_INFO, "autopilot", STR(""));
        alert->since_ms = stop.since_ms;
        alert->text = stop.text;
    }
    return true;
}

/* --- the list ---------------------------------------------------------------------------- */

static bool fits(const struct alert *alert, const struct alert_filter *filter)
{
    return (!filter->platform.n || !alert->platform.n ||
            str_eq(filter->platform, alert->platform)) &&
           (!filter->ad_account_id.n || !alert->ad_account_id.n ||
            str_eq(filter->ad_account_id, alert->ad_account_id)) &&
           (filter->dismissed || !alert->dismissed_until_ms);
}

static int by_weight(const void *a, const void *b)
{
    const struct alert *x = a, *y = b;

    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    if (x->since_ms != y->since_ms)
        return x->since_ms > y->since_ms ? -1 : 1;
    return str_cmp(x->key, y->key);
}

static bool finish(struct making *m, const struct alert_filter *filter, struct err *err)
{
    struct alert_dismissals aside = {0};
    size_t kept = 0;

    if (!alert_dismissal_list(m->db, m->arena, m->now_ms, &aside, err))
        return false;
    for (size_t i = 0; i < m->out->n; i++) {
        struct alert *alert = &m->out->at[i];
        alert->key = str_fmt(m->arena, "%s:" STR_FMT ":" STR_FMT, alert->kind,
                             STR_ARG(alert->object_id), STR_ARG(alert->platform));
        for (size_t k = 0; k < aside.n; k++)
            if (str_eq(aside.at[k].key, alert->key))
                alert->dismissed_until_ms = aside.at[k].until_ms;
        if (fits(alert, filter))
            m->out->at[kept++] = *alert;
    }
    m->out->n = kept;
    if (kept)
        qsort(m->out->at, kept, sizeof *m->out->at, by_weight);
    return true;
}

bool alert_list(struct db *db, struct arena *arena, const struct alert_filter *filter,
                int64_t now_ms, struct alerts *out, struct err *err)
{
    struct making m = {.db = db, .arena = arena, .now_ms = now_ms, .out = out};

    return look_at_accounts(&m, err) && look_at_pulls(&m, err) && look_at_creatives(&m, err) &&
           look_at_ads(&m, err) && look_at_conversions(&m, err) && look_at_handoffs(&m, err) &&
           look_at_autopilot(&m, err) && finish(&m, filter, err);
}
