/* prepare.c - from a row of the outbox to what the platform is told. */

#include "event/prepare.h"

#include "base/arena.h"
#include "db/db.h"
#include "lead/lead.h"
#include "lead/touch.h"
#include "seal/seal.h"
#include "text/phone.h"

#define EVENT_ID_DIGITS 32

/* The same whenever it is made: 128 bits of a hash over what the event is about. */
static struct str event_id_of(struct sending *s, const struct conversion *c)
{
    struct str what =
        str_fmt(s->job->arena, STR_FMT "|" STR_FMT "|" STR_FMT "|" STR_FMT "|" STR_FMT,
                STR_ARG(db_scope_org(s->job->db)), STR_ARG(c->lead_id), STR_ARG(c->stage),
                STR_ARG(c->purchase_id), STR_ARG(s->source.pixel_code));

    return str_sub(seal_sha256_hex(s->job->arena, what), 0, EVENT_ID_DIGITS);
}

/* The same at every try, unless the direction has got another pixel meanwhile: that one knows
 * nothing of the event.  A page's event keeps the id that the page's own pixel used, and so
 * does the interest of the lead that left its form there: where both bear one name, the
 * platform counts one. */
static void settle_identity(struct sending *s, struct conversion *c)
{
    if (str_eq(c->pixel_code, s->source.pixel_code))
        return;
    c->pixel_code = s->source.pixel_code;
    if (c->lead_id.n) {
        c->name = event_name_of(&s->names, c->stage);
        c->event_id = c->page_event_id.n ? c->page_event_id : event_id_of(s, c);
    }
}

static struct str hash(struct sending *s, struct str value)
{
    return value.n ? seal_sha256_hex(s->job->arena, value) : STR("");
}

static void fill_touch(struct sending *s, const struct lead_touch *touch, int64_t clicked_ms,
                       struct platform_event *out)
{
    out->ttclid = touch->ttclid;
    out->ttp = touch->ttp;
    out->fbc = touch->fbc;
    out->fbp = touch->fbp;
    out->ip = touch->ip;
    out->user_agent = touch->user_agent;
    out->page_url = touch->page_url.n ? touch->page_url : s->source.page_url;
    out->referrer = touch->referrer;
    /* Meta: without its cookie, fbc is made of the click id and the time of the visit. */
    if (!out->fbc.n && touch->fbclid.n)
        out->fbc = str_fmt(s->job->arena, "fb.1.%lld." STR_FMT, (long long)clicked_ms,
                           STR_ARG(touch->fbclid));
}

static void fill_lead(struct sending *s, const struct lead *lead, struct platform_event *out)
{
    struct str person = lead->duplicate_of.n ? lead->duplicate_of : lead->lead_id;

    out->email_hash = hash(s, lead->email);
    out->phone_hash =
        hash(s, lead->phone.n ? s->platform->event_phone(s->job->arena, lead->phone) : STR(""));
    out->external_id_hash = hash(s, person);
    if (str_ends(lead->source, STR("_form")))
        out->platform_lead_id = lead->platform_lead_id;
    if (lead->click_id.n && !out->ttclid.n && str_eq(lead->platform, STR("tiktok")))
        out->ttclid = lead->click_id;
}

static bool prepare_lead(struct sending *s, const struct conversion *c,
                         struct platform_event *out, struct str *skip, struct err *err)
{
    struct lead_touch touch;
    struct lead lead;

    if (!lead_get(s->job->db, s->job->arena, c->lead_id, &lead, err) ||
        !lead_touch_find(s->app->ring, s->job->db, s->job->arena, c->lead_id, &touch, err))
        return false;
    if (str_eq(touch.consent, STR("no")))
        *skip = STR("the person did not consent");
    else if (str_eq(c->stage, STR("interest")) && lead.duplicate_of.n)
        *skip =
            str_fmt(s->job->arena, "a duplicate of lead " STR_FMT, STR_ARG(lead.duplicate_of));
    if (!touch.fbclid.n && lead.click_id.n && str_eq(lead.platform, STR("facebook")))
        touch.fbclid = lead.click_id;
    fill_touch(s, &touch, lead.created_ms, out);
    fill_lead(s, &lead, out);
    return true;
}

static bool prepare_page(struct sending *s, const struct conversion *c,
                         struct platform_event *out, struct str *skip, struct err *err)
{
    struct seal_place place = {db_scope_org(s->job->db), "conversion_events", "touch_sealed",
                               c->conversion_id};
    struct secret opened;
    struct lead_touch touch;

    if (!ring_unseal(s->app->ring, s->job->arena, place, c->touch_sealed, &opened, err) ||
        !lead_touch_read(s->job->arena, seal_reveal(opened), &touch, err))
        return false;
    if (str_eq(touch.consent, STR("no")))
        *skip = STR("the person did not consent");
    fill_touch(s, &touch, c->at_ms, out);
    return true;
}

bool event_prepare(struct sending *s, struct conversion *c, struct platform_event *out,
                   struct str *skip, struct err *err)
{
    *out = (struct platform_event){0};
    *skip = STR("");
    if (!(c->lead_id.n ? prepare_lead(s, c, out, skip, err)
                       : prepare_page(s, c, out, skip, err)))
        return false;
    settle_identity(s, c);
    if (c->name.n == 0)
        *skip = STR("this stage is not reported");
    out->event_id = c->event_id;
    out->name = c->name;
    /* Another clock may be ahead of ours; nobody takes what lies in the future. */
    out->at_ms = c->at_ms < c->created_ms ? c->at_ms : c->created_ms;
    if (out->at_ms > s->job->now_ms)
        out->at_ms = s->job->now_ms;
    out->value_micros = c->value_micros;
    out->currency = c->currency;
    out->order_id = c->purchase_id;
    return true;
}
