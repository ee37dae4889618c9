/* facebook_intake.c - from a webhook of Facebook to leads: read them, store them. */

#include "lead/facebook_intake.h"

#include "ads/account.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "conf/app.h"
#include "db/db.h"
#include "lead/facebook_payload.h"
#include "lead/lead_db.h"
#include "lead/payload.h"
#include "lead/store.h"
#include "text/json.h"

#define PLATFORM     STR("facebook")
#define KEPT_MS      (INT64_C(90) * 24 * 60 * 60 * 1000) /* Facebook: leads are readable so long */
#define AHEAD_MS     (INT64_C(24) * 60 * 60 * 1000)
#define QUICK_TRIES  3 /* of a delivery, before it waits with the unresolved ones */
#define TEXT_CEILING (256 * 1024)

struct page_owner {
    struct str org_id, ad_account_id;
    struct ad_connection connection;
};

/* --- marks ------------------------------------------------------------------------------ */

static bool is_done(struct str done, size_t position)
{
    while (done.n) {
        int64_t value;
        if (str_int(str_cut(&done, ','), &value) && value == (int64_t)position)
            return true;
    }
    return false;
}

static bool close_delivery(const struct facebook_intake *in, struct delivery *delivery,
                           const char *state, struct str text, struct err *err)
{
    struct delivery_outcome outcome = {
        .state = state, .error_text = text, .entries_done = delivery->entries_done};
    bool changed;

    return delivery_close(in->db, delivery, &outcome, in->now_ms, &changed, err);
}

/* --- whose page -------------------------------------------------------------------------- */

/* *why is filled, and nothing else, where nobody can read its leads now. */
static bool find_owner(const struct facebook_intake *in, struct str page_id,
                       struct page_owner *out, struct str *why, struct err *err)
{
    struct err not_now = {0};
    bool several;

    if (!ad_account_of_identity(in->db, in->arena, PLATFORM, page_id, &out->org_id,
                                &out->ad_account_id, &several, err))
        return false;
    if (!out->org_id.n) {
        *why = str_fmt(in->arena, "page " STR_FMT " is %s here", STR_ARG(page_id),
                       several ? "chosen by several orgs" : "chosen by nobody");
        return true;
    }
    db_scope(in->db, out->org_id);
    bool ok = ad_account_resolve(in->db, in->arena, out->ad_account_id, PLATFORM,
                                 &out->connection, &not_now);
    db_scope_system(in->db);
    if (ok)
        return true;
    if (not_now.kind != ERR_CONFLICT && not_now.kind != ERR_NOT_FOUND) {
        *err = not_now;
        return false;
    }
    *why = str_dup(in->arena, str(not_now.text));
    return true;
}

/* --- one lead ------------------------------------------------------------------------------
 */

/* What of it is known without reading it. */
static struct platform_lead as_told(const struct facebook_notice *notice)
{
    return (struct platform_lead){.id = notice->lead_id,
                                  .form_id = notice->form_id,
                                  .page_id = notice->page_id,
                                  .ad_id = notice->ad_id,
                                  .created_ms = notice->created_ms};
}

/* The token died: the card says so, and the next connect reads what waits. */
static void note_dead(const struct facebook_intake *in, const struct page_owner *owner,
                      const struct err *why)
{
    struct err unsaved = {0};

    if (why->kind != ERR_DENIED || !why->platform_code)
        return;
    db_scope(in->db, owner->org_id);
    if (!ad_account_mark_revoked(in->db, in->arena, &owner->connection, why->text, &unsaved))
        log_err("lead.facebook.revoke", &unsaved);
    db_scope_system(in->db);
}

/* *why is filled where it cannot be read now; err where it is worth trying at once again. */
static bool read_lead(const struct facebook_intake *in, const struct delivery *delivery,
                      const struct facebook_notice *notice, const struct page_owner *owner,
                      struct platform_lead *out, struct str *why, struct err *err)
{
    const struct platform *platform = platform_find(PLATFORM);
    struct platform_session session;
    struct err failed = {0};
    bool found = false;

    if (!ad_account_session(in->app, &owner->connection, in->net, in->arena, &session,
                            &failed) ||
        !platform->lead(&session, notice->page_id, notice->lead_id, &found, out, &failed)) {
        if (failed.kind == ERR_BUSY && delivery->attempts < QUICK_TRIES &&
            str_eq(delivery->state, STR("received"))) {
            *err = failed;
            return false;
        }
        note_dead(in, owner, &failed);
        *why = str_dup(in->arena, str(failed.text));
        return true;
    }
    if (found)
        return true;
    *out = as_told(notice);
    if (in->now_ms - delivery->received_ms < KEPT_MS)
        *why = str_fmt(in->arena, "Facebook does not show lead " STR_FMT " to this connection",
                       STR_ARG(notice->lead_id));
    return true;
}

static struct str answers_of(struct arena *arena, const struct platform_lead *read,
                             struct lead_answers *answers)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, TEXT_CEILING);
    json_writer(&w, &buf);
    json_list(&w);
    for (size_t i = 0; i < read->fields.n; i++) {
        const struct platform_lead_field *field = &read->fields.at[i];
        *lead_answers_add(answers, arena) =
            (struct lead_answer){.field = field->name, .value = field->value};
        json_object(&w);
        json_text_member(&w, "field", field->name);
        json_text_member(&w, "value", field->value);
        json_end(&w);
    }
    json_end(&w);
    return buf.full ? STR("[]") : buf_str(&buf);
}

static bool make_lead(const struct facebook_intake *in, const struct delivery *delivery,
                      const struct page_owner *owner, const struct platform_lead *read,
                      struct lead *lead, struct err *err)
{
    struct lead_answers answers = {0};
    struct str country;

    *lead = (struct lead){.lead_id = id_new(in->arena),
                          .platform = PLATFORM,
                          .source = STR("facebook_form"),
                          .platform_lead_id = read->id,
                          .delivery_id = delivery->delivery_id,
                          .ad_account_id = owner->ad_account_id,
                          .advertiser_id = owner->connection.advertiser_id,
                          .campaign_id = read->campaign_id,
                          .adgroup_id = read->adgroup_id,
                          .ad_id = read->ad_id,
                          .page_id = read->page_id,
                          .form_id = read->form_id,
                          .answers = answers_of(in->arena, read, &answers),
                          .created_ms = read->created_ms,
                          .received_ms = delivery->received_ms};
    lead_contact(in->arena, &answers, &lead->name, &lead->phone_typed, &lead->email_typed);
    if (lead->created_ms <= 0 || lead->created_ms > delivery->received_ms + AHEAD_MS)
        lead->created_ms = delivery->received_ms;
    if (!lead_country(in->db, in->arena, owner->ad_account_id, PLATFORM, &country, err))
        return false;
    lead_fill_contact(in->app->ring, in->arena, owner->org_id, country, lead);
    return true;
}

/* The lead, and the mark that it is stored: together or not at all. */
static bool store_marked(const struct facebook_intake *in, const struct delivery *delivery,
                         const struct delivery_outcome *outcome, struct lead *lead,
                         struct err *err)
{
    bool added, mine = false;

    if (!lead_lock_org(in->db, err) ||
        !delivery_close(in->db, delivery, outcome, in->now_ms, &mine, err))
        return false;
    if (!mine)
        return err_set(err, ERR_CONFLICT, "delivery " STR_FMT " is being processed elsewhere",
                       STR_ARG(delivery->delivery_id));
    return lead_store(in->db, in->arena, lead, in->actor, in->now_ms, &added, err);
}

static bool store(const struct facebook_intake *in, struct delivery *delivery,
                  const struct facebook_notice *notice, const struct page_owner *owner,
                  const struct platform_lead *read, struct err *err)
{
    struct delivery_outcome outcome = {
        .state = str_c(in->arena, delivery->state),
        .org_id = owner->org_id,
        .entries_done = str_fmt(in->arena, STR_FMT "%s%zu", STR_ARG(delivery->entries_done),
                                delivery->entries_done.n ? "," : "", notice->position)};
    struct lead lead;

    db_scope(in->db, owner->org_id);
    bool ok = make_lead(in, delivery, owner, read, &lead, err) && db_begin(in->db, err);
    if (ok)
        ok = db_end(in->db, store_marked(in, delivery, &outcome, &lead, err), err);
    db_scope_system(in->db);
    if (ok)
        delivery->entries_done = outcome.entries_done;
    return ok;
}

/* --- all of them -----------------------------------------------------------------------------
 */

static bool take_one(const struct facebook_intake *in, struct delivery *delivery,
                     const struct facebook_notice *notice, struct str *why, struct err *err)
{
    struct page_owner owner = {.org_id = STR("")};
    struct platform_lead read;
    struct str waits = STR("");

    if (clock_mono_ms() > in->until_mono_ms) {
        *why = STR("more leads than could be read in one go");
        return true;
    }
    if (!find_owner(in, notice->page_id, &owner, &waits, err) ||
        (!waits.n && !read_lead(in, delivery, notice, &owner, &read, &waits, err)))
        return false;
    if (waits.n) {
        *why = waits;
        return true;
    }
    return store(in, delivery, notice, &owner, &read, err);
}

bool facebook_intake(const struct facebook_intake *in, struct delivery *delivery,
                     struct err *err)
{
    struct facebook_payload payload;
    struct str why = STR("");

    if (!facebook_payload_parse(in->arena, delivery->body, &payload, err))
        return false;
    for (size_t i = 0; i < payload.leads.n; i++)
        if (!is_done(delivery->entries_done, payload.leads.at[i].position) &&
            !take_one(in, delivery, &payload.leads.at[i], &why, err))
            return false;
    if (!why.n)
        return close_delivery(
            in, delivery, "processed",
            payload.leads.n ? STR("")
                            : str_fmt(in->arena, "no lead: " STR_FMT, STR_ARG(payload.other)),
            err);
    log_warn("lead.unresolved", LOG_TEXT("delivery_id", delivery->delivery_id),
             LOG_TEXT("cause", why));
    return close_delivery(in, delivery, "unresolved", why, err);
}
