/* hook/: signatures of webhooks, and deliveries that are durable before the answer. */
#include "base/clock.h"
#include "base/log.h"
#include "base/arena.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "hook/hook.h"
#include "hook/inbox_db.h"
#include "hook/signature.h"
#include "lead/lead.h"
#include "net/net.h"
#include "seal/seal.h"
#include "test_db.h"
#include "text/hex.h"
#include "web/web.h"

#include <pthread.h>
#include <stdatomic.h>

static struct arena *arena;

#define ASCII    "{\"object\":1,\"entry\":[]}"
#define CYRILLIC "{\"name\":\"Айгүль 😀\"}"
#define NOW      INT64_C(1743639757000)

/* Made with Python's hmac and the key "app-secret". */
#define OF_ASCII     "6e5fdc381f2a1d235f1ccb011c5e264b3f801f45906357857122ba19d965d854"
#define OF_CYRILLIC  "f191c6b6638b98c4eae55d2a2c3216069864b20fdf4bc939b0cc36015cd25ba1"
#define OF_ESCAPED   "b2952464e3edfdc2e12e39e5b4ed00540909807e6f480c0dd2e60d3ef1139209"
#define OF_TIMESTAMP "80118e9ca3d9db771e244e0236ca002fce30559a18f32c669d74d9dcaaa433f5"
#define OF_NOISE     "4a8c3c499ba0594265db2f0db0f455a5b0f18c1d91511cde3e1fce3f340e6be2"
#define OF_ASCII_UP  "6E5FDC381F2A1D235F1CCB011C5E264B3F801F45906357857122BA19D965D854"

static const struct {
    const char *schemes;
    const char *body;
    const char *open, *timestamped, *plain;
    int64_t now_ms;
    const char *judgement;
} vectors[] = {
    {"open,timestamped,plain", ASCII, OF_ASCII, "", "", NOW, "open"},
    {"open", ASCII, OF_ASCII_UP, "", "", NOW, "open"},
    {"open", CYRILLIC, OF_ESCAPED, "", "", NOW, "open"},
    {"open", CYRILLIC, OF_CYRILLIC, "", "", NOW, "open"},
    {"open",
     "\xff"
     "{",
     "00", "", "", NOW, "bad"},
    {"open", ASCII, OF_CYRILLIC, "", "", NOW, "bad"},
    {"open", ASCII, "6e5f", "", "", NOW, "bad"},
    {"open", ASCII, OF_ASCII "00", "", "", NOW, "bad"},
    {"open", ASCII, "zz5fdc381f2a1d235f1ccb011c5e264b3f801f45906357857122ba19d965d854", "", "",
     NOW, "bad"},
    {"plain", ASCII, "", "", OF_ASCII, NOW, "plain"},
    {"plain", CYRILLIC, "", "", OF_CYRILLIC, NOW, "plain"},
    {"plain", CYRILLIC, "", "", OF_ESCAPED, NOW, "bad"},
    {"plain", ASCII, OF_ASCII, "", "", NOW, "missing"},
    {"open,plain", ASCII, OF_CYRILLIC, "", OF_ASCII, NOW, "plain"},
    {"timestamped", ASCII, "", "t=1743639757,s=" OF_TIMESTAMP, "", NOW, "timestamped"},
    {"timestamped", ASCII, "", "s=" OF_TIMESTAMP ", t=1743639757", "", NOW, "timestamped"},
    {"timestamped", ASCII, "", "t=1743639757,s=" OF_TIMESTAMP, "", NOW + 300000, "timestamped"},
    {"timestamped", ASCII, "", "t=1743639757,s=" OF_TIMESTAMP, "", NOW + 301000, "stale"},
    {"timestamped", ASCII, "", "t=1743639757,s=" OF_TIMESTAMP, "", NOW - 301000, "stale"},
    {"timestamped", ASCII, "", "t=1743639758,s=" OF_TIMESTAMP, "", NOW, "bad"},
    {"timestamped", ASCII, "", "t=1743639757,t=1743639757,s=" OF_TIMESTAMP, "", NOW, "bad"},
    {"timestamped", ASCII, "", "t=1743639757", "", NOW, "bad"},
    {"timestamped", ASCII, "", "t=-1,s=" OF_TIMESTAMP, "", NOW, "bad"},
    {"timestamped", ASCII, "", "t=99999999999999999999,s=" OF_TIMESTAMP, "", NOW, "bad"},
    {"open,timestamped,plain", ASCII, "", "", "", NOW, "missing"},
    {"", ASCII, OF_ASCII, "", OF_ASCII, NOW, "missing"},
};

static void a_signature_fits_or_says_why_not(void)
{
    for (size_t i = 0; i < countof(vectors); i++) {
        struct signature_rules rules = {.secret = STR("app-secret")};
        struct signature_headers headers = {str(vectors[i].open), str(vectors[i].timestamped),
                                            str(vectors[i].plain)};
        struct err err = {0};
        CHECK(signature_rules_read(str(vectors[i].schemes), &rules, &err), "%s", err.text);
        const char *got =
            signature_judge(&rules, &headers, str(vectors[i].body), vectors[i].now_ms, arena);
        CHECK(!strcmp(got, vectors[i].judgement), "%zu: %s, not %s", i, got,
              vectors[i].judgement);
        rules.secret = STR("the-next-one , app-secret");
        got = signature_judge(&rules, &headers, str(vectors[i].body), vectors[i].now_ms, arena);
        CHECK(!strcmp(got, vectors[i].judgement), "%zu: %s, not %s, while secrets change", i,
              got, vectors[i].judgement);
        rules.secret = STR("the-next-one,another");
        got = signature_judge(&rules, &headers, str(vectors[i].body), vectors[i].now_ms, arena);
        CHECK(!signature_fits(got), "%zu: %s with other secrets", i, got);
        rules.secret = STR("");
        got = signature_judge(&rules, &headers, str(vectors[i].body), vectors[i].now_ms, arena);
        CHECK(!signature_fits(got), "%zu: %s without a secret", i, got);
    }
}

static void noise_that_is_signed_is_taken_as_it_is(void)
{
    struct signature_rules rules = {.secret = STR("app-secret"), .open = true, .plain = true};
    struct signature_headers headers = {STR(OF_NOISE), STR(""), STR("")};

    CHECK(!strcmp(signature_judge(&rules, &headers, STR("\xff\0{"), NOW, arena), "open"),
          "bytes that are no text");
}

static void escapes_what_is_beyond_ascii(void)
{
    struct str got;

    CHECK(signature_escape(arena, STR(CYRILLIC), &got) &&
              str_eq(got, STR("{\"name\":\"\\u0410\\u0439\\u0433\\u04af\\u043b\\u044c "
                              "\\ud83d\\ude00\"}")),
          STR_FMT, STR_ARG(got));
    CHECK(signature_escape(arena,
                           STR("\x7f\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80"
                               "\xf4\x8f\xbf\xbf"),
                           &got) &&
              str_eq(got, STR("\x7f\\u07ff\\u0800\\uffff\\ud800\\udc00\\udbff\\udfff")),
          STR_FMT, STR_ARG(got));
    CHECK(!signature_escape(arena, STR("\xed\xa0\x80"), &got), "a surrogate is no character");
}

static void unknown_schemes_are_refused(void)
{
    struct signature_rules rules = {0};
    struct err err = {0};

    CHECK(!signature_rules_read(STR("open, sha1"), &rules, &err) && strstr(err.text, "sha1") &&
              !strcmp(err.field, "tiktok_webhook_signatures"),
          "%s", err.text);
    CHECK(signature_rules_read(STR(" plain , timestamped "), &rules, &err) && rules.plain &&
              rules.timestamped && !rules.open,
          "%s", err.text);
}

/* --- over HTTP ------------------------------------------------------------------ */

static struct conf conf;
static struct app app;
static const struct route *const tables[] = {hook_routes, NULL};

/* One ring for this process and those it starts. */
static const struct ring *ring_of_tests(void)
{
    static struct ring *ring;
    char path[64];
    struct err err = {0};

    if (!ring) {
        snprintf(path, sizeof path, "/tmp/adwright_hook_ring_%ld", (long)getpid());
        must(ring_open(path, &ring, &err));
        unlink(path);
    }
    return ring;
}

static struct web *serve(struct database *database)
{
    struct web *web = NULL;
    struct err err = {0};

    conf = (struct conf){.tiktok_app_secret = STR("app-secret"),
                         .tiktok_webhook_signatures = STR("open,timestamped,plain")};
    app = (struct app){.conf = &conf, .database = database, .ring = ring_of_tests()};
    database_set_ring(database, app.ring);
    struct web_settings s = {.name = "test",
                             .address = STR("127.0.0.1"),
                             .workers = 1,
                             .batch_workers = 2,
                             .queue_age_ms = 10000,
                             .request_deadline_ms = 10000,
                             .connection_limit = 300,
                             .routes = tables,
                             .database = database,
                             .app = &app};
    CHECK_OK(web_start(&s, &web, &err), err);
    return web;
}

struct sender {
    struct arena *arena;
    struct net *net;
    int port;
};

static struct sender sender_open(struct web *web)
{
    struct sender s = {.arena = arena_new("sender"), .port = web_port(web)};
    struct err err = {0};

    must(net_open(&s.net, &err));
    return s;
}

static void sender_close(struct sender *s)
{
    net_close(s->net);
    arena_free(s->arena);
}

static struct net_answer send_signed(struct sender *s, const char *method, const char *path,
                                     struct str body, struct str signature)
{
    struct net_request rq = {.method = str(method),
                             .url = str_fmt(s->arena, "http://127.0.0.1:%d%s", s->port, path),
                             .body = body,
                             .allow_private = true};
    struct net_answer answer = {0};
    struct err err = {0};

    if (signature.n)
        *net_headers_add(&rq.headers, s->arena) =
            (struct net_header){STR("X-Open-Signature"), signature};
    CHECK_OK(net_call(s->net, s->arena, &rq, &answer, &err), err);
    return answer;
}

static struct str sign(struct arena *a, struct str body)
{
    return hex_encode(a, seal_hmac_sha256(a, STR("app-secret"), body));
}

static int64_t count(struct db *db, const char *state)
{
    struct db_rows rows;
    struct err err = {0};
    int64_t n = -1;

    db_scope_system(db);
    db_select(db, arena, &rows, "SELECT count(*) FROM webhook_deliveries WHERE state = $1",
              TEXT(str(state)));
    while (db_next(&rows))
        n = db_int(&rows, 0);
    CHECK_OK(db_done(&rows, &err), err);
    return n;
}

static int64_t count_jobs(struct db *db)
{
    struct db_rows rows;
    struct err err = {0};
    int64_t n = -1;

    db_scope_system(db);
    db_select(db, arena, &rows,
              "SELECT count(*) FROM jobs WHERE kind = 'lead.intake' AND org_id = ''");
    while (db_next(&rows))
        n = db_int(&rows, 0);
    CHECK_OK(db_done(&rows, &err), err);
    return n;
}

static void a_delivery_is_stored_before_the_answer(struct database *database, struct db *db)
{
    struct web *web = serve(database);
    struct sender s = sender_open(web);
    struct db_rows rows;
    struct err err = {0};

    struct net_answer got =
        send_signed(&s, "POST", "/tiktok/webhook", STR(CYRILLIC), STR(OF_ESCAPED));
    CHECK(got.status == 200 && str_eq(got.body, STR("{\"code\":0}")), "%d " STR_FMT, got.status,
          STR_ARG(got.body));
    got = send_signed(&s, "POST", "/api/tiktok/webhook", STR(ASCII), STR(OF_ASCII));
    CHECK(got.status == 200, "%d", got.status);
    got = send_signed(&s, "POST", "/tiktok/webhook", STR(ASCII), STR(OF_ASCII)); /* again */
    CHECK(got.status == 200, "%d", got.status);
    struct str noise = STR("\xff\0{");
    got = send_signed(&s, "POST", "/tiktok/webhook", noise, STR(OF_NOISE));
    CHECK(got.status == 200, "%d", got.status);
    CHECK(count(db, "received") == 4, "%lld stored", (long long)count(db, "received"));
    CHECK(count_jobs(db) == 1, "%lld jobs", (long long)count_jobs(db));

    db_select(db, arena, &rows,
              "SELECT body, body_hash, signature, source FROM webhook_deliveries"
              " ORDER BY delivery_id");
    CHECK(db_next(&rows) && str_eq(db_text(&rows, 0), STR(CYRILLIC)), "the body as sent");
    CHECK(str_eq(db_text(&rows, 1), seal_sha256_hex(arena, STR(CYRILLIC))), "its hash");
    CHECK(str_eq(db_text(&rows, 2), STR("open")) && str_eq(db_text(&rows, 3), STR("tiktok")),
          "the scheme");
    CHECK(db_next(&rows) && db_next(&rows) && db_next(&rows) &&
              str_eq(db_text(&rows, 0), STR("/wB7")),
          "bytes that are no text, as Base64");
    CHECK_OK(db_done(&rows, &err), err);
    sender_close(&s);
    web_stop(web, 1000);
}

static void the_challenge_is_answered(struct database *database, struct db *db)
{
    struct web *web = serve(database);
    struct sender s = sender_open(web);

    (void)db;
    struct net_answer got =
        send_signed(&s, "GET", "/tiktok/webhook?challenge=a%3Cb%3E", STR(""), STR(""));
    CHECK(got.status == 200 && str_eq(got.body, STR("a<b>")) &&
              str_starts(got.type, STR("text/plain")),
          "%d " STR_FMT, got.status, STR_ARG(got.body));
    got = send_signed(&s, "GET", "/api/tiktok/webhook", STR(""), STR(""));
    CHECK(got.status == 400, "%d", got.status);
    sender_close(&s);
    web_stop(web, 1000);
}

static void a_bad_signature_is_kept_apart_and_bounded(struct database *database, struct db *db)
{
    struct web *web = serve(database);
    struct sender s = sender_open(web);
    static bool full; /* the bound belongs to the process: the second database sees it full */

    for (int i = 0; i < HOOK_QUARANTINE_MINUTE + 10; i++) {
        struct net_answer got = send_signed(&s, "POST", "/tiktok/webhook", STR(ASCII),
                                            i % 2 ? STR(OF_CYRILLIC) : STR(""));
        CHECK(got.status == 401, "%d: %d", i, got.status);
    }
    int64_t kept = count(db, "quarantined");
    CHECK(full || (kept >= HOOK_QUARANTINE_MINUTE && kept <= 2 * HOOK_QUARANTINE_MINUTE),
          "%lld kept", (long long)kept); /* twice when the minute turns */
    full = true;
    CHECK(count(db, "received") == 0 && count_jobs(db) == 0, "nothing to read");
    sender_close(&s);
    web_stop(web, 1000);
}

static void without_a_secret_nothing_is_accepted(struct database *database, struct db *db)
{
    struct web *web = serve(database);
    struct sender s = sender_open(web);

    conf.tiktok_app_secret = STR("");
    struct net_answer got =
        send_signed(&s, "POST", "/tiktok/webhook", STR(ASCII), STR(OF_ASCII));
    CHECK(got.status == 401 && str_has(got.body, STR("tiktok_app_secret")), STR_FMT,
          STR_ARG(got.body));
    conf.tiktok_app_secret = STR("app-secret");
    conf.tiktok_webhook_secret = STR("other");
    got = send_signed(&s, "POST", "/tiktok/webhook", STR(ASCII), STR(OF_ASCII));
    CHECK(got.status == 401, "the webhooks' own secret counts, not the app's");
    CHECK(count(db, "received") == 0, "stored");
    sender_close(&s);
    web_stop(web, 1000);
}

/* Statements take eight rows or one. */
static void a_batch_of_any_size_is_stored_in_order(struct database *database, struct db *db)
{
    struct inbox_entry entries[20];
    struct db_rows rows;
    struct err err = {0};
    int64_t next = 0, n = 0;

    (void)database;
    db_scope_system(db);
    for (size_t size = 1; size <= countof(entries); size++) {
        for (size_t i = 0; i < size; i++)
            entries[i] =
                (struct inbox_entry){.body = str_fmt(arena, "{\"n\":%lld}", (long long)n),
                                     .signature = i % 3 ? "open" : "bad",
                                     .quarantined = i % 3 == 0,
                                     .received_ms = n++};
        CHECK_OK(inbox_add(db, arena, entries, size, size % 2, &err), err);
    }
    db_select(db, arena, &rows,
              "SELECT received_ms, body, signature, state FROM webhook_deliveries"
              " ORDER BY received_ms");
    while (db_next(&rows)) {
        bool bad = str_eq(db_text(&rows, 2), STR("bad"));
        CHECK(db_int(&rows, 0) == next &&
                  str_eq(db_text(&rows, 1), str_fmt(arena, "{\"n\":%lld}", (long long)next)),
              "row %lld", (long long)next);
        CHECK(bad == str_eq(db_text(&rows, 3), STR("quarantined")), "row %lld",
              (long long)next);
        next++;
    }
    CHECK_OK(db_done(&rows, &err), err);
    CHECK(next == n, "%lld of %lld", (long long)next, (long long)n);
}

/* For every statement that can fail: what was answered 200 is there. */
static void an_acknowledged_delivery_is_never_lost(struct database *database, struct db *db)
{
    static const enum db_fault faults[] = {DB_FAULT_ERROR, DB_FAULT_DISCONNECT, DB_FAULT_FULL,
                                           DB_FAULT_SERIALIZATION};
    struct web *web = serve(database);
    struct sender s = sender_open(web);
    int64_t acknowledged = 0, tries = 0;

    for (size_t f = 0; f < countof(faults); f++)
        for (int64_t k = 1; k <= 8; k++) {
            struct str body = str_fmt(s.arena, "{\"n\":%zu%lld}", f, (long long)k);
            database_fail_at(database, k, faults[f]);
            struct net_answer got =
                send_signed(&s, "POST", "/tiktok/webhook", body, sign(s.arena, body));
            database_fail_at(database, 0, DB_FAULT_ERROR);
            CHECK(got.status == 200 || got.status == 503, "fault %zu at %lld: %d", f,
                  (long long)k, got.status);
            acknowledged += got.status == 200;
            tries++;
            int64_t stored = count(db, "received");
            CHECK(stored >= acknowledged && stored <= tries * 2, "%lld stored, %lld told",
                  (long long)stored, (long long)acknowledged);
        }
    CHECK(acknowledged >= tries - 4, "only %lld of %lld went through", (long long)acknowledged,
          (long long)tries);
    sender_close(&s);
    web_stop(web, 1000);
}

enum { SENDERS = 8, EACH = 50 };

struct crowd {
    struct web *web;
    atomic_int acknowledged;
};

static void *send_many(void *arg)
{
    struct crowd *crowd = arg;
    struct sender s = sender_open(crowd->web);

    for (int i = 0; i < EACH; i++) {
        struct str body = str_fmt(s.arena, "{\"at\":\"%p\",\"i\":%d}", (void *)&s, i);
        struct net_answer got =
            send_signed(&s, "POST", "/tiktok/webhook", body, sign(s.arena, body));
        if (got.status == 200)
            crowd->acknowledged++;
    }
    sender_close(&s);
    return NULL;
}

static void a_crowd_is_stored_exactly(struct database *database, struct db *db)
{
    struct crowd crowd = {.web = serve(database)};
    pthread_t threads[SENDERS];

    for (int i = 0; i < SENDERS; i++)
        must(!pthread_create(&threads[i], NULL, send_many, &crowd));
    for (int i = 0; i < SENDERS; i++)
        pthread_join(threads[i], NULL);
    CHECK(crowd.acknowledged == SENDERS * EACH, "%d acknowledged", crowd.acknowledged);
    CHECK(count(db, "received") == SENDERS * EACH, "%lld stored",
          (long long)count(db, "received"));
    web_stop(crowd.web, 1000);
}

static void reading_waits_while_deliveries_pour_in(struct database *database, struct db *db)
{
    static const struct job_kind *const kinds[] = {lead_jobs, NULL};
    struct inbox_entry entry = {.body = STR(ASCII), .signature = "open", .received_ms = 1};
    struct err err = {0};
    int ran = 0;

    app = (struct app){.conf = &conf, .database = database, .ring = ring_of_tests()};
    database_set_ring(database, app.ring);
    db_scope_system(db);
    CHECK_OK(inbox_add(db, arena, &entry, 1, true, &err), err);
    lead_intake_hold();
    CHECK_OK(job_run_due(database, kinds, db, NULL, &app, &ran, &err), err);
    CHECK(ran == 1 && count(db, "received") == 1, "it was read");
    int64_t deadline = clock_mono_ms() + 5000;
    while (lead_intake_held() && clock_mono_ms() < deadline)
        clock_sleep_ms(10);
    CHECK(!lead_intake_held(), "held for ever");
    clock_set_wall(clock_wall_ms() + 2 * LEAD_HOLD_MS);
    CHECK_OK(job_run_due(database, kinds, db, NULL, &app, &ran, &err), err);
    CHECK(count(db, "received") == 0, "it was not read afterwards");
}

int main(void)
{
    struct err err = {0};

    log_setup(getenv("TEST_LOG") ? LOG_DEBUG : LOG_ERROR + 1, 1);
    must(seal_setup(&err));
    arena = arena_new("test");
    RUN(a_signature_fits_or_says_why_not);
    RUN(noise_that_is_signed_is_taken_as_it_is);
    RUN(escapes_what_is_beyond_ascii);
    RUN(unknown_schemes_are_refused);
    RUN_ON_DATABASES(a_delivery_is_stored_before_the_answer);
    RUN_ON_DATABASES(the_challenge_is_answered);
    RUN_ON_DATABASES(a_bad_signature_is_kept_apart_and_bounded);
    RUN_ON_DATABASES(without_a_secret_nothing_is_accepted);
    RUN_ON_DATABASES(a_batch_of_any_size_is_stored_in_order);
    RUN_ON_DATABASES(an_acknowledged_delivery_is_never_lost);
    RUN_ON_DATABASES(a_crowd_is_stored_exactly);
    RUN_ON_DATABASES(reading_waits_while_deliveries_pour_in);
    arena_free(arena);
    return test_report();
}
