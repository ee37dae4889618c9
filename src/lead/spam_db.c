/* spam_db.c - what other leads and the blocked list say about a new one. */

#include "lead/spam_db.h"
#include "base/arena.h"
#include "db/db.h"
#include "seal/seal.h"

struct str spam_domain_hash(const struct ring *ring, struct arena *arena, struct str org_id,
                            struct str domain)
{
    return ring_hash(ring, arena, "domain", org_id, str_lower(arena, domain));
}

bool spam_facts_read(struct db *db, struct arena *arena, const struct lead *lead,
                     struct spam_facts *out, struct err *err)
{
    struct str domain = lead->email, domain_hash = STR("");
    struct db_rows rows;

    (void)str_cut(&domain, '@');
    if (domain.n)
        domain_hash = spam_domain_hash(db_ring(db), arena, db_scope_org(db), domain);
    *out = (struct spam_facts){.name = lead->name,
                               .phone_typed = lead->phone_typed,
                               .phone = lead->phone,
                               .email_typed = lead->email_typed,
                               .email = lead->email,
                               .answers = lead->answers,
                               .filled_ms = lead->filled_ms};
    /* A form is the platform's page or the site's form; the same form again is a person who
     * pressed twice.  The joined text keeps SQLite from reading all leads of the org in the
     * order of another index, to have them distinct: few have this phone. */
    db_select(
        db, arena, &rows,
        "SELECT"
        " (SELECT count(*) FROM (SELECT DISTINCT l.platform || '', l.page_id, l.form_id FROM "
        "leads l"
        "  WHERE l.org_id = $1 AND l.phone_hash = $2 AND l.phone_hash <> ''"
        "  AND l.received_ms > $5 AND l.received_ms < $6"
        "  AND NOT (l.platform = $7 AND l.page_id = $8 AND l.form_id = $9)) forms),"
        " (SELECT count(*) FROM leads l WHERE l.org_id = $1 AND l.address_hash = $4"
        "  AND l.address_hash <> '' AND l.received_ms > $10 AND l.received_ms <= $11),"
        " (SELECT count(*) FROM blocked_contacts b WHERE b.org_id = $1 AND b.kind = 'phone'"
        "  AND b.contact_hash = $2),"
        " (SELECT count(*) FROM blocked_contacts b WHERE b.org_id = $1 AND b.kind = 'email'"
        "  AND b.contact_hash = $3),"
        " (SELECT count(*) FROM blocked_contacts b WHERE b.org_id = $1 AND b.kind = 'domain'"
        "  AND b.contact_hash = $12),"
        " (SELECT count(*) FROM blocked_contacts b WHERE b.org_id = $1 AND b.kind = 'address'"
        "  AND b.contact_hash = $4)",
        TEXT(db_scope_org(db)), TEXT(lead->phone_hash), TEXT(lead->email_hash),
        TEXT(lead->address_hash), INT(lead->received_ms - SPAM_WINDOW_MS),
        INT(lead->received_ms + SPAM_WINDOW_MS), TEXT(lead->platform), TEXT(lead->page_id),
        TEXT(lead->form_id), INT(lead->received_ms - SPAM_BURST_MS), INT(lead->received_ms),
        TEXT(domain_hash));
    while (db_next(&rows)) {
        out->phone_other_forms = db_int(&rows, 0);
        out->address_burst = db_int(&rows, 1);
        out->blocked_phone = db_int(&rows, 2) > 0;
        out->blocked_email = db_int(&rows, 3) > 0;
        out->blocked_domain = db_int(&rows, 4) > 0;
        out->blocked_address = db_int(&rows, 5) > 0;
    }
    return db_done(&rows, err);
}
