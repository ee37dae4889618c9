/* lead.c - leads that come by the API. */

#include "lead/lead.h"
#include "auth/audit.h"
#include "base/arena.h"
#include "base/random.h"
#include "conf/app.h"
#include "db/db.h"
#include "lead/fact.h"
#include "lead/lead_db.h"
#include "lead/store.h"

#define AHEAD_MS (5 * 60 * 1000)

static bool check_named(struct db *db, struct arena *arena, struct lead *lead, struct err *err)
{
    struct str platform, account;

    if (lead->ad_account_id.n && !lead_check_account(db, arena, lead->ad_account_id, err))
        return false;
    if (lead->creative_id.n && !lead_check_creative(db, arena, lead->creative_id, err))
        return false;
    if (lead->direction_id.n == 0)
        return true;
    if (!lead_check_direction(db, arena, lead->direction_id, &platform, &account, err))
        return false;
    lead->platform = platform;
    if (lead->ad_account_id.n == 0)
        lead->ad_account_id = account;
    return true;
}

static bool add_in_transaction(struct db *db, struct arena *arena, struct lead *lead,
                               const struct lead_wish *wish, bool *added, struct err *err)
{
    struct audit_entry entry = {
        .actor = wish->actor, .action = "lead.add", .object_id = lead->lead_id};

    return lead_lock_org(db, err) &&
           lead_store(db, arena, lead, wish->actor, wish->now_ms, added, err) &&
           (!*added || (lead_note_click(db, lead->lead_id, wish->clicked_ms, err) &&
                        audit_add(db, arena, &entry, err)));
}

static bool read_wish(const struct app *app, struct db *db, struct arena *arena,
                      const struct lead_wish *wish, struct lead *lead, struct err *err)
{
    struct str country;

    *lead = (struct lead){.lead_id = id_new(arena),
                          .platform = wish->platform.n ? wish->platform : STR("tiktok"),
                          .source = wish->source.n ? wish->source : STR("manual"),
                          .ad_account_id = wish->ad_account_id,
                          .campaign_id = wish->campaign_id,
                          .adgroup_id = wish->adgroup_id,
                          .ad_id = wish->ad_id,
                          .page_id = wish->page_id,
                          .click_id = wish->click_id,
                          .direction_id = wish->direction_id,
                          .creative_id = wish->creative_id,
                          .name = str_trim(wish->name),
                          .phone_typed = str_trim(wish->phone),
                          .email_typed = str_trim(wish->email),
                          .answers = wish->answers.n ? wish->answers : STR("[]"),
                          .created_ms = wish->created_ms ? wish->created_ms : wish->now_ms,
                          .received_ms = wish->now_ms};
    lead->platform_lead_id = wish->external_id.n ? wish->external_id : lead->lead_id;
    if (lead->created_ms < 0 || lead->created_ms > wish->now_ms + AHEAD_MS)
        return err_input(err, "created_at", "give the time when the lead came, or leave it out",
                         "the lead's time lies in the future");
    if (!check_named(db, arena, lead, err) ||
        !lead_country(db, arena, lead->ad_account_id, lead->platform, &country, err))
        return false;
    lead_fill_contact(app->ring, arena, db_scope_org(db), country, lead);
    return true;
}

bool lead_add_within(const struct app *app, struct db *db, struct arena *arena,
                     const struct lead_wish *wish, struct str *lead_id, bool *added,
                     struct err *err)
{
    struct lead lead;

    *added = false;
    if (!read_wish(app, db, arena, wish, &lead, err) ||
        !add_in_transaction(db, arena, &lead, wish, added, err))
        return false;
    *lead_id = lead.lead_id;
    return true;
}

bool lead_add(const struct app *app, struct db *db, struct arena *arena,
              const struct lead_wish *wish, struct lead *out, bool *added, struct err *err)
{
    struct str lead_id;
    bool is_new = false;

    if (!db_begin(db, err))
        return false;
    bool ok = lead_add_within(app, db, arena, wish, &lead_id, &is_new, err);
    if (!db_end(db, ok, err) || !lead_get(db, arena, lead_id, out, err))
        return false;
    *added = is_new;
    return true;
}
