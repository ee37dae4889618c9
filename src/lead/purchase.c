/* purchase.c - sales, refunds, and the leads they belong to. */

#include "lead/purchase_db.h"
#include "ads/account.h"
#include "auth/audit.h"
#include "auth/auth_db.h"
#include "base/arena.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/random.h"
#include "conf/app.h"
#include "db/db.h"
#include "lead/conversion.h"
#include "lead/handoff.h"
#include "lead/fact.h"
#include "lead/lead_db.h"
#include "lead/stage.h"
#include "seal/seal.h"
#include "text/money.h"
#include "text/phone.h"

#include <inttypes.h>

#define DAY_MS   (INT64_C(24) * 60 * 60 * 1000)
#define MATCH_MS (PURCHASE_MATCH_DAYS * DAY_MS)

static bool check_wish(const struct purchase_wish *wish, struct err *err)
{
    bool sale = str_eq(wish->kind, STR("sale"));

    if (!sale && !str_eq(wish->kind, STR("refund")))
        return err_input(err, "kind", "sale or refund", "\"" STR_FMT "\" is not a kind",
                         STR_ARG(str_sub(wish->kind, 0, 40)));
    if (wish->amount_micros <= 0)
        return err_input(err, "amount", "give an amount above 0, for refunds too",
                         "the amount is not above 0");
    if (!money_currency_known(wish->currency))
        return err_input(err, "currency", "give an ISO 4217 code such as KZT",
                         "\"" STR_FMT "\" is not a currency we know",
                         STR_ARG(str_sub(wish->currency, 0, 10)));
    if (wish->paid_ms < 0 || wish->paid_ms > wish->now_ms + DAY_MS)
        return err_input(err, "paid_at", "give the time of the payment",
                         "the payment lies in the future");
    if (sale && wish->refund_of.n)
        return err_input(err, "refund_of", "leave it out, or send kind refund",
                         "a sale does not refund another one");
    if (!sale && wish->refund_of.n == 0)
        return err_input(err, "refund_of", "give the external_id or id of the sale",
                         "a refund names its sale");
    return true;
}

static bool add_countries(struct db *db, struct arena *arena, struct str platform,
                          struct strs *out, struct err *err)
{
    struct ad_connections connections = {0};

    if (!ad_account_list_connected(db, arena, platform, &connections, err))
        return false;
    for (size_t i = 0; i < connections.n; i++)
        if (connections.at[i].country.n)
            *strs_add(out, arena) = connections.at[i].country;
    return true;
}

/* One reading of the phone in each country where the org advertises: a CRM sends local forms.
 */
static bool phone_hashes(const struct app *app, struct db *db, struct arena *arena,
                         struct str typed, struct strs *out, struct err *err)
{
    struct org_row org;
    struct strs countries = {0};
    struct str org_id = db_scope_org(db);

    if (typed.n == 0)
        return true;
    if (!org_get(db, arena, org_id, &org, err))
        return false;
    *strs_add(&countries, arena) = org.country;
    if (!add_countries(db, arena, STR("tiktok"), &countries, err) ||
        !add_countries(db, arena, STR("facebook"), &countries, err))
        return false;
    for (size_t i = 0; i < countries.n; i++) {
        struct str phone = phone_normal(arena, typed, countries.at[i]);
        struct str hash = STR("");
        bool seen = phone.n == 0;
        if (!seen)
            hash = ring_hash(app->ring, arena, "phone", org_id, phone);
        for (size_t k = 0; k < out->n; k++)
            seen = seen || str_eq(out->at[k], hash);
        if (!seen)
            *strs_add(out, arena) = hash;
    }
    return true;
}

struct contact {
    struct strs phone_hashes; /* best guess first */
    struct str email_hash;
};

static bool read_contact(const struct app *app, struct db *db, struct arena *arena,
                         const struct purchase_wish *wish, struct contact *out, struct err *err)
{
    struct str email = email_normal(arena, wish->email);

    if (email.n)
        out->email_hash = ring_hash(app->ring, arena, "email", db_scope_org(db), email);
    return phone_hashes(app, db, arena, wish->phone, &out->phone_hashes, err);
}

/* The last lead of the phone before the sale, else of the e-mail; "" where there is none. */
static bool match_lead(struct db *db, struct arena *arena, const struct contact *contact,
                       struct purchase *sale, struct str *lead_id, struct err *err)
{
    int64_t from_ms = sale->paid_ms - MATCH_MS;

    *lead_id = STR("");
    for (size_t i = 0; i < contact->phone_hashes.n; i++) {
        if (!lead_last_of_contact(db, arena, contact->phone_hashes.at[i], STR(""), from_ms,
                                  sale->paid_ms, lead_id, err))
            return false;
        if (lead_id->n) {
            sale->phone_hash = contact->phone_hashes.at[i];
            sale->match_cause = STR("phone");
            return true;
        }
    }
    if (contact->email_hash.n == 0)
        return true;
    if (!lead_last_of_contact(db, arena, STR(""), contact->email_hash, from_ms, sale->paid_ms,
                              lead_id, err))
        return false;
    if (lead_id->n)
        sale->match_cause = STR("email");
    return true;
}

bool purchase_match_contact(const struct app *app, struct db *db, struct arena *arena,
                            struct str phone, struct str email, int64_t now_ms,
                            struct str *lead_id, struct err *err)
{
    struct purchase_wish wish = {.phone = phone, .email = email};
    struct purchase any = {.paid_ms = now_ms};
    struct contact contact = {0};

    return read_contact(app, db, arena, &wish, &contact, err) &&
           match_lead(db, arena, &contact, &any, lead_id, err);
}

static struct str sale_cause(struct arena *arena, const struct purchase *sale)
{
    return str_fmt(arena, "sale " STR_FMT, STR_ARG(sale->external_id));
}

/* The row, and what reports count of it. */
static bool insert(struct db *db, const struct purchase *purchase, struct err *err)
{
    return purchase_insert(db, purchase, err) &&
           sale_facts_renew(db, purchase->purchase_id, true, err);
}

static bool add_sale(struct db *db, struct arena *arena, const struct purchase_wish *wish,
                     const struct contact *contact, struct purchase *sale, struct err *err)
{
    struct str lead_id = wish->lead_id;
    struct lead lead;

    sale->email_hash = contact->email_hash;
    if (contact->phone_hashes.n)
        sale->phone_hash = contact->phone_hashes.at[0];
    if (lead_id.n)
        sale->match_cause = STR("lead_id");
    else if (!match_lead(db, arena, contact, sale, &lead_id, err))
        return false;
    if (lead_id.n == 0)
        return insert(db, sale, err);
    if (!lead_get(db, arena, lead_id, &lead, err))
        return err_field(err, "lead_id");
    sale->lead_id = lead.lead_id;
    sale->creative_id = lead.creative_id;
    sale->ad_account_id = lead.ad_account_id;
    sale->lead_ms = lead.created_ms;
    return insert(db, sale, err) &&
           lead_bought(db, arena, &lead, sale->paid_ms, wish->actor, sale_cause(arena, sale),
                       wish->now_ms, err) &&
           conversion_add_sale(db, arena, &lead, sale, wish->now_ms, err);
}

static bool add_refund(struct db *db, struct arena *arena, const struct purchase_wish *wish,
                       struct purchase *refund, struct err *err)
{
    struct purchase sale;
    int64_t refunded;
    bool found;

    if (!purchase_find(db, arena, wish->refund_of, true, &found, &sale, err))
        return false;
    if (!found || !str_eq(sale.kind, STR("sale")))
        return err_set(err, ERR_NOT_FOUND, "no sale " STR_FMT, STR_ARG(wish->refund_of)),
               err_field(err, "refund_of"), err_hint(err, "send the sale first");
    if (!str_eq(sale.currency, wish->currency))
        return err_input(err, "currency", "refund in the currency of the sale",
                         "the sale is in " STR_FMT, STR_ARG(sale.currency));
    if (!purchase_refunded(db, arena, sale.purchase_id, &refunded, err))
        return false;
    if (wish->amount_micros > sale.amount_micros + refunded)
        return err_input(err, "amount", "refund what is left of the sale at most",
                         "of the sale only " STR_FMT " " STR_FMT " is left",
                         STR_ARG(money_decimal(arena, sale.amount_micros + refunded)),
                         STR_ARG(sale.currency));
    refund->amount_micros = -wish->amount_micros;
    refund->refund_of = sale.purchase_id;
    refund->lead_id = sale.lead_id;
    refund->creative_id = sale.creative_id;
    refund->ad_account_id = sale.ad_account_id;
    refund->lead_ms = sale.lead_ms;
    refund->match_cause = STR("sale");
    return insert(db, refund, err);
}

/* Is the stored one what is asked for now?  Fields that the wish leaves out are not compared.
 */
static bool same_purchase(struct db *db, struct arena *arena, const struct purchase *stored,
                          const struct purchase_wish *wish, bool *same, struct err *err)
{
    bool refund = str_eq(wish->kind, STR("refund"));
    int64_t amount = refund ? -wish->amount_micros : wish->amount_micros;

    *same = str_eq(stored->kind, wish->kind) && stored->amount_micros == amount &&
            str_eq(stored->currency, wish->currency) &&
            (wish->paid_ms == 0 || stored->paid_ms == wish->paid_ms) &&
            (wish->lead_id.n == 0 || str_eq(stored->lead_id, wish->lead_id));
    if (!*same || !refund)
        return true;
    struct purchase sale;
    bool found;
    if (!purchase_find(db, arena, wish->refund_of, true, &found, &sale, err))
        return false;
    *same = found && str_eq(sale.purchase_id, stored->refund_of);
    return true;
}

static bool audit_purchase(struct db *db, struct arena *arena, const struct purchase *purchase,
                           struct str actor, struct err *err)
{
    struct audit_entry entry = {
        .actor = actor,
        .action = purchase->refund_of.n ? "purchase.refund" : "purchase.sale",
        .object_id = purchase->purchase_id,
        .after = str_fmt(arena, "{\"amount_micros\":%" PRId64 ",\"currency\":\"" STR_FMT "\"}",
                         purchase->amount_micros, STR_ARG(purchase->currency))};

    return audit_add(db, arena, &entry, err);
}

/* Those that have a lead; the others are told when they find it. */
static bool tell(struct db *db, struct arena *arena, const struct purchase *purchase,
                 struct str lead_id, int64_t now_ms, struct err *err)
{
    struct str detail =
        str_fmt(arena,
                "{\"purchase_id\":\"" STR_FMT "\",\"kind\":\"" STR_FMT
                "\",\"amount_micros\":%" PRId64 ",\"currency\":\"" STR_FMT "\"}",
                STR_ARG(purchase->purchase_id), STR_ARG(purchase->kind),
                purchase->amount_micros, STR_ARG(purchase->currency));

    return lead_id.n == 0 || handoff_add(db, arena, lead_id, "purchase.created", detail,
                                         purchase->paid_ms, now_ms, err);
}

static bool add_in_transaction(struct db *db, struct arena *arena,
                               const struct purchase_wish *wish, const struct contact *contact,
                               struct purchase *out, bool *added, struct err *err)
{
    bool found = false, same;

    if (!lead_lock_org(db, err))
        return false;
    if (wish->external_id.n &&
        !purchase_find(db, arena, wish->external_id, false, &found, out, err))
        return false;
    if (found) {
        if (!same_purchase(db, arena, out, wish, &same, err))
            return false;
        return same || (err_set(err, ERR_CONFLICT,
                                "purchase " STR_FMT " is stored already, with other content",
                                STR_ARG(wish->external_id)),
                        err_field(err, "external_id"),
                        err_hint(err, "a correction is a refund and a new sale"));
    }
    struct str id = id_new(arena);
    *out = (struct purchase){.purchase_id = id,
                             .external_id = wish->external_id.n ? wish->external_id : id,
                             .kind = wish->kind,
                             .amount_micros = wish->amount_micros,
                             .currency = wish->currency,
                             .paid_ms = wish->paid_ms ? wish->paid_ms : wish->now_ms,
                             .created_ms = wish->now_ms};
    *added = true;
    return (str_eq(wish->kind, STR("refund")) ? add_refund(db, arena, wish, out, err)
                                              : add_sale(db, arena, wish, contact, out, err)) &&
           tell(db, arena, out, out->lead_id, wish->now_ms, err) &&
           audit_purchase(db, arena, out, wish->actor, err);
}

bool purchase_add_within(const struct app *app, struct db *db, struct arena *arena,
                         const struct purchase_wish *given, struct purchase *out, bool *added,
                         struct err *err)
{
    struct purchase_wish wish = *given;
    struct contact contact = {0};

    *added = false;
    if (wish.kind.n == 0)
        wish.kind = STR("sale");
    return check_wish(&wish, err) && read_contact(app, db, arena, &wish, &contact, err) &&
           add_in_transaction(db, arena, &wish, &contact, out, added, err);
}

bool purchase_add(const struct app *app, struct db *db, struct arena *arena,
                  const struct purchase_wish *wish, struct purchase *out, bool *added,
                  struct err *err)
{
    struct purchase stored = {0};
    bool is_new = false;

    if (!db_begin(db, err))
        return false;
    bool ok = purchase_add_within(app, db, arena, wish, &stored, &is_new, err);
    if (!db_end(db, ok, err))
        return false;
    *out = stored;
    *added = is_new;
    if (is_new)
        log_info("purchase.stored", LOG_TEXT("purchase_id", stored.purchase_id),
                 LOG_TEXT("lead_id", stored.lead_id), LOG_TEXT("cause", stored.match_cause));
    return true;
}

bool purchase_adopt(struct db *db, struct arena *arena, const struct lead *lead,
                    struct str actor, int64_t now_ms, struct err *err)
{
    struct purchases waiting = {0};
    struct lead current = *lead;

    if (lead->phone_hash.n == 0 && lead->email_hash.n == 0)
        return true;
    if (!purchase_list_waiting(db, arena, lead->phone_hash, lead->email_hash, lead->created_ms,
                               lead->created_ms + MATCH_MS, &waiting, err))
        return false;
    for (size_t i = 0; i < waiting.n; i++) {
        const struct purchase *sale = &waiting.at[i];
        bool by_phone = lead->phone_hash.n && str_eq(sale->phone_hash, lead->phone_hash);
        if (!purchase_set_lead(db, sale->purchase_id, lead,
                               by_phone ? STR("phone") : STR("email"), err) ||
            !sale_facts_renew(db, sale->purchase_id, false, err) ||
            !lead_bought(db, arena, &current, sale->paid_ms, actor, sale_cause(arena, sale),
                         now_ms, err) ||
            !conversion_add_sale(db, arena, &current, sale, now_ms, err) ||
            !tell(db, arena, sale, lead->lead_id, now_ms, err))
            return false;
        current.stage = STR("purchase");
    }
    return true;
}
