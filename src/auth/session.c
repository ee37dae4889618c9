/* session.c - signing in, and knowing the caller again. */

#include "auth/auth.h"
#include "auth/auth_db.h"
#include "auth/auth_parts.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "seal/seal.h"
#include "text/phone.h"
#include "text/zone.h"

#include <inttypes.h>

/* Throttling: so many failures within the window close the door until it ends. */
enum { FAILURES_PER_EMAIL = 5, FAILURES_PER_ADDRESS = 20 };
#define FAILURE_WINDOW_MS (INT64_C(15) * 60 * 1000)
/* Writing last_seen on each request would cost a commit each. */
#define TOUCH_EVERY_MS (INT64_C(60) * 1000)

struct visitor visitor_of(const struct request *rq)
{
    struct str agent = request_header(rq, "user-agent");

    if (!str_utf8(agent))
        agent = STR("");
    /* Not in the middle of a sign. */
    size_t n = agent.n <= LIMIT_AGENT ? agent.n : LIMIT_AGENT;
    while (n && n < agent.n && ((unsigned char)agent.p[n] & 0xc0) == 0x80)
        n--;
    return (struct visitor){.address = rq->address, .agent = str_sub(agent, 0, n)};
}

bool session_for_user(struct db *db, struct arena *arena, struct str org_id, struct str user_id,
                      const struct visitor *visitor, struct session *out, struct err *err)
{
    struct session session = {.token = seal_token(arena, STR("")),
                              .csrf = seal_token(arena, STR("")),
                              .org_id = org_id,
                              .user_id = user_id};
    int64_t now_ms = clock_wall_ms();
    struct session_row row = {.org_id = org_id,
                              .session_id = id_new(arena),
                              .csrf = session.csrf,
                              .user_id = user_id,
                              .address = visitor->address,
                              .agent = visitor->agent,
                              .created_ms = now_ms,
                              .expires_ms = now_ms + SESSION_LIFE_MS};

    if (!session_insert(db, &row, seal_sha256_hex(arena, session.token), err))
        return false;
    *out = session;
    return true;
}

static bool not_throttled(struct db *db, struct arena *arena, struct str subject, int64_t limit,
                          struct visitor *visitor, struct err *err)
{
    int64_t count, first_ms, now_ms = clock_wall_ms();

    if (!failures_count(db, arena, subject, now_ms - FAILURE_WINDOW_MS, &count, &first_ms, err))
        return false;
    if (count < limit)
        return true;
    visitor->closed_until_ms = first_ms + FAILURE_WINDOW_MS;
    (void)err_set(err, ERR_BUSY, "too many failed attempts");
    return err_hint(err, "try again in %" PRId64 " minutes",
                    (visitor->closed_until_ms - now_ms) / 60000 + 1);
}

static struct str address_subject(struct arena *arena, const struct visitor *visitor)
{
    return str_fmt(arena, "address:" STR_FMT, STR_ARG(visitor->address));
}

bool guess_allowed(struct db *db, struct arena *arena, struct visitor *visitor, struct err *err)
{
    return not_throttled(db, arena, address_subject(arena, visitor), FAILURES_PER_ADDRESS,
                         visitor, err);
}

bool guess_was_wrong(struct db *db, struct arena *arena, const struct visitor *visitor,
                     struct err *err)
{
    int64_t now_ms = clock_wall_ms();

    return failures_add(db, address_subject(arena, visitor), now_ms, now_ms - FAILURE_WINDOW_MS,
                        err);
}

/* One more argon2id for unknown e-mails, so that they cost the same time as known ones. */
static bool matches(struct arena *arena, bool known, const struct user_row *user,
                    struct str password)
{
    if (known && !user->disabled)
        return seal_password_matches(user->password_hash, password);
    (void)seal_password_hash(arena, password);
    return false;
}

bool password_check(struct db *db, struct arena *arena, struct str email, struct str password,
                    struct visitor *visitor, struct user_row *user, struct err *err)
{
    struct str normal = email_normal(arena, email);
    struct str by_email =
        str_fmt(arena, "email:" STR_FMT, STR_ARG(seal_sha256_hex(arena, normal)));
    int64_t now_ms = clock_wall_ms();
    bool known = false;

    if (password.n > LIMIT_PASSWORD)
        return err_input(err, "password", "use at most 256 characters",
                         "the password is too long");
    if (!not_throttled(db, arena, by_email, FAILURES_PER_EMAIL, visitor, err) ||
        !guess_allowed(db, arena, visitor, err) ||
        !user_by_email(db, arena, normal, &known, user, err))
        return false;
    if (matches(arena, known, user, password))
        return failures_clear(db, by_email, err);
    if (!failures_add(db, by_email, now_ms, now_ms - FAILURE_WINDOW_MS, err) ||
        !guess_was_wrong(db, arena, visitor, err))
        return false;
    (void)err_set(err, ERR_DENIED, "the e-mail or the password is wrong");
    return err_hint(err, "check both; `adwright user password` sets a new one");
}

bool session_sign_in(struct db *db, struct arena *arena, struct str email, struct str password,
                     struct visitor *visitor, struct session *out, struct err *err)
{
    struct user_row user = {0};

    if (!password_check(db, arena, email, password, visitor, &user, err))
        return false;
    if (user.org_id.n == 0) {
        (void)err_set(err, ERR_DENIED, "this person is no member of any org now");
        return err_hint(err, "ask an owner for an invitation");
    }
    return session_for_user(db, arena, user.org_id, user.user_id, visitor, out, err);
}

bool auth_tell_throttled(struct request *rq, struct reply *rp, const struct visitor *visitor,
                         const struct err *err)
{
    int64_t left_s = (visitor->closed_until_ms - clock_wall_ms() + 999) / 1000;

    if (err->kind != ERR_BUSY || visitor->closed_until_ms == 0)
        return false;
    rp->status = 429;
    reply_header(rq, rp, "Retry-After",
                 str_fmt(rq->arena, "%" PRId64, left_s > 1 ? left_s : 1));
    rp->problem_member = "retry_at";
    rp->problem_json = str_fmt(rq->arena, "\"" STR_FMT "\"",
                               STR_ARG(time_rfc3339(rq->arena, visitor->closed_until_ms)));
    return false;
}

bool session_end(struct db *db, struct str session_id, struct err *err)
{
    return session_delete(db, session_id, err);
}

/* Over TLS the cookie is bound to this host alone and never sent in clear. */
static bool is_https(const struct request *rq)
{
    const struct app *app = rq->app;

    return str_starts(app->conf->public_url, STR("https://"));
}

static const char *cookie_name(const struct request *rq)
{
    return is_https(rq) ? "__Host-adwright" : "adwright";
}

void auth_set_cookie(struct request *rq, struct reply *rp, struct str token)
{
    const char *life = token.n ? "" : "; Max-Age=0";

    reply_header(rq, rp, "Set-Cookie",
                 str_fmt(rq->arena, "%s=" STR_FMT "; Path=/; HttpOnly; SameSite=Lax%s%s",
                         cookie_name(rq), STR_ARG(token), is_https(rq) ? "; Secure" : "",
                         life));
}

static bool changes_state(struct str method)
{
    return !str_eq(method, STR("GET")) && !str_eq(method, STR("HEAD"));
}

/* A page of another site must not be able to make our user's browser write. */
static bool check_csrf(struct request *rq, struct str csrf, struct err *err)
{
    struct str sent = request_header(rq, "x-csrf-token");
    struct form_fields form = {0};
    struct err form_err = {0};

    if (!changes_state(rq->method))
        return true;
    if (str_starts(request_header(rq, "content-type"),
                   STR("application/x-www-form-urlencoded")) &&
        sent.n == 0 && form_parse(rq->arena, rq->body, &form, &form_err))
        sent = form_value(&form, STR("csrf"));
    if (sent.n && seal_equal(sent, csrf) &&
        !str_eq(request_header(rq, "sec-fetch-site"), STR("cross-site")))
        return true;
    (void)err_set(err, ERR_DENIED, "the request does not carry this session's CSRF token");
    return err_hint(err, "send the csrf value of GET /api/me as X-CSRF-Token");
}

static bool by_cookie(struct request *rq, struct str token, struct err *err)
{
    struct session_row row;
    bool found;

    if (!session_by_hash(rq->db, rq->arena, seal_sha256_hex(rq->arena, token), &found, &row,
                         err))
        return false;
    if (!found || row.disabled || row.expires_ms <= rq->now_ms ||
        row.last_seen_ms + SESSION_IDLE_MS <= rq->now_ms)
        return true; /* nobody: the router answers 401 where a right is needed */
    if (row.last_seen_ms + TOUCH_EVERY_MS <= rq->now_ms &&
        !session_touch(rq->db, row.session_id, rq->now_ms, err))
        return false;
    rq->caller =
        (struct caller){.org_id = row.org_id,
                        .user_id = row.user_id,
                        .actor = str_fmt(rq->arena, "user:" STR_FMT, STR_ARG(row.user_id)),
                        .rights = role_rights(row.role),
                        .session_id = row.session_id,
                        .csrf = row.csrf};
    return check_csrf(rq, row.csrf, err);
}

static bool by_key(struct request *rq, struct str key, struct err *err)
{
    struct key_row row;
    struct str org_id;
    bool found;

    if (!key_by_hash(rq->db, rq->arena, seal_sha256_hex(rq->arena, key), &found, &org_id, &row,
                     err))
        return false;
    if (!found || row.revoked_ms) {
        (void)err_set(err, ERR_DENIED, "this API key is unknown or revoked");
        return err_hint(err, "make one with POST /api/keys or `adwright org key`");
    }
    if (row.last_used_ms + TOUCH_EVERY_MS <= rq->now_ms &&
        !key_touch(rq->db, row.id, rq->now_ms, err))
        return false;
    rq->caller = (struct caller){.org_id = org_id,
                                 .actor = str_fmt(rq->arena, "key:" STR_FMT, STR_ARG(row.id)),
                                 .rights = (unsigned)row.rights};
    return true;
}

bool auth_authenticate(struct request *rq, struct err *err)
{
    struct str authorization = request_header(rq, "authorization");
    struct str cookie = request_cookie(rq, cookie_name(rq));

    db_scope_system(rq->db); /* whose key or session it is, is what we ask */
    if (str_starts(authorization, STR("Bearer ")))
        return by_key(rq, str_trim(str_sub(authorization, 7, authorization.n)), err);
    if (cookie.n)
        return by_cookie(rq, cookie, err);
    return true;
}
