/* auth/people.h: the first owner, members, invitations, one's own account; on both databases.
 */
#include "auth/audit.h"
#include "auth/auth_parts.h"
#include "auth/people.h"
#include "auth/view.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "seal/seal.h"
#include "test_db.h"

#include <pthread.h>

static struct arena *a;
static const struct ring *ring;

static struct visitor *from(const char *address)
{
    struct visitor *visitor = NEW(a, struct visitor);

    visitor->address = str(address);
    visitor->agent = STR("Browser/1.0");
    return visitor;
}

static bool set_up(struct db *db, const char *email, struct session *session, struct err *err)
{
    struct first_owner wish = {.org_name = STR("Agency"),
                               .country = STR("kz"),
                               .currency = STR("KZT"),
                               .email = str(email),
                               .password = STR("correct horse"),
                               .token = setup_token(ring, a)};

    db_scope_system(db);
    return setup_first_owner(db, a, ring, &wish, from("10.0.0.1"), session, err);
}

static size_t lines_of(struct db *db, struct str org, const char *action)
{
    struct audit_filter filter = {.action = str(action)};
    struct audit_lines lines = {0};
    struct err err = {0};

    db_scope(db, org);
    CHECK_OK(audit_list(db, a, &filter, 200, &lines, &(int64_t){0}, &err), err);
    return lines.n;
}

static struct str role_of(struct db *db, struct str org, struct str user)
{
    struct str role = STR("");
    struct err err = {0};
    bool found;

    db_scope(db, org);
    CHECK_OK(membership_get(db, a, org, user, &found, &role, &err), err);
    return role;
}

static size_t sessions_of(struct db *db, struct str user)
{
    struct session_rows rows = {0};
    struct err err = {0};

    db_scope_system(db);
    CHECK_OK(session_list_of_user(db, a, user, clock_wall_ms(), &rows, &err), err);
    return rows.n;
}

static void the_first_owner_comes_once_with_the_token(struct database *database, struct db *db)
{
    struct session session;
    struct err err = {0};
    bool needed = false;

    a = arena_new("test");
    db_scope_system(db);
    CHECK(setup_needed(db, a, &needed, &err) && needed, "nobody yet: %s", err.text);
    struct first_owner stranger = {.org_name = STR("Mine"),
                                   .country = STR("KZ"),
                                   .currency = STR("KZT"),
                                   .email = STR("stranger@example.com"),
                                   .password = STR("correct horse"),
                                   .token = STR("00000000000000000000000000000000")};
    for (int i = 0; i < 20; i++)
        CHECK(!setup_first_owner(db, a, ring, &stranger, from("6.6.6.6"), &session, &err) &&
                  err.kind == ERR_DENIED,
              "a wrong token: %s", err.text);
    struct visitor *visitor = from("6.6.6.6");
    stranger.token = setup_token(ring, a);
    CHECK(!setup_first_owner(db, a, ring, &stranger, visitor, &session, &err) &&
              err.kind == ERR_BUSY && visitor->closed_until_ms > clock_wall_ms(),
          "who guessed twenty times is not heard: %s", err.text);

    /* All or nothing, for a failure at each statement in turn. */
    int failures = 0;
    for (int k = 1; k < 40; k++) {
        database_fail_at(database, k, DB_FAULT_ERROR);
        bool ok = set_up(db, "owner@example.com", &session, &err);
        database_fail_at(database, 0, DB_FAULT_ERROR);
        CHECK_OK(setup_needed(db, a, &needed, &err), err);
        CHECK(needed == !ok, "statement %d", k);
        if (ok)
            break;
        failures++;
    }
    CHECK(failures > 8, "only %d statements could fail", failures);
    CHECK(str_eq(role_of(db, session.org_id, session.user_id), STR("owner")), "owner");
    CHECK(sessions_of(db, session.user_id) == 1, "signed in");
    CHECK(lines_of(db, session.org_id, "org") == 1 && lines_of(db, session.org_id, "user") == 1,
          "in the audit log");
    CHECK(!set_up(db, "second@example.com", &session, &err) && err.kind == ERR_CONFLICT,
          "a second one is refused: %s", err.text);
    arena_free(a);
}

struct race {
    struct database *database;
    const char *email;
    bool won;
};

/* Past the first look, as if both had seen an empty installation. */
static void *claim(void *arg)
{
    struct race *race = arg;
    struct arena *arena = arena_new("race");
    struct err err = {0};
    struct db *db;
    bool mine = false;

    CHECK_OK(db_open(race->database, &db, &err), err);
    db_scope_system(db);
    CHECK_OK(db_begin(db, &err), err);
    bool ok = db_installation_claim(db, STR("first_owner"), str(race->email), &mine, &err);
    struct user_row user = {.user_id = str(race->email), .email = str(race->email)};
    ok = ok && (!mine || user_insert(db, &user, &err));
    CHECK_OK(db_end(db, ok, &err), err);
    race->won = mine;
    db_close(db);
    arena_free(arena);
    return NULL;
}

static void of_two_at_once_one_is_first(struct database *database, struct db *db)
{
    struct race races[2] = {{.database = database, .email = "a@example.com"},
                            {.database = database, .email = "b@example.com"}};
    pthread_t threads[2];
    struct str name;
    struct err err = {0};

    a = arena_new("test");
    for (int i = 0; i < 2; i++)
        CHECK(pthread_create(&threads[i], NULL, claim, &races[i]) == 0, "thread");
    for (int i = 0; i < 2; i++)
        CHECK(pthread_join(threads[i], NULL) == 0, "thread");
    CHECK(races[0].won != races[1].won, "one and only one");
    db_scope_system(db);
    CHECK_OK(db_installation_get(db, a, STR("first_owner"), &name, &err), err);
    CHECK(str_eq(name, str(races[races[1].won].email)), "the winner's name");
    arena_free(a);
}

static void members_change_and_an_owner_stays(struct database *database, struct db *db)
{
    struct session owner, session;
    struct str second, role = STR("owner");
    struct err err = {0};

    (void)database;
    a = arena_new("test");
    CHECK_OK(set_up(db, "owner@example.com", &owner, &err), err);
    CHECK_OK(user_add(db, a, owner.org_id, STR("second@example.com"), STR("correct horse"),
                      STR("manager"), &second, &err),
             err);
    CHECK_OK(session_sign_in(db, a, STR("second@example.com"), STR("correct horse"),
                             from("10.0.0.2"), &session, &err),
             err);
    db_scope(db, owner.org_id);
    CHECK(!member_set_role(db, a, owner.user_id, STR("manager"), STR("t"), &err) &&
              err.kind == ERR_CONFLICT && err.hint[0],
          "the last owner stays owner: %s", err.text);
    CHECK(!member_remove(db, a, owner.user_id, STR("t"), &err) && err.kind == ERR_CONFLICT,
          "the last owner stays: %s", err.text);
    CHECK(lines_of(db, owner.org_id, "user.role") == 0, "what was refused is not told");
    CHECK(!member_set_role(db, a, second, STR("king"), STR("t"), &err) &&
              strcmp(err.field, "role") == 0,
          "%s", err.text);
    CHECK_OK(member_set_role(db, a, second, STR("analyst"), STR("t"), &err), err);
    CHECK(sessions_of(db, second) == 0, "the sessions of the role before ended");
    db_scope(db, owner.org_id);
    CHECK_OK(member_set_role(db, a, second, role, STR("t"), &err), err);
    CHECK_OK(member_set_role(db, a, owner.user_id, STR("analyst"), STR("t"), &err), err);
    CHECK(!member_remove(db, a, second, STR("t"), &err) && err.kind == ERR_CONFLICT, "%s",
          err.text);
    CHECK_OK(member_remove(db, a, owner.user_id, STR("t"), &err), err);
    CHECK(sessions_of(db, owner.user_id) == 0, "who left is out");
    CHECK(lines_of(db, owner.org_id, "user.remove") == 1 &&
              lines_of(db, owner.org_id, "user.role") == 3,
          "told");
    db_scope_system(db);
    CHECK(!session_sign_in(db, a, STR("owner@example.com"), STR("correct horse"),
                           from("10.0.0.2"), &session, &err) &&
              err.kind == ERR_DENIED,
          "no way back in without an invitation");
    /* Another org's members are nobody's business. */
    struct str other;
    CHECK_OK(org_add(db, a, STR("Other"), STR("KZ"), STR("KZT"), &other, &err), err);
    db_scope(db, other);
    CHECK(!member_set_role(db, a, second, role, STR("t"), &err) && err.kind == ERR_NOT_FOUND,
          "%s", err.text);
    CHECK(!member_remove(db, a, second, STR("t"), &err) && err.kind == ERR_NOT_FOUND, "%s",
          err.text);
    arena_free(a);
}

static size_t views_of(struct db *db, struct str user_id, const char *page)
{
    struct saved_views views = {0};
    struct err err = {0};

    CHECK_OK(view_list(db, a, user_id, str(page), &views, &err), err);
    return views.n;
}

static void saved_views_are_the_persons_own_in_one_org(struct database *database, struct db *db)
{
    struct saved_view view = {STR("leads"), STR("Горячие"), STR("?stage=qualified"), 1};
    struct saved_views views = {0};
    struct session owner;
    struct str second, other;
    struct err err = {0};

    (void)database;
    a = arena_new("test");
    CHECK_OK(set_up(db, "owner@example.com", &owner, &err), err);
    CHECK_OK(user_add(db, a, owner.org_id, STR("second@example.com"), STR("correct horse"),
                      STR("manager"), &second, &err),
             err);
    CHECK_OK(org_add(db, a, STR("Other"), STR("KZ"), STR("KZT"), &other, &err), err);
    db_scope(db, owner.org_id);
    CHECK_OK(view_save(db, second, &view, &err), err);
    view.query = STR("?stage=lost");
    CHECK_OK(view_save(db, second, &view, &err), err);
    CHECK_OK(view_list(db, a, second, STR(""), &views, &err), err);
    CHECK(views.n == 1 && str_eq(views.at[0].query, STR("?stage=lost")) &&
              str_eq(views.at[0].name, view.name),
          "the same name is replaced: %zu", views.n);
    CHECK(views_of(db, second, "roi") == 0 && views_of(db, owner.user_id, "") == 0,
          "of that page and person alone");
    CHECK(!view_remove(db, owner.user_id, view.page, view.name, &err) &&
              err.kind == ERR_NOT_FOUND,
          "another's cannot be removed");

    for (int i = 1; i < LIMIT_SAVED_VIEWS; i++) {
        view.name = str_fmt(a, "%d", i);
        CHECK_OK(view_save(db, second, &view, &err), err);
    }
    CHECK_OK(view_save(db, second, &view, &err), err);
    view.name = STR("one more");
    CHECK(!view_save(db, second, &view, &err) && err.kind == ERR_CONFLICT && err.hint[0], "%s",
          err.text);
    view.page = STR("roi");
    CHECK_OK(view_save(db, second, &view, &err), err);
    CHECK_OK(view_remove(db, second, view.page, view.name, &err), err);

    db_scope(db, other);
    CHECK(views_of(db, second, "") == 0, "nor in another org");
    CHECK_OK(view_save(db, second, &view, &err), err);
    db_scope(db, owner.org_id);
    CHECK_OK(member_remove(db, a, second, STR("t"), &err), err);
    CHECK(views_of(db, second, "") == 0, "they go with the membership");
    db_scope(db, other);
    CHECK(views_of(db, second, "") == 1, "of that org alone");
    arena_free(a);
}

struct duel {
    struct database *database;
    struct str org, other;
    bool won;
};

static void *demote(void *arg)
{
    struct duel *duel = arg;
    struct arena *arena = arena_new("duel");
    struct err err = {0};
    struct db *db;

    CHECK_OK(db_open(duel->database, &db, &err), err);
    db_scope(db, duel->org);
    duel->won = member_set_role(db, arena, duel->other, STR("analyst"), STR("t"), &err);
    CHECK(duel->won || err.kind == ERR_CONFLICT, "%s", err.text);
    db_close(db);
    arena_free(arena);
    return NULL;
}

static void two_owners_who_demote_each_other_leave_one(struct database *database, struct db *db)
{
    struct session owner;
    struct str second;
    struct err err = {0};

    a = arena_new("test");
    CHECK_OK(set_up(db, "owner@example.com", &owner, &err), err);
    CHECK_OK(user_add(db, a, owner.org_id, STR("second@example.com"), STR("correct horse"),
                      STR("owner"), &second, &err),
             err);
    for (int round = 0; round < 10; round++) {
        struct duel duels[2] = {{.database = database, .org = owner.org_id, .other = second},
                                {.database = database, .org = owner.org_id}};
        pthread_t threads[2];

        duels[1].other = owner.user_id;
        for (int i = 0; i < 2; i++)
            CHECK(pthread_create(&threads[i], NULL, demote, &duels[i]) == 0, "thread");
        for (int i = 0; i < 2; i++)
            CHECK(pthread_join(threads[i], NULL) == 0, "thread");
        CHECK(duels[0].won != duels[1].won, "round %d", round);
        db_scope(db, owner.org_id);
        CHECK_OK(member_set_role(db, a, duels[0].won ? second : owner.user_id, STR("owner"),
                                 STR("t"), &err),
                 err);
    }
    arena_free(a);
}

static struct str invite(struct db *db, struct str org, const char *email, const char *role,
                         struct invitation *out)
{
    struct str token = STR("");
    struct err err = {0};

    db_scope(db, org);
    CHECK_OK(invitation_add(db, a, str(email), str(role), STR("user:x"), out, &token, &err),
             err);
    return token;
}

static bool accept(struct db *db, struct str token, const char *password, struct str signed_in,
                   struct session *session, struct err *err)
{
    struct invitation invitation;
    bool known;

    db_scope_system(db);
    return invitation_find(db, a, token, &invitation, &known, err) &&
           invitation_accept(db, a, &invitation, str(password), signed_in, from("10.0.0.3"),
                             session, err);
}

static void an_invitation_brings_one_person_in_once(struct database *database, struct db *db)
{
    struct session owner, session;
    struct invitation invitation;
    struct err err = {0};
    struct str other;

    (void)database;
    a = arena_new("test");
    CHECK_OK(set_up(db, "owner@example.com", &owner, &err), err);
    CHECK_OK(org_add(db, a, STR("Other"), STR("KZ"), STR("KZT"), &other, &err), err);

    struct str old = invite(db, owner.org_id, "New@Example.com", "owner", &invitation);
    struct str token = invite(db, owner.org_id, "new@example.com", "analyst", &invitation);
    CHECK(!accept(db, old, "correct horse", STR(""), &session, &err) &&
              strstr(err.text, "withdrawn"),
          "only the newest link counts: %s", err.text);
    CHECK(!accept(db, token, "short", STR(""), &session, &err) &&
              strcmp(err.field, "password") == 0,
          "a new person chooses a password: %s", err.text);
    CHECK_OK(accept(db, token, "correct horse", STR(""), &session, &err), err);
    CHECK(str_eq(role_of(db, owner.org_id, session.user_id), STR("analyst")), "the role");
    CHECK(!accept(db, token, "correct horse", STR(""), &session, &err) &&
              err.kind == ERR_CONFLICT && strstr(err.text, "used"),
          "once: %s", err.text);
    db_scope(db, owner.org_id);
    CHECK(!invitation_add(db, a, STR("new@example.com"), STR("owner"), STR("t"), &invitation,
                          &token, &err) &&
              err.kind == ERR_CONFLICT,
          "a member needs none: %s", err.text);

    /* A known person: by password, or by being signed in; nobody else. */
    token = invite(db, other, "new@example.com", "manager", &invitation);
    CHECK(!accept(db, token, "", STR(""), &session, &err) && strcmp(err.field, "password") == 0,
          "%s", err.text);
    CHECK(!accept(db, token, "", owner.user_id, &session, &err) &&
              strstr(err.text, "somebody else"),
          "%s", err.text);
    CHECK(!accept(db, token, "wrong horse", STR(""), &session, &err) && err.kind == ERR_DENIED,
          "%s", err.text);
    struct str person = session.user_id;
    CHECK_OK(accept(db, token, "", person, &session, &err), err);
    CHECK(str_eq(session.org_id, other) && str_eq(session.user_id, person), "the same person");
    CHECK_OK(session_sign_in(db, a, STR("new@example.com"), STR("correct horse"),
                             from("10.0.0.3"), &session, &err),
             err);
    CHECK(str_eq(session.org_id, other), "signing in leads to where they were last");

    /* Revoked by its own org only; expired after a week. */
    token = invite(db, owner.org_id, "third@example.com", "manager", &invitation);
    db_scope(db, other);
    CHECK(!invitation_revoke(db, a, invitation.id, STR("t"), &err) && err.kind == ERR_NOT_FOUND,
          "%s", err.text);
    int64_t now_ms = clock_wall_ms();
    clock_set_wall(now_ms + INVITATION_LIFE_MS + 1000);
    CHECK(!accept(db, token, "correct horse", STR(""), &session, &err) &&
              strstr(err.text, "expired"),
          "%s", err.text);
    clock_set_wall(now_ms);
    db_scope(db, owner.org_id);
    CHECK_OK(invitation_revoke(db, a, invitation.id, STR("t"), &err), err);
    CHECK(!invitation_revoke(db, a, invitation.id, STR("t"), &err), "once");
    CHECK(!accept(db, token, "correct horse", STR(""), &session, &err) &&
              strstr(err.text, "withdrawn"),
          "%s", err.text);
    CHECK(lines_of(db, owner.org_id, "invitation") == 5, "three made, one used, one revoked");
    struct invitations list = {0};
    db_scope(db, other);
    CHECK(invitation_list(db, a, &list, &err) && list.n == 1, "its own only: %zu", list.n);
    arena_free(a);
}

/* A failure at any statement leaves a link that still works, and no half member. */
static void an_acceptance_is_whole_or_absent(struct database *database, struct db *db)
{
    struct invitation invitation;
    struct session owner, session;
    struct err err = {0};
    int failures = 0;

    a = arena_new("test");
    CHECK_OK(set_up(db, "owner@example.com", &owner, &err), err);
    struct str other;
    CHECK_OK(org_add(db, a, STR("Other"), STR("KZ"), STR("KZT"), &other, &err), err);
    struct str token = invite(db, other, "owner@example.com", "owner", &invitation);
    for (int k = 1; k < 30; k++) {
        database_fail_at(database, k, DB_FAULT_ERROR);
        bool ok = accept(db, token, "", owner.user_id, &session, &err);
        database_fail_at(database, 0, DB_FAULT_ERROR);
        CHECK((role_of(db, other, owner.user_id).n > 0) == ok, "statement %d", k);
        CHECK(sessions_of(db, owner.user_id) == (ok ? 2 : 1), "statement %d", k);
        if (ok)
            break;
        failures++;
    }
    CHECK(failures > 6, "only %d statements could fail", failures);
    arena_free(a);
}

static void a_session_moves_between_ones_own_orgs(struct database *database, struct db *db)
{
    struct session owner;
    struct session_row row;
    struct org_row made;
    struct str foreign, csrf;
    struct err err = {0};
    bool found;

    (void)database;
    a = arena_new("test");
    CHECK_OK(set_up(db, "owner@example.com", &owner, &err), err);
    CHECK_OK(org_add(db, a, STR("Foreign"), STR("KZ"), STR("KZT"), &foreign, &err), err);
    CHECK_OK(
        org_add_by(db, a, owner.user_id, STR("Second"), STR("KZ"), STR("USD"), &made, &err),
        err);
    struct str hash = seal_sha256_hex(a, owner.token);
    CHECK_OK(session_by_hash(db, a, hash, &found, &row, &err), err);
    struct str id = row.session_id;
    CHECK(!session_enter_org(db, a, id, owner.user_id, foreign, &csrf, &err) &&
              err.kind == ERR_NOT_FOUND,
          "not into another's: %s", err.text);
    CHECK_OK(session_enter_org(db, a, id, owner.user_id, made.org_id, &csrf, &err), err);
    CHECK_OK(session_by_hash(db, a, hash, &found, &row, &err), err);
    CHECK(found && str_eq(row.org_id, made.org_id) && str_eq(row.role, STR("owner")), "moved");
    CHECK(str_eq(row.csrf, csrf) && !str_eq(csrf, owner.csrf), "with a new CSRF token");
    CHECK(lines_of(db, made.org_id, "session.enter") == 1, "told");
    arena_free(a);
}

static void a_new_password_needs_the_old_one(struct database *database, struct db *db)
{
    struct session owner, elsewhere;
    struct session_row row;
    struct err err = {0};
    bool found;

    (void)database;
    a = arena_new("test");
    CHECK_OK(set_up(db, "owner@example.com", &owner, &err), err);
    CHECK_OK(session_sign_in(db, a, STR("owner@example.com"), STR("correct horse"),
                             from("10.0.0.9"), &elsewhere, &err),
             err);
    CHECK_OK(session_by_hash(db, a, seal_sha256_hex(a, owner.token), &found, &row, &err), err);
    struct caller caller = {.org_id = owner.org_id,
                            .user_id = owner.user_id,
                            .actor = STR("user:me"),
                            .session_id = row.session_id};
    CHECK(!password_change(db, a, &caller, STR("wrong horse"), STR("battery staple"),
                           from("10.0.0.1"), &err) &&
              strcmp(err.field, "old_password") == 0,
          "%s", err.text);
    CHECK(!password_change(db, a, &caller, STR("correct horse"), STR("short"), from("10.0.0.1"),
                           &err) &&
              strcmp(err.field, "new_password") == 0,
          "%s", err.text);
    CHECK(sessions_of(db, owner.user_id) == 2, "nothing happened yet");
    CHECK_OK(password_change(db, a, &caller, STR("correct horse"), STR("battery staple"),
                             from("10.0.0.1"), &err),
             err);
    CHECK(sessions_of(db, owner.user_id) == 1, "the session elsewhere ended");
    CHECK_OK(session_sign_in(db, a, STR("owner@example.com"), STR("battery staple"),
                             from("10.0.0.9"), &elsewhere, &err),
             err);
    CHECK(!session_end_own(db, a, &caller, STR("nobody's"), &err) && err.kind == ERR_NOT_FOUND,
          "%s", err.text);
    CHECK_OK(session_end_own(db, a, &caller, STR(""), &err), err);
    CHECK(sessions_of(db, owner.user_id) == 1, "all but mine");
    CHECK(lines_of(db, owner.org_id, "user.password") == 1 &&
              lines_of(db, owner.org_id, "session.end") == 1,
          "told");
    arena_free(a);
}

static void the_audit_log_is_filtered(struct database *database, struct db *db)
{
    struct session owner;
    struct audit_lines lines = {0};
    struct err err = {0};
    static const char *const actions[] = {"lead.add", "lead.stage", "leader.x", "job.run"};

    (void)database;
    a = arena_new("test");
    CHECK_OK(set_up(db, "owner@example.com", &owner, &err), err);
    struct str me = str_fmt(a, "user:" STR_FMT, STR_ARG(owner.user_id));
    db_scope(db, owner.org_id);
    for (size_t i = 0; i < countof(actions); i++) {
        struct audit_entry entry = {.actor = i % 2 ? STR("cli") : me,
                                    .action = actions[i],
                                    .object_id = i < 2 ? STR("42") : STR("7")};
        CHECK_OK(db_begin(db, &err), err);
        CHECK_OK(db_end(db, audit_add(db, a, &entry, &err), &err), err);
    }
    const struct {
        struct audit_filter filter;
        size_t n;
    } cases[] = {
        {{0}, 6},
        {{.action = STR("lead")}, 2},
        {{.action = STR("lead.add")}, 1},
        {{.action = STR("lea")}, 0},
        {{.actor = STR("cli")}, 2},
        {{.actor = STR("user")}, 4},
        {{.actor = me, .object_id = STR("42")}, 1},
        {{.before_sequence = 4}, 3},
        {{.from_ms = clock_wall_ms() + 1000}, 0},
        {{.to_ms = clock_wall_ms() + 1000}, 6},
    };
    for (size_t i = 0; i < countof(cases); i++) {
        lines.n = 0;
        CHECK_OK(audit_list(db, a, &cases[i].filter, 200, &lines, &(int64_t){0}, &err), err);
        CHECK(lines.n == cases[i].n, "case %zu: %zu lines", i, lines.n);
    }
    lines.n = 0;
    CHECK_OK(
        audit_list(db, a, &(struct audit_filter){.actor = me}, 1, &lines, &(int64_t){0}, &err),
        err);
    CHECK(lines.n == 1 && str_eq(lines.at[0].actor_name, STR("owner@example.com")), "by name");

    /* A log of years: a part of it at a time, and at once for one thing. */
    int64_t down = 0;
    CHECK_OK(db_run(db, NULL, &err, "UPDATE orgs SET audit_sequence = $2 WHERE org_id = $1",
                    TEXT(owner.org_id), INT(LIMIT_AUDIT_LINES + 100)),
             err);
    struct audit_filter rare = {.actor = STR("cli")};
    lines.n = 0;
    CHECK_OK(audit_list(db, a, &rare, 10, &lines, &down, &err), err);
    CHECK(lines.n == 0 && down == 101, "%zu lines, down to %lld", lines.n, (long long)down);
    rare.before_sequence = down;
    CHECK_OK(audit_list(db, a, &rare, 10, &lines, &down, &err), err);
    CHECK(lines.n == 2 && down == 0, "%zu lines, down to %lld", lines.n, (long long)down);
    lines.n = 0;
    CHECK_OK(audit_list(db, a, &(struct audit_filter){.object_id = STR("42")}, 10, &lines,
                        &down, &err),
             err);
    CHECK(lines.n == 2 && down == 0, "%zu lines of a thing", lines.n);
    arena_free(a);
}

int main(void)
{
    char folder[] = "/tmp/adwright-people-XXXXXX";
    char path[80];
    struct ring *made;
    struct err err = {0};

    if (!seal_setup(&err) || !mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/key", folder);
    if (!ring_open(path, &made, &err))
        return 1;
    ring = made;
    RUN_ON_DATABASES(the_first_owner_comes_once_with_the_token);
    RUN_ON_DATABASES(of_two_at_once_one_is_first);
    RUN_ON_DATABASES(members_change_and_an_owner_stays);
    RUN_ON_DATABASES(saved_views_are_the_persons_own_in_one_org);
    RUN_ON_DATABASES(two_owners_who_demote_each_other_leave_one);
    RUN_ON_DATABASES(an_invitation_brings_one_person_in_once);
    RUN_ON_DATABASES(an_acceptance_is_whole_or_absent);
    RUN_ON_DATABASES(a_session_moves_between_ones_own_orgs);
    RUN_ON_DATABASES(a_new_password_needs_the_old_one);
    RUN_ON_DATABASES(the_audit_log_is_filtered);
    ring_free(made);
    unlink(path);
    rmdir(folder);
    return test_report();
}
