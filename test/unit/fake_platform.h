#ifndef TEST_UNIT_FAKE_PLATFORM_H
#define TEST_UNIT_FAKE_PLATFORM_H

/*
 * A platform in memory that answers as "tiktok", and loses answers on order:
 *
 *     fake_start();                       registers it, empty
 *     fake_add(LEVEL_ADGROUP, ...);       an object
 *     fake.lose_after = 1;                the next write acts, its answer is lost
 *
 * and an org with one connected ad account, a direction and what stands on the
 * fake platform (fake_account).
 */
#include "ads/account.h"
#include "ads/launch.h"
#include "base/clock.h"
#include "base/random.h"
#include "brain/action.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "platform/platform.h"
#include "test_db.h"
#include "text/json.h"

#define U    INT64_C(1000000)
#define HOUR INT64_C(3600000)
#define DAY  (24 * HOUR)
#define NOW  INT64_C(1795489200000) /* 2026-11-24 08:00 in Almaty, UTC+5 */

struct fake_object {
    enum platform_level level;
    const char *id, *parent_id, *campaign_id;
    char status[16];
    int64_t budget_micros;
};

static struct {
    struct fake_object objects[32];
    size_t n;
    int writes, reads;                       /* counted */
    int lose_after, lose_before, busy, deny; /* how many of the next writes */
    int64_t refuse_code;                     /* every write, until 0 */
    int reads_busy;                          /* how many of the next reads */
    bool undeliverable;
    struct platform_metric_row rows[512];
    size_t rows_n;
    bool metrics_fail;
    /* launches */
    int launches;
    const char *launch_state; /* what a started launch is at once: running, done, failed */
    bool launch_refused;
} fake;

static inline struct fake_object *fake_find(enum platform_level level, struct str id)
{
    for (size_t i = 0; i < fake.n; i++) {
        if (fake.objects[i].level == level && str_eq(id, str(fake.objects[i].id)))
            return &fake.objects[i];
    }
    return NULL;
}

/* Of an ad group, as if somebody else had changed it. */
static inline __attribute__((unused)) void fake_set_status(const char *id, const char *status)
{
    struct fake_object *o = fake_find(LEVEL_ADGROUP, str(id));

    snprintf(o->status, sizeof o->status, "%s", status);
}

static inline void fake_add(enum platform_level level, const char *id, const char *parent_id,
                            const char *campaign_id, const char *status, int64_t budget)
{
    struct fake_object *o = &fake.objects[fake.n++];

    *o = (struct fake_object){level, id, parent_id, campaign_id, "", budget * U};
    snprintf(o->status, sizeof(o->status), "%s", status);
}

static struct platform_object fake_shown(struct platform_session *s,
                                         const struct fake_object *o)
{
    return (struct platform_object){
        .id = str(o->id),
        .parent_id = str(o->parent_id),
        .campaign_id = str(o->campaign_id),
        .name = str_fmt(s->arena, "name of %s", o->id),
        .status = str_dup(s->arena, str(o->status)),
        .secondary_status = STR("DELIVERY_OK"),
        .budget_micros = o->budget_micros,
        .budget_mode = STR("BUDGET_MODE_DAY"),
    };
}

static bool fake_read_busy(struct err *err)
{
    fake.reads++;
    if (fake.reads_busy > 0) {
        fake.reads_busy--;
        return err_set(err, ERR_BUSY, "the platform is busy"), true;
    }
    return false;
}

static bool fake_object_of(struct platform_session *s, enum platform_level level, struct str id,
                           bool *found, struct platform_object *out, struct err *err)
{
    const struct fake_object *o = fake_find(level, id);

    if (fake_read_busy(err))
        return false;
    *found = o != NULL;
    if (o)
        *out = fake_shown(s, o);
    return true;
}

static bool fake_objects_of(struct platform_session *s, enum platform_level level,
                            const struct strs *campaign_ids, struct str name,
                            struct platform_objects *out, struct err *err)
{
    (void)name;
    if (fake_read_busy(err))
        return false;
    for (size_t i = 0; i < fake.n; i++) {
        bool wanted = !campaign_ids || !campaign_ids->n;
        for (size_t k = 0; campaign_ids && k < campaign_ids->n; k++)
            wanted = wanted || str_eq(campaign_ids->at[k], str(fake.objects[i].campaign_id));
        if (wanted && fake.objects[i].level == level)
            *platform_objects_add(out, s->arena) = fake_shown(s, &fake.objects[i]);
    }
    return true;
}

static struct platform_write fake_write_status(struct platform_session *s,
                                               enum platform_level level, struct str id,
                                               bool enabled)
{
    return (struct platform_write){
        .path = STR("status/"),
        .body = str_fmt(s->arena, "{\"level\":%d,\"id\":\"" STR_FMT "\",\"status\":\"%s\"}",
                        (int)level, STR_ARG(id), enabled ? "enabled" : "disabled"),
    };
}

static struct platform_write fake_write_budget(struct platform_session *s, struct str id,
                                               int64_t micros)
{
    return (struct platform_write){
        .path = STR("budget/"),
        .body = str_fmt(s->arena, "{\"id\":\"" STR_FMT "\",\"budget\":%lld}", STR_ARG(id),
                        (long long)micros),
    };
}

static void fake_act(const struct json *body)
{
    int64_t level = LEVEL_ADGROUP, budget = 0;
    struct str status = json_text(body, "status", STR(""));

    (void)json_int(body, "level", &level);
    struct fake_object *o =
        fake_find((enum platform_level)level, json_text(body, "id", STR("")));
    if (o && json_int(body, "budget", &budget))
        o->budget_micros = budget;
    if (o && status.n)
        snprintf(o->status, sizeof(o->status), STR_FMT, STR_ARG(status));
}

static bool fake_took(int *n)
{
    if (*n <= 0)
        return false;
    --*n;
    return true;
}

static bool fake_send(struct platform_session *s, const struct platform_write *write,
                      const struct json **data, struct err *err)
{
    const struct json *body;

    fake.writes++;
    if (fake_took(&fake.busy))
        return err_set(err, ERR_BUSY, "too many requests");
    if (fake_took(&fake.deny))
        return err_set(err, ERR_DENIED, "the token is dead");
    if (fake_took(&fake.lose_before))
        return err_set(err, ERR_UNCERTAIN, "the answer was lost");
    if (fake.refuse_code) {
        err_set(err, ERR_REFUSED, "the platform said no");
        err->platform_code = fake.refuse_code;
        snprintf(err->platform_message, sizeof(err->platform_message), "Budget is too low");
        return false;
    }
    if (!json_parse(s->arena, write->body, &body, err))
        return false;
    fake_act(body);
    if (fake_took(&fake.lose_after))
        return err_set(err, ERR_UNCERTAIN, "the answer was lost");
    return json_parse(s->arena, STR("{\"ok\":true}"), data, err);
}

static bool fake_advertiser(struct platform_session *s, struct platform_advertiser *out,
                            struct err *err)
{
    if (fake_read_busy(err))
        return false;
    *out = (struct platform_advertiser){.id = s->advertiser_id,
                                        .currency = STR("KZT"),
                                        .zone = STR("Asia/Almaty"),
                                        .status = STR("STATUS_ENABLE"),
                                        .deliverable = !fake.undeliverable};
    return true;
}

static bool fake_metrics(struct platform_session *s, struct str first, struct str last,
                         struct platform_metric_rows *out, struct err *err)
{
    if (fake.metrics_fail)
        return err_set(err, ERR_BUSY, "no report now");
    for (size_t i = 0; i < fake.rows_n; i++) {
        if (str_cmp(fake.rows[i].day, first) >= 0 && str_cmp(fake.rows[i].day, last) <= 0)
            *platform_metric_rows_add(out, s->arena) = fake.rows[i];
    }
    return true;
}

static int64_t fake_minimum(struct str currency)
{
    (void)currency;
    return 2500 * U;
}

static const struct platform fake_tiktok = {
    .name = "tiktok",
    .advertiser = fake_advertiser,
    .send = fake_send,
    .objects = fake_objects_of,
    .object = fake_object_of,
    .minimum_budget = fake_minimum,
    .write_status = fake_write_status,
    .write_adgroup_budget = fake_write_budget,
    .metrics = fake_metrics,
};

/* Launches are another module's: here they are what the test says they are. */
bool launch_start(const struct app *app, struct db *db, struct arena *arena,
                  const struct launch_wish *wish, struct str *launch_id, bool *added,
                  struct err *err)
{
    (void)app;
    if (fake.launch_refused)
        return err_input(err, "pixel_id", "choose a pixel", "the direction has no pixel");
    bool ok = db_begin(db, err);
    ok = db_end(db,
                ok && workflow_add(db, arena, "launch", wish->request_key, STR("{}"),
                                   "launch.fake", launch_id, added, err),
                err);
    if (!ok || !*added)
        return ok;
    fake.launches++;
    return db_run(db, NULL, err,
                  "UPDATE workflows SET state = $3 WHERE org_id = $1 AND workflow_id = $2",
                  TEXT(db_scope_org(db)), TEXT(*launch_id), TEXT(str(fake.launch_state))) &&
           db_run(
               db, NULL, err,
               "INSERT INTO adgroups (org_id, platform, adgroup_id, campaign_id,"
               " ad_account_id, direction_id, name, status, daily_budget_micros, workflow_id,"
               " created_ms, updated_ms) SELECT d.org_id, d.platform, 'made', 'c1',"
               " d.ad_account_id, d.direction_id, 'made', 'enabled', $3, $4, $5, $5"
               " FROM directions d WHERE d.org_id = $1 AND d.direction_id = $2",
               TEXT(db_scope_org(db)), TEXT(wish->direction_id), INT(wish->daily_budget_micros),
               TEXT(*launch_id), INT(clock_wall_ms()));
}

/* --- an org to act in ----------------------------------------------------------------- */

static struct conf fake_conf;
static struct app fake_app;
static struct str fake_org, fake_account, fake_direction;

static inline void fake_rows(struct db *db, struct arena *arena, struct str zone)
{
    struct err err = {0};
    struct seal_place place = {
        .org_id = fake_org,
        .table = "ad_account_connections",
        .column = "token_sealed",
        .row_id = str_fmt(arena, STR_FMT ":tiktok", STR_ARG(fake_account)),
    };
    struct str token = ring_seal(fake_app.ring, arena, place, STR("token"));
    bool ok =
        db_run(db, NULL, &err,
               "INSERT INTO orgs (org_id, name, country, currency, created_ms)"
               " VALUES ($1, 'org', 'KZ', 'KZT', 1)",
               TEXT(fake_org)) &&
        db_run(
            db, NULL, &err,
            "INSERT INTO ad_accounts (org_id, ad_account_id, name, is_default, schedule_hour,"
            " created_ms, updated_ms) VALUES ($1, $2, 'account', 1, 8, 1, 1)",
            TEXT(fake_org), TEXT(fake_account)) &&
        db_run(
            db, NULL, &err,
            "INSERT INTO ad_account_connections (org_id, ad_account_id, platform, state,"
            " advertiser_id, currency, zone, country, token_sealed, connected_ms, updated_ms)"
            " VALUES ($1, $2, 'tiktok', 'connected', 'a1', 'KZT', $3, 'KZ', $4, 1, 1)",
            TEXT(fake_org), TEXT(fake_account), TEXT(zone), TEXT(token)) &&
        db_run(
            db, NULL, &err,
            "INSERT INTO directions (org_id, direction_id, ad_account_id, platform, name,"
            " objective, currency, daily_budget_micros, target_cpl_micros, created_ms,"
            " updated_ms) VALUES ($1, $2, $3, 'tiktok', 'doors', 'lead_generation', 'KZT', $4,"
            " $5, 1, 1)",
            TEXT(fake_org), TEXT(fake_direction), TEXT(fake_account), INT(40000 * U),
            INT(1000 * U));
    CHECK_OK(ok, err);
}

/* Our row of an object and the platform's, alike; groups are a month old. */
static inline void fake_object(struct db *db, enum platform_level level, const char *id,
                               const char *parent, const char *status, int64_t budget)
{
    struct err err = {0};
    bool ok = true;

    fake_add(level, id, parent, "c1", status, budget);
    if (level == LEVEL_CAMPAIGN)
        ok = db_run(db, NULL, &err,
                    "INSERT INTO campaigns (org_id, platform, campaign_id, ad_account_id,"
                    " direction_id, name, status, created_ms, updated_ms)"
                    " VALUES ($1, 'tiktok', $2, $3, $4, $2, $5, 1, 1)",
                    TEXT(fake_org), TEXT(str(id)), TEXT(fake_account), TEXT(fake_direction),
                    TEXT(str(status)));
    if (level == LEVEL_ADGROUP)
        ok = db_run(
            db, NULL, &err,
            "INSERT INTO adgroups (org_id, platform, adgroup_id, campaign_id,"
            " ad_account_id, direction_id, name, status, daily_budget_micros, created_ms,"
            " updated_ms) VALUES ($1, 'tiktok', $2, $3, $4, $5, $2, $6, $7, $8, $8)",
            TEXT(fake_org), TEXT(str(id)), TEXT(str(parent)), TEXT(fake_account),
            TEXT(fake_direction), TEXT(str(status)), INT(budget * U), INT(NOW - 30 * DAY));
    if (level == LEVEL_AD)
        ok = db_run(db, NULL, &err,
                    "INSERT INTO ads (org_id, platform, ad_id, adgroup_id, campaign_id,"
                    " ad_account_id, direction_id, name, status, created_ms, updated_ms)"
                    " VALUES ($1, 'tiktok', $2, $3, 'c1', $4, $5, $2, $6, 1, 1)",
                    TEXT(fake_org), TEXT(str(id)), TEXT(str(parent)), TEXT(fake_account),
                    TEXT(fake_direction), TEXT(str(status)));
    CHECK_OK(ok, err);
}

/* Campaign c1 with groups g1 (10 000, ads x1 and x2) and g2 (10 000, stopped). */
static inline void fake_start(struct database *database, struct db *db, struct arena *arena)
{
    static struct ring *ring;
    struct err err = {0};
    char path[64];

    memset(&fake, 0, sizeof(fake));
    fake.launch_state = "done";
    clock_set_wall(NOW);
    if (!ring) {
        snprintf(path, sizeof(path), "/tmp/adwright_key_%ld", (long)getpid());
        CHECK(seal_setup(&err) && ring_open(path, &ring, &err), "%s", err.text);
        unlink(path);
    }
    fake_conf = (struct conf){.collect_days = 7, .feature_tiktok = true};
    fake_app = (struct app){.conf = &fake_conf, .ring = ring, .database = database};
    database_set_ring(database, ring);
    platform_register_for_tests(&fake_tiktok);
    fake_org = id_new(arena);
    fake_account = id_new(arena);
    fake_direction = id_new(arena);
    db_scope(db, fake_org);
    fake_rows(db, arena, STR("Asia/Almaty"));
    fake_object(db, LEVEL_CAMPAIGN, "c1", "", "enabled", 0);
    fake_object(db, LEVEL_ADGROUP, "g1", "c1", "enabled", 10000);
    fake_object(db, LEVEL_ADGROUP, "g2", "c1", "disabled", 10000);
    fake_object(db, LEVEL_AD, "x1", "g1", "enabled", 0);
    fake_object(db, LEVEL_AD, "x2", "g1", "enabled", 0);
}

static inline struct ad_connection fake_connection(struct db *db, struct arena *arena)
{
    struct ad_connection c = {0};
    struct err err = {0};

    CHECK_OK(ad_account_resolve(db, arena, STR(""), STR("tiktok"), &c, &err), err);
    return c;
}

#endif
