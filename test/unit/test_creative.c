/* Creatives: from a file, from bytes, from an address; duplicates; copies on the platform. */

#include "base/embedded.h"
#include "creative/process.h"
#include "media/media.h"
#include "net/net.h"
#include "test_ground.h"
#include "test_platform.h"
#include "web/web.h"

#include <sys/stat.h>

static struct str account;
static struct net *net;
static struct web *web;
static char folder[] = "/tmp/adwright_creatives_XXXXXX";

static const struct job_kind *const kinds[] = {creative_jobs, NULL};

static struct str clip_bytes(const char *name)
{
    for (const struct embedded *e = embedded_demo; e->name; e++)
        if (strstr(e->name, name))
            return (struct str){e->bytes, e->n};
    return STR("");
}

static void begin(struct ground *g, struct database *database, struct db *db)
{
    ground_begin(g, database, db);
    fake_begin();
    g->conf.data = str(folder);
    g->conf.allow_private_urls = true;
    g->conf.tiktok_base_url = STR("http://127.0.0.1:1");
    account = ground_account(g, "9100", "KZT", "Asia/Almaty", "KZ");
    ground_direction(g, "d1", account, "", "");
}

static struct creative_wish wish_of(const char *title)
{
    return (struct creative_wish){.title = str(title),
                                  .direction_id = STR("d1"),
                                  .ad_text = STR("Text"),
                                  .actor = STR("test")};
}

static bool add(struct ground *g, const char *title, const char *clip, struct creative *out)
{
    struct creative_wish wish = wish_of(title);

    return creative_add_from_bytes(&g->app, g->db, g->arena, &wish, clip_bytes(clip),
                                   clock_wall_ms(), out, &g->err);
}

static struct str jobs(struct ground *g, const char *kind)
{
    return ground_ask(g, "SELECT COUNT(*) FROM jobs WHERE org_id = $1 AND kind = $2",
                      TEXT(g->org), TEXT(str(kind)));
}

static bool exists(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0;
}

static void
good_bytes_are_ready_at_once_and_go_to_the_platform_by_a_job(struct database *database,
                                                             struct db *db)
{
    struct ground g;
    struct creative c = {0}, read;

    begin(&g, database, db);
    CHECK_OK(add(&g, "Lesson", "trial-lesson", &c), g.err);
    CHECK_OK(creative_get(db, g.arena, c.id, &read, &g.err), g.err);
    CHECK(IS(read.status, "ready") && read.width == 540 && read.duration_ms == 4000 &&
              read.sha256.n == 64 && read.probe_json.n,
          "%.*s", STR_ARG(read.status));
    CHECK(exists(creative_path(&g.conf, g.arena, &read)) &&
              exists(creative_poster_path(&g.conf, g.arena, &read)),
          "its files");
    CHECK(IS(jobs(&g, "creative.push"), "1"), "no job to send it");
    ground_end(&g);
}

static void bad_bytes_leave_nothing_behind(struct database *database, struct db *db)
{
    struct ground g;
    struct creative c = {0};
    struct creative_wish wish;

    begin(&g, database, db);
    wish = wish_of("Text");
    CHECK(
        !creative_add_from_bytes(&g.app, db, g.arena, &wish, STR("no video"), 1, &c, &g.err) &&
            g.err.kind == ERR_INVALID && strcmp(g.err.field, "media") == 0,
        "%s", g.err.text);
    CHECK(!creative_add_from_file(&g.app, db, g.arena, &wish, "/no/such/file.mp4", 1, &c,
                                  &g.err) &&
              strcmp(g.err.field, "media_path") == 0,
          "%s", g.err.text);
    wish.media_type = STR("image");
    CHECK(!creative_add_from_bytes(&g.app, db, g.arena, &wish, clip_bytes("trial"), 1, &c,
                                   &g.err) &&
              strcmp(g.err.field, "media_type") == 0,
          "an image on a TikTok direction");
    wish.media_type = STR("");
    wish.direction_id = STR("nowhere");
    CHECK(!creative_add_from_bytes(&g.app, db, g.arena, &wish, clip_bytes("trial"), 1, &c,
                                   &g.err) &&
              g.err.kind == ERR_NOT_FOUND,
          "a missing direction");
    CHECK(IS(ground_ask(&g, "SELECT COUNT(*) FROM creatives WHERE org_id = $1", TEXT(g.org)),
             "0"),
          "a row was left");
    struct str look = str_fmt(g.arena, "find %s/media/" STR_FMT " -type f | grep -q .", folder,
                              STR_ARG(g.org));
    CHECK(system(look.p) != 0, "a file was left");
    ground_end(&g);
}

static void the_same_content_in_one_ad_account_is_a_duplicate(struct database *database,
                                                              struct db *db)
{
    struct ground g;
    struct creative one = {0}, two = {0}, other = {0};
    struct str duplicate;
    struct str elsewhere;

    begin(&g, database, db);
    CHECK_OK(add(&g, "One", "trial-lesson", &one), g.err);
    clock_set_wall(clock_wall_ms() + 10);
    CHECK_OK(add(&g, "Two", "trial-lesson", &two), g.err);
    CHECK_OK(add(&g, "Other", "ninety-days", &other), g.err);
    CHECK_OK(creative_duplicate_of(db, g.arena, &two, &duplicate, &g.err), g.err);
    CHECK(str_eq(duplicate, one.id), "the first one is not named");
    CHECK_OK(creative_duplicate_of(db, g.arena, &other, &duplicate, &g.err), g.err);
    CHECK(!duplicate.n, "another video is no duplicate");
    elsewhere = ground_account(&g, "9200", "KZT", "Asia/Almaty", "KZ");
    ground_direction(&g, "d2", elsewhere, "", "");
    two.direction_id = STR("d2");
    CHECK_OK(creative_duplicate_of(db, g.arena, &two, &duplicate, &g.err), g.err);
    CHECK(!duplicate.n, "another ad account may have the same video");
    ground_end(&g);
}

static void changes_on_an_old_version_are_refused(struct database *database, struct db *db)
{
    struct ground g;
    struct creative_change change = {.set_title = true, .title = STR("New"), .version = 1};

    begin(&g, database, db);
    ground_creative(&g, "c1", "Old", "d1");
    CHECK_OK(creative_update(db, g.arena, STR("c1"), &change, STR("t"), 5, &g.err), g.err);
    CHECK(!creative_update(db, g.arena, STR("c1"), &change, STR("t"), 6, &g.err) &&
              g.err.kind == ERR_CONFLICT,
          "an old version was written over a new one");
    change = (struct creative_change){.set_ad_text = true, .ad_text = STR("\xF0\x9F\x94\xA5")};
    CHECK(!creative_update(db, g.arena, STR("c1"), &change, STR("t"), 6, &g.err) &&
              strcmp(g.err.field, "ad_text") == 0,
          "an emoji in an ad text");
    ground_end(&g);
}

static void one_org_never_sees_anothers_creative(struct database *database, struct db *db)
{
    struct ground g;
    struct creative c;
    struct creatives list = {0};
    struct creative_filter filter = {.limit = 10};
    struct creative_change change = {.set_title = true, .title = STR("stolen")};

    begin(&g, database, db);
    ground_creative(&g, "c1", "Mine", "d1");
    db_scope(db, g.other);
    CHECK(!creative_get(db, g.arena, STR("c1"), &c, &g.err), "read");
    CHECK_OK(creative_list(db, g.arena, &filter, &list, &g.err) && list.n == 0, g.err);
    CHECK(!creative_update(db, g.arena, STR("c1"), &change, STR("x"), 1, &g.err), "changed");
    CHECK(!creative_retry(db, g.arena, STR("c1"), STR("x"), 1, &g.err), "retried");
    ground_end(&g);
}

/* --- by address --- */

static const char *served = "trial-lesson"; /* what the address shows; NULL = a text page */

static bool serve_clip(struct request *rq, struct reply *rp, struct err *err)
{
    (void)rq, (void)err;
    return served ? reply_body(rp, 200, "video/mp4", clip_bytes(served))
                  : reply_body(rp, 200, "text/html", STR("<html>sign in first</html>"));
}
static const struct route routes[] = {{"GET", "/clip.mp4", PUBLIC, serve_clip, NULL, 0},
                                      ROUTES_END};
static const struct route *const tables[] = {routes, NULL};

static void
an_address_is_fetched_by_a_job_and_a_failure_can_be_retried(struct database *database,
                                                            struct db *db)
{
    struct ground g;
    struct creative_wish wish;
    struct creative c;
    struct str id;
    int ran;

    begin(&g, database, db);
    wish = wish_of("By address");
    wish.media_url = STR("not an address");
    CHECK(!creative_add(db, g.arena, &wish, 1, &id, &g.err) &&
              strcmp(g.err.field, "media_url") == 0,
          "%s", g.err.text);
    wish.media_url = str_fmt(g.arena, "http://127.0.0.1:%d/clip.mp4", web_port(web));
    served = NULL;
    CHECK_OK(creative_add(db, g.arena, &wish, clock_wall_ms(), &id, &g.err), g.err);
    CHECK_OK(creative_get(db, g.arena, id, &c, &g.err) && IS(c.status, "processing"), g.err);
    CHECK_OK(job_run_due(database, kinds, db, net, &g.app, &ran, &g.err), g.err);
    CHECK_OK(creative_get(db, g.arena, id, &c, &g.err), g.err);
    CHECK(IS(c.status, "failed") && str_has(c.error_text, STR("not a video")), "%.*s: %.*s",
          STR_ARG(c.status), STR_ARG(c.error_text));
    served = "trial-lesson";
    CHECK_OK(creative_retry(db, g.arena, id, STR("t"), clock_wall_ms(), &g.err), g.err);
    CHECK_OK(job_run_due(database, kinds, db, net, &g.app, &ran, &g.err), g.err);
    CHECK_OK(creative_get(db, g.arena, id, &c, &g.err), g.err);
    CHECK(IS(c.status, "ready") && c.width == 540 && !c.error_text.n, "%.*s: %.*s",
          STR_ARG(c.status), STR_ARG(c.error_text));
    CHECK(!creative_retry(db, g.arena, id, STR("t"), 1, &g.err) && g.err.kind == ERR_CONFLICT,
          "a ready one was retried");
    g.conf.allow_private_urls = false;
    CHECK_OK(creative_add(db, g.arena, &wish, clock_wall_ms(), &id, &g.err), g.err);
    CHECK_OK(job_run_due(database, kinds, db, net, &g.app, &ran, &g.err), g.err);
    CHECK_OK(creative_get(db, g.arena, id, &c, &g.err), g.err);
    CHECK(IS(c.status, "failed"), "an address of this machine was fetched for a stranger");
    ground_end(&g);
}

static void adding_is_everything_or_nothing(struct database *database, struct db *db)
{
    struct ground g;
    struct creative_wish wish;
    struct str id;
    int failures = 0;

    begin(&g, database, db);
    wish = wish_of("All or nothing");
    wish.media_url = STR("https://example.com/a.mp4");
    for (int64_t k = 1; k < 30; k++) {
        database_fail_at(database, k, DB_FAULT_ERROR);
        bool ok = creative_add(db, g.arena, &wish, 1, &id, &g.err);
        database_fail_at(database, 0, DB_FAULT_ERROR);
        struct str rows =
            ground_ask(&g, "SELECT COUNT(*) FROM creatives WHERE org_id = $1", TEXT(g.org));

        CHECK(str_eq(rows, ok ? STR("1") : STR("0")) &&
                  str_eq(jobs(&g, "creative.prepare"), rows),
              "statement %lld: %.*s rows", (long long)k, STR_ARG(rows));
        if (ok)
            break;
        failures++;
    }
    CHECK(failures > 3, "only %d statements could fail", failures);
    ground_end(&g);
}

/* --- by a finished upload --- */

static struct creative_source uploaded(struct ground *g, const char *name, struct str bytes)
{
    struct creative_source file = {
        .path = str_fmt(g->arena, "uploads/%s", name),
        .sha256 = seal_sha256_hex(g->arena, bytes),
        .size_bytes = (int64_t)bytes.n,
        .file_name = STR("C:/phone/IMG 0001.MOV"),
    };
    const char *path = str_fmt(g->arena, "%s/" STR_FMT, folder, STR_ARG(file.path)).p;
    FILE *out;

    mkdir(str_fmt(g->arena, "%s/uploads", folder).p, 0700);
    out = fopen(path, "w");
    CHECK(out && fwrite(bytes.p, 1, bytes.n, out) == bytes.n && fclose(out) == 0, "%s", path);
    return file;
}

static bool arrive(struct ground *g, const struct creative_wish *wish,
                   const struct creative_source *file, struct str *id)
{
    return db_begin(g->db, &g->err) &&
           db_end(g->db,
                  creative_add_from_upload(&g->app, g->db, g->arena, wish, file,
                                           clock_wall_ms(), id, &g->err),
                  &g->err);
}

static void
a_finished_upload_is_one_creative_however_often_it_is_seen(struct database *database,
                                                           struct db *db)
{
    struct ground g;
    struct creative_wish wish;
    struct creative_source file;
    struct creative c;
    struct str id = STR(""), again;
    int ran, failures = 0;

    begin(&g, database, db);
    wish = wish_of("");
    file = uploaded(&g, str_fmt(g.arena, "u-" STR_FMT, STR_ARG(g.org)).p,
                    clip_bytes("trial-lesson"));
    for (int64_t k = 1; k < 30 && !id.n; k++) {
        database_fail_at(database, k, DB_FAULT_ERROR);
        if (!arrive(&g, &wish, &file, &id))
            id = STR(""), failures++;
        database_fail_at(database, 0, DB_FAULT_ERROR);
    }
    CHECK(id.n && failures > 3, "%d failures, %s", failures, g.err.text);
    CHECK_OK(arrive(&g, &wish, &file, &again), g.err);
    CHECK(
        str_eq(id, again) &&
            IS(ground_ask(&g, "SELECT COUNT(*) FROM creatives WHERE org_id = $1", TEXT(g.org)),
               "1") &&
            IS(jobs(&g, "creative.prepare"), "1"),
        "seen twice, made twice");
    CHECK_OK(creative_get(db, g.arena, id, &c, &g.err), g.err);
    CHECK(IS(c.status, "processing") && IS(c.title, "IMG 0001.MOV") &&
              str_eq(c.sha256, file.sha256) && c.size_bytes == file.size_bytes,
          STR_FMT, STR_ARG(c.title));
    unlink(str_fmt(g.arena, "%s/" STR_FMT, folder, STR_ARG(file.path)).p);
    CHECK_OK(job_run_due(database, kinds, db, net, &g.app, &ran, &g.err), g.err);
    CHECK_OK(creative_get(db, g.arena, id, &c, &g.err), g.err);
    CHECK(IS(c.status, "ready") && exists(creative_path(&g.conf, g.arena, &c)),
          STR_FMT ": " STR_FMT, STR_ARG(c.status), STR_ARG(c.error_text));
    file.path = STR("uploads/../../etc/passwd ");
    CHECK(!arrive(&g, &wish, &file, &again), "a name with dots was taken");
    ground_end(&g);
}

static void
an_upload_for_both_platforms_makes_two_creatives_in_one_group(struct database *database,
                                                              struct db *db)
{
    struct ground g;
    struct creative_wish wish;
    struct creative_source file;
    struct creatives list = {0};
    struct creative c;
    struct str id;

    begin(&g, database, db);
    wish = wish_of("Lesson");
    wish.platform = STR("both");
    CHECK(!creative_wish_check(db, g.arena, &wish, true, &g.err) &&
              strcmp(g.err.field, "platform") == 0,
          "%s", g.err.text);
    CHECK_OK(db_run(db, NULL, &g.err,
                    "INSERT INTO directions (org_id, direction_id, ad_account_id, platform,"
                    " name, objective, currency, daily_budget_micros, created_ms, updated_ms)"
                    " VALUES ($1, 'd1f', $2, 'facebook', 'Direction d1', 'traffic', 'USD',"
                    " 5000000, 0, 0)",
                    TEXT(g.org), TEXT(account)),
             g.err);
    CHECK_OK(creative_wish_check(db, g.arena, &wish, true, &g.err), g.err);
    wish.media_type = STR("image");
    CHECK(!creative_wish_check(db, g.arena, &wish, true, &g.err) &&
              strcmp(g.err.field, "media_type") == 0 && strstr(g.err.text, "TikTok"),
          "%s", g.err.text);
    wish.media_type = STR("");
    file = uploaded(&g, str_fmt(g.arena, "b-" STR_FMT, STR_ARG(g.org)).p,
                    clip_bytes("trial-lesson"));
    CHECK_OK(arrive(&g, &wish, &file, &id), g.err);
    CHECK_OK(creative_get(db, g.arena, id, &c, &g.err), g.err);
    CHECK_OK(creative_group(db, g.arena, c.group_id, &list, &g.err), g.err);
    CHECK(list.n == 2 && exists(creative_path(&g.conf, g.arena, &list.at[0])) &&
              exists(creative_path(&g.conf, g.arena, &list.at[1])) &&
              !str_eq(list.at[0].direction_id, list.at[1].direction_id) &&
              !str_eq(list.at[0].media_path, list.at[1].media_path),
          "%zu creatives", list.n);
    db_scope(db, g.other);
    list.n = 0;
    CHECK_OK(creative_group(db, g.arena, c.group_id, &list, &g.err) && list.n == 0, g.err);
    ground_end(&g);
}

/* --- copies on the platform --- */

static struct platform_session session(struct ground *g, const char *advertiser)
{
    return (struct platform_session){.net = net,
                                     .arena = g->arena,
                                     .conf = &g->conf,
                                     .advertiser_id = str(advertiser),
                                     .currency = STR("KZT")};
}

static bool ensure(struct ground *g, const struct creative *c, const char *advertiser,
                   struct creative_copy *copy)
{
    struct platform_session s = session(g, advertiser);

    return creative_ensure_on_platform(g->db, g->arena, &fake_platform, &s, c, STR("test"),
                                       clock_wall_ms(), copy, &g->err);
}

static void a_copy_is_made_once_for_each_advertiser(struct database *database, struct db *db)
{
    struct ground g;
    struct creative c = {0};
    struct creative_copy copy = {0}, again = {0}, other = {0};

    begin(&g, database, db);
    CHECK_OK(add(&g, "Lesson", "trial-lesson", &c), g.err);
    fake.usable_after = 2;
    CHECK(!ensure(&g, &c, "9100", &copy) && g.err.kind == ERR_BUSY, "usable at once? %s",
          g.err.text);
    CHECK(!ensure(&g, &c, "9100", &copy) && g.err.kind == ERR_BUSY, "usable too early");
    CHECK_OK(ensure(&g, &c, "9100", &copy), g.err);
    CHECK(copy.video_id.n && copy.image_id.n && copy.usable &&
              str_eq(copy.file_name,
                     str_fmt(g.arena, "adwright-" STR_FMT "-1.mp4", STR_ARG(c.id))),
          "%.*s", STR_ARG(copy.file_name));
    CHECK_OK(ensure(&g, &c, "9100", &again), g.err);
    CHECK(fake.writes == 2 && str_eq(again.video_id, copy.video_id), "%d writes", fake.writes);
    /* Another advertiser has ids of its own. */
    fake.videos_n = fake.images_n = 0;
    fake.usable_after = 0;
    CHECK_OK(ensure(&g, &c, "9999", &other), g.err);
    CHECK(!str_eq(other.video_id, copy.video_id) && fake.writes == 4, "%d writes", fake.writes);
    ground_end(&g);
}

static void
lost_answers_and_broken_statements_never_send_a_video_twice(struct database *database,
                                                            struct db *db)
{
    static const enum fake_fault faults[] = {FAKE_LOST_BEFORE, FAKE_LOST_AFTER, FAKE_BUSY};
    struct ground g;
    struct creative c = {0};

    begin(&g, database, db);
    CHECK_OK(add(&g, "Lesson", "trial-lesson", &c), g.err);
    for (size_t f = 0; f < countof(faults); f++)
        for (int at = 1; at <= 2; at++) {
            struct creative_copy copy = {0};
            char advertiser[16];
            bool ok = false;

            snprintf(advertiser, sizeof advertiser, "a%zu%d", f, at);
            fake.videos_n = fake.images_n = 0;
            fake_fail(at, faults[f], 0);
            for (int i = 0; i < 6 && !ok; i++)
                ok = ensure(&g, &c, advertiser, &copy);
            CHECK(ok && fake.videos_n == 1 && fake.images_n == 1,
                  "fault %d at write %d: %d videos, %d images: %s", (int)faults[f], at,
                  fake.videos_n, fake.images_n, g.err.text);
        }
    for (int64_t k = 1; k < 12; k++) {
        struct creative_copy copy = {0};
        char advertiser[16];

        snprintf(advertiser, sizeof advertiser, "k%lld", (long long)k);
        fake.videos_n = fake.images_n = 0;
        database_fail_at(database, k, DB_FAULT_ERROR);
        bool ok = ensure(&g, &c, advertiser, &copy);
        database_fail_at(database, 0, DB_FAULT_ERROR);
        for (int i = 0; i < 3 && !ok; i++)
            ok = ensure(&g, &c, advertiser, &copy);
        CHECK(ok && fake.videos_n == 1, "statement %lld: %d videos: %s", (long long)k,
              fake.videos_n, g.err.text);
    }
    ground_end(&g);
}

static void
a_video_that_never_becomes_usable_is_sent_again_and_then_given_up(struct database *database,
                                                                  struct db *db)
{
    struct ground g;
    struct creative c = {0};
    struct creative_copy copy = {0};
    int tries = 0;

    begin(&g, database, db);
    CHECK_OK(add(&g, "Lesson", "trial-lesson", &c), g.err);
    fake.usable_after = 1000000;
    while (!ensure(&g, &c, "9100", &copy) && g.err.kind == ERR_BUSY && tries++ < 50)
        clock_set_wall(clock_wall_ms() + 10 * MINUTE_MS);
    CHECK(g.err.kind == ERR_REFUSED && fake.videos_n == 3, "%s after %d videos", g.err.text,
          fake.videos_n);
    CHECK(fake_doubles() == 0, "the same name was sent twice");
    ground_end(&g);
}

int main(int argc, char **argv)
{
    struct web_settings s = {.name = "test",
                             .address = STR("127.0.0.1"),
                             .workers = 1,
                             .queue_age_ms = 10000,
                             .request_deadline_ms = 10000,
                             .connection_limit = 20,
                             .routes = tables};
    struct err err = {0};

    confine_main(argc, argv, media_works);
    log_setup(getenv("TEST_LOG") ? LOG_DEBUG : LOG_ERROR + 1, 0);
    if (!mkdtemp(folder) || !web_start(&s, &web, &err) || !net_open(&net, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    RUN_ON_DATABASES(good_bytes_are_ready_at_once_and_go_to_the_platform_by_a_job);
    RUN_ON_DATABASES(bad_bytes_leave_nothing_behind);
    RUN_ON_DATABASES(the_same_content_in_one_ad_account_is_a_duplicate);
    RUN_ON_DATABASES(changes_on_an_old_version_are_refused);
    RUN_ON_DATABASES(one_org_never_sees_anothers_creative);
    RUN_ON_DATABASES(an_address_is_fetched_by_a_job_and_a_failure_can_be_retried);
    RUN_ON_DATABASES(adding_is_everything_or_nothing);
    RUN_ON_DATABASES(a_finished_upload_is_one_creative_however_often_it_is_seen);
    RUN_ON_DATABASES(an_upload_for_both_platforms_makes_two_creatives_in_one_group);
    RUN_ON_DATABASES(a_copy_is_made_once_for_each_advertiser);
    RUN_ON_DATABASES(lost_answers_and_broken_statements_never_send_a_video_twice);
    RUN_ON_DATABASES(a_video_that_never_becomes_usable_is_sent_again_and_then_given_up);
    net_close(net);
    web_stop(web, 1000);
    char command[80];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0)
        return 1;
    return test_report();
}
