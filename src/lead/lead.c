/* lead.c - leads that come by the API. */

#include "lead/lead.h"
#include "ads/account.h"
#include "auth/audit.h"
#include "auth/auth_db.h"
#include "base/arena.h"
#include "base/random.h"
#include "conf/app.h"
#include "db/db.h"
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

/* The ad account's country where the lead names an account, else the org's. */
static bool country_of(struct db *db, struct arena *arena, const struct lead *lead,
                       struct str *country, struct err *err)
{
    struct ad_connection connection;
    struct org_row org;
    struct err why = {0};

    if (!org_get(db, arena, db_scope_org(db), &org, err))
        return false;
    *country = org.country;
    if (lead->ad_account_id.n == 0)
        return true;
    if (ad_account_resolve(db, arena, lead->ad_account_id, lead->platform, &connection, &why)) {
        if (connection.country.n)
            *country = connection.country;
        return true;
    }
    if (why.kind == ERR_CONFLICT || why.kind == ERR_NOT_FOUND)
        return true;
    *err = why;
    return false;
}

static bool add_in_transaction(struct db *db, struct arena *arena, struct lead *lead,
                               struct str actor, int64_t now_ms, bool *added, struct err *err)
{
    struct audit_entry entry = {
        .actor = actor, .action = "lead.add", .object_id = lead->lead_id};

    return lead_lock_org(db, err) && lead_store(db, arena, lead, actor, now_ms, added, err) &&
           (!*added || audit_add(db, arena, &entry, err));
}

bool lead_add(const struct app *app, struct db *db, struct arena *arena,
              const struct lead_wish *wish, struct lead *out, bool *added, struct err *err)
{
    struct str country;
    struct lead lead = {.lead_id = id_new(arena),
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
    bool is_new = false;

    lead.platform_lead_id = wish->external_id.n ? wish->external_id : lead.lead_id;
    if (lead.created_ms < 0 || lead.created_ms > wish->now_ms + AHEAD_MS)
        return err_input(err, "created_at", "give the time when the lead came, or leave it out",
                         "the lead's time lies in the future");
    if (!check_named(db, arena, &lead, err) || !country_of(db, arena, &lead, &country, err))
        return false;
    lead_fill_contact(app->ring, arena, db_scope_org(db), country, &lead);
    if (!db_begin(db, err))
        return false;
    bool ok = add_in_transaction(db, arena, &lead, wish->actor, wish->now_ms, &is_new, err);
    if (!db_end(db, ok, err) || !lead_get(db, arena, lead.lead_id, out, err))
        return false;
    *added = is_new;
    return true;
}
