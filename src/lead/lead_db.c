/* lead_db.c - the tables leads and lead_transitions. */

#include "lead/lead_db.h"
#include "base/arena.h"
#include "db/db.h"
#include "lead/contact.h"
#include "seal/seal.h"

#define NUMBER_TRIES 20

/* What stands in the open was stored before contacts were sealed. */
static bool read_lead(struct db_rows *rows, struct lead *out, struct err *err)
{
    struct str sealed = db_text(rows, 37);

    *out = (struct lead){.lead_id = db_text(rows, 0),
                         .platform = db_text(rows, 1),
                         .source = db_text(rows, 2),
                         .platform_lead_id = db_text(rows, 3),
                         .delivery_id = db_text(rows, 4),
                         .ad_account_id = db_text(rows, 5),
                         .advertiser_id = db_text(rows, 6),
                         .campaign_id = db_text(rows, 7),
                         .adgroup_id = db_text(rows, 8),
                         .ad_id = db_text(rows, 9),
                         .page_id = db_text(rows, 10),
                         .direction_id = db_text(rows, 11),
                         .creative_id = db_text(rows, 12),
                         .link_cause = db_text(rows, 13),
                         .state = db_text(rows, 14),
                         .stage = db_text(rows, 15),
                         .name = db_text(rows, 16),
                         .phone = db_text(rows, 17),
                         .phone_typed = db_text(rows, 18),
                         .email = db_text(rows, 19),
                         .email_typed = db_text(rows, 20),
                         .phone_hash = db_text(rows, 21),
                         .email_hash = db_text(rows, 22),
                         .answers = db_text(rows, 23),
                         .click_id = db_text(rows, 24),
                         .duplicate_of = db_text(rows, 25),
                         .duplicate_deliveries = db_int(rows, 26),
                         .created_ms = db_int(rows, 27),
                         .received_ms = db_int(rows, 28),
                         .updated_ms = db_int(rows, 29),
                         .form_id = db_text(rows, 30),
                         .spam_score = db_int(rows, 31),
                         .spam_reasons = db_text(rows, 32),
                         .is_test = db_int(rows, 33) == 1,
                         .recovered_by = db_text(rows, 34),
                         .assigned_to = db_text(rows, 35),
                         .erased_ms = db_int(rows, 36),
                         .direction_weak = db_int(rows, 38) == 1};
    return sealed.n == 0 || lead_contact_unseal(db_ring(rows->db), rows->arena,
                                                db_scope_org(rows->db), sealed, out, err);
}

/* All rows, also those after one that cannot be opened: a statement is read to its end. */
bool lead_read_rows(struct db_rows *rows, struct leads *out, struct err *err)
{
    struct err unopened = {0};
    bool ok = true;

    while (db_next(rows)) {
        struct lead lead;
        if (!ok)
            continue;
        ok = read_lead(rows, &lead, &unopened);
        if (ok)
            *leads_add(out, rows->arena) = lead;
    }
    if (!db_done(rows, err))
        return false;
    if (!ok)
        *err = unopened;
    return ok;
}

bool lead_lock_org(struct db *db, struct err *err)
{
    int64_t changed;

    must(db_in_transaction(db) && db_scope_org(db).n);
    if (!db_run(db, &changed, err,
                "UPDATE orgs SET audit_sequence = audit_sequence WHERE org_id = $1",
                TEXT(db_scope_org(db))))
        return false;
    return changed == 1 ||
           err_set(err, ERR_NOT_FOUND, "no org " STR_FMT, STR_ARG(db_scope_org(db)));
}

bool lead_insert(struct db *db, struct arena *arena, const struct lead *lead, bool *added,
                 struct err *err)
{
    struct str sealed = lead_contact_seal(db_ring(db), arena, db_scope_org(db), lead);
    int64_t changed;

    if (!db_run(db, &changed, err,
                "INSERT INTO leads (org_id, lead_id, platform, source, platform_lead_id,"
                " delivery_id, ad_account_id, advertiser_id, campaign_id, adgroup_id, ad_id,"
                " page_id, direction_id, creative_id, link_cause, state, stage, phone_hash,"
                " email_hash, click_id, duplicate_of, duplicate_deliveries, created_ms,"
                " received_ms, updated_ms, form_id, spam_score, spam_reasons, is_test,"
                " recovered_by, contact_sealed, address_hash, direction_weak)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
                " $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30,"
                " $31, $32, $33) ON CONFLICT (org_id, platform, platform_lead_id) DO NOTHING",
                TEXT(db_scope_org(db)), TEXT(lead->lead_id), TEXT(lead->platform),
                TEXT(lead->source), TEXT(lead->platform_lead_id), TEXT(lead->delivery_id),
                TEXT(lead->ad_account_id), TEXT(lead->advertiser_id), TEXT(lead->campaign_id),
                TEXT(lead->adgroup_id), TEXT(lead->ad_id), TEXT(lead->page_id),
                TEXT(lead->direction_id), TEXT(lead->creative_id), TEXT(lead->link_cause),
                TEXT(lead->state), TEXT(lead->stage), TEXT(lead->phone_hash),
                TEXT(lead->email_hash), TEXT(lead->click_id), TEXT(lead->duplicate_of),
                INT(lead->duplicate_deliveries), INT(lead->created_ms), INT(lead->received_ms),
                INT(lead->updated_ms), TEXT(lead->form_id), INT(lead->spam_score),
                TEXT(lead->spam_reasons.n ? lead->spam_reasons : STR("[]")), INT(lead->is_test),
                TEXT(lead->recovered_by), TEXT(sealed), TEXT(lead->address_hash),
                INT(lead->direction_weak)))
        return false;
    *added = changed == 1;
    return changed == 0 || lead_words_store(db, arena, lead, err);
}

bool lead_words_store(struct db *db, struct arena *arena, const struct lead *lead,
                      struct err *err)
{
    struct strs words = lead_contact_words(arena, lead);

    if (words.n == 0)
        return true;
    if (!db_pipe_begin(db, err))
        return false;
    for (size_t i = 0; i < words.n; i++)
        if (!db_pipe(db, err,
                     "INSERT INTO lead_words (org_id, word, lead_id) VALUES ($1, $2, $3)"
                     " ON CONFLICT (org_id, word, lead_id) DO NOTHING",
                     TEXT(db_scope_org(db)),
                     TEXT(lead_word_hash(db_ring(db), arena, db_scope_org(db), words.at[i])),
                     TEXT(lead->lead_id))) {
            db_pipe_cancel(db);
            return false;
        }
    return db_pipe_end(db, NULL, 0, err);
}

bool lead_count_delivery(struct db *db, struct arena *arena, struct str platform,
                         struct str platform_lead_id, int64_t now_ms, struct str *lead_id,
                         struct err *err)
{
    struct db_rows rows;

    *lead_id = STR("");
    db_select(db, arena, &rows,
              "UPDATE leads SET duplicate_deliveries = duplicate_deliveries + 1,"
              " updated_ms = $4"
              " WHERE org_id = $1 AND platform = $2 AND platform_lead_id = $3"
              " RETURNING lead_id",
              TEXT(db_scope_org(db)), TEXT(platform), TEXT(platform_lead_id), INT(now_ms));
    while (db_next(&rows))
        *lead_id = db_text(&rows, 0);
    return db_done(&rows, err);
}

bool lead_get(struct db *db, struct arena *arena, struct str lead_id, struct lead *out,
              struct err *err)
{
    struct leads found = {0};
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " LEAD_COLUMNS " FROM leads WHERE org_id = $1 AND lead_id = $2",
              TEXT(db_scope_org(db)), TEXT(lead_id));
    if (!lead_read_rows(&rows, &found, err))
        return false;
    if (found.n == 0)
        return err_set(err, ERR_NOT_FOUND, "no lead " STR_FMT, STR_ARG(lead_id));
    *out = found.at[0];
    return true;
}

/* --- sealing what was stored in the open ------------------------------------------ */

bool lead_list_unsealed(struct db *db, struct arena *arena, int64_t limit, struct leads *out,
                        struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " LEAD_COLUMNS " FROM leads WHERE org_id = $1 AND contact_sealed = ''"
              " LIMIT $2",
              TEXT(db_scope_org(db)), INT(limit));
    return lead_read_rows(&rows, out, err);
}

bool lead_seal_contact(struct db *db, struct arena *arena, const struct lead *lead,
                       struct err *err)
{
    struct str sealed = lead_contact_seal(db_ring(db), arena, db_scope_org(db), lead);

    return db_run(db, NULL, err,
                  "UPDATE leads SET contact_sealed = $3, name = '', phone = '',"
                  " phone_typed = '', email = '', email_typed = '', answers = '[]'"
                  " WHERE org_id = $1 AND lead_id = $2 AND contact_sealed = ''",
                  TEXT(db_scope_org(db)), TEXT(lead->lead_id), TEXT(sealed)) &&
           lead_words_store(db, arena, lead, err);
}

/* --- persons -------------------------------------------------------------------- */

bool lead_firsts_of(struct db *db, struct arena *arena, struct str phone_hash,
                    struct str email_hash, struct str but, struct lead_firsts *out,
                    struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT lead_id, platform_lead_id, created_ms FROM leads"
              " WHERE org_id = $1 AND lead_id <> $4 AND lead_id IN ("
              "  SELECT CASE WHEN p.duplicate_of = '' THEN p.lead_id ELSE p.duplicate_of END"
              "   FROM leads p WHERE p.org_id = $1 AND p.phone_hash = $2 AND p.phone_hash <> ''"
              "  UNION"
              "  SELECT CASE WHEN m.duplicate_of = '' THEN m.lead_id ELSE m.duplicate_of END"
              "   FROM leads m WHERE m.org_id = $1 AND m.email_hash = $3"
              "    AND m.email_hash <> '')",
              TEXT(db_scope_org(db)), TEXT(phone_hash), TEXT(email_hash), TEXT(but));
    while (db_next(&rows))
        *lead_firsts_add(out, arena) =
            (struct lead_first){db_text(&rows, 0), db_text(&rows, 1), db_int(&rows, 2)};
    return db_done(&rows, err);
}

bool lead_set_duplicate_of(struct db *db, struct str lead_id, struct str first, struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE leads SET duplicate_of = $3 WHERE org_id = $1 AND lead_id = $2",
                  TEXT(db_scope_org(db)), TEXT(lead_id), TEXT(first));
}

bool lead_move_person(struct db *db, struct str old_first, struct str new_first, int64_t now_ms,
                      struct err *err)
{
    return db_run(db, NULL, err,
                  "UPDATE leads SET duplicate_of = $3, updated_ms = $4"
                  " WHERE org_id = $1 AND lead_id IN (SELECT CAST($2 AS TEXT)"
                  " UNION ALL SELECT d.lead_id FROM leads d WHERE d.org_id = $1"
                  "  AND d.duplicate_of = $2 AND d.duplicate_of <> '')",
                  TEXT(db_scope_org(db)), TEXT(old_first), TEXT(new_first), INT(now_ms));
}

bool lead_last_of_contact(struct db *db, struct arena *arena, struct str phone_hash,
                          struct str email_hash, int64_t from_ms, int64_t to_ms,
                          struct str *lead_id, struct err *err)
{
    struct db_rows rows;

    *lead_id = STR("");
    if (phone_hash.n)
        db_select(db, arena, &rows,
                  "SELECT lead_id FROM leads WHERE org_id = $1 AND phone_hash = $2"
                  " AND phone_hash <> '' AND created_ms > $3 AND created_ms <= $4"
                  " ORDER BY created_ms DESC, platform_lead_id DESC LIMIT 1",
                  TEXT(db_scope_org(db)), TEXT(phone_hash), INT(from_ms), INT(to_ms));
    else
        db_select(db, arena, &rows,
                  "SELECT lead_id FROM leads WHERE org_id = $1 AND email_hash = $2"
                  " AND email_hash <> '' AND created_ms > $3 AND created_ms <= $4"
                  " ORDER BY created_ms DESC, platform_lead_id DESC LIMIT 1",
                  TEXT(db_scope_org(db)), TEXT(email_hash), INT(from_ms), INT(to_ms));
    while (db_next(&rows))
        *lead_id = db_text(&rows, 0);
    return db_done(&rows, err);
}

/* --- the ledger ------------------------------------------------------------------- */

static bool add_transition(struct db *db, struct str lead_id,
                           const struct lead_transition *transition, int64_t *added,
                           struct err *err)
{
    return db_run(db, added, err,
                  "INSERT INTO lead_transitions (org_id, lead_id, sequence, at_ms, actor, kind,"
                  " from_value, to_value, cause)"
                  " SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), COALESCE(max(sequence), 0) + 1,"
                  " CASE WHEN max(CASE WHEN kind = $5 THEN at_ms END) > $3"
                  "  THEN max(CASE WHEN kind = $5 THEN at_ms END) ELSE CAST($3 AS BIGINT) END,"
                  " CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT),"
                  " CAST($7 AS TEXT), CAST($8 AS TEXT)"
                  " FROM lead_transitions WHERE org_id = $1 AND lead_id = $2"
                  " ON CONFLICT (org_id, lead_id, sequence) DO NOTHING",
                  TEXT(db_scope_org(db)), TEXT(lead_id), INT(transition->at_ms),
                  TEXT(transition->actor), TEXT(transition->kind), TEXT(transition->from),
                  TEXT(transition->to), TEXT(transition->cause));
}

/* Deliveries are written without the org's lock: whose number was taken meanwhile counts on. */
bool lead_transition_add(struct db *db, struct str lead_id,
                         const struct lead_transition *transition, struct err *err)
{
    int64_t added = 0;

    for (int i = 0; i < NUMBER_TRIES; i++)
        if (!add_transition(db, lead_id, transition, &added, err) || added)
            return added > 0;
    return err_set(err, ERR_BUSY, "the ledger of lead " STR_FMT " is being written",
                   STR_ARG(lead_id));
}

bool lead_transitions_begin(struct db *db, const struct lead *lead, struct str actor,
                            struct str scored, int64_t now_ms, struct err *err)
{
    struct str arrival = lead->recovered_by.n  ? STR("read from the platform")
                         : lead->delivery_id.n ? STR("webhook delivery")
                                               : STR("call of the API");

    return db_run(
        db, NULL, err,
        "INSERT INTO lead_transitions (org_id, lead_id, sequence, at_ms, actor, kind,"
        " from_value, to_value, cause) VALUES"
        " ($1, $2, 1, $3, $6, 'state', 'received', 'stored', $7),"
        " ($1, $2, 2, $4, $6, 'state', 'stored', 'parsed', $8),"
        " ($1, $2, 3, $4, $6, 'state', 'parsed', $9, $10),"
        " ($1, $2, 4, $4, $6, 'state', $9, 'scored', $12),"
        " ($1, $2, 5, $5, $6, 'stage', '', $11, $8)",
        TEXT(db_scope_org(db)), TEXT(lead->lead_id), INT(lead->received_ms),
        INT(now_ms > lead->received_ms ? now_ms : lead->received_ms), INT(lead->created_ms),
        TEXT(actor), TEXT(arrival),
        TEXT(lead->phone.n || lead->email.n ? STR("contact read") : STR("no contact given")),
        TEXT(lead->state), TEXT(lead->link_cause), TEXT(lead->stage), TEXT(scored));
}

bool lead_transition_list(struct db *db, struct arena *arena, struct str lead_id,
                          struct lead_transitions *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT sequence, at_ms, actor, kind, from_value, to_value, cause"
              " FROM lead_transitions WHERE org_id = $1 AND lead_id = $2 ORDER BY sequence",
              TEXT(db_scope_org(db)), TEXT(lead_id));
    while (db_next(&rows))
        *lead_transitions_add(out, arena) =
            (struct lead_transition){.sequence = db_int(&rows, 0),
                                     .at_ms = db_int(&rows, 1),
                                     .actor = db_text(&rows, 2),
                                     .kind = db_text(&rows, 3),
                                     .from = db_text(&rows, 4),
                                     .to = db_text(&rows, 5),
                                     .cause = db_text(&rows, 6)};
    return db_done(&rows, err);
}

bool lead_state_before(struct db *db, struct arena *arena, struct str lead_id,
                       struct str *state, struct err *err)
{
    struct db_rows rows;

    *state = STR("");
    db_select(db, arena, &rows,
              "SELECT to_value FROM lead_transitions WHERE org_id = $1 AND lead_id = $2"
              " AND kind = 'state' ORDER BY sequence DESC LIMIT 1",
              TEXT(db_scope_org(db)), TEXT(lead_id));
    while (db_next(&rows))
        *state = db_text(&rows, 0);
    return db_done(&rows, err);
}

bool lead_stage_since(struct db *db, struct arena *arena, struct str lead_id, int64_t *at_ms,
                      struct err *err)
{
    struct db_rows rows;

    *at_ms = 0;
    db_select(db, arena, &rows,
              "SELECT COALESCE(max(at_ms), 0) FROM lead_transitions"
              " WHERE org_id = $1 AND lead_id = $2 AND kind = 'stage'",
              TEXT(db_scope_org(db)), TEXT(lead_id));
    while (db_next(&rows))
        *at_ms = db_int(&rows, 0);
    return db_done(&rows, err);
}

bool lead_update_stage(struct db *db, struct str lead_id, struct str from, struct str to,
                       int64_t now_ms, bool *changed, struct err *err)
{
    int64_t n;

    if (!db_run(db, &n, err,
                "UPDATE leads SET stage = $4, updated_ms = $5"
                " WHERE org_id = $1 AND lead_id = $2 AND stage = $3",
                TEXT(db_scope_org(db)), TEXT(lead_id), TEXT(from), TEXT(to), INT(now_ms)))
        return false;
    *changed = n == 1;
    return true;
}

/* --- does it exist in this org? ----------------------------------------------------- */

bool lead_check_direction(struct db *db, struct arena *arena, struct str direction_id,
                          struct str *platform, struct str *ad_account_id, struct err *err)
{
    struct db_rows rows;
    bool found = false;

    db_select(db, arena, &rows,
              "SELECT platform, ad_account_id FROM directions"
              " WHERE org_id = $1 AND direction_id = $2",
              TEXT(db_scope_org(db)), TEXT(direction_id));
    while (db_next(&rows)) {
        found = true;
        *platform = db_text(&rows, 0);
        *ad_account_id = db_text(&rows, 1);
    }
    if (!db_done(&rows, err))
        return false;
    return found ||
           (err_set(err, ERR_NOT_FOUND, "no direction " STR_FMT, STR_ARG(direction_id)),
            err_field(err, "direction_id"));
}

bool lead_check_creative(struct db *db, struct arena *arena, struct str creative_id,
                         struct err *err)
{
    struct db_rows rows;
    bool found = false;

    db_select(db, arena, &rows,
              "SELECT 1 FROM creatives WHERE org_id = $1 AND creative_id = $2",
              TEXT(db_scope_org(db)), TEXT(creative_id));
    while (db_next(&rows))
        found = true;
    if (!db_done(&rows, err))
        return false;
    return found || (err_set(err, ERR_NOT_FOUND, "no creative " STR_FMT, STR_ARG(creative_id)),
                     err_field(err, "creative_id"));
}

bool lead_check_account(struct db *db, struct arena *arena, struct str ad_account_id,
                        struct err *err)
{
    struct db_rows rows;
    bool found = false;

    db_select(db, arena, &rows,
              "SELECT 1 FROM ad_accounts WHERE org_id = $1 AND ad_account_id = $2",
              TEXT(db_scope_org(db)), TEXT(ad_account_id));
    while (db_next(&rows))
        found = true;
    if (!db_done(&rows, err))
        return false;
    return found ||
           (err_set(err, ERR_NOT_FOUND, "no ad account " STR_FMT, STR_ARG(ad_account_id)),
            err_field(err, "ad_account_id"));
}

bool lead_find_ad(struct db *db, struct arena *arena, struct str ad_id, struct str *platform,
                  bool only_there, bool *found, struct err *err)
{
    struct db_rows rows;

    *found = false;
    db_select(
        db, arena, &rows,
        "SELECT platform FROM ads WHERE org_id = $1 AND ad_id = $2"
        " AND ($4 = 0 OR platform = $3) ORDER BY CASE WHEN platform = $3 THEN 0 ELSE 1 END"
        " LIMIT 1",
        TEXT(db_scope_org(db)), TEXT(ad_id), TEXT(*platform), INT(only_there));
    while (db_next(&rows)) {
        *found = true;
        *platform = db_text(&rows, 0);
    }
    return db_done(&rows, err);
}
