/* auth.c - orgs, people and keys come into being here. */

#include "auth/auth.h"
#include "auth/audit.h"
#include "auth/auth_db.h"
#include "auth/auth_parts.h"
#include "base/clock.h"
#include "base/random.h"
#include "seal/seal.h"
#include "text/money.h"
#include "text/phone.h"

unsigned role_rights(struct str role)
{
    if (str_eq(role, STR("owner")))
        return CAN_READ | CAN_EDIT | CAN_SPEND | CAN_ADMIN;
    if (str_eq(role, STR("manager")))
        return CAN_READ | CAN_EDIT | CAN_SPEND;
    if (str_eq(role, STR("analyst")))
        return CAN_READ;
    return 0;
}

unsigned right_by_name(struct str name)
{
    static const struct {
        const char *name;
        unsigned right;
    } rights[] = {
        {"read", CAN_READ}, {"edit", CAN_EDIT}, {"spend", CAN_SPEND}, {"admin", CAN_ADMIN}};

    for (size_t i = 0; i < countof(rights); i++)
        if (str_eq(name, str(rights[i].name)))
            return rights[i].right;
    return 0;
}

static bool check_org(struct str name, struct str country, struct str currency, struct err *err)
{
    if (str_trim(name).n == 0 || str_length(name) > LIMIT_NAME)
        return err_input(err, "name", "give a name of 1 to 100 characters",
                         "the name of an org has %zu characters", str_length(name));
    if (country.n != 2)
        return err_input(err, "country", "give a two-letter country code such as KZ",
                         "\"" STR_FMT "\" is not a country code",
                         STR_ARG(str_sub(country, 0, 40)));
    if (!money_currency_known(currency))
        return err_input(err, "currency", "give an ISO 4217 code such as KZT",
                         "\"" STR_FMT "\" is not a currency we know",
                         STR_ARG(str_sub(currency, 0, 40)));
    return true;
}

bool org_prepare(struct arena *arena, struct str name, struct str country, struct str currency,
                 struct org_row *out, struct err *err)
{
    *out = (struct org_row){.org_id = id_new(arena),
                            .name = str_trim(name),
                            .country = str_upper(arena, country),
                            .currency = str_upper(arena, currency),
                            .created_ms = clock_wall_ms()};
    return check_org(out->name, out->country, out->currency, err);
}

bool org_store(struct db *db, struct arena *arena, const struct org_row *org, struct str actor,
               struct err *err)
{
    struct audit_entry entry = {
        .actor = actor, .action = "org.add", .object_id = org->org_id, .after = STR("")};

    return org_insert(db, org, err) && audit_add_for(db, arena, org->org_id, &entry, err);
}

bool org_add(struct db *db, struct arena *arena, struct str name, struct str country,
             struct str currency, struct str *org_id, struct err *err)
{
    struct org_row org;

    if (!org_prepare(arena, name, country, currency, &org, err) || !db_begin(db, err))
        return false;
    if (!db_end(db, org_store(db, arena, &org, STR("cli"), err), err))
        return false;
    *org_id = org.org_id;
    return true;
}

bool password_acceptable(struct str password, struct err *err)
{
    /* The few that every guessing list begins with; length does the rest. */
    static const char *const common[] = {"password",  "12345678",  "123456789",  "qwertyui",
                                         "password1", "11111111",  "1234567890", "qwerty123",
                                         "iloveyou",  "adwright1", "00000000"};

    if (str_length(password) < 8 || password.n > LIMIT_PASSWORD)
        return err_input(err, "password", "use 8 to 256 characters",
                         "the password has %zu characters", str_length(password));
    for (size_t i = 0; i < countof(common); i++)
        if (str_eq_nocase(password, str(common[i])))
            return err_input(err, "password", "choose one that is not on every guessing list",
                             "this password is among the most common ones");
    return true;
}

bool email_acceptable(struct arena *arena, struct str typed, struct str *email, struct err *err)
{
    *email = email_normal(arena, typed);
    if (email->n == 0 || email->n > LIMIT_EMAIL)
        return err_input(err, "email", "give an address such as name@example.com",
                         "\"" STR_FMT "\" is not an e-mail address",
                         STR_ARG(str_sub(typed, 0, 80)));
    return true;
}

bool role_acceptable(struct str role, struct err *err)
{
    return role_rights(role) != 0 ||
           err_input(err, "role", "one of owner, manager, analyst",
                     "\"" STR_FMT "\" is not a role", STR_ARG(str_sub(role, 0, 40)));
}

bool user_prepare(struct arena *arena, struct str address, struct str password,
                  struct user_row *out, struct err *err)
{
    if (!password_acceptable(password, err))
        return false;
    *out = (struct user_row){.user_id = id_new(arena),
                             .email = address,
                             .password_hash = seal_password_hash(arena, password),
                             .created_ms = clock_wall_ms()};
    return true;
}

struct str role_fact(struct arena *arena, struct str role)
{
    return str_fmt(arena, "{\"role\":\"" STR_FMT "\"}", STR_ARG(role));
}

bool member_store(struct db *db, struct arena *arena, struct str org_id,
                  const struct user_row *user, bool known, struct str role, struct str actor,
                  struct err *err)
{
    struct audit_entry entry = {.actor = actor,
                                .action = "user.add",
                                .object_id = user->user_id,
                                .after = role_fact(arena, role)};

    return (known || user_insert(db, user, err)) &&
           membership_insert(db, org_id, user->user_id, role, clock_wall_ms(), err) &&
           audit_add_for(db, arena, org_id, &entry, err);
}

bool user_add(struct db *db, struct arena *arena, struct str org_id, struct str email,
              struct str password, struct str role, struct str *user_id, struct err *err)
{
    struct user_row user;
    struct str address;
    bool known;

    if (!role_acceptable(role, err) || !email_acceptable(arena, email, &address, err) ||
        !user_by_email(db, arena, address, &known, &user, err) ||
        (!known && !user_prepare(arena, address, password, &user, err)) || !db_begin(db, err))
        return false;
    bool ok = member_store(db, arena, org_id, &user, known, role, STR("cli"), err);
    if (!db_end(db, ok, err)) {
        if (err->kind == ERR_CONFLICT)
            (void)err_set(err, ERR_CONFLICT, STR_FMT " is a member of this org already",
                          STR_ARG(address));
        return false;
    }
    *user_id = user.user_id;
    return true;
}

bool user_set_password(struct db *db, struct arena *arena, struct str email,
                       struct str password, struct err *err)
{
    struct user_row user;
    struct str address;
    bool known;

    if (!email_acceptable(arena, email, &address, err) || !password_acceptable(password, err) ||
        !user_by_email(db, arena, address, &known, &user, err))
        return false;
    if (!known)
        return err_set(err, ERR_NOT_FOUND, "nobody has the e-mail " STR_FMT, STR_ARG(address));
    struct str hash = seal_password_hash(arena, password);
    if (!db_begin(db, err))
        return false;
    bool ok = user_update_password(db, user.user_id, hash, err) &&
              session_delete_of_user(db, user.user_id, STR(""), err);
    return db_end(db, ok, err);
}

bool api_key_add(struct db *db, struct arena *arena, struct str org_id, struct str name,
                 unsigned rights, struct str actor, struct str *id, struct str *key,
                 struct err *err)
{
    struct str text = seal_token(arena, STR("adw_"));
    struct key_row row = {.id = id_new(arena),
                          .name = str_trim(name),
                          .prefix = str_sub(text, 0, 8),
                          .rights = rights,
                          .created_ms = clock_wall_ms()};
    struct audit_entry entry = {.actor = actor,
                                .action = "api_key.add",
                                .object_id = row.id,
                                .after = str_fmt(arena, "{\"rights\":%u}", rights)};

    if (row.name.n == 0 || str_length(row.name) > LIMIT_NAME)
        return err_input(err, "name",
                         "give a name of 1 to 100 characters, so that you know later"
                         " which program has this key",
                         "the name of a key has %zu characters", str_length(row.name));
    if (rights == 0)
        return err_input(err, "rights", "a list of read, edit, spend, admin",
                         "a key without rights could do nothing");
    if (!db_begin(db, err))
        return false;
    bool ok = key_insert(db, org_id, &row, seal_sha256_hex(arena, text), err) &&
              audit_add_for(db, arena, org_id, &entry, err);
    if (!db_end(db, ok, err))
        return false;
    *id = row.id;
    *key = text;
    return true;
}
