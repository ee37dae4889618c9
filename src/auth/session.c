/* session.c - signing in, and knowing the caller again. */

#include "auth/auth.h"
#include "auth/auth_db.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "seal/seal.h"
#include "text/phone.h"

#include <inttypes.h>

/* Throttling: so many failures within the window close the door until it ends. */
enum { FAILURES_PER_EMAIL = 5, FAILURES_PER_ADDRESS = 20 };
#define FAILURE_WINDOW_MS (INT64_C(15) * 60 * 1000)
/* Writing last_seen on each request would cost a commit each. */
#define TOUCH_EVERY_MS (INT64_C(60) * 1000)

bool session_for_user(struct db *db, struct arena *arena, struct str org_id, struct str user_id,
                      struct session *out, struct err *err)
{
    struct session session = {.token = seal_token(arena, STR("")),
                              .csrf = seal_token(arena, STR("")),
                              .org_id = org_id,
                              .user_id = user_id};
    int64_t now_ms = clock_wall_ms();

    if (!session_insert(db, org_id, id_new(arena), seal_sha256_hex(arena, session.token),
                        session.csrf, user_id, now_ms, now_ms + SESSION_LIFE_MS, err))
        return false;
    *out = session;
    return true;
}

static bool not_throttled(struct db *db, struct arena *arena, struct str subject, int64_t limit,
                          int64_t now_ms, struct err *err)
{
    int64_t count, first_ms;

    if (!failures_count(db, arena, subject, now_ms - FAILURE_WINDOW_MS, &count, &first_ms, err))
        return false;
    if (count < limit)
        return true;
    (void)err_set(err, ERR_BUSY, "too many failed sign-ins");
    return err_hint(err, "try again in %" PRId64 " minutes",
                    (first_ms + FAILURE_WINDOW_MS - now_ms) / 60000 + 1);
}

/* One more argon2id for unknown e-mails, so that they cost the same time as known ones. */
static bool matches(struct arena *arena, bool known, const struct user_row *user,
                    struct str password)
{
    if (known && !user->disabled && user->org_id.n)
        return seal_password_matches(user->password_hash, password);
    (void)seal_password_hash(arena, password);
    return false;
}

bool session_sign_in(struct db *db, struct arena *arena, struct str email, struct str password,
                     struct str address, struct session *out, struct err *err)
{
    struct str normal = email_normal(arena, email);
    struct str by_email =
        str_fmt(arena, "email:" STR_FMT, STR_ARG(seal_sha256_hex(arena, normal)));
    struct str by_address = str_fmt(arena, "address:" STR_FMT, STR_ARG(address));
    int64_t now_ms = clock_wall_ms();
    struct user_row user = {0};
    bool known = false;

    if (password.n > LIMIT_PASSWORD)
        return err_input(err, "password", "use at most 256 characters",
                         "the password is too long");
    if (!not_throttled(db, arena, by_email, FAILURES_PER_EMAIL, now_ms, err) ||
        !not_throttled(db, arena, by_address, FAILURES_PER_ADDRESS, now_ms, err) ||
        !user_by_email(db, arena, normal, &known, &user, err))
        return false;
    if (!matches(arena, known, &user, password)) {
        int64_t since_ms = now_ms - FAILURE_WINDOW_MS;
        if (!failures_add(db, by_email, now_ms, since_ms, err) ||
            !failures_add(db, by_address, now_ms, since_ms, err))
            return false;
        (void)err_set(err, ERR_DENIED, "the e-mail or the password is wrong");
        return err_hint(err, "check both; `adwright user password` sets a new one");
    }
    return failures_clear(db, by_email, err) &&
           session_for_user(db, arena, user.org_id, user.user_id, out, err);
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
