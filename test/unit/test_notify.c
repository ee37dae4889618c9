/* notify/: leads handed to CRMs and chats, over real HTTP to a receiver of ours. */
#include "lead/lead.h"
#include "lead/purchase.h"
#include "net/net.h"
#include "notify/notify.h"
#include "notify/notify_db.h"
#include "notify/payload.h"
#include "notify/send.h"
#include "test_ground.h"
#include "text/form.h"
#include "web/web.h"

#include <stdatomic.h>

/* --- a receiver ------------------------------------------------------------------------- */

#define HEARD_MOST 64

static struct {
    int status; /* what it answers */
    const char *answer, *retry_after;
    int n;
    atomic_int inside, most_inside;
    int64_t think_ms;
    char id[HEARD_MOST][100], body[HEARD_MOST][4000], signature[HEARD_MOST][200];
    char timestamp[HEARD_MOST][40], path[HEARD_MOST][200];
} heard;

static bool hear(struct request *rq, struct reply *rp, struct err *err)
{
    int inside = atomic_fetch_add(&heard.inside, 1) + 1;
    int i = __atomic_fetch_add(&heard.n, 1, __ATOMIC_SEQ_CST);

    (void)err;
    i = i < HEARD_MOST ? i : HEARD_MOST - 1;
    if (inside > heard.most_inside)
        heard.most_inside = inside;
    clock_sleep_ms(heard.think_ms);
    snprintf(heard.id[i], sizeof heard.id[i], STR_FMT,
             STR_ARG(request_header(rq, "webhook-id")));
    snprintf(heard.body[i], sizeof heard.body[i], STR_FMT, STR_ARG(rq->body));
    snprintf(heard.signature[i], sizeof heard.signature[i], STR_FMT,
             STR_ARG(request_header(rq, "webhook-signature")));
    snprintf(heard.timestamp[i], sizeof heard.timestamp[i], STR_FMT,
             STR_ARG(request_header(rq, "webhook-timestamp")));
    snprintf(heard.path[i], sizeof heard.path[i], STR_FMT, STR_ARG(rq->path));
    atomic_fetch_sub(&heard.inside, 1);
    if (heard.retry_after)
        reply_header(rq, rp, "Retry-After", str(heard.retry_after));
    return reply_body(rp, heard.status, "application/json", str(heard.answer));
}

static const struct route receiver_routes[] = {
    {"POST", "/*path", PUBLIC, hear, NULL, 0},
    ROUTES_END,
};
static const struct route *const tables[] = {receiver_routes, NULL};

/* --- the ground --------------------------------------------------------------------------- */

static const struct job_kind *const kinds[] = {notify_jobs, NULL};

struct place {
    struct ground g;
    struct web *web;
    struct net *net;
    struct str account, address;
};

static void begin(struct place *p, struct database *database, struct db *db)
{
    struct web_settings settings = {.name = "receiver",
                                    .address = STR("127.0.0.1"),
                                    .workers = 6,
                                    .batch_workers = 1,
                                    .queue_age_ms = 10000,
                                    .request_deadline_ms = 10000,
                                    .connection_limit = 50,
                                    .routes = tables};

    memset(&heard, 0, sizeof heard);
    heard.status = 200;
    heard.answer = "{\"ok\":true}";
    ground_begin(&p->g, database, db);
    p->g.conf.allow_private_urls = true;
    CHECK_OK(web_start(&settings, &p->web, &p->g.err) && net_open(&p->net, &p->g.err),
             p->g.err);
    p->address = str_fmt(p->g.arena, "http://127.0.0.1:%d/crm", web_port(p->web));
    p->g.conf.telegram_base_url = str_fmt(p->g.arena, "http://127.0.0.1:%d", web_port(p->web));
    p->account = ground_account(&p->g, "7000000000000000001", "KZT", "Asia/Almaty", "KZ");
    ground_direction(&p->g, "d1", p->account, "501", "77");
}

static void end(struct place *p)
{
    net_close(p->net);
    web_stop(p->web, 1000);
    ground_end(&p->g);
}

static struct str add_endpoint(struct place *p, const char *topics, const char *mapping,
                               struct str *secret)
{
    struct endpoint_wish wish = {.kind = STR("webhook"),
                                 .name = STR("CRM"),
                                 .address = p->address,
                                 .topics = str(topics),
                                 .mapping = str(mapping),
                                 .is_active = true,
                                 .actor = STR("test")};
    struct str id = STR("");

    CHECK_OK(endpoint_add(&p->g.app, p->g.db, p->g.arena, &wish, clock_wall_ms(), &id, secret,
                          &p->g.err),
             p->g.err);
    return id;
}

static struct str add_lead(struct place *p, const char *id)
{
    struct lead_wish wish = {.external_id = str(id),
                             .direction_id = STR("d1"),
                             .name = STR("Айгуль <b>"),
                             .phone = STR("8 701 123 45 67"),
                             .answers = STR("[{\"field\":\"Which days?\",\"value\":\"Mon\"}]"),
                             .now_ms = clock_wall_ms(),
                             .actor = STR("test")};
    struct lead lead = {0};
    bool added;

    CHECK_OK(lead_add(&p->g.app, p->g.db, p->g.arena, &wish, &lead, &added, &p->g.err),
             p->g.err);
    return lead.lead_id;
}

static void move_to(struct place *p, struct str lead_id, const char *stage)
{
    struct lead_stage_wish wish = {.lead_id = lead_id,
                                   .stage = str(stage),
                                   .actor = STR("test"),
                                   .now_ms = clock_wall_ms()};
    bool changed;

    CHECK_OK(lead_set_stage(p->g.db, p->g.arena, &wish, &changed, &p->g.err), p->g.err);
}

static void pass(struct place *p, int64_t ms)
{
    int ran;

    clock_set_wall(clock_wall_ms() + ms);
    CHECK_OK(job_run_due(p->g.database, kinds, p->g.db, p->net, &p->g.app, &ran, &p->g.err),
             p->g.err);
    db_scope(p->g.db, p->g.org);
}

static struct str states(struct place *p)
{
    struct db_rows rows;

    db_select(
        p->g.db, p->g.arena, &rows,
        "SELECT topic || ' ' || state FROM handoffs WHERE org_id = $1 ORDER BY handoff_id",
        TEXT(p->g.org));
    return ground_lines(&p->g, &rows);
}

/* --- tests ---------------------------------------------------------------------------------
 */

/* The published vector of Standard Webhooks. */
static void signatures_are_those_of_standard_webhooks(void)
{
    struct arena *arena = arena_new("test");
    struct str signature;
    struct err err = {0};

    CHECK_OK(webhook_signature(arena, STR("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
                               STR("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330,
                               STR("{\"test\": 2432232314}"), &signature, &err),
             err);
    CHECK(IS(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="), STR_FMT,
          STR_ARG(signature));
    arena_free(arena);
}

static void a_lead_is_told_signed_and_whole(struct database *database, struct db *db)
{
    struct str secret, expected;
    struct place p;

    begin(&p, database, db);
    add_endpoint(&p, "lead.created, lead.stage", "", &secret);
    struct str lead = add_lead(&p, "a");
    move_to(&p, lead, "qualified");
    pass(&p, 0);
    CHECK(heard.n == 2, "%d heard", heard.n);
    CHECK(strstr(heard.body[0], "\"type\":\"lead.created\"") &&
              strstr(heard.body[0], "\"phone\":\"+77011234567\"") &&
              strstr(heard.body[0], "\"direction\":\"Direction d1\"") &&
              strstr(heard.body[1], "\"detail\":{\"from\":\"interest\",\"to\":\"qualified\"}"),
          "%s %s", heard.body[0], heard.body[1]);
    CHECK_OK(webhook_signature(p.g.arena, secret, str(heard.id[0]), clock_wall_ms() / 1000,
                               str(heard.body[0]), &expected, &p.g.err),
             p.g.err);
    CHECK(IS(expected, heard.signature[0]), "%s", heard.signature[0]);
    CHECK(strcmp(heard.id[0], heard.id[1]) != 0, "ids");
    CHECK(IS(states(&p), "lead.created delivered\nlead.stage delivered\n"), STR_FMT,
          STR_ARG(states(&p)));
    struct str ledger = ground_ask(&p.g,
                                   "SELECT from_value || ' ' || to_value || ' ' || actor ||"
                                   " ' ' || cause FROM lead_transitions WHERE org_id = $1"
                                   " ORDER BY sequence DESC LIMIT 1",
                                   TEXT(p.g.org));
    CHECK(IS(ledger, "scored delivered job:handoff.send taken by CRM"), STR_FMT,
          STR_ARG(ledger));
    end(&p);
}

static void what_a_dead_sender_had_taken_goes_out_at_once(struct database *database,
                                                          struct db *db)
{
    struct handoffs taken = {0};
    struct str secret;
    struct place p;

    begin(&p, database, db);
    struct str endpoint = add_endpoint(&p, "lead.created", "", &secret);
    add_lead(&p, "a");
    add_lead(&p, "b");
    int64_t now_ms = clock_wall_ms();
    CHECK_OK(
        handoff_take(db, p.g.arena, endpoint, 10, now_ms, now_ms + HOUR_MS, &taken, &p.g.err),
        p.g.err);
    CHECK(taken.n == 2, "%zu taken", taken.n);
    pass(&p, 1000);
    CHECK(heard.n == 2 && IS(states(&p), "lead.created delivered\nlead.created delivered\n"),
          "%d heard", heard.n);
    end(&p);
}

static void fields_are_mapped_as_the_crm_wants_them(struct database *database, struct db *db)
{
    struct str secret;
    struct place p;

    begin(&p, database, db);
    add_endpoint(
        &p, "",
        "[{\"field\":\"PHONE\",\"from\":\"phone\"},{\"field\":\"SRC\",\"value\":\"TT\"},"
        "{\"field\":\"DAYS\",\"from\":\"answers.Which days?\"},"
        "{\"field\":\"MAIL\",\"from\":\"email\",\"otherwise\":\"-\"}]",
        &secret);
    add_lead(&p, "a");
    pass(&p, 0);
    CHECK(!strcmp(heard.body[0], "{\"PHONE\":\"+77011234567\",\"SRC\":\"TT\",\"DAYS\":\"Mon\","
                                 "\"MAIL\":\"-\"}"),
          "%s", heard.body[0]);
    static const char *const bad[] = {"{}",
                                      "[]",
                                      "[{\"field\":\"x\"}]",
                                      "[{\"from\":\"phone\"}]",
                                      "[{\"field\":\"x\",\"from\":\"password\"}]",
                                      "[1]"};
    for (size_t i = 0; i < countof(bad); i++)
        CHECK(!payload_check_mapping(p.g.arena, str(bad[i]), &p.g.err) &&
                  p.g.err.kind == ERR_INVALID && !strcmp(p.g.err.field, "mapping"),
              "%s", bad[i]);
    end(&p);
}

static void what_concerns_one_lead_stays_in_order(struct database *database, struct db *db)
{
    struct str secret;
    struct place p;

    begin(&p, database, db);
    add_endpoint(&p, "lead.created,lead.stage", "", &secret);
    struct str lead = add_lead(&p, "a");
    move_to(&p, lead, "qualified");
    heard.status = 500;
    pass(&p, 0);
    CHECK(heard.n == 1, "%d: the second waits for the first", heard.n);
    heard.status = 200;
    pass(&p, 4000);
    CHECK(heard.n == 1, "%d: not before five seconds", heard.n);
    pass(&p, 2000);
    CHECK(heard.n == 3, "%d", heard.n);
    CHECK(!strcmp(heard.id[0], heard.id[1]) && strstr(heard.body[2], "lead.stage"), "%s %s %s",
          heard.id[0], heard.id[1], heard.body[2]);
    end(&p);
}

static void a_lead_that_cannot_be_told_does_not_hold_up_the_others(struct database *database,
                                                                   struct db *db)
{
    struct str secret;
    struct place p;

    begin(&p, database, db);
    add_endpoint(&p, "lead.created,lead.stage", "", &secret);
    struct str first = add_lead(&p, "a");
    move_to(&p, first, "qualified"); /* due, but not before the first is delivered */
    heard.status = 500;
    pass(&p, 0);
    pass(&p, 5000);
    CHECK(heard.n == 2, "%d", heard.n); /* the next try is after half a minute */
    heard.status = 200;
    add_lead(&p, "b");
    clock_set_wall(clock_wall_ms() + HANDOFF_SWEEP_MS + 1000);
    db_scope_system(db);
    CHECK_OK(notify_sweep(db, p.g.arena, clock_wall_ms(), &p.g.err), p.g.err);
    db_scope(db, p.g.org);
    pass(&p, 0);
    CHECK(heard.n == 3 && strstr(heard.body[2], "\"platform_lead_id\":\"b\""), "%d: %s",
          heard.n, heard.body[2]);
    pass(&p, 31000);
    CHECK(heard.n == 5, "%d", heard.n);
    end(&p);
}

/* Which of them: "a03 lead.stage". */
static int found(const char *lead, const char *topic)
{
    char id[60];
    int at = -1, times = 0;

    snprintf(id, sizeof id, "\"platform_lead_id\":\"%s\"", lead);
    for (int i = 0; i < heard.n && i < HEARD_MOST; i++)
        if (strstr(heard.body[i], id) && strstr(heard.body[i], topic)) {
            at = i;
            times++;
        }
    CHECK(times == 1, "%s of %s: %d times", topic, lead, times);
    return at;
}

static void a_crowd_is_told_four_at_a_time_each_lead_in_order(struct database *database,
                                                              struct db *db)
{
    enum { CROWD = 26 };
    struct str secret;
    struct place p;

    begin(&p, database, db);
    add_endpoint(&p, "lead.created,lead.stage", "", &secret);
    for (int i = 0; i < CROWD; i++)
        move_to(&p, add_lead(&p, str_c(p.g.arena, str_fmt(p.g.arena, "a%02d", i))),
                "qualified");
    heard.think_ms = 3;
    pass(&p, 0);
    CHECK(heard.n == 2 * CROWD && !str_has(states(&p), STR("waiting")), "%d heard", heard.n);
    CHECK(heard.most_inside > 1 && heard.most_inside <= 4, "%d at a time", heard.most_inside);
    for (int i = 0; i < CROWD; i++) {
        const char *lead = str_c(p.g.arena, str_fmt(p.g.arena, "a%02d", i));
        CHECK(found(lead, "\"type\":\"lead.created\"") < found(lead, "\"type\":\"lead.stage\""),
              "%s out of order", lead);
    }
    end(&p);
}

static void
a_day_of_failures_makes_a_dead_letter_that_can_be_replayed(struct database *database,
                                                           struct db *db)
{
    struct str secret;
    struct place p;
    int64_t replayed;

    begin(&p, database, db);
    struct str endpoint = add_endpoint(&p, "lead.created,lead.stage", "", &secret);
    struct str lead = add_lead(&p, "a");
    heard.status = 503;
    int64_t began_ms = clock_wall_ms();
    for (int i = 0; i < 40 && !str_has(states(&p), STR("dead")); i++)
        pass(&p, i < 3 ? 6000 : HOUR_MS);
    CHECK(heard.n == HANDOFF_ATTEMPTS, "%d attempts", heard.n);
    CHECK(clock_wall_ms() - began_ms >= 20 * HOUR_MS &&
              clock_wall_ms() - began_ms < 40 * HOUR_MS,
          "%" PRId64 " h", (clock_wall_ms() - began_ms) / HOUR_MS);
    heard.status = 200;
    move_to(&p, lead, "qualified");
    pass(&p, 0);
    CHECK(IS(states(&p), "lead.created dead\nlead.stage delivered\n"), STR_FMT,
          STR_ARG(states(&p)));
    CHECK_OK(handoff_replay(db, p.g.arena, endpoint, STR(""), STR("test"), clock_wall_ms(),
                            &replayed, &p.g.err),
             p.g.err);
    pass(&p, 0);
    CHECK(replayed == 1 && !str_has(states(&p), STR("dead")), STR_FMT, STR_ARG(states(&p)));
    CHECK(!strcmp(heard.id[0], heard.id[heard.n - 1]), "the same id after all");
    end(&p);
}

static void the_receiver_may_ask_for_time_or_say_goodbye(struct database *database,
                                                         struct db *db)
{
    struct endpoint endpoint;
    struct str secret;
    struct place p;

    begin(&p, database, db);
    struct str id = add_endpoint(&p, "", "", &secret);
    add_lead(&p, "a");
    heard.status = 429;
    heard.retry_after = "120";
    pass(&p, 0);
    heard.status = 410;
    heard.retry_after = NULL;
    pass(&p, 100 * 1000);
    CHECK(heard.n == 1, "%d: it asked for two minutes", heard.n);
    pass(&p, 30 * 1000);
    CHECK(heard.n == 2, "%d", heard.n);
    CHECK_OK(endpoint_get(db, p.g.arena, id, &endpoint, &p.g.err), p.g.err);
    CHECK(!endpoint.is_active && endpoint.stopped_text.n, "off");
    pass(&p, HOUR_MS);
    CHECK(heard.n == 2 && IS(states(&p), "lead.created waiting\n"), "%d", heard.n);
    heard.status = 200;
    struct endpoint_wish wish = {
        .name = STR("CRM"), .address = p.address, .is_active = true, .actor = STR("test")};
    CHECK_OK(endpoint_update(&p.g.app, db, p.g.arena, id, &wish, clock_wall_ms(), &p.g.err),
             p.g.err);
    pass(&p, 0);
    CHECK(IS(states(&p), "lead.created delivered\n"), STR_FMT, STR_ARG(states(&p)));
    end(&p);
}

static void a_new_secret_signs_beside_the_old_one_for_a_day(struct database *database,
                                                            struct db *db)
{
    struct str old, fresh, first, second;
    struct place p;

    begin(&p, database, db);
    struct str id = add_endpoint(&p, "", "", &old);
    CHECK_OK(endpoint_rotate(&p.g.app, db, p.g.arena, id, STR("test"), clock_wall_ms(), &fresh,
                             &p.g.err),
             p.g.err);
    add_lead(&p, "a");
    pass(&p, 0);
    CHECK_OK(webhook_signature(p.g.arena, fresh, str(heard.id[0]), clock_wall_ms() / 1000,
                               str(heard.body[0]), &first, &p.g.err) &&
                 webhook_signature(p.g.arena, old, str(heard.id[0]), clock_wall_ms() / 1000,
                                   str(heard.body[0]), &second, &p.g.err),
             p.g.err);
    CHECK(IS(str_fmt(p.g.arena, STR_FMT " " STR_FMT, STR_ARG(first), STR_ARG(second)),
             heard.signature[0]),
          "%s", heard.signature[0]);
    clock_set_wall(clock_wall_ms() + 25 * HOUR_MS);
    add_lead(&p, "b");
    pass(&p, 0);
    CHECK(heard.n == 2 && !strchr(heard.signature[1], ' '), "%s", heard.signature[1]);
    end(&p);
}

static void private_addresses_are_refused_unless_allowed(struct database *database,
                                                         struct db *db)
{
    struct str secret;
    struct place p;

    begin(&p, database, db);
    p.g.conf.allow_private_urls = false;
    add_endpoint(&p, "", "", &secret);
    add_lead(&p, "a");
    pass(&p, 0);
    CHECK(heard.n == 0, "%d", heard.n);
    struct str why =
        ground_ask(&p.g, "SELECT last_error FROM handoffs WHERE org_id = $1", TEXT(p.g.org));
    CHECK(why.n > 0, "says why");
    end(&p);
}

static void a_chat_is_told_in_telegrams_words(struct database *database, struct db *db)
{
    struct endpoint_wish wish = {.kind = STR("telegram"),
                                 .name = STR("Chat"),
                                 .address = STR("-1001234567890"),
                                 .token = STR("12:TOKEN"),
                                 .is_active = true,
                                 .actor = STR("test")};
    struct endpoint endpoint;
    struct str id, secret;
    struct place p;

    begin(&p, database, db);
    CHECK_OK(
        endpoint_add(&p.g.app, db, p.g.arena, &wish, clock_wall_ms(), &id, &secret, &p.g.err),
        p.g.err);
    add_lead(&p, "a");
    heard.status = 429;
    heard.answer = "{\"ok\":false,\"error_code\":429,\"description\":\"Too Many Requests\","
                   "\"parameters\":{\"retry_after\":7}}";
    pass(&p, 0);
    CHECK(!strcmp(heard.path[0], "/bot12:TOKEN/sendMessage") &&
              strstr(heard.body[0], "\"chat_id\":\"-1001234567890\"") &&
              strstr(heard.body[0], "Айгуль &lt;b&gt;") &&
              strstr(heard.body[0], "+77011234567"),
          "%s %s", heard.path[0], heard.body[0]);
    heard.status = 400;
    heard.answer = "{\"ok\":false,\"error_code\":400,\"description\":\"group migrated\","
                   "\"parameters\":{\"migrate_to_chat_id\":-1009}}";
    pass(&p, 6000);
    CHECK(heard.n == 1, "%d: seven seconds", heard.n);
    pass(&p, 2000);
    heard.status = 200;
    heard.answer = "{\"ok\":true,\"result\":{}}";
    pass(&p, 1000);
    CHECK(strstr(heard.body[heard.n - 1], "\"chat_id\":\"-1009\""), "%s",
          heard.body[heard.n - 1]);
    CHECK(IS(states(&p), "lead.created delivered\n"), STR_FMT, STR_ARG(states(&p)));
    heard.status = 403;
    heard.answer = "{\"ok\":false,\"error_code\":403,\"description\":\"Forbidden: bot was "
                   "blocked by the user\"}";
    add_lead(&p, "b");
    pass(&p, 0);
    CHECK_OK(endpoint_get(db, p.g.arena, id, &endpoint, &p.g.err), p.g.err);
    CHECK(!endpoint.is_active && str_has(endpoint.stopped_text, STR("blocked")), STR_FMT,
          STR_ARG(endpoint.stopped_text));
    end(&p);
}

static void the_test_button_tells_what_came_of_it(struct database *database, struct db *db)
{
    struct handoff_result result;
    struct str secret;
    struct place p;

    begin(&p, database, db);
    struct str id = add_endpoint(&p, "", "", &secret);
    CHECK(!endpoint_test(&p.g.app, db, p.net, p.g.arena, id, STR(""), clock_wall_ms(), &result,
                         &p.g.err) &&
              p.g.err.kind == ERR_CONFLICT,
          "no lead yet");
    add_lead(&p, "a");
    heard.status = 422;
    heard.answer = "no such pipeline";
    CHECK_OK(endpoint_test(&p.g.app, db, p.net, p.g.arena, id, STR(""), clock_wall_ms(),
                           &result, &p.g.err),
             p.g.err);
    CHECK(!result.delivered && result.status == 422 && IS(result.text, "no such pipeline"),
          STR_FMT, STR_ARG(result.text));
    end(&p);
}

static void another_org_sees_and_tells_nothing(struct database *database, struct db *db)
{
    struct handoff_filter filter = {.limit = 10};
    struct endpoint_wish wish = {
        .name = STR("x"), .address = STR("https://evil.example/"), .actor = STR("test")};
    struct handoffs list = {0};
    struct endpoints endpoints = {0};
    struct endpoint endpoint;
    struct str secret;
    struct place p;
    int64_t replayed;

    begin(&p, database, db);
    struct str id = add_endpoint(&p, "", "", &secret);
    add_lead(&p, "a");
    db_scope(db, p.g.other);
    CHECK_OK(handoff_list(db, p.g.arena, &filter, &list, &p.g.err) &&
                 endpoint_list(db, p.g.arena, &endpoints, &p.g.err),
             p.g.err);
    CHECK(list.n == 0 && endpoints.n == 0, "nothing");
    CHECK(!endpoint_get(db, p.g.arena, id, &endpoint, &p.g.err), "get");
    CHECK(!endpoint_update(&p.g.app, db, p.g.arena, id, &wish, GROUND_NOW, &p.g.err), "update");
    CHECK(!endpoint_delete(db, p.g.arena, id, STR("test"), &p.g.err), "delete");
    CHECK(!endpoint_rotate(&p.g.app, db, p.g.arena, id, STR("test"), GROUND_NOW, &secret,
                           &p.g.err),
          "rotate");
    CHECK(!handoff_replay(db, p.g.arena, id, STR(""), STR("test"), GROUND_NOW, &replayed,
                          &p.g.err),
          "replay");
    db_scope(db, p.g.org);
    end(&p);
}

int main(void)
{
    struct err err = {0};

    log_setup(LOG_ERROR + 1, 0);
    if (!seal_setup(&err))
        return 1;
    RUN(signatures_are_those_of_standard_webhooks);
    RUN_ON_DATABASES(a_lead_is_told_signed_and_whole);
    RUN_ON_DATABASES(what_a_dead_sender_had_taken_goes_out_at_once);
    RUN_ON_DATABASES(fields_are_mapped_as_the_crm_wants_them);
    RUN_ON_DATABASES(what_concerns_one_lead_stays_in_order);
    RUN_ON_DATABASES(a_lead_that_cannot_be_told_does_not_hold_up_the_others);
    RUN_ON_DATABASES(a_crowd_is_told_four_at_a_time_each_lead_in_order);
    RUN_ON_DATABASES(a_day_of_failures_makes_a_dead_letter_that_can_be_replayed);
    RUN_ON_DATABASES(the_receiver_may_ask_for_time_or_say_goodbye);
    RUN_ON_DATABASES(a_new_secret_signs_beside_the_old_one_for_a_day);
    RUN_ON_DATABASES(private_addresses_are_refused_unless_allowed);
    RUN_ON_DATABASES(a_chat_is_told_in_telegrams_words);
    RUN_ON_DATABASES(the_test_button_tells_what_came_of_it);
    RUN_ON_DATABASES(another_org_sees_and_tells_nothing);
    ring_free(ground_ring);
    return test_report();
}
