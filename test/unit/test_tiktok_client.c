/* TikTok's client against a server that answers by script. */

#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "conf/conf.h"
#include "net/net.h"
#include "platform/platform.h"
#include "seal/seal.h"
#include "test.h"
#include "text/json.h"
#include "web/web.h"

#include <stdatomic.h>
#include <unistd.h>

/* --- the server --- */

#define ENVELOPE(data) "{\"code\":0,\"message\":\"OK\",\"request_id\":\"r1\",\"data\":" data "}"

struct answer {
    int status;
    const char *body;
    bool drop;
};
#define ANSWERS 64
static struct answer script[ANSWERS];
static atomic_int script_n, script_at;

/* What was asked, newest last; kept as C text for the test's thread. */
struct asked {
    char method[8], path[128], query[2048], token[64], type[80], bearer[16];
    char body[4096];
};
static struct asked asked[ANSWERS];
static atomic_int asked_n;

static void keep(char *out, size_t n, struct str s)
{
    snprintf(out, n, STR_FMT, STR_ARG(s));
}

static bool play(struct request *rq, struct reply *rp, struct err *err)
{
    int at = atomic_fetch_add(&script_at, 1);
    struct asked *a = &asked[atomic_fetch_add(&asked_n, 1) % ANSWERS];
    struct answer answer = at < atomic_load(&script_n)
                               ? script[at]
                               : (struct answer){500, "no more answers", false};

    (void)err;
    keep(a->method, sizeof a->method, rq->method);
    keep(a->path, sizeof a->path, rq->path);
    keep(a->query, sizeof a->query, rq->raw_query);
    keep(a->token, sizeof a->token, request_header(rq, "access-token"));
    keep(a->type, sizeof a->type, request_header(rq, "content-type"));
    keep(a->bearer, sizeof a->bearer, request_header(rq, "authorization"));
    if (str_starts(request_header(rq, "content-type"), STR("multipart/"))) {
        struct form_fields fields = {0};
        struct buf buf;
        struct err why = {0};

        buf_init(&buf, rq->arena, 4000);
        if (form_parse_multipart(rq->arena, request_header(rq, "content-type"), rq->body,
                                 &fields, &why))
            for (size_t i = 0; i < fields.n; i++)
                buf_fmt(&buf, STR_FMT "=" STR_FMT "(%zu)\n", STR_ARG(fields.at[i].name),
                        STR_ARG(str_sub(fields.at[i].value, 0, 60)), fields.at[i].value.n);
        keep(a->body, sizeof a->body, buf_str(&buf));
    } else {
        keep(a->body, sizeof a->body, rq->body);
    }
    rp->drop_connection = answer.drop;
    return reply_body(rp, answer.status, "application/json", str(answer.body));
}

static const struct route routes[] = {
    {"GET", "/open_api/*rest", PUBLIC, play, NULL, 0},
    {"POST", "/open_api/*rest", PUBLIC, play, NULL, 4 * 1024 * 1024},
    ROUTES_END,
};
static const struct route *const tables[] = {routes, NULL};

static struct web *web;
static struct net *net;
static struct arena *arena;
static struct conf conf;
static const struct platform *tiktok;

static void begin(void)
{
    atomic_store(&script_n, 0);
    atomic_store(&script_at, 0);
    atomic_store(&asked_n, 0);
}

static void say(int status, const char *body)
{
    script[atomic_fetch_add(&script_n, 1)] = (struct answer){status, body, false};
}

static void drop(void)
{
    script[atomic_fetch_add(&script_n, 1)] = (struct answer){200, "", true};
}

static struct platform_session session(void)
{
    return (struct platform_session){.net = net,
                                     .arena = arena,
                                     .conf = &conf,
                                     .token = {STR("tok-1")},
                                     .advertiser_id = STR("7001"),
                                     .currency = STR("KZT"),
                                     .zone = STR("Asia/Almaty")};
}

static bool send_write(struct err *err)
{
    struct platform_session s = session();
    struct platform_write write = {STR("campaign/create/"),
                                   STR("{\"advertiser_id\":\"7001\"}")};
    const struct json *data;

    return tiktok->send(&s, &write, &data, err);
}

static bool read_list(struct platform_objects *out, struct err *err)
{
    struct platform_session s = session();

    return tiktok->objects(&s, LEVEL_CAMPAIGN, NULL, STR(""), out, err);
}

/* --- tests --- */

static const struct {
    const char *body;
    int status;
    enum err_kind write_kind, read_kind;
    int read_calls; /* how often a read is tried */
} codes[] = {
#define CODE(n)                                                                                \
    "{\"code\":" #n ",\"message\":\"because\",\"request_id\":\"rq-" #n "\",\"data\":{}}"
    {CODE(40016), 200, ERR_BUSY, ERR_BUSY, 1},
    {CODE(40100), 200, ERR_BUSY, ERR_BUSY, 1},
    {CODE(40132), 200, ERR_BUSY, ERR_BUSY, 1},
    {CODE(40133), 200, ERR_BUSY, ERR_BUSY, 1},
    {CODE(51021), 200, ERR_BUSY, ERR_BUSY, 1},
    {CODE(50000), 200, ERR_UNCERTAIN, ERR_BUSY, 2},
    {CODE(50002), 200, ERR_UNCERTAIN, ERR_BUSY, 2},
    {CODE(40001), 200, ERR_REFUSED, ERR_REFUSED, 1}, /* a permission, not the token */
    {CODE(40002), 200, ERR_REFUSED, ERR_REFUSED, 1}, /* validation, not the token */
    {CODE(40007), 200, ERR_REFUSED, ERR_REFUSED, 1},
    {CODE(40101), 200, ERR_REFUSED, ERR_REFUSED, 1},
    {CODE(40102), 200, ERR_DENIED, ERR_DENIED, 1},
    {CODE(40104), 200, ERR_DENIED, ERR_DENIED, 1},
    {CODE(40105), 200, ERR_DENIED, ERR_DENIED, 1},
    {CODE(40300), 200, ERR_DENIED, ERR_DENIED, 1},
    {CODE(40002), 400, ERR_REFUSED, ERR_REFUSED, 1}, /* the code wins over the status */
    {CODE(99999), 200, ERR_REFUSED, ERR_REFUSED, 1},
    /* no envelope */
    {"404 page not found", 404, ERR_BROKEN, ERR_BROKEN, 1},
    {"<html>busy</html>", 429, ERR_BUSY, ERR_BUSY, 1},
    {"<html>bad gateway</html>", 502, ERR_UNCERTAIN, ERR_BUSY, 2},
    {"<html>hello</html>", 200, ERR_UNCERTAIN, ERR_BUSY, 2},
    {"{\"message\":\"no code\"}", 200, ERR_UNCERTAIN, ERR_BUSY, 2},
    {"<html>no</html>", 403, ERR_REFUSED, ERR_REFUSED, 1},
    {"", 307, ERR_BROKEN, ERR_BROKEN, 1},
};

static void every_code_has_its_kind_and_writes_are_sent_once(void)
{
    for (size_t i = 0; i < countof(codes); i++) {
        struct platform_objects none = {0};
        struct err err = {0};

        begin();
        say(codes[i].status, codes[i].body);
        say(codes[i].status, codes[i].body);
        CHECK(!send_write(&err) && err.kind == codes[i].write_kind, "write %s: %s %s",
              codes[i].body, err_kind_name(err.kind), err.text);
        CHECK(atomic_load(&asked_n) == 1, "%s: sent %d times", codes[i].body,
              atomic_load(&asked_n));
        begin();
        say(codes[i].status, codes[i].body);
        say(codes[i].status, codes[i].body);
        CHECK(!read_list(&none, &err) && err.kind == codes[i].read_kind, "read %s: %s",
              codes[i].body, err_kind_name(err.kind));
        CHECK(atomic_load(&asked_n) == codes[i].read_calls, "%s: read %d times", codes[i].body,
              atomic_load(&asked_n));
    }
}

static void a_refusal_keeps_the_platforms_own_words(void)
{
    struct err err = {0};

    begin();
    say(200, "{\"code\":40002,\"message\":\"Lead Generation agreement has not be signed yet.\","
             "\"request_id\":\"2026ABC\",\"data\":{}}");
    CHECK(!send_write(&err) && err.kind == ERR_REFUSED, "%s", err.text);
    CHECK(err.platform_code == 40002, "%lld", (long long)err.platform_code);
    CHECK(strcmp(err.platform_message, "Lead Generation agreement has not be signed yet.") == 0,
          "%s", err.platform_message);
    CHECK(strcmp(err.platform_request_id, "2026ABC") == 0, "%s", err.platform_request_id);
    CHECK(strstr(err.hint, "terms") && strcmp(err.field, "page_id") == 0, "%s / %s", err.hint,
          err.field);
}

static const struct {
    const char *message;
    const char *hint; /* a part of it */
    const char *field;
} hints[] = {
    {"You must upload an image", "cover", "creative_ids"},
    {"Invalid targeting countries", "locations", "locations"},
    {"identity_bc_id is required", "Business Center", "tiktok_account_id"},
    {"budget: too low", "minimum", "daily_budget"},
    {"objective_type: CONVERSIONS … correct is REACH, TRAFFIC", "names the accepted", ""},
    {"something nobody saw before", "", ""},
};

static void hints_go_by_the_message(void)
{
    for (size_t i = 0; i < countof(hints); i++) {
        struct err err = {0};
        struct str body =
            str_fmt(arena,
                    "{\"code\":40002,\"message\":\"%s\",\"request_id\":\"r\",\"data\":"
                    "{}}",
                    hints[i].message);

        begin();
        say(200, body.p);
        CHECK(!send_write(&err), "%s was accepted", hints[i].message);
        CHECK(strstr(err.hint, hints[i].hint) && (*hints[i].hint || !*err.hint), "%s: hint %s",
              hints[i].message, err.hint);
        CHECK(strcmp(err.field, hints[i].field) == 0, "%s: field %s", hints[i].message,
              err.field);
    }
}

static void partial_success_is_success_and_its_data_counts(void)
{
    struct platform_objects list = {0};
    struct err err = {0};

    begin();
    say(200,
        "{\"code\":20001,\"message\":\"partly\",\"request_id\":\"r\",\"data\":{\"list\":["
        "{\"campaign_id\":\"1\",\"campaign_name\":\"a\",\"operation_status\":\"ENABLE\"}],"
        "\"page_info\":{\"page\":1,\"page_size\":1000,\"total_number\":1,\"total_page\":1}}}");
    CHECK(read_list(&list, &err) && list.n == 1, "%s, %zu", err.text, list.n);
}

static void a_lost_answer_of_a_write_is_uncertain_and_of_a_read_is_read_again(void)
{
    struct platform_objects list = {0};
    struct err err = {0};

    begin();
    drop();
    say(200, ENVELOPE("{}"));
    CHECK(!send_write(&err) && err.kind == ERR_UNCERTAIN, "%s", err_kind_name(err.kind));
    CHECK(atomic_load(&asked_n) == 1, "sent %d times", atomic_load(&asked_n));
    begin();
    drop();
    say(200, ENVELOPE("{\"list\":[]}"));
    CHECK(read_list(&list, &err), "%s", err.text);
    begin();
    drop();
    drop();
    CHECK(!read_list(&list, &err) && err.kind == ERR_BUSY, "a read that got lost twice: %s",
          err_kind_name(err.kind));
}

static void lists_are_read_to_their_last_page(void)
{
    struct platform_objects list = {0};
    struct err err = {0};

    begin();
    say(200, ENVELOPE("{\"list\":[{\"campaign_id\":\"1\",\"campaign_name\":\"a\","
                      "\"operation_status\":\"ENABLE\",\"secondary_status\":"
                      "\"CAMPAIGN_STATUS_ENABLE\",\"objective_type\":\"WEB_CONVERSIONS\","
                      "\"budget\":12.5,\"create_time\":\"2026-11-20 08:00:00\"}],"
                      "\"page_info\":{\"total_page\":3}}"));
    say(200, ENVELOPE("{\"list\":[{\"campaign_id\":\"2\",\"campaign_name\":\"b\","
                      "\"operation_status\":\"DISABLE\"}],\"page_info\":{\"total_page\":3}}"));
    say(200, ENVELOPE("{\"list\":[{\"campaign_id\":3,\"campaign_name\":\"c\","
                      "\"operation_status\":\"ENABLE\",\"secondary_status\":"
                      "\"CAMPAIGN_STATUS_DELETE\"}],\"page_info\":{\"total_page\":3}}"));
    CHECK(read_list(&list, &err) && list.n == 3, "%s, %zu", err.text, list.n);
    CHECK(str_eq(list.at[0].status, STR("enabled")) &&
              str_eq(list.at[1].status, STR("disabled")) &&
              str_eq(list.at[2].status, STR("deleted")),
          "states");
    CHECK(list.at[0].budget_micros == 12500000 &&
              str_eq(list.at[0].objective, STR("conversions")) && list.at[0].created_ms > 0,
          "budget, objective, time");
    CHECK(str_eq(list.at[2].id, STR("3")), "an id that came as a number");
    CHECK(strstr(asked[0].query, "page=1&page_size=1000"), "%s", asked[0].query);
    CHECK(strstr(asked[2].query, "page=3&"), "%s", asked[2].query);
}

static void filters_are_cut_into_a_hundred_ids(void)
{
    struct platform_session s = session();
    struct platform_objects list = {0};
    struct strs ids = {0};
    struct err err = {0};

    begin();
    for (int i = 0; i < 250; i++)
        *strs_add(&ids, arena) = str_fmt(arena, "%d", 1000 + i);
    for (int i = 0; i < 3; i++)
        say(200, ENVELOPE("{\"list\":[]}"));
    CHECK(tiktok->objects(&s, LEVEL_AD, &ids, STR(""), &list, &err), "%s", err.text);
    CHECK(atomic_load(&asked_n) == 3, "%d calls", atomic_load(&asked_n));
    CHECK(strstr(asked[0].query, "campaign_ids") && strstr(asked[0].query, "%221099%22") &&
              !strstr(asked[0].query, "%221100%22") && strstr(asked[2].query, "%221249%22"),
          "%s", asked[0].query);
}

static void reading_back_by_name_is_exact(void)
{
    struct platform_session s = session();
    struct platform_objects list = {0};
    struct err err = {0};

    begin();
    say(200,
        ENVELOPE("{\"list\":[{\"campaign_id\":\"1\",\"campaign_name\":\"sale #ab12 copy\"},"
                 "{\"campaign_id\":\"2\",\"campaign_name\":\"sale #ab12\"}]}"));
    CHECK(tiktok->objects(&s, LEVEL_CAMPAIGN, NULL, STR("sale #ab12"), &list, &err) &&
              list.n == 1 && str_eq(list.at[0].id, STR("2")),
          "%s, %zu", err.text, list.n);
}

static void calls_carry_the_token_as_tiktok_wants_it(void)
{
    struct err err = {0};
    const struct asked *a = &asked[0];

    begin();
    say(200, ENVELOPE("{}"));
    CHECK(send_write(&err), "%s", err.text);
    CHECK(strcmp(a->token, "tok-1") == 0 && !*a->bearer, "\"%s\" \"%s\"", a->token, a->bearer);
    CHECK(strcmp(a->path, "/open_api/v1.3/campaign/create/") == 0, "%s", a->path);
    CHECK(strcmp(a->body, "{\"advertiser_id\":\"7001\"}") == 0, "%s", a->body);
    CHECK(strstr(a->type, "application/json"), "%s", a->type);
}

static void the_code_is_exchanged_and_the_advertisers_are_described(void)
{
    struct platform_session s = session();
    struct platform_advertisers list = {0};
    struct platform_token token = {0};
    struct err err = {0};

    begin();
    say(200, ENVELOPE("{\"access_token\":\"new-token\",\"advertiser_ids\":[\"71\",\"72\"]}"));
    say(200, ENVELOPE("{\"list\":[{\"advertiser_id\":\"71\",\"advertiser_name\":\"One\"},"
                      "{\"advertiser_id\":\"72\",\"advertiser_name\":\"Two\"}]}"));
    say(200,
        ENVELOPE("{\"list\":[{\"advertiser_id\":\"72\",\"name\":\"Two\",\"currency\":\"USD\","
                 "\"timezone\":\"Etc/GMT+8\",\"status\":\"STATUS_ENABLE\",\"country\":\"US\"},"
                 "{\"advertiser_id\":\"71\",\"name\":\"One\",\"currency\":\"KZT\","
                 "\"timezone\":\"Asia/Almaty\",\"status\":\"STATUS_LIMIT\"}]}"));
    s.token = (struct secret){0};
    CHECK(tiktok->exchange(&s, STR("c0de"), STR("https://us.example/oauth/callback"), &token,
                           &list, &err),
          "%s", err.text);
    CHECK(str_eq(seal_reveal(token.secret), STR("new-token")) && !token.expires_ms, "token");
    CHECK(list.n == 2 && !list.at[0].deliverable && list.at[1].deliverable &&
              str_eq(list.at[0].zone, STR("Asia/Almaty")) &&
              str_eq(list.at[1].currency, STR("USD")),
          "advertisers");
    CHECK(!*asked[0].token && strstr(asked[0].body, "\"auth_code\":\"c0de\"") &&
              strstr(asked[0].body, "\"secret\":\"app-secret\""),
          "%s", asked[0].body);
    CHECK(strcmp(asked[1].token, "new-token") == 0, "%s", asked[1].token);
}

static const struct {
    const char *list; /* what identity/get/ shows */
    const char *chosen;
} identities[] = {
    {"[{\"identity_id\":\"c\",\"identity_type\":\"CUSTOMIZED_USER\",\"available_status\":"
     "\"AVAILABLE\",\"can_push_video\":true}]",
     ""},
    {"[{\"identity_id\":\"c\",\"identity_type\":\"CUSTOMIZED_USER\"},"
     "{\"identity_id\":\"p\",\"identity_type\":\"TT_USER\",\"available_status\":"
     "\"IS_PRIVATE_ACCOUNT\",\"can_push_video\":true},"
     "{\"identity_id\":\"t\",\"identity_type\":\"TT_USER\",\"available_status\":\"AVAILABLE\","
     "\"can_push_video\":true}]",
     "t"},
    {"[{\"identity_id\":\"b\",\"identity_type\":\"BC_AUTH_TT\",\"available_status\":"
     "\"AVAILABLE\","
     "\"can_push_video\":true,\"identity_authorized_bc_id\":\"9\"}]",
     "b"},
    {"[{\"identity_id\":\"b\",\"identity_type\":\"BC_AUTH_TT\",\"available_status\":"
     "\"AVAILABLE\","
     "\"can_push_video\":true}]",
     ""}, /* without its Business Center */
    {"[{\"identity_id\":\"b\",\"identity_type\":\"BC_AUTH_TT\",\"available_status\":"
     "\"AVAILABLE\","
     "\"can_push_video\":true,\"identity_authorized_bc_id\":\"9\"},"
     "{\"identity_id\":\"t\",\"identity_type\":\"TT_USER\",\"available_status\":\"AVAILABLE\","
     "\"can_push_video\":true}]",
     "t"},
};

static void the_best_identity_is_never_a_custom_one(void)
{
    for (size_t i = 0; i < countof(identities); i++) {
        struct platform_session s = session();
        struct platform_identities list = {0};
        const struct platform_identity *best;
        struct err err = {0};
        struct str body = str_fmt(arena,
                                  ENVELOPE("{\"identity_list\":%s,\"page_info\":{"
                                           "\"page\":0,\"page_size\":0,\"total_page\":0}}"),
                                  identities[i].list);

        begin();
        say(200, body.p);
        CHECK(tiktok->identities(&s, &list, &err), "%s", err.text);
        best = tiktok->best_identity(&list);
        CHECK(str_eq(best ? best->id : STR(""), str(identities[i].chosen)), "%s: %.*s",
              identities[i].list, STR_ARG(best ? best->id : STR("none")));
    }
}

static void uploads_are_signed_and_their_answer_is_a_list(void)
{
    struct platform_session s = session();
    struct platform_video video = {0};
    struct str id = {0};
    struct err err = {0};
    char path[] = "/tmp/adwright_video_XXXXXX";
    int fd = mkstemp(path);
    bool found;

    CHECK(fd >= 0 && write(fd, "video bytes", 11) == 11, "a temporary file");
    close(fd);
    begin();
    say(200, "{\"code\":0,\"message\":\"OK\",\"request_id\":\"r\",\"data\":[{\"video_id\":"
             "\"v07\"}]}");
    CHECK(tiktok->upload_video(&s, path, STR("adwright-x-1.mp4"), STR("0123abcd"), 11, &id,
                               &err) &&
              str_eq(id, STR("v07")),
          "%s", err.text);
    CHECK(strstr(asked[0].body, "video_signature=0123abcd(8)") &&
              strstr(asked[0].body, "upload_type=UPLOAD_BY_FILE") &&
              strstr(asked[0].body, "file_name=adwright-x-1.mp4") &&
              strstr(asked[0].body, "video_file=video bytes(11)") &&
              strstr(asked[0].body, "advertiser_id=7001"),
          "%s", asked[0].body);
    /* A signature that nobody knew before is made of the bytes while they are sent. */
    begin();
    say(200, ENVELOPE("{\"video_id\":\"v08\"}"));
    CHECK(tiktok->upload_video(&s, path, STR("adwright-x-2.mp4"), STR(""), 11, &id, &err) &&
              strstr(asked[0].body, "video_file=video bytes(11)") &&
              strstr(asked[0].body, "video_signature=04aa5578e9d427b61c53eb5501861db9(32)"),
          "%s %s", err.text, asked[0].body);
    begin();
    say(200, ENVELOPE("{}"));
    CHECK(!tiktok->upload_video(&s, path, STR("x.mp4"), STR("0"), 11, &id, &err) &&
              err.kind == ERR_UNCERTAIN,
          "an answer without an id");
    begin();
    say(200, ENVELOPE("{\"image_id\":\"img1\"}"));
    CHECK(tiktok->upload_image(&s, STR("jpeg"), STR("p.jpg"), STR("beef"), &id, &err) &&
              str_eq(id, STR("img1")) && strstr(asked[0].body, "image_signature=beef"),
          "%s", err.text);
    begin();
    say(200, ENVELOPE("{\"list\":[{\"video_id\":\"v1\",\"file_name\":\"adwright-x-10.mp4\"},"
                      "{\"video_id\":\"v2\",\"file_name\":\"adwright-x-1.mp4\",\"width\":540,"
                      "\"height\":960,\"video_cover_url\":\"https://c/1\"}]}"));
    CHECK(tiktok->find_video(&s, STR("adwright-x-1.mp4"), &found, &video, &err) && found &&
              str_eq(video.id, STR("v2")) && video.usable,
          "%s", err.text);
    begin();
    say(200, ENVELOPE("{\"list\":[]}"));
    CHECK(tiktok->video(&s, STR("v9"), &found, &video, &err) && !found,
          "an unknown id is left out: not found");
    begin();
    say(200,
        ENVELOPE("{\"list\":[{\"video_id\":\"v2\",\"width\":0,\"video_cover_url\":null}]}"));
    CHECK(tiktok->video(&s, STR("v2"), &found, &video, &err) && found && !video.usable,
          "not usable before its metadata is there");
    unlink(path);
}

static void reports_are_split_by_thirty_days_and_values_are_text(void)
{
    struct platform_session s = session();
    struct platform_metric_rows rows = {0};
    struct err err = {0};

    begin();
    say(200,
        ENVELOPE("{\"list\":[{\"dimensions\":{\"ad_id\":\"5\",\"stat_time_day\":"
                 "\"2026-09-01 00:00:00\"},\"metrics\":{\"spend\":\"12.34\","
                 "\"impressions\":\"1000\",\"clicks\":\"-\",\"conversion\":\"3\","
                 "\"average_video_play\":\"2.51\",\"campaign_id\":\"c\",\"adgroup_id\":\"g\","
                 "\"reach\":\"7.00\"}}],\"page_info\":{\"total_page\":1}}"));
    say(200, ENVELOPE("{\"list\":[]}"));
    say(200, ENVELOPE("{\"list\":[]}"));
    CHECK(tiktok->metrics(&s, STR("2026-09-01"), STR("2026-11-01"), &rows, &err), "%s",
          err.text);
    CHECK(atomic_load(&asked_n) == 3, "%d calls for 62 days", atomic_load(&asked_n));
    CHECK(strstr(asked[0].query, "start_date=2026-09-01&end_date=2026-09-30") &&
              strstr(asked[1].query, "start_date=2026-10-01&end_date=2026-10-30") &&
              strstr(asked[2].query, "start_date=2026-10-31&end_date=2026-11-01"),
          "%s", asked[1].query);
    CHECK(strcmp(asked[0].method, "GET") == 0, "%s", asked[0].method);
    CHECK(rows.n == 1 && rows.at[0].spend_micros == 12340000 &&
              rows.at[0].impressions == 1000 && rows.at[0].clicks == 0 &&
              rows.at[0].conversions == 3 && rows.at[0].reach == 7 &&
              rows.at[0].average_play_ms == 2510 && str_eq(rows.at[0].day, STR("2026-09-01")) &&
              str_eq(rows.at[0].campaign_id, STR("c")),
          "figures");
    begin();
    say(200, ENVELOPE("{\"list\":[{\"dimensions\":{\"ad_id\":\"5\",\"stat_time_day\":"
                      "\"2026-09-01 00:00:00\"},\"metrics\":{\"impressions\":\"many\"}}]}"));
    CHECK(!tiktok->metrics(&s, STR("2026-09-01"), STR("2026-09-01"), &rows, &err),
          "an unreadable figure is not zero");
}

static void status_and_budget_are_absolute_writes(void)
{
    struct platform_session s = session();
    struct platform_write w = tiktok->write_status(&s, LEVEL_AD, STR("99"), false);

    CHECK(str_eq(w.path, STR("ad/status/update/")) &&
              str_eq(w.body, STR("{\"advertiser_id\":\"7001\",\"ad_ids\":[\"99\"],"
                                 "\"operation_status\":\"DISABLE\"}")),
          "%.*s", STR_ARG(w.body));
    w = tiktok->write_adgroup_budget(&s, STR("5"), 3000500000);
    CHECK(str_eq(w.path, STR("adgroup/update/")) &&
              str_eq(w.body, STR("{\"advertiser_id\":\"7001\",\"adgroup_id\":\"5\","
                                 "\"budget\":3001}")),
          "%.*s: tenge have no fractions", STR_ARG(w.body));
}

static void the_lists_of_places_and_interests_are_trees(void)
{
    struct platform_session s = session();
    struct platform_targets places = {0}, interests = {0}, languages = {0};
    struct platform_pixels pixels = {0};
    struct err err = {0};

    begin();
    say(200, ENVELOPE("{\"region_info\":["
                      "{\"location_id\":\"3\",\"name\":\"Los Angeles\",\"parent_id\":\"2\","
                      "\"region_code\":\"US\",\"country_code\":\"US\",\"level\":\"CITY\"},"
                      "{\"location_id\":\"2\",\"name\":\"California\",\"parent_id\":\"1\","
                      "\"region_code\":\"US\",\"level\":\"PROVINCE\"},"
                      "{\"location_id\":\"1\",\"name\":\"United States\","
                      "\"parent_id\":\"0\",\"country_code\":\"US\","
                      "\"level\":\"COUNTRY\"}]}"));
    CHECK(tiktok->targets(&s, TARGET_PLACES, STR(""), &places, &err) && places.n == 3, "%s",
          err.text);
    CHECK(strstr(asked[0].path, "tool/region/") && strstr(asked[0].query, "TO_CITY") &&
              strstr(asked[0].query, "advertiser_id=7001"),
          "%s?%s", asked[0].path, asked[0].query);
    CHECK(str_eq(places.at[0].within, STR("California, United States")) &&
              str_eq(places.at[0].kind, STR("city")) &&
              str_eq(places.at[1].kind, STR("region")) &&
              str_eq(places.at[1].country, STR("US")) && places.at[2].parent_id.n == 0,
          "%.*s", STR_ARG(places.at[0].within));
    say(200, ENVELOPE("{\"interest_categories\":["
                      "{\"interest_category_id\":\"10101\","
                      "\"interest_category_name\":\"Courses\",\"level\":2,"
                      "\"sub_category_ids\":[]},"
                      "{\"interest_category_id\":\"10\","
                      "\"interest_category_name\":\"Education\",\"level\":1,"
                      "\"sub_category_ids\":[\"10101\",\"404\"]}]}"));
    CHECK(tiktok->targets(&s, TARGET_INTERESTS, STR(""), &interests, &err) &&
              interests.n == 2 && str_eq(interests.at[0].parent_id, STR("10")) &&
              str_eq(interests.at[0].within, STR("Education")),
          "%s", err.text);
    say(200, ENVELOPE("{\"languages\":[{\"code\":\"kk\",\"name\":\"Kazakh\"}]}"));
    CHECK(tiktok->targets(&s, TARGET_LANGUAGES, STR(""), &languages, &err) &&
              languages.n == 1 && str_eq(languages.at[0].id, STR("kk")),
          "%s", err.text);
    say(200, ENVELOPE("{\"pixels\":[{\"pixel_id\":\"71\",\"pixel_name\":\"Site\"}],"
                      "\"page_info\":{\"page\":1,\"page_size\":20,\"total_number\":1,"
                      "\"total_page\":1}}"));
    CHECK(tiktok->pixels(&s, &pixels, &err) && pixels.n == 1 &&
              str_eq(pixels.at[0].name, STR("Site")),
          "%s", err.text);
}

static void the_authorization_page_gets_the_state_encoded(void)
{
    struct str url = tiktok->authorize_url(&conf, arena, STR("a+b/c"),
                                           STR("https://us.example/oauth/callback"));

    CHECK(str_eq(url, STR("https://tiktok.example/portal/auth?app_id=app-1&state=a%2Bb%2Fc&"
                          "redirect_uri=https%3A%2F%2Fus.example%2Foauth%2Fcallback")),
          "%.*s", STR_ARG(url));
}

int main(void)
{
    struct web_settings s = {.name = "test",
                             .address = STR("127.0.0.1"),
                             .workers = 2,
                             .queue_age_ms = 10000,
                             .request_deadline_ms = 10000,
                             .connection_limit = 100,
                             .routes = tables};
    struct err err = {0};

    log_setup(getenv("TEST_LOG") ? LOG_DEBUG : LOG_ERROR + 1, 0);
    arena = arena_new("test");
    if (!seal_setup(&err) || !web_start(&s, &web, &err) || !net_open(&net, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    conf.tiktok_base_url = str_fmt(arena, "http://127.0.0.1:%d", web_port(web));
    conf.tiktok_api_version = STR("v1.3");
    conf.tiktok_auth_url = STR("https://tiktok.example/portal/auth");
    conf.tiktok_app_id = STR("app-1");
    conf.tiktok_app_secret = STR("app-secret");
    tiktok = platform_find(STR("tiktok"));
    RUN(every_code_has_its_kind_and_writes_are_sent_once);
    RUN(a_refusal_keeps_the_platforms_own_words);
    RUN(hints_go_by_the_message);
    RUN(partial_success_is_success_and_its_data_counts);
    RUN(a_lost_answer_of_a_write_is_uncertain_and_of_a_read_is_read_again);
    RUN(lists_are_read_to_their_last_page);
    RUN(filters_are_cut_into_a_hundred_ids);
    RUN(reading_back_by_name_is_exact);
    RUN(calls_carry_the_token_as_tiktok_wants_it);
    RUN(the_code_is_exchanged_and_the_advertisers_are_described);
    RUN(the_best_identity_is_never_a_custom_one);
    RUN(uploads_are_signed_and_their_answer_is_a_list);
    RUN(reports_are_split_by_thirty_days_and_values_are_text);
    RUN(status_and_budget_are_absolute_writes);
    RUN(the_lists_of_places_and_interests_are_trees);
    RUN(the_authorization_page_gets_the_state_encoded);
    net_close(net);
    web_stop(web, 1000);
    arena_free(arena);
    return test_report();
}
