/* blocked_db.c - the table blocked_contacts. */

#include "auth/audit.h"
#include "auth/auth_db.h"
#include "base/arena.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/random.h"
#include "conf/app.h"
#include "db/db.h"
#include "lead/blocked.h"
#include "lead/lead_db.h"
#include "lead/spam_db.h"
#include "seal/seal.h"
#include "text/phone.h"

/* A contact in its plain form, and how it is hashed on leads. */
struct plain {
    const char *kind;
    struct str text, hash, shown;
};

static bool is_address(struct str s)
{
    size_t dots = 0, colons = 0, others = 0;

    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool hex = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        dots += c == '.';
        colons += c == ':';
        others += !(c == '.' || c == ':' || (c >= '0' && c <= '9') || hex);
    }
    return others == 0 && (colons >= 2 || (dots == 3 && s.n <= 15));
}

static bool is_domain(struct str s)
{
    size_t dots = 0;

    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool letter = c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!letter && c != '-' && c != '.')
            return false;
        dots += c == '.';
    }
    return dots > 0 && s.p[0] != '.' && s.p[s.n - 1] != '.';
}

static struct str masked(struct arena *arena, struct str text,
                         void (*mask)(struct str, char *, size_t))
{
    char shown[LIMIT_EMAIL + 8];

    mask(text, shown, sizeof(shown));
    return str_dup(arena, str(shown));
}

static bool read_contact(const struct ring *ring, struct arena *arena, struct str org_id,
                         struct str country, struct str typed, struct plain *out,
                         struct err *err)
{
    struct str s = str_lower(arena, str_trim(typed)), phone, email;

    if (s.n && s.p[0] == '@')
        s = str_sub(s, 1, s.n);
    if (is_address(s)) {
        *out = (struct plain){"address", s, ring_hash(ring, arena, "address", org_id, s), s};
        return true;
    }
    email = email_normal(arena, s);
    if (email.n) {
        *out = (struct plain){"email", email, ring_hash(ring, arena, "email", org_id, email),
                              masked(arena, email, log_mask_email)};
        return true;
    }
    phone = phone_normal(arena, s, country);
    if (phone.n) {
        *out = (struct plain){"phone", phone, ring_hash(ring, arena, "phone", org_id, phone),
                              masked(arena, phone, log_mask_phone)};
        return true;
    }
    if (s.n && is_domain(s)) {
        *out = (struct plain){"domain", s, spam_domain_hash(ring, arena, org_id, s), s};
        return true;
    }
    return err_input(err, "contact",
                     "a phone, an e-mail, a domain or an address such as 203.0.113.5",
                     "the contact is none of those");
}

#define COLUMNS "blocked_id, kind, shown, note, actor, created_ms"

static struct blocked_contact read_blocked(struct db_rows *rows)
{
    return (struct blocked_contact){.blocked_id = db_text(rows, 0),
                                    .kind = db_text(rows, 1),
                                    .shown = db_text(rows, 2),
                                    .note = db_text(rows, 3),
                                    .actor = db_text(rows, 4),
                                    .created_ms = db_int(rows, 5)};
}

static bool add(struct db *db, struct arena *arena, const struct plain *plain,
                struct blocked_contact *row, bool *added, struct err *err)
{
    struct audit_entry entry = {
        .actor = row->actor, .action = "blocked_contact.add", .object_id = row->blocked_id};
    struct db_rows rows;
    int64_t n = 0;

    if (!lead_lock_org(db, err))
        return false;
    db_select(db, arena, &rows, "SELECT count(*) FROM blocked_contacts WHERE org_id = $1",
              TEXT(db_scope_org(db)));
    while (db_next(&rows))
        n = db_int(&rows, 0);
    if (!db_done(&rows, err))
        return false;
    db_select(db, arena, &rows,
              "SELECT " COLUMNS " FROM blocked_contacts"
              " WHERE org_id = $1 AND kind = $2 AND contact_hash = $3",
              TEXT(db_scope_org(db)), TEXT(row->kind), TEXT(plain->hash));
    while (db_next(&rows)) {
        *added = false;
        *row = read_blocked(&rows);
    }
    if (!db_done(&rows, err))
        return false;
    if (!*added)
        return true;
    if (n >= BLOCKED_CONTACTS_MOST)
        return err_set(err, ERR_CONFLICT, "the org has %d blocked contacts already",
                       BLOCKED_CONTACTS_MOST);
    return db_run(db, NULL, err,
                  "INSERT INTO blocked_contacts (org_id, " COLUMNS ", contact_hash)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                  TEXT(db_scope_org(db)), TEXT(row->blocked_id), TEXT(row->kind),
                  TEXT(row->shown), TEXT(row->note), TEXT(row->actor), INT(row->created_ms),
                  TEXT(plain->hash)) &&
           audit_add(db, arena, &entry, err);
}

bool blocked_add(const struct app *app, struct db *db, struct arena *arena, struct str contact,
                 struct str note, struct str actor, int64_t now_ms, struct blocked_contact *out,
                 bool *added, struct err *err)
{
    struct plain plain = {.kind = ""};
    struct org_row org;

    if (!org_get(db, arena, db_scope_org(db), &org, err) ||
        !read_contact(app->ring, arena, org.org_id, org.country, contact, &plain, err))
        return false;
    *added = true;
    *out = (struct blocked_contact){.blocked_id = id_new(arena),
                                    .kind = str(plain.kind),
                                    .shown = plain.shown,
                                    .note = note,
                                    .actor = actor,
                                    .created_ms = now_ms};
    return db_begin(db, err) && db_end(db, add(db, arena, &plain, out, added, err), err);
}

bool blocked_list(struct db *db, struct arena *arena, int64_t before_ms, struct str before_id,
                  int64_t limit, struct blocked_contacts *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT " COLUMNS " FROM blocked_contacts WHERE org_id = $1"
              " AND ($2 = 0 OR (created_ms, blocked_id) < ($2, $3))"
              " ORDER BY created_ms DESC, blocked_id DESC LIMIT $4",
              TEXT(db_scope_org(db)), INT(before_ms), TEXT(before_id), INT(limit));
    while (db_next(&rows))
        *blocked_contacts_add(out, arena) = read_blocked(&rows);
    return db_done(&rows, err);
}

static bool delete_one(struct db *db, struct arena *arena, struct str blocked_id,
                       struct str actor, struct err *err)
{
    struct audit_entry entry = {
        .actor = actor, .action = "blocked_contact.delete", .object_id = blocked_id};
    int64_t changed = 0;

    if (!db_run(db, &changed, err,
                "DELETE FROM blocked_contacts WHERE org_id = $1 AND blocked_id = $2",
                TEXT(db_scope_org(db)), TEXT(blocked_id)))
        return false;
    if (changed == 0)
        return err_set(err, ERR_NOT_FOUND, "no blocked contact " STR_FMT,
                       STR_ARG(str_sub(blocked_id, 0, 60)));
    return audit_add(db, arena, &entry, err);
}

bool blocked_delete(struct db *db, struct arena *arena, struct str blocked_id, struct str actor,
                    struct err *err)
{
    return db_begin(db, err) && db_end(db, delete_one(db, arena, blocked_id, actor, err), err);
}
