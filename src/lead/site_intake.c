/* site_intake.c - from a site's stored body to a lead. */

#include "lead/site_intake.h"

#include "ads/direction.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/random.h"
#include "conf/app.h"
#include "db/db.h"
#include "lead/conversion.h"
#include "lead/lead_db.h"
#include "lead/site.h"
#include "lead/store.h"
#include "seal/seal.h"
#include "text/json.h"

#include <inttypes.h>

/* Without an id of the sender: the same person's same form within so long is one submission. */
#define REPEAT_MS (10 * 60 * 1000)
#define AHEAD_MS  (INT64_C(24) * 60 * 60 * 1000)

struct site_arrival {
    const struct app *app;
    struct db *db; /* in the org's scope */
    struct arena *arena;
    const struct delivery *delivery;
    struct lead_site form;
    struct direction direction;
    bool has_direction;
};

/* --- the direction, and where it has the ad's id ------------------------------------- */

/* One that does not exist here is as good as none: the lead is kept. */
static bool find_direction(struct site_arrival *a, struct str id, struct err *err)
{
    struct err why = {0};

    a->has_direction = id.n && direction_get(a->db, a->arena, id, &a->direction, &why);
    if (id.n && !a->has_direction && why.kind != ERR_NOT_FOUND) {
        *err = why;
        return false;
    }
    return true;
}

static struct str utm_field_of(struct site_arrival *a)
{
    const struct json *settings;
    struct err why = {0};

    if (!a->has_direction || !json_parse(a->arena, a->direction.settings, &settings, &why))
        return STR("");
    return json_text(settings, "tilda_utm_field", STR(""));
}

static bool read_form(struct site_arrival *a, const struct json *headers, struct err *err)
{
    struct str type = json_text(headers, "content_type", STR(""));
    struct str body = a->delivery->body, utm_field;

    if (!lead_site_parse(a->arena, type, body, STR(""), &a->form, err))
        return false;
    if (!find_direction(a, a->form.direction_id, err))
        return false;
    if (!a->has_direction &&
        !find_direction(a, json_text(headers, "direction_id", STR("")), err))
        return false;
    utm_field = utm_field_of(a);
    if (utm_field.n && !lead_site_parse(a->arena, type, body, utm_field, &a->form, err))
        return false;
    struct lead_touch *touch = &a->form.touch;
    if (!touch->page_url.n)
        touch->page_url = json_text(headers, "referer", STR(""));
    touch->ip = json_text(headers, "address", STR(""));
    touch->user_agent = json_text(headers, "user_agent", STR(""));
    return true;
}

/* --- the lead ------------------------------------------------------------------------------
 */

static struct str platform_of(const struct site_arrival *a)
{
    if (a->has_direction)
        return a->direction.platform;
    if (!a->form.touch.ttclid.n && (a->form.touch.fbclid.n || a->form.touch.fbc.n))
        return STR("facebook");
    return STR("tiktok");
}

/* The first of the candidates that is an ad of ours; else the first of them. */
static bool find_ad(struct site_arrival *a, struct lead *lead, struct err *err)
{
    struct str first = a->form.ad_id;
    bool known = false;

    if (first.n)
        *strs_add(&a->form.ad_candidates, a->arena) = first;
    else if (a->form.ad_candidates.n)
        first = a->form.ad_candidates.at[0];
    lead->ad_id = first;
    for (size_t i = a->form.ad_candidates.n; i-- > 0 && !known;) {
        size_t k = a->form.ad_id.n ? i : a->form.ad_candidates.n - 1 - i;
        if (!lead_find_ad(a->db, a->arena, a->form.ad_candidates.at[k], &lead->platform,
                          a->has_direction, &known, err))
            return false;
        if (known)
            lead->ad_id = a->form.ad_candidates.at[k];
    }
    return true;
}

static struct str submission_of(struct site_arrival *a, const struct lead *lead)
{
    struct str contact = lead->phone_hash.n ? lead->phone_hash : lead->email_hash;

    if (a->form.submission_id.n)
        return str_fmt(a->arena, "site:" STR_FMT ":" STR_FMT, STR_ARG(a->form.form_id),
                       STR_ARG(str_sub(a->form.submission_id, 0, 100)));
    if (!contact.n)
        contact = a->delivery->body_hash;
    struct str what =
        str_fmt(a->arena, STR_FMT "|" STR_FMT "|%" PRId64, STR_ARG(a->form.form_id),
                STR_ARG(contact), a->delivery->received_ms / REPEAT_MS);
    return str_fmt(a->arena, "site-" STR_FMT,
                   STR_ARG(str_sub(seal_sha256_hex(a->arena, what), 0, 40)));
}

static bool make_lead(struct site_arrival *a, struct lead *lead, struct err *err)
{
    struct str country;

    *lead = (struct lead){.lead_id = id_new(a->arena),
                          .platform = platform_of(a),
                          .source = STR("site"),
                          .delivery_id = a->delivery->delivery_id,
                          .campaign_id = a->form.campaign_id,
                          .adgroup_id = a->form.adgroup_id,
                          .form_id = a->form.form_id,
                          .name = a->form.name,
                          .phone_typed = a->form.phone,
                          .email_typed = a->form.email,
                          .answers = a->form.answers,
                          .click_id = a->form.touch.ttclid,
                          .is_test = a->form.is_test,
                          .address = a->form.touch.ip,
                          .filled_ms = a->form.filled_ms,
                          .created_ms = a->form.created_ms,
                          .received_ms = a->delivery->received_ms};
    if (str_eq(lead->platform, STR("facebook")))
        lead->click_id = a->form.touch.fbclid;
    if (a->has_direction) {
        lead->direction_id = a->direction.id;
        lead->ad_account_id = a->direction.ad_account_id;
    }
    if (lead->created_ms <= 0 || lead->created_ms > a->delivery->received_ms + AHEAD_MS)
        lead->created_ms = a->delivery->received_ms;
    if (!find_ad(a, lead, err) ||
        !lead_country(a->db, a->arena, lead->ad_account_id, lead->platform, &country, err))
        return false;
    lead_fill_contact(a->app->ring, a->arena, db_scope_org(a->db), country, lead);
    lead->platform_lead_id = submission_of(a, lead);
    return true;
}

static bool store(struct site_arrival *a, struct lead *lead, struct str actor, int64_t now_ms,
                  struct err *err)
{
    struct delivery_outcome outcome = {.state = "processed", .org_id = db_scope_org(a->db)};
    bool added, mine;

    if (!lead_lock_org(a->db, err) ||
        !delivery_close(a->db, a->delivery, &outcome, now_ms, &mine, err))
        return false;
    if (!mine)
        return err_set(err, ERR_CONFLICT, "delivery " STR_FMT " is being processed elsewhere",
                       STR_ARG(a->delivery->delivery_id));
    if (!lead_store(a->db, a->arena, lead, actor, now_ms, &added, err))
        return false;
    return !added ||
           (lead_touch_store(a->app->ring, a->db, a->arena, lead->lead_id, &a->form.touch,
                             now_ms, err) &&
            conversion_share_page_id(a->db, lead->lead_id, a->form.touch.event_id, err));
}

static bool close_ping(struct site_arrival *a, int64_t now_ms, struct err *err)
{
    struct delivery_outcome outcome = {.state = "processed",
                                       .error_text = STR("no lead: the sender's test"),
                                       .org_id = db_scope_org(a->db)};
    bool mine;

    return delivery_close(a->db, a->delivery, &outcome, now_ms, &mine, err);
}

static bool arrive(struct site_arrival *a, struct str actor, int64_t now_ms, struct err *err)
{
    const struct json *headers;
    struct lead lead;

    if (!json_parse(a->arena, a->delivery->headers, &headers, err) ||
        !read_form(a, headers, err))
        return false;
    if (a->form.is_ping)
        return close_ping(a, now_ms, err);
    return make_lead(a, &lead, err) && db_begin(a->db, err) &&
           db_end(a->db, store(a, &lead, actor, now_ms, err), err);
}

bool site_intake(const struct app *app, struct db *db, struct arena *arena,
                 const struct delivery *delivery, struct str actor, int64_t now_ms,
                 struct err *err)
{
    struct site_arrival arrival = {.app = app, .db = db, .arena = arena, .delivery = delivery};

    db_scope(db, delivery->owner_org_id);
    bool ok = arrive(&arrival, actor, now_ms, err);
    db_scope_system(db);
    return ok;
}
