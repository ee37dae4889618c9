/* endpoint.c - endpoints are made, changed, given new secrets. */

#include "notify/notify_db.h"
#include "notify/payload.h"

#include "auth/audit.h"
#include "base/arena.h"
#include "base/limits.h"
#include "base/random.h"
#include "conf/app.h"
#include "db/db.h"
#include "lead/handoff.h"
#include "notify/send.h"
#include "seal/seal.h"
#include "text/hex.h"
#include "text/url.h"

#define SECRET_BYTES 32

static const char *const topics[] = {"lead.created", "lead.linked", "lead.stage",
                                     "purchase.created"};

struct seal_place endpoint_place(struct db *db, struct str endpoint_id)
{
    return (struct seal_place){db_scope_org(db), "endpoints", "secret_sealed", endpoint_id};
}

/* Standard Webhooks: whsec_ and the Base64 of 24 to 64 random bytes. */
static struct str new_secret(struct arena *arena)
{
    unsigned char bytes[SECRET_BYTES];

    random_bytes(bytes, sizeof bytes);
    return str_fmt(arena, "whsec_" STR_FMT,
                   STR_ARG(base64_encode(arena, (struct str){(char *)bytes, sizeof bytes})));
}

static bool topic_known(struct str topic)
{
    for (size_t i = 0; i < countof(topics); i++)
        if (str_eq(topic, str(topics[i])))
            return true;
    return false;
}

/* "a, b" -> ",a,b,": each once. */
static bool read_topics(struct arena *arena, struct str given, struct str *out, struct err *err)
{
    struct str list = STR(",");

    while (given.n) {
        struct str topic = str_trim(str_cut(&given, ','));
        if (topic.n == 0)
            continue;
        if (!topic_known(topic))
            return err_input(err, "topics",
                             "lead.created, lead.linked, lead.stage, purchase.created",
                             "\"" STR_FMT "\" is not a topic", STR_ARG(str_sub(topic, 0, 40)));
        if (!str_has(list, str_fmt(arena, "," STR_FMT ",", STR_ARG(topic))))
            list = str_fmt(arena, STR_FMT STR_FMT ",", STR_ARG(list), STR_ARG(topic));
    }
    *out = list.n > 1 ? list : STR(",lead.created,");
    return true;
}

/* Telegram: chats have whole numbers, groups negative ones, channels @names. */
static bool check_address(struct arena *arena, struct str kind, struct str address,
                          struct err *err)
{
    struct url url;
    int64_t chat;

    if (str_eq(kind, STR("telegram")))
        return (str_int(address, &chat) && chat != 0) ||
               (address.n > 5 && address.p[0] == '@') ||
               err_input(err, "address", "the chat's number, or @channel",
                         "\"" STR_FMT "\" is not a chat", STR_ARG(str_sub(address, 0, 60)));
    return url_parse(arena, address, &url, err) || err_field(err, "address");
}

static bool check(struct arena *arena, const struct endpoint_wish *wish, struct err *err)
{
    if (!str_eq(wish->kind, STR("webhook")) && !str_eq(wish->kind, STR("telegram")))
        return err_input(err, "kind", "webhook or telegram", "\"" STR_FMT "\" is not a kind",
                         STR_ARG(str_sub(wish->kind, 0, 40)));
    if (wish->name.n == 0)
        return err_input(err, "name", "1 to 100 characters", "the endpoint has no name");
    if (str_eq(wish->kind, STR("telegram")) && wish->mapping.n)
        return err_input(err, "mapping", "leave it out", "Telegram messages have no mapping");
    return check_address(arena, wish->kind, wish->address, err) &&
           payload_check_mapping(arena, wish->mapping, err);
}

static bool note(struct db *db, struct arena *arena, struct str actor, const char *action,
                 struct str endpoint_id, struct err *err)
{
    struct audit_entry entry = {.actor = actor, .action = action, .object_id = endpoint_id};

    return audit_add(db, arena, &entry, err);
}

static bool check_room(struct db *db, struct arena *arena, struct err *err)
{
    int64_t n;

    if (!endpoint_count(db, arena, &n, err))
        return false;
    return n < ENDPOINTS_MOST ||
           (err_set(err, ERR_CONFLICT, "the org has %d endpoints already", ENDPOINTS_MOST),
            err_hint(err, "delete those that nobody listens at"));
}

bool endpoint_add(const struct app *app, struct db *db, struct arena *arena,
                  const struct endpoint_wish *wish, int64_t now_ms, struct str *endpoint_id,
                  struct str *secret, struct err *err)
{
    struct endpoint endpoint = {.endpoint_id = id_new(arena),
                                .kind = wish->kind,
                                .name = wish->name,
                                .address = wish->address,
                                .mapping = wish->mapping,
                                .is_active = wish->is_active,
                                .created_ms = now_ms};
    bool telegram = str_eq(wish->kind, STR("telegram"));
    struct str key = telegram ? wish->token : new_secret(arena);

    if (!check(arena, wish, err) || !read_topics(arena, wish->topics, &endpoint.topics, err))
        return false;
    if (key.n == 0)
        return err_input(err, "token", "the bot's token, as BotFather gave it",
                         "Telegram needs the token of a bot");
    endpoint.secret_sealed =
        ring_seal(app->ring, arena, endpoint_place(db, endpoint.endpoint_id), key);
    if (!db_begin(db, err))
        return false;
    if (!db_end(db,
                check_room(db, arena, err) && endpoint_insert(db, &endpoint, err) &&
                    note(db, arena, wish->actor, "endpoint.add", endpoint.endpoint_id, err),
                err))
        return false;
    *endpoint_id = endpoint.endpoint_id;
    *secret = telegram ? STR("") : key;
    return true;
}

bool endpoint_update(const struct app *app, struct db *db, struct arena *arena,
                     struct str endpoint_id, const struct endpoint_wish *given, int64_t now_ms,
                     struct err *err)
{
    struct endpoint_wish wish = *given;
    struct endpoint endpoint;

    if (!endpoint_get(db, arena, endpoint_id, &endpoint, err))
        return false;
    wish.kind = endpoint.kind;
    if (!check(arena, &wish, err) || !read_topics(arena, wish.topics, &endpoint.topics, err))
        return false;
    endpoint.name = wish.name;
    endpoint.address = wish.address;
    endpoint.mapping = wish.mapping;
    endpoint.is_active = wish.is_active;
    endpoint.stopped_text = STR("");
    if (wish.token.n && str_eq(wish.kind, STR("telegram")))
        endpoint.secret_sealed =
            ring_seal(app->ring, arena, endpoint_place(db, endpoint_id), wish.token);
    if (!db_begin(db, err))
        return false;
    return db_end(db,
                  endpoint_store(db, &endpoint, now_ms, err) &&
                      handoff_ask(db, arena, endpoint_id, now_ms, err) &&
                      note(db, arena, wish.actor, "endpoint.update", endpoint_id, err),
                  err);
}

bool endpoint_delete(struct db *db, struct arena *arena, struct str endpoint_id,
                     struct str actor, struct err *err)
{
    struct endpoint endpoint;

    if (!endpoint_get(db, arena, endpoint_id, &endpoint, err) || !db_begin(db, err))
        return false;
    return db_end(db,
                  endpoint_remove(db, endpoint_id, err) &&
                      note(db, arena, actor, "endpoint.delete", endpoint_id, err),
                  err);
}

bool endpoint_rotate(const struct app *app, struct db *db, struct arena *arena,
                     struct str endpoint_id, struct str actor, int64_t now_ms,
                     struct str *secret, struct err *err)
{
    struct str key = new_secret(arena);
    struct endpoint endpoint;

    if (!endpoint_get(db, arena, endpoint_id, &endpoint, err))
        return false;
    if (!str_eq(endpoint.kind, STR("webhook")))
        return err_input(err, "id", "change the bot's token instead",
                         "only webhooks have a signing secret");
    endpoint.previous_sealed = endpoint.secret_sealed;
    endpoint.previous_until_ms = now_ms + HANDOFF_BOTH_SIGN_MS;
    endpoint.secret_sealed = ring_seal(app->ring, arena, endpoint_place(db, endpoint_id), key);
    if (!db_begin(db, err))
        return false;
    if (!db_end(db,
                endpoint_store(db, &endpoint, now_ms, err) &&
                    note(db, arena, actor, "endpoint.rotate", endpoint_id, err),
                err))
        return false;
    *secret = key;
    return true;
}
