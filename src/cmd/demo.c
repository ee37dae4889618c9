/* demo.c - `adwright demo`: the whole loop, told as steps. */

#include "cmd/demo.h"
#include "auth/auth.h"
#include "base/clock.h"
#include "base/embedded.h"
#include "base/log.h"
#include "base/random.h"
#include "db/db.h"
#include "seal/seal.h"
#include "text/form.h"
#include "text/hex.h"
#include "text/url.h"
#include "text/zone.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

static const char help[] =
    "usage: adwright demo [--once] [--json] [--video FILE ...] [--SETTING VALUE ...]\n\n"
    "Run the loop against a sandbox in this process: connect an ad account, launch campaigns\n"
    "from videos, live 14 days in seconds, receive leads, sell, let the autopilot move "
    "budgets,\n"
    "and show what each creative earned.  Ends with a page left running; --once ends "
    "instead.\n\n"
    "  --once         end after the tables\n"
    "  --json         print one JSON document (steps, ROI rows, decisions, counts); implies "
    "--once\n"
    "  --video FILE   use your own videos (mp4, mov, webm; repeat for several)\n\n"
    "Data go to a temporary folder that is removed at the end, unless --data names one.\n";

static const char *const settings[] = {"address",      "data",          "db", "log", "port",
                                       "sandbox_seed", "sandbox_world", NULL};

/* --- the steps ------------------------------------------------------------ */

/* The simulated past: 14 days that end this morning in the account's zone. */
static void choose_start(struct demo *demo)
{
    int64_t now_ms = clock_wall_ms();
    struct day today = zone_day(DEMO_ZONE, now_ms);
    int64_t last_ms = zone_day_start_ms(DEMO_ZONE, day_str(&today)) + 8 * HOUR_MS;

    if (last_ms > now_ms)
        last_ms -= DAY_MS;
    demo->start_ms = last_ms - DEMO_DAYS * DAY_MS;
    demo->now_ms = demo->start_ms;
    demo->first_day = zone_day(DEMO_ZONE, demo->start_ms);
    demo->last_day = zone_day(DEMO_ZONE, last_ms);
    clock_set_wall(demo->start_ms);
    clock_freeze(true);
}

static bool start_sandbox(struct demo *demo, struct str *outcome, struct err *err)
{
    demo->sandbox_conf = demo->boot.conf;
    demo->sandbox_conf.port = 0;
    demo->sandbox_conf.address = STR("127.0.0.1");
    if (!sandbox_start(&demo->sandbox_conf, &demo->sandbox, err))
        return false;
    demo->sandbox_base =
        str_fmt(demo->arena, "http://127.0.0.1:%d", sandbox_port(demo->sandbox));

    const struct json *state;
    if (!demo_sandbox_call(demo, "GET", STR("/sandbox/state"), STR(""), &state, err))
        return false;
    struct conf *conf = &demo->boot.conf;
    conf->tiktok_base_url = demo->sandbox_base;
    conf->tiktok_auth_url =
        str_fmt(demo->arena, STR_FMT "/portal/auth", STR_ARG(demo->sandbox_base));
    conf->tiktok_app_id = json_text(state, "app_id", STR(""));
    conf->tiktok_app_secret = json_text(state, "app_secret", STR(""));
    conf->facebook_base_url = conf->facebook_video_base_url = demo->sandbox_base;
    conf->facebook_dialog_url = demo->sandbox_base;
    conf->facebook_app_id = json_text(state, "facebook_app_id", STR(""));
    conf->facebook_app_secret = json_text(state, "facebook_app_secret", STR(""));
    demo->advertiser_id = json_text(state, "advertisers.0.advertiser_id", STR(""));
    demo->page_id = json_text(state, "pages.0.page_id", STR(""));
    *outcome = str_fmt(demo->arena, "world \"" STR_FMT "\", seed " STR_FMT,
                       STR_ARG(conf->sandbox_world), STR_ARG(conf->sandbox_seed));
    return demo_sandbox_call(demo, "POST", STR("/sandbox/settings"),
                             STR("{\"rate_level\":\"off\",\"readiness_ms\":200}"), NULL, err);
}

/* The wished port where it is free, else any: a demo never fails for a busy 8080. */
static bool start_server(struct demo *demo, struct str *outcome, struct err *err)
{
    if (!server_start(&demo->boot, &demo->server, err)) {
        if (err->kind != ERR_CONFLICT || demo->boot.conf.port == 0)
            return false;
        demo->boot.conf.port = 0;
        if (!server_start(&demo->boot, &demo->server, err))
            return false;
    }
    demo->base = str_fmt(demo->arena, "http://" STR_FMT ":%d", STR_ARG(demo->boot.conf.address),
                         server_port(demo->server));
    demo->boot.conf.public_url = demo->base;
    *outcome =
        str_fmt(demo->arena, STR_FMT " on " STR_FMT, STR_ARG(demo->base),
                STR_ARG(str_starts(demo->boot.db_url, STR("sqlite:")) ? STR("SQLite")
                                                                      : STR("PostgreSQL")));
    return true;
}

static bool make_org(struct demo *demo, struct str *outcome, struct err *err)
{
    struct db *db;
    struct arena *a = demo->arena;
    struct str id;

    demo->email = str_fmt(a, "owner-%08" PRIx64 "@example.com", random_u64() & 0xffffffff);
    demo->password = seal_token(a, STR(""));
    if (!db_open(demo->boot.app.database, &db, err))
        return false;
    db_scope_system(db);
    bool ok = org_add(db, a, STR("Demo agency"), STR("KZ"), STR("KZT"), &demo->org_id, err) &&
              user_add(db, a, demo->org_id, demo->email, demo->password, STR("owner"),
                       &demo->user_id, err) &&
              api_key_add(db, a, demo->org_id, STR("demo"),
                          CAN_READ | CAN_EDIT | CAN_SPEND | CAN_ADMIN, STR("cli"), &id,
                          &demo->key, err);
    db_close(db);
    *outcome = str_fmt(a, "owner " STR_FMT, STR_ARG(demo->email));
    return ok;
}

/* As a browser would: open the page, press Allow, follow the redirect to our callback. */
static bool connect_account(struct demo *demo, struct str *outcome, struct err *err)
{
    struct arena *a = demo->arena;
    const struct json *answer;
    struct net_answer page;

    if (!demo_call(demo, "GET", STR("/api/ad-accounts/oauth/start?platform=tiktok"), STR(""),
                   &answer, err))
        return false;
    struct str url = json_text(answer, "url", STR(""));
    if (!demo_fetch(demo, "GET", url, STR(""), STR(""), &page, err))
        return false;
    if (page.status != 200)
        return err_set(err, ERR_BROKEN, "the authorization page answered %d", page.status);
    struct str query = url;
    (void)str_cut(&query, '?');
    struct str consent = str_fmt(
        a, STR_FMT "/portal/auth/confirm?" STR_FMT "&advertiser_id=" STR_FMT "&answer=confirm",
        STR_ARG(demo->sandbox_base), STR_ARG(query), STR_ARG(demo->advertiser_id));
    if (!demo_fetch(demo, "GET", consent, STR(""), STR(""), &page, err))
        return false;
    if (page.status != 302 && page.status != 303)
        return err_set(err, ERR_BROKEN, "the consent answered %d instead of a redirect",
                       page.status);
    if (!demo_fetch(demo, "GET", page.location, STR(""), STR(""), &page, err))
        return false;
    if (page.status != 200)
        return err_set(err, ERR_BROKEN, "our callback page answered %d", page.status);
    if (!demo_call(demo, "GET", STR("/api/ad-accounts"), STR(""), &answer, err))
        return false;
    demo->ad_account_id = json_text(answer, "data.0.id", STR(""));
    *outcome =
        str_fmt(a, "advertiser " STR_FMT ", KZT, Asia/Almaty", STR_ARG(demo->advertiser_id));
    return demo_call(demo, "PATCH",
                     str_fmt(a, "/api/ad-accounts/" STR_FMT, STR_ARG(demo->ad_account_id)),
                     STR("{\"autopilot_tiktok\":true,\"daily_cap\":120000}"), NULL, err);
}

static bool make_directions(struct demo *demo, struct str *outcome, struct err *err)
{
    struct arena *a = demo->arena;
    const struct json *answer;
    struct str body = str_fmt(
        a,
        "{\"name\":\"English course\",\"platform\":\"both\",\"tiktok_objective\":"
        "\"lead_generation\",\"tiktok_daily_budget\":60000,\"tiktok_target_cpl\":2500,"
        "\"tiktok_adgroup_mode\":\"create_new\",\"tiktok_instant_page_id\":\"" STR_FMT "\","
        "\"objective\":\"lead_generation\",\"daily_budget\":20,\"target_cpl\":3,"
        "\"default_settings\":{\"cities\":[\"Almaty\",\"Astana\"],\"age_min\":18,\"age_max\":"
        "45,"
        "\"gender\":\"all\",\"languages\":[\"ru\"]}}",
        STR_ARG(demo->page_id));

    if (!demo_call(demo, "POST", STR("/api/directions"), body, NULL, err) ||
        !demo_call(demo, "GET", STR("/api/directions?platform=tiktok"), STR(""), &answer, err))
        return false;
    demo->direction_id = json_text(answer, "data.0.id", STR(""));
    *outcome = STR("\"English course\" on TikTok and on Instagram");
    return true;
}

struct clip {
    struct str title;
    struct str bytes;
};

/* The clips that adwright carries, in the order of the story: the last is kept for the
 * autopilot. */
static const char *const carried[] = {"ninety-days", "win-a-phone", "trial-lesson"};
/* How the sandbox's market takes the first three videos, whoever made them. */
static const char *const roles[] = {"average", "bad-leads", "winner"};

static struct str embedded_clip(const char *name)
{
    for (const struct embedded *file = embedded_demo; file->name; file++)
        if (str_starts(str(file->name), str(name)))
            return (struct str){file->bytes, file->n};
    must(!"the clip is carried");
    return STR("");
}

static bool give_role(struct demo *demo, size_t position, struct str bytes, struct err *err)
{
    if (position >= countof(roles))
        return true;
    struct str body = str_fmt(demo->arena,
                              "{\"advertiser_id\":\"" STR_FMT "\",\"creative\":\"" STR_FMT
                              "\",\"role\":\"%s\"}",
                              STR_ARG(demo->advertiser_id),
                              STR_ARG(seal_md5_hex(demo->arena, bytes)), roles[position]);
    return demo_sandbox_call(demo, "POST", STR("/sandbox/roles"), body, NULL, err);
}

static void put_metadata(struct demo *demo, struct buf *out, const char *key, struct str value)
{
    buf_fmt(out, "%s%s " STR_FMT, buf_str(out).n ? "," : "", key,
            STR_ARG(base64_encode(demo->arena, value)));
}

static bool upload_clip(struct demo *demo, const struct clip *clip, struct err *err)
{
    struct buf metadata;
    struct str id;

    buf_init(&metadata, demo->arena, 8192);
    put_metadata(demo, &metadata, "filename",
                 str_fmt(demo->arena, STR_FMT "%s", STR_ARG(clip->title),
                         str_has(clip->title, STR(".")) ? "" : ".mp4"));
    put_metadata(demo, &metadata, "title", clip->title);
    put_metadata(demo, &metadata, "direction_id", demo->direction_id);
    put_metadata(demo, &metadata, "ad_text", STR("English with a tutor, first lesson free"));
    if (!give_role(demo, demo->creative_ids.n, clip->bytes, err) ||
        !demo_upload(demo, buf_str(&metadata), clip->bytes, &id, err))
        return err_while(err, "uploading \"" STR_FMT "\"", STR_ARG(clip->title));
    *strs_add(&demo->creative_ids, demo->arena) = id;
    return true;
}

/* On the platform by now, or the reason why not; *heard is what was said in it. */
static bool check_clip(struct demo *demo, struct str id, struct str *heard, struct err *err)
{
    const struct json *answer;

    if (!demo_call(demo, "GET", str_fmt(demo->arena, "/api/creatives/" STR_FMT, STR_ARG(id)),
                   STR(""), &answer, err))
        return false;
    *heard = json_text(answer, "transcript.text", STR(""));
    return str_eq(json_text(answer, "push_state", STR("")), STR("ready")) ||
           err_set(err, ERR_BROKEN, "the video is " STR_FMT ": " STR_FMT STR_FMT,
                   STR_ARG(json_text(answer, "status", STR(""))),
                   STR_ARG(json_text(answer, "error_text", STR(""))),
                   STR_ARG(json_text(answer, "push_text", STR(""))));
}

/* A person's own video, read whole into memory. */
static bool read_video(struct demo *demo, struct str path, struct clip *clip, struct err *err)
{
    const char *text = str_c(demo->arena, path);
    const char *slash = strrchr(text, '/');
    struct stat st;
    int fd = open(text, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &st) != 0 || st.st_size == 0 || st.st_size > LIMIT_VIDEO) {
        if (fd >= 0)
            close(fd);
        return err_input(err, "video", "give the path of a video file of at most 500 MB",
                         "cannot use %s: %s", text,
                         fd < 0 ? strerror(errno) : "it is empty or too large");
    }
    void *bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (bytes == MAP_FAILED)
        return err_set(err, ERR_BROKEN, "cannot read %s: %s", text, strerror(errno));
    *clip = (struct clip){str(slash ? slash + 1 : text), {bytes, (size_t)st.st_size}};
    return true;
}

static bool upload_creatives(struct demo *demo, struct str *outcome, struct err *err)
{
    size_t bytes = 0;

    for (size_t i = 0; i < demo->videos.n; i++) {
        struct clip clip;
        if (!read_video(demo, demo->videos.at[i], &clip, err) || !upload_clip(demo, &clip, err))
            return false;
        bytes += clip.bytes.n;
    }
    for (size_t i = 0; demo->videos.n == 0 && i < countof(carried); i++) {
        struct clip clip = {str(carried[i]), embedded_clip(carried[i])};
        if (!upload_clip(demo, &clip, err))
            return false;
        bytes += clip.bytes.n;
    }
    struct str heard = STR("");
    if (!demo_settle(demo, err))
        return false;
    for (size_t i = 0; i < demo->creative_ids.n; i++)
        if (!check_clip(demo, demo->creative_ids.at[i], &heard, err))
            return false;
    *outcome =
        str_fmt(demo->arena, "%zu videos, %zu KB by TUS%s" STR_FMT "%s", demo->creative_ids.n,
                bytes / 1024, heard.n ? "; the last one says \"" : "",
                STR_ARG(str_sub(heard, 0, 60)), heard.n ? "\"" : "");
    return true;
}

static bool launched(struct demo *demo, struct str id, struct err *err)
{
    const struct json *answer;
    struct str path = str_fmt(demo->arena, "/api/launches/" STR_FMT, STR_ARG(id));

    if (!demo_settle(demo, err) || !demo_call(demo, "GET", path, STR(""), &answer, err))
        return false;
    struct str state = json_text(answer, "state", STR(""));
    return str_eq(state, STR("done")) ||
           err_set(err, ERR_BROKEN, "the launch is " STR_FMT ": " STR_FMT, STR_ARG(state),
                   STR_ARG(json_text(answer, "error.detail", STR("no reason was stored"))));
}

/* One creative, one ad group: so that the autopilot has something to compare.  The last one is
 * kept back: an unused creative is what it may start itself. */
static bool launch_ads(struct demo *demo, struct str *outcome, struct err *err)
{
    struct arena *a = demo->arena;
    const struct json *answer;
    size_t n = demo->creative_ids.n > 2 ? demo->creative_ids.n - 1 : demo->creative_ids.n;

    for (size_t i = 0; i < n; i++) {
        struct str body =
            str_fmt(a,
                    "{\"direction_id\":\"" STR_FMT "\",\"creative_ids\":[\"" STR_FMT
                    "\"],\"daily_budget\":20000,\"objective\":\"lead_generation\"}",
                    STR_ARG(demo->direction_id), STR_ARG(demo->creative_ids.at[i]));
        if (!demo_call(demo, "POST", STR("/api/tiktok-campaign-builder/manual-launch?wait=0"),
                       body, &answer, err) ||
            !launched(demo, json_text(answer, "launch_id", STR("")), err))
            return false;
    }
    *outcome = str_fmt(a, "1 campaign, %zu ad group%s with an ad each, published", n,
                       n == 1 ? "" : "s");
    return true;
}

static bool play_days(struct demo *demo, struct str *outcome, struct err *err)
{
    if (!demo_play_days(demo, err))
        return false;
    *outcome = str_fmt(demo->arena,
                       "%" PRId64 " leads, %" PRId64 " qualified, %" PRId64 " sales; %" PRId64
                       " decisions, %" PRId64 " changes",
                       demo->counts.leads, demo->counts.qualified, demo->counts.sales,
                       demo->counts.decisions, demo->counts.changes);
    return true;
}

static const struct {
    const char *name;
    bool (*run)(struct demo *demo, struct str *outcome, struct err *err);
} story[] = {
    {"Start a sandbox of TikTok's API", start_sandbox},
    {"Make an org with an owner", make_org},
    {"Start adwright", start_server},
    {"Connect an ad account (OAuth)", connect_account},
    {"Make a direction on both platforms", make_directions},
    {"Upload videos", upload_creatives},
    {"Launch campaign, ad groups, ads", launch_ads},
    {"Live 14 days", play_days},
    {"A site's form with a click id", demo_site_form},
    {"A chat qualifies that lead", demo_chat},
    {"It buys; the platform is told", demo_purchase},
};

static bool tell(struct demo *demo, struct err *err)
{
    for (size_t i = 0; i < countof(story); i++) {
        struct demo_step *step = &demo->steps[demo->steps_n++];
        int64_t begun_ms = clock_mono_ms();

        step->name = story[i].name;
        demo_show_begin(demo, step->name);
        bool ok = story[i].run(demo, &step->outcome, err);
        step->ms = clock_mono_ms() - begun_ms;
        demo_show_end(demo, ok, step->outcome, step->ms);
        if (!ok)
            return err_while(err, "%s", step->name);
    }
    return true;
}

/* --- beginning and end ---------------------------------------------------- */

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

/* A folder of our own unless the person named one. */
static bool choose_folder(struct demo *demo, bool named, struct err *err)
{
    char path[] = "/tmp/adwright-demo-XXXXXX";

    if (named)
        return true;
    if (!mkdtemp(path))
        return err_set(err, ERR_BROKEN, "cannot make a temporary folder: %s", strerror(errno));
    demo->folder = str_dup(demo->arena, str(path));
    demo->boot.conf.data = demo->folder;
    return true;
}

/* By a flag or in the environment. */
static bool was_named(int argc, char **argv, const char *flag, const char *variable)
{
    size_t n = strlen(flag);

    for (int i = 0; i < argc; i++)
        if (strncmp(argv[i], flag, n) == 0 && (argv[i][n] == 0 || argv[i][n] == '='))
            return true;
    const char *value = getenv(variable);
    return value && *value;
}

/* A link that signs in once: the owner's browser needs no password for the demo. */
static struct str sign_in_link(struct demo *demo)
{
    struct str payload =
        str_fmt(demo->arena, STR_FMT "|" STR_FMT "|" STR_FMT, STR_ARG(demo->org_id),
                STR_ARG(demo->user_id), STR_ARG(id_new(demo->arena)));
    struct str token = ring_sign(demo->boot.app.ring, demo->arena, "sign-in-link", payload,
                                 clock_wall_ms() + DAY_MS);

    return str_fmt(demo->arena, STR_FMT "/sign-in?link=" STR_FMT, STR_ARG(demo->base),
                   STR_ARG(url_encode(demo->arena, token)));
}

static void serve_until_signal(struct demo *demo)
{
    sigset_t set;
    int signal;

    printf("\nThe page is at  " STR_FMT "\n(once: it signs you in; user " STR_FMT
           ", password " STR_FMT ")\nCtrl-C ends the demo.\n",
           STR_ARG(sign_in_link(demo)), STR_ARG(demo->email), STR_ARG(demo->password));
    fflush(stdout);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    (void)sigwait(&set, &signal);
}

static bool run(struct demo *demo, struct err *err)
{
    if (!boot_open(&demo->boot, true, err) || !net_open(&demo->net, err))
        return false;
    choose_start(demo);
    if (!tell(demo, err) || !demo_show_results(demo, err))
        return false;
    clock_freeze(false);
    if (!demo->once)
        serve_until_signal(demo);
    return true;
}

static bool read_options(struct demo *demo, int argc, char **argv, bool *asked, struct err *err)
{
    struct str video;

    if (!boot_settings(&demo->boot, argc, argv, help, settings, asked, err) || *asked)
        return *asked;
    demo->arena = demo->boot.arena;
    demo->json = cmd_flag(&demo->boot, "--json");
    demo->once = cmd_flag(&demo->boot, "--once") || demo->json;
    while (cmd_option(&demo->boot, "--video", &video))
        *strs_add(&demo->videos, demo->arena) = video;
    demo->colour = !demo->json && isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    /* The server's own lines would drown the story; --log asks for them. */
    if (!was_named(argc, argv, "--log", "ADWRIGHT_LOG"))
        log_setup(LOG_ERROR, 0);
    if (!demo->videos.n && !demo->boot.conf.transcription_language.n)
        demo->boot.conf.transcription_language = STR("en"); /* the carried clips' */
    demo->boot.conf.drain_seconds = 5;
    demo->boot.by_hand = true;
    return cmd_rest(&demo->boot, 0, err) &&
           choose_folder(demo, was_named(argc, argv, "--data", "ADWRIGHT_DATA"), err);
}

int cmd_demo(int argc, char **argv)
{
    struct demo demo = {0};
    struct err err = {0};
    bool asked;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    bool ok = read_options(&demo, argc, argv, &asked, &err);
    if (ok && asked)
        return 0;
    ok = ok && run(&demo, &err);
    int status = ok ? 0 : cmd_fail(&err);
    if (demo.server)
        server_stop(demo.server);
    sandbox_stop(demo.sandbox);
    if (demo.net)
        net_close(demo.net);
    struct str folder = demo.folder;
    char path[64] = "";
    if (folder.n && folder.n < sizeof path)
        memcpy(path, folder.p, folder.n);
    boot_close(&demo.boot);
    if (path[0])
        (void)nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    return status;
}
