/*
 * What becomes of a creative: the recorded workflow from probe to poster, its
 * failures and retries, transcripts, posters, likeness, mending, images.
 */

#include "ads/launch.h"
#include "base/embedded.h"
#include "creative/creative_file.h"
#include "creative/process.h"
#include "media/media.h"
#include "net/net.h"
#include "test_ground.h"
#include "test_platform.h"

#include <sys/stat.h>

static struct str account;
static struct net *net;
static char folder[] = "/tmp/adwright_process_XXXXXX";
static struct str small, large; /* the clip made small; and in other bytes */

static const struct job_kind *const kinds[] = {creative_jobs, launch_jobs, NULL};

static struct str clip_bytes(const char *name)
{
    for (const struct embedded *e = embedded_demo; e->name; e++)
        if (strstr(e->name, name))
            return (struct str){e->bytes, e->n};
    return STR("");
}

static struct str file_bytes(struct arena *arena, const char *path)
{
    struct str bytes = STR("");
    struct err err = {0};

    CHECK_OK(creative_file_read(arena, path, LIMIT_VIDEO, &bytes, &err), err);
    return bytes;
}

static void begin(struct ground *g, struct database *database, struct db *db)
{
    ground_begin(g, database, db);
    fake_begin();
    g->conf.data = str(folder);
    g->conf.allow_private_urls = true;
    g->conf.tiktok_base_url = STR("http://127.0.0.1:1");
    g->conf.transcription_provider = STR("off");
    account = ground_account(g, "9100", "KZT", "Asia/Almaty", "KZ");
    ground_direction(g, "d1", account, "", "");
}

static struct str add(struct ground *g, const char *title, struct str bytes)
{
    struct creative_wish wish = {.title = str(title),
                                 .direction_id = STR("d1"),
                                 .ad_text = STR("Text"),
                                 .actor = STR("test")};
    struct str name = id_new(g->arena);
    struct creative_source file = {.path = str_fmt(g->arena, "uploads/" STR_FMT, STR_ARG(name)),
                                   .sha256 = seal_sha256_hex(g->arena, bytes),
                                   .size_bytes = (int64_t)bytes.n};
    struct str id = STR("");

    CHECK_OK(creative_file_folders(&g->conf, g->arena, file.path, &g->err) &&
                 creative_file_write(g->arena,
                                     creative_file_path(&g->conf, g->arena, file.path, ""),
                                     bytes, &g->err) &&
                 db_begin(g->db, &g->err) &&
                 db_end(g->db,
                        creative_add_from_upload(&g->app, g->db, g->arena, &wish, &file,
                                                 clock_wall_ms(), &id, &g->err),
                        &g->err),
             g->err);
    return id;
}

static struct creative get(struct ground *g, struct str id)
{
    struct creative c = {0};

    CHECK_OK(creative_get(g->db, g->arena, id, &c, &g->err), g->err);
    return c;
}

/* What is due now; the errors of jobs are theirs. */
static void run(struct ground *g)
{
    int ran;

    CHECK_OK(job_run_due(g->database, kinds, g->db, net, &g->app, &ran, &g->err), g->err);
}

/* When the next job of a creative falls due; 0 = none waits. */
static int64_t next_due(struct ground *g)
{
    int64_t due_ms = 0;

    CHECK(str_int(ground_ask(g,
                             "SELECT COALESCE(min(run_at_ms), 0) FROM jobs WHERE org_id = $1"
                             " AND state = 'waiting' AND kind LIKE 'creative.%'",
                             TEXT(g->org)),
                  &due_ms),
          "no number");
    return due_ms;
}

/* Until nothing waits any more; the clock goes from wait to wait.  How many waits. */
static int run_on(struct ground *g)
{
    int waits = 0;

    for (;; waits++) {
        run(g);
        int64_t due_ms = next_due(g);
        if (!due_ms || waits > 200)
            return waits;
        if (due_ms > clock_wall_ms())
            clock_set_wall(due_ms);
    }
}

/* "probe=done posters=done ..." */
static struct str steps(struct ground *g, struct str id)
{
    struct creative c = get(g, id);
    struct creative_steps list = {0};
    struct str out = STR("");

    CHECK_OK(creative_steps_list(g->db, g->arena, &c, &list, &g->err), g->err);
    for (size_t i = 0; i < list.n; i++)
        out = str_fmt(g->arena, STR_FMT "%s%s=%s", STR_ARG(out), i ? " " : "", list.at[i].name,
                      list.at[i].state);
    return out;
}

static struct creative_step step(struct ground *g, struct str id, const char *name)
{
    struct creative c = get(g, id);
    struct creative_steps list = {0};

    CHECK_OK(creative_steps_list(g->db, g->arena, &c, &list, &g->err), g->err);
    for (size_t i = 0; i < list.n; i++)
        if (strcmp(list.at[i].name, name) == 0)
            return list.at[i];
    CHECK(false, "no step %s", name);
    return (struct creative_step){0};
}

static bool exists(struct ground *g, struct str place)
{
    struct stat about;

    return stat(creative_file_path(&g->conf, g->arena, place, ""), &about) == 0;
}

/* --- the whole way --- */

static void an_upload_goes_all_the_way_to_its_advertiser(struct database *database,
                                                         struct db *db)
{
    struct ground g;
    struct creative_poster_list posters = {0};
    struct creative c;
    struct str id;

    begin(&g, database, db);
    id = add(&g, "Lesson", clip_bytes("trial-lesson"));
    CHECK(IS(steps(&g, id), "probe=waiting posters=waiting transcript=waiting upload=waiting "
                            "usable=waiting poster=waiting"),
          STR_FMT, STR_ARG(steps(&g, id)));
    fake.usable_after = 2;
    run(&g);
    c = get(&g, id);
    CHECK(IS(c.status, "ready") && IS(c.push_state, "sending") &&
              str_has(c.push_text, STR("still processing")),
          STR_FMT " " STR_FMT, STR_ARG(c.push_state), STR_ARG(c.push_text));
    CHECK(IS(steps(&g, id), "probe=done posters=done transcript=off upload=done usable=waiting "
                            "poster=waiting"),
          STR_FMT, STR_ARG(steps(&g, id)));
    CHECK(step(&g, id, "upload").percent == 100 && step(&g, id, "usable").attempts == 1 &&
              str_has(step(&g, id, "transcript").reason, STR("off")),
          "%d %%", step(&g, id, "upload").percent);
    run_on(&g);
    c = get(&g, id);
    CHECK(IS(c.status, "ready") && IS(c.push_state, "ready") && !c.push_text.n &&
              c.fingerprint.n == 128 && !c.md5.n,
          STR_FMT, STR_ARG(c.push_text));
    CHECK(IS(steps(&g, id), "probe=done posters=done transcript=off upload=done usable=done "
                            "poster=done"),
          STR_FMT, STR_ARG(steps(&g, id)));
    CHECK(fake.videos_n == 1 && fake.images_n == 1, "%d videos", fake.videos_n);
    CHECK_OK(creative_posters(db, g.arena, &c, &posters, &g.err), g.err);
    CHECK(posters.n == 3 && exists(&g, posters.at[2].path) &&
              posters.at[0].at_ms < posters.at[1].at_ms,
          "%zu posters", posters.n);
    ground_end(&g);
}

/* Run with the k-th statement failing, then again until all is done. */
static void stumble_and_go_on(struct ground *g, int64_t k, enum db_fault fault)
{
    database_fail_at(g->database, k, fault);
    for (int i = 0; i < 4; i++) {
        struct err stumble = {0};
        int ran;

        if (job_run_due(g->database, kinds, g->db, net, &g->app, &ran, &stumble))
            break;
    }
    database_fail_at(g->database, 0, DB_FAULT_ERROR);
    db_scope(g->db, g->org);
    clock_set_wall(clock_wall_ms() + 10 * HOUR_MS); /* a lease lapses */
    run_on(g);
}

static int64_t statements_of(struct ground *g)
{
    int64_t before = database_statements(g->database);

    run_on(g);
    return database_statements(g->database) - before;
}

static void check_sent_once(struct ground *g, struct str id, int64_t k)
{
    struct creative c = get(g, id);

    CHECK(IS(c.status, "ready") && IS(c.push_state, "ready"),
          "statement %lld: " STR_FMT " " STR_FMT " " STR_FMT, (long long)k, STR_ARG(c.status),
          STR_ARG(c.error_text), STR_ARG(c.push_text));
    CHECK(fake.videos_n == 1 && fake.images_n == 1, "statement %lld: %d videos, %d posters",
          (long long)k, fake.videos_n, fake.images_n);
}

static void forget_copies(struct ground *g)
{
    CHECK_OK(db_run(g->db, NULL, &g->err,
                    "DELETE FROM creative_platform_files WHERE org_id = $1", TEXT(g->org)),
             g->err);
    fake.videos_n = fake.images_n = 0;
}

static void
a_statement_that_fails_anywhere_leaves_one_video_and_one_poster(struct database *database,
                                                                struct db *db)
{
    static const enum db_fault faults[] = {DB_FAULT_ERROR, DB_FAULT_ANSWER_LOST};
    int64_t stride = database_is_postgres(database) ? 5 : 1;
    struct ground g;
    struct str id;
    int64_t most, k;

    begin(&g, database, db);
    id = add(&g, "Lesson", small);
    most = statements_of(&g);
    check_sent_once(&g, id, 0);
    /* From the upload on: every statement.  On SQLite no answer is lost. */
    for (size_t f = 0; f < (database_is_postgres(database) ? countof(faults) : 1); f++)
        for (k = 1, most = 2; k <= most; k += k == 1 ? 1 : stride) {
            forget_copies(&g);
            CHECK_OK(db_run(db, NULL, &g.err,
                            "UPDATE creatives SET push_state = 'failed' WHERE org_id = $1",
                            TEXT(g.org)) &&
                         db_run(db, NULL, &g.err,
                                "DELETE FROM workflow_steps WHERE org_id = $1", TEXT(g.org)) &&
                         creative_retry(db, g.arena, id, STR("t"), clock_wall_ms(), &g.err),
                     g.err);
            if (k == 1)
                most = statements_of(&g), check_sent_once(&g, id, 0);
            else
                stumble_and_go_on(&g, k - 1, faults[f]), check_sent_once(&g, id, k);
        }
    CHECK(most > 15, "%lld statements", (long long)most);
    /* The looking, which is slow: some of them. */
    for (k = 3; k < 40; k += 12) {
        forget_copies(&g);
        id = add(&g, "Again", small);
        stumble_and_go_on(&g, k, DB_FAULT_ERROR);
        check_sent_once(&g, id, k);
    }
    ground_end(&g);
}

/* --- failures --- */

static void
a_send_is_tried_after_2_5_and_10_seconds_then_it_has_failed(struct database *database,
                                                            struct db *db)
{
    static const int64_t waits_ms[] = {2000, 5000, 10000};
    struct ground g;
    struct creative_failure failure;
    struct creative_filter filter = {.status = STR("failed"), .limit = 10};
    struct creatives list = {0};
    struct creative c;
    struct str id;
    int64_t retried = 0;

    begin(&g, database, db);
    id = add(&g, "Lesson", small);
    fake_fail(1, FAKE_BUSY, 0);
    run(&g);
    for (size_t i = 0; i < countof(waits_ms); i++) {
        int64_t due_ms = next_due(&g);

        int64_t wait_ms = due_ms - clock_wall_ms(); /* the clock goes on meanwhile */

        CHECK(wait_ms <= waits_ms[i] && wait_ms > waits_ms[i] - 1500, "wait %zu: %lld ms", i,
              (long long)wait_ms);
        CHECK(str_has(get(&g, id).push_text, STR("slow down")), "what happened is not shown");
        fake_fail(1, FAKE_BUSY, 0);
        clock_set_wall(due_ms);
        run(&g);
    }
    c = get(&g, id);
    CHECK(IS(c.status, "ready") && IS(c.push_state, "failed") && fake.writes == 4,
          STR_FMT " after %d sends", STR_ARG(c.push_state), fake.writes);
    CHECK_OK(creative_list(db, g.arena, &filter, &list, &g.err), g.err);
    CHECK(list.n == 1 && creative_failure_read(g.arena, &list.at[0], &failure) &&
              IS(failure.step, "upload") && failure.retriable &&
              str_has(failure.cause, STR("slow down")),
          STR_FMT, STR_ARG(failure.step));
    db_scope(db, g.other);
    CHECK_OK(creative_retry_all(db, g.arena, STR(""), STR("x"), 1, &retried, &g.err), g.err);
    CHECK(retried == 0, "a stranger retried");
    db_scope(db, g.org);
    CHECK_OK(
        creative_retry_all(db, g.arena, STR(""), STR("t"), clock_wall_ms(), &retried, &g.err),
        g.err);
    run_on(&g);
    CHECK(retried == 1 && IS(get(&g, id).push_state, "ready") && fake.videos_n == 1,
          "%lld retried", (long long)retried);
    CHECK(!creative_retry(db, g.arena, id, STR("t"), 1, &g.err) && g.err.kind == ERR_CONFLICT,
          "what did not fail was retried");
    ground_end(&g);
}

static void
an_answer_that_is_lost_is_looked_for_and_a_refusal_is_told(struct database *database,
                                                           struct db *db)
{
    struct ground g;
    struct creative_failure failure;
    struct str id;

    begin(&g, database, db);
    for (int at = 1; at <= 2; at++) {
        fake.videos_n = fake.images_n = 0;
        fake_fail(at, FAKE_LOST_AFTER, 0);
        id = add(&g, at == 1 ? "Video lost" : "Poster lost",
                 clip_bytes(at == 1 ? "win" : "ninety"));
        run_on(&g);
        CHECK(IS(get(&g, id).push_state, "ready") && fake.videos_n == 1 && fake.images_n == 1,
              "write %d: %d videos, %d posters", at, fake.videos_n, fake.images_n);
    }
    id = add(&g, "Refused", clip_bytes("trial"));
    fake_fail(1, FAKE_REFUSED, 40002);
    run_on(&g);
    struct creative c = get(&g, id);
    CHECK(IS(c.status, "failed") && creative_failure_read(g.arena, &c, &failure) &&
              !failure.retriable && IS(failure.step, "upload"),
          STR_FMT, STR_ARG(c.status));
    CHECK(strcmp(step(&g, id, "upload").state, "failed") == 0 &&
              step(&g, id, "upload").reason.n,
          STR_FMT, STR_ARG(steps(&g, id)));
    CHECK_OK(creative_retry(db, g.arena, id, STR("t"), clock_wall_ms(), &g.err), g.err);
    run_on(&g);
    CHECK(IS(get(&g, id).status, "ready") && IS(get(&g, id).push_state, "ready"), STR_FMT,
          STR_ARG(steps(&g, id)));
    ground_end(&g);
}

static void
without_an_account_it_waits_and_goes_when_one_is_connected(struct database *database,
                                                           struct db *db)
{
    struct ground g;
    struct str id, waiting;

    begin(&g, database, db);
    CHECK_OK(ad_account_add(db, g.arena, STR("Later"), STR("test"), clock_wall_ms(), &waiting,
                            &g.err),
             g.err);
    CHECK_OK(db_run(db, NULL, &g.err,
                    "UPDATE directions SET ad_account_id = $2 WHERE org_id = $1", TEXT(g.org),
                    TEXT(waiting)),
             g.err);
    id = add(&g, "Lesson", small);
    run_on(&g);
    CHECK(IS(get(&g, id).status, "ready") && IS(get(&g, id).push_state, "waiting") &&
              fake.writes == 0 &&
              str_has(step(&g, id, "upload").reason, STR("no connected account")),
          STR_FMT, STR_ARG(get(&g, id).push_text));
    struct ad_grant grant = {.platform = STR("tiktok"),
                             .token = {.secret = {STR("secret-token")}},
                             .ad_account_id = waiting};
    *platform_advertisers_add(&grant.advertisers, g.arena) =
        (struct platform_advertiser){.id = STR("9300"),
                                     .name = STR("Later"),
                                     .currency = STR("KZT"),
                                     .zone = STR("Asia/Almaty"),
                                     .country = STR("KZ"),
                                     .status = STR("STATUS_ENABLE"),
                                     .deliverable = true};
    CHECK_OK(ad_account_connect(&g.app, db, g.arena, &grant, STR("test"), clock_wall_ms(),
                                &waiting, &g.err),
             g.err);
    run_on(&g);
    CHECK(IS(get(&g, id).push_state, "ready") && fake.videos_n == 1, STR_FMT,
          STR_ARG(get(&g, id).push_text));
    ground_end(&g);
}

static void a_change_made_while_it_is_prepared_is_kept(struct database *database, struct db *db)
{
    struct ground g;
    struct creative_change change = {.set_title = true, .title = STR("Renamed")};
    struct str id, other;

    begin(&g, database, db);
    id = add(&g, "Lesson", small);
    change.version = get(&g, id).version;
    CHECK_OK(creative_update(db, g.arena, id, &change, STR("t"), clock_wall_ms(), &g.err),
             g.err);
    run_on(&g);
    CHECK(IS(get(&g, id).title, "Renamed") && IS(get(&g, id).push_state, "ready"), STR_FMT,
          STR_ARG(get(&g, id).title));
    CHECK(!creative_update(db, g.arena, id, &change, STR("t"), clock_wall_ms(), &g.err) &&
              g.err.kind == ERR_CONFLICT,
          "an old version was written over");
    /* To another direction: its advertiser gets it too. */
    other = ground_account(&g, "9400", "KZT", "Asia/Almaty", "KZ");
    ground_direction(&g, "d4", other, "", "");
    change = (struct creative_change){.set_direction = true, .direction_id = STR("d4")};
    CHECK_OK(creative_update(db, g.arena, id, &change, STR("t"), clock_wall_ms(), &g.err),
             g.err);
    CHECK(IS(get(&g, id).push_state, "waiting"), STR_FMT, STR_ARG(get(&g, id).push_state));
    fake.videos_n = fake.images_n = 0; /* another advertiser's library */
    run_on(&g);
    CHECK(IS(get(&g, id).push_state, "ready") && fake.videos_n == 1, "%d videos",
          fake.videos_n);
    ground_end(&g);
}

/* --- likeness --- */

static void the_same_bytes_are_sent_once_and_a_likeness_is_told(struct database *database,
                                                                struct db *db)
{
    struct ground g;
    struct str one, two, alike;

    begin(&g, database, db);
    one = add(&g, "One", clip_bytes("trial-lesson"));
    run_on(&g);
    clock_set_wall(clock_wall_ms() + 10);
    two = add(&g, "Two", clip_bytes("trial-lesson"));
    run_on(&g);
    CHECK(IS(get(&g, two).push_state, "ready") && fake.videos_n == 1, "%d videos",
          fake.videos_n);
    CHECK(str_has(step(&g, two, "upload").reason, one), STR_FMT,
          STR_ARG(step(&g, two, "upload").reason));
    alike = add(&g, "In other bytes", large);
    run_on(&g);
    CHECK(IS(get(&g, alike).push_state, "ready") && fake.videos_n == 2 &&
              str_has(get(&g, alike).probe_json, STR("near_duplicate")) &&
              str_has(get(&g, alike).probe_json, one) +
                      str_has(get(&g, alike).probe_json, two) >
                  0,
          STR_FMT, STR_ARG(get(&g, alike).probe_json));
    CHECK(!str_has(get(&g, two).probe_json, STR("near_duplicate")),
          "the same content is a duplicate, not a likeness");
    /* Gone on the platform: it is sent after all, under a name of its own. */
    fake.videos_n = 0;
    alike = add(&g, "Three", clip_bytes("trial-lesson"));
    run_on(&g);
    CHECK(IS(get(&g, alike).push_state, "ready") && fake.videos_n == 1, "%d videos",
          fake.videos_n);
    ground_end(&g);
}

/* --- transcripts --- */

static void a_transcript_that_fails_never_fails_the_creative(struct database *database,
                                                             struct db *db)
{
    struct ground g;
    struct creative_transcript t;
    struct str id;
    bool found;

    begin(&g, database, db);
    g.conf.transcription_provider = STR("http");
    g.conf.transcription_url = STR("http://127.0.0.1:1/v1/audio/transcriptions");
    id = add(&g, "Lesson", small);
    run(&g);
    CHECK_OK(creative_transcript_get(db, g.arena, id, &found, &t, &g.err) && found, g.err);
    CHECK(IS(t.state, "waiting") && t.reason.n && IS(get(&g, id).push_state, "ready"),
          STR_FMT " " STR_FMT, STR_ARG(t.state), STR_ARG(t.reason));
    run_on(&g);
    CHECK_OK(creative_transcript_get(db, g.arena, id, &found, &t, &g.err), g.err);
    CHECK(IS(t.state, "failed") && t.reason.n && t.attempts == 4, STR_FMT " %lld",
          STR_ARG(t.state), (long long)t.attempts);
    CHECK(IS(get(&g, id).status, "ready") && IS(get(&g, id).push_state, "ready"),
          "the creative failed with its transcript");
    CHECK(strcmp(step(&g, id, "transcript").state, "failed") == 0, "not shown");
    db_scope(db, g.other);
    CHECK(!creative_transcribe_again(db, g.arena, id, STR("x"), 1, &g.err), "a stranger");
    CHECK_OK(creative_transcript_get(db, g.arena, id, &found, &t, &g.err) && !found, g.err);
    db_scope(db, g.org);
    g.conf.transcription_provider = STR("off");
    CHECK_OK(creative_transcribe_again(db, g.arena, id, STR("t"), clock_wall_ms(), &g.err),
             g.err);
    run_on(&g);
    CHECK_OK(creative_transcript_get(db, g.arena, id, &found, &t, &g.err), g.err);
    CHECK(IS(t.state, "off") && t.reason.n &&
              strcmp(step(&g, id, "transcript").state, "off") == 0,
          STR_FMT, STR_ARG(t.state));
    ground_end(&g);
}

/* --- posters --- */

static void another_poster_is_sent_when_it_is_chosen(struct database *database, struct db *db)
{
    struct ground g;
    struct str id;

    begin(&g, database, db);
    id = add(&g, "Lesson", small);
    run_on(&g);
    CHECK(!creative_choose_poster(db, g.arena, id, 9, STR("t"), 1, &g.err) &&
              strcmp(g.err.field, "position") == 0,
          "a poster that is not there");
    CHECK_OK(creative_choose_poster(db, g.arena, id, 2, STR("t"), clock_wall_ms(), &g.err),
             g.err);
    CHECK(strcmp(step(&g, id, "poster").state, "waiting") == 0, STR_FMT,
          STR_ARG(steps(&g, id)));
    run_on(&g);
    CHECK(fake.images_n == 2 && strstr(fake.images[1].name, "-p2.jpg") &&
              strcmp(step(&g, id, "poster").state, "done") == 0,
          "%d posters", fake.images_n);
    struct creative c = get(&g, id);
    CHECK(strstr(creative_poster_path(&g.conf, g.arena, &c), ".2.jpg"),
          "the other one is shown");
    CHECK_OK(creative_choose_poster(db, g.arena, id, 2, STR("t"), clock_wall_ms(), &g.err),
             g.err);
    run_on(&g);
    CHECK(fake.images_n == 2, "the same choice twice sends nothing");
    db_scope(db, g.other);
    CHECK(!creative_choose_poster(db, g.arena, id, 1, STR("x"), 1, &g.err), "a stranger chose");
    struct creative_poster_list list = {0};
    CHECK_OK(creative_posters(db, g.arena, &c, &list, &g.err) && list.n == 0, g.err);
    ground_end(&g);
}

/* --- mending --- */

static void
what_can_be_mended_is_mended_on_demand_and_both_files_are_kept(struct database *database,
                                                               struct db *db)
{
    struct ground g;
    struct creative c;
    struct str id;

    begin(&g, database, db);
    struct media_plan tiny = {.transcode = true, .width = 270, .height = 480};
    char path[100];
    snprintf(path, sizeof path, "%s/tiny.mp4", folder);
    CHECK_OK(
        creative_file_write(g.arena, str_fmt(g.arena, "%s/in.mp4", folder).p, small, &g.err) &&
            media_mend(g.arena, str_fmt(g.arena, "%s/in.mp4", folder).p, path, &tiny, &g.err),
        g.err);
    id = add(&g, "Tiny", file_bytes(g.arena, path));
    run_on(&g);
    c = get(&g, id);
    CHECK(IS(c.status, "failed") && str_has(c.probe_json, STR("270x480")) &&
              str_has(c.probe_json, STR("ffmpeg")),
          STR_FMT " " STR_FMT, STR_ARG(c.status), STR_ARG(c.error_text));
    g.conf.creative_mend = true;
    CHECK_OK(creative_retry(db, g.arena, id, STR("t"), clock_wall_ms(), &g.err), g.err);
    run_on(&g);
    c = get(&g, id);
    CHECK(IS(c.status, "ready") && IS(c.push_state, "ready") && c.width >= 540,
          STR_FMT " " STR_FMT, STR_ARG(c.status), STR_ARG(c.error_text));
    CHECK(c.original_path.n && exists(&g, c.original_path) && exists(&g, c.media_path) &&
              strcmp(step(&g, id, "mend").state, "done") == 0,
          STR_FMT, STR_ARG(steps(&g, id)));
    ground_end(&g);
}

/* --- Facebook --- */

static struct platform fake_facebook;

static void facebook(struct ground *g)
{
    struct ad_grant grant = {.platform = STR("facebook"),
                             .token = {.secret = {STR("secret-token")}},
                             .ad_account_id = account};

    fake_facebook = fake_platform;
    fake_facebook.name = "facebook";
    platform_register_for_tests(&fake_facebook);
    *platform_advertisers_add(&grant.advertisers, g->arena) =
        (struct platform_advertiser){.id = STR("act_9100"),
                                     .name = STR("On Facebook"),
                                     .currency = STR("USD"),
                                     .zone = STR("Asia/Almaty"),
                                     .country = STR("KZ"),
                                     .status = STR("ACTIVE"),
                                     .deliverable = true};
    CHECK_OK(ad_account_connect(&g->app, g->db, g->arena, &grant, STR("test"), clock_wall_ms(),
                                &account, &g->err),
             g->err);
    CHECK_OK(db_run(g->db, NULL, &g->err,
                    "UPDATE directions SET platform = 'facebook' WHERE org_id = $1",
                    TEXT(g->org)),
             g->err);
}

static void facebook_takes_images_and_carousels_too(struct database *database, struct db *db)
{
    struct ground g;
    struct creative_card_list cards = {0};
    struct creative_wish wish = {
        .title = STR("Carousel"), .direction_id = STR("d1"), .actor = STR("test")};
    struct str image, jpeg, video, id;

    begin(&g, database, db);
    CHECK_OK(
        media_poster(g.arena, str_fmt(g.arena, "%s/in.mp4", folder).p, 1000, &jpeg, &g.err),
        g.err);
    image = add(&g, "An image for TikTok", jpeg);
    run_on(&g);
    CHECK(IS(get(&g, image).status, "failed") &&
              str_has(get(&g, image).error_text, STR("takes videos")),
          STR_FMT ": " STR_FMT, STR_ARG(get(&g, image).status),
          STR_ARG(get(&g, image).error_text));
    *creative_card_list_add(&cards, g.arena) = (struct creative_card){.card_id = image};
    CHECK(!creative_add_carousel(db, g.arena, &wish, &cards, 1, &id, &g.err) &&
              strcmp(g.err.field, "cards") == 0,
          "one card");
    *creative_card_list_add(&cards, g.arena) = (struct creative_card){.card_id = image};
    CHECK(!creative_add_carousel(db, g.arena, &wish, &cards, 1, &id, &g.err) &&
              strcmp(g.err.field, "media_type") == 0 && strstr(g.err.text, "TikTok"),
          "%s", g.err.text);
    facebook(&g);
    image = add(&g, "An image", jpeg);
    video = add(&g, "A video", small);
    cards.at[0] = (struct creative_card){.card_id = image, .title = STR("First")};
    cards.at[1] = (struct creative_card){.card_id = video,
                                         .landing_page_url = STR("https://example.com/")};
    CHECK_OK(creative_add_carousel(db, g.arena, &wish, &cards, clock_wall_ms(), &id, &g.err),
             g.err);
    run_on(&g);
    CHECK(IS(get(&g, image).media_type, "image") && IS(get(&g, image).push_state, "ready") &&
              IS(steps(&g, image), "probe=done posters=done upload=done"),
          STR_FMT ": " STR_FMT, STR_ARG(steps(&g, image)), STR_ARG(get(&g, image).error_text));
    CHECK(IS(get(&g, video).push_state, "ready"), STR_FMT, STR_ARG(get(&g, video).push_text));
    CHECK(IS(get(&g, id).status, "ready") && IS(get(&g, id).push_state, "ready"),
          STR_FMT ": " STR_FMT, STR_ARG(get(&g, id).status), STR_ARG(get(&g, id).push_text));
    CHECK(fake.videos_n == 1 && fake.images_n == 2, "%d videos, %d images", fake.videos_n,
          fake.images_n);
    cards.n = 0;
    CHECK_OK(creative_cards(db, g.arena, id, &cards, &g.err), g.err);
    CHECK(cards.n == 2 && IS(cards.at[0].title, "First") && cards.at[1].landing_page_url.n,
          "%zu cards", cards.n);
    db_scope(db, g.other);
    cards.n = 0;
    CHECK_OK(creative_cards(db, g.arena, id, &cards, &g.err) && cards.n == 0, g.err);
    platform_register_for_tests(NULL);
    ground_end(&g);
}

static void command(struct arena *arena, const char *line)
{
    CHECK(system(str_fmt(arena, "cd %s && %s", folder, line).p) == 0, "%s", line);
}

/* A short clip where any video does, and the long one in other bytes. */
static void make_clips(struct arena *arena)
{
    struct media_plan encode = {.transcode = true, .video_bit_rate = 1500000};
    struct err err = {0};
    struct str in = str_fmt(arena, "%s/in.mp4", folder), out;

    out = str_fmt(arena, "%s/out.mp4", folder);
    CHECK_OK(creative_file_write(arena, in.p, clip_bytes("trial-lesson"), &err) &&
                 media_mend(arena, in.p, out.p, &encode, &err),
             err);
    command(arena, "ffmpeg -v error -y -i in.mp4 -t 1 -c:v libx264 -preset ultrafast -crf 8 "
                   "-c:a copy small.mp4");
    small = file_bytes(arena, str_fmt(arena, "%s/small.mp4", folder).p);
    large = file_bytes(arena, out.p);
    CHECK(large.n && !str_eq(small, large), "the same bytes");
}

int main(int argc, char **argv)
{
    struct arena *arena;
    struct err err = {0};

    confine_main(argc, argv, media_works);
    log_setup(getenv("TEST_LOG") ? LOG_DEBUG : LOG_ERROR + 1, 0);
    if (!mkdtemp(folder) || !net_open(&net, &err) || !seal_setup(&err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    arena = arena_new("clips");
    make_clips(arena);
    RUN_ON_DATABASES(an_upload_goes_all_the_way_to_its_advertiser);
    RUN_ON_DATABASES(a_statement_that_fails_anywhere_leaves_one_video_and_one_poster);
    RUN_ON_DATABASES(a_send_is_tried_after_2_5_and_10_seconds_then_it_has_failed);
    RUN_ON_DATABASES(an_answer_that_is_lost_is_looked_for_and_a_refusal_is_told);
    RUN_ON_DATABASES(without_an_account_it_waits_and_goes_when_one_is_connected);
    RUN_ON_DATABASES(a_change_made_while_it_is_prepared_is_kept);
    RUN_ON_DATABASES(the_same_bytes_are_sent_once_and_a_likeness_is_told);
    RUN_ON_DATABASES(a_transcript_that_fails_never_fails_the_creative);
    RUN_ON_DATABASES(another_poster_is_sent_when_it_is_chosen);
    RUN_ON_DATABASES(what_can_be_mended_is_mended_on_demand_and_both_files_are_kept);
    RUN_ON_DATABASES(facebook_takes_images_and_carousels_too);
    net_close(net);
    arena_free(arena);
    char remove[80];
    snprintf(remove, sizeof remove, "rm -rf %s", folder);
    if (system(remove) != 0)
        return 1;
    return test_report();
}
