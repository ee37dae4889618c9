/* Facebook's client against a server that answers by script, and against the sandbox. */

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "net/net.h"
#include "platform/platform.h"
#include "sandbox/sandbox.h"
#include "seal/seal.h"
#include "test.h"
#include "text/json.h"
#include "text/url.h"
#include "web/web.h"

#include <stdatomic.h>
#include <unistd.h>

/* --- the server by script --- */

struct answer {
    int status;
    const char *body;
    bool drop;
};
#define ANSWERS 64
static struct answer script[ANSWERS];
static atomic_int script_n, script_at;

struct asked {
    char method[8], path[128], query[2048], bearer[64], type[80], body[4096];
};
static struct asked asked[ANSWERS];
static atomic_int asked_n;

static void keep(char *out, size_t n, struct str s)
{
    snprintf(out, n, STR_FMT, STR_ARG(s));
}

static void keep_parts(struct asked *a, struct request *rq)
{
    struct form_fields fields = {0};
    struct buf buf;
    struct err why = {0};

    buf_init(&buf, rq->arena, 4000);
    if (form_parse_multipart(rq->arena, request_header(rq, "content-type"), rq->body, &fields,
                             &why))
        for (size_t i = 0; i < fields.n; i++)
            buf_fmt(&buf, STR_FMT "=" STR_FMT "(%zu)\n", STR_ARG(fields.at[i].name),
                    STR_ARG(str_sub(fields.at[i].value, 0, 70)), fields.at[i].value.n);
    keep(a->body, sizeof a->body, buf_str(&buf));
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
    keep(a->bearer, sizeof a->bearer, request_header(rq, "authorization"));
    keep(a->type, sizeof a->type, request_header(rq, "content-type"));
    if (str_starts(request_header(rq, "content-type"), STR("multipart/")))
        keep_parts(a, rq);
    else
        keep(a->body, sizeof a->body, rq->body);
    rp->drop_connection = answer.drop;
    return reply_body(rp, answer.status, "application/json", str(answer.body));
}

static const struct route routes[] = {
    {"GET", "/v26.0/*rest", PUBLIC, play, NULL, 0},
    {"POST", "/v26.0/*rest", PUBLIC, play, NULL, 32 * 1024 * 1024},
    ROUTES_END,
};
static const struct route *const tables[] = {routes, NULL};

static struct web *web;
static struct net *net;
static struct arena *arena;
static struct conf conf;
static const struct platform *facebook;

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
                                     .token = {STR("EAAtoken")},
                                     .advertiser_id = STR("7001"),
                                     .identity_id = STR("8001"),
                                     .currency = STR("USD")};
}

static bool write_once(struct err *err)
{
    struct platform_session s = session();
    struct str id;

    return facebook->upload_image(&s, STR("\xFF\xD8\xFF poster"), STR("a.jpg"), STR(""), &id,
                                  err);
}

static bool read_once(struct err *err)
{
    struct platform_session s = session();
    struct platform_advertiser out;

    return facebook->advertiser(&s, &out, err);
}

/* --- errors --- */

static const struct {
    const char *body;
    int status;
    enum err_kind write_kind, read_kind;
    int read_calls; /* how often a read is tried */
} codes[] = {
#define ERROR(members)                                                                         \
    "{\"error\":{\"message\":\"because\",\"type\":\"OAuthException\",\"fbtrace_id\":"          \
    "\"Atrace\"," members "}}"
    {ERROR("\"code\":1"), 400, ERR_UNCERTAIN, ERR_BUSY, 2},
    {ERROR("\"code\":1,\"error_subcode\":99"), 400, ERR_REFUSED, ERR_REFUSED, 1},
    {ERROR("\"code\":2"), 500, ERR_UNCERTAIN, ERR_BUSY, 2},
    {ERROR("\"code\":3"), 400, ERR_REFUSED, ERR_REFUSED, 1},
    {ERROR("\"code\":4"), 400, ERR_BUSY, ERR_BUSY, 1},
    {ERROR("\"code\":4,\"error_subcode\":1504022"), 400, ERR_BUSY, ERR_BUSY, 1},
    {ERROR("\"code\":10"), 403, ERR_REFUSED, ERR_REFUSED, 1}, /* a permission, not the token */
    {ERROR("\"code\":17,\"error_subcode\":2446079"), 400, ERR_BUSY, ERR_BUSY, 1},
    {ERROR("\"code\":32"), 400, ERR_BUSY, ERR_BUSY, 1},
    {ERROR("\"code\":100"), 400, ERR_REFUSED, ERR_REFUSED, 1},
    {ERROR("\"code\":100,\"error_subcode\":33"), 400, ERR_REFUSED, ERR_REFUSED, 1},
    {ERROR("\"code\":100,\"is_transient\":true"), 400, ERR_UNCERTAIN, ERR_BUSY, 1},
    {ERROR("\"code\":102"), 400, ERR_DENIED, ERR_DENIED, 1},
    {ERROR("\"code\":104"), 400, ERR_REFUSED, ERR_REFUSED, 1},
    {ERROR("\"code\":190"), 400, ERR_DENIED, ERR_DENIED, 1},
    {ERROR("\"code\":190,\"error_subcode\":463"), 401, ERR_DENIED, ERR_DENIED, 1},
    {ERROR("\"code\":200"), 403, ERR_REFUSED, ERR_REFUSED, 1},
    {ERROR("\"code\":294"), 400, ERR_REFUSED, ERR_REFUSED, 1},
    {ERROR("\"code\":341"), 400, ERR_BUSY, ERR_BUSY, 1},
    {ERROR("\"code\":352"), 400, ERR_REFUSED, ERR_REFUSED, 1},
    {ERROR("\"code\":368"), 400, ERR_REFUSED, ERR_REFUSED, 1},
    {ERROR("\"code\":389"), 400, ERR_REFUSED, ERR_REFUSED, 1},
    {ERROR("\"code\":613,\"error_subcode\":1487742"), 400, ERR_BUSY, ERR_BUSY, 1},
    {ERROR("\"code\":803"), 404, ERR_REFUSED, ERR_REFUSED, 1},
    {ERROR("\"code\":2500"), 400, ERR_REFUSED, ERR_REFUSED, 1},
    {ERROR("\"code\":2635"), 400, ERR_REFUSED, ERR_REFUSED, 1},
    {ERROR("\"code\":80004,\"error_subcode\":2446079"), 400, ERR_BUSY, ERR_BUSY, 1},
    {ERROR("\"code\":100"), 200, ERR_REFUSED, ERR_REFUSED, 1}, /* whatever the status */
    {ERROR("\"code\":190"), 500, ERR_DENIED, ERR_DENIED, 1},
    {ERROR("\"code\":987654"), 400, ERR_REFUSED, ERR_REFUSED, 1},
    /* no envelope */
    {"", 413, ERR_REFUSED, ERR_REFUSED, 1},
    {"<html>not here</html>", 404, ERR_BROKEN, ERR_BROKEN, 1},
    {"<html>busy</html>", 429, ERR_BUSY, ERR_BUSY, 1},
    {"<html>Sorry</html>", 502, ERR_UNCERTAIN, ERR_BUSY, 2},
    {"<html>hello</html>", 200, ERR_UNCERTAIN, ERR_BUSY, 2},
    {"[1]", 200, ERR_UNCERTAIN, ERR_BUSY, 2},
    {"{}", 503, ERR_UNCERTAIN, ERR_BUSY, 2},
};

static void every_code_has_its_kind_and_writes_are_sent_once(void)
{
    for (size_t i = 0; i < countof(codes); i++) {
        struct err err = {0};

        begin();
        say(codes[i].status, codes[i].body);
        say(codes[i].status, codes[i].body);
        CHECK(!write_once(&err) && err.kind == codes[i].write_kind, "write %s: %s %s",
              codes[i].body, err_kind_name(err.kind), err.text);
        CHECK(atomic_load(&asked_n) == 1, "%s: sent %d times", codes[i].body,
              atomic_load(&asked_n));
        begin();
        say(codes[i].status, codes[i].body);
        say(codes[i].status, codes[i].body);
        CHECK(!read_once(&err) && err.kind == codes[i].read_kind, "read %s: %s", codes[i].body,
              err_kind_name(err.kind));
        CHECK(atomic_load(&asked_n) == codes[i].read_calls, "%s: read %d times", codes[i].body,
              atomic_load(&asked_n));
    }
}

static void a_refusal_keeps_facebooks_own_words(void)
{
    struct err err = {0};

    begin();
    say(400, "{\"error\":{\"message\":\"Invalid parameter\",\"type\":\"OAuthException\","
             "\"code\":100,\"error_subcode\":1885272,\"error_user_title\":\"Too low\","
             "\"error_user_msg\":\"The budget is too low.\",\"fbtrace_id\":\"AbC\"}}");
    CHECK(!write_once(&err) && err.platform_code == 100, "%lld", (long long)err.platform_code);
    CHECK(strcmp(err.platform_message, "Invalid parameter") == 0, "%s", err.platform_message);
    CHECK(strcmp(err.platform_request_id, "AbC") == 0, "%s", err.platform_request_id);
    CHECK(strstr(err.text, "The budget is too low.") && strstr(err.text, "100/1885272"), "%s",
          err.text);
    begin();
    say(400, ERROR("\"code\":190,\"error_subcode\":460"));
    CHECK(!write_once(&err) && strstr(err.hint, "connect the ad account again"), "%s",
          err.hint);
}

static void a_lost_answer_of_a_write_is_uncertain_and_of_a_read_is_read_again(void)
{
    struct err err = {0};

    begin();
    drop();
    CHECK(!write_once(&err) && err.kind == ERR_UNCERTAIN, "%s", err.text);
    begin();
    drop();
    say(200, "{\"account_id\":\"7001\",\"account_status\":1,\"id\":\"act_7001\"}");
    CHECK(read_once(&err), "%s", err.text);
}

/* --- the wire --- */

static void the_token_travels_in_a_header_with_its_proof(void)
{
    struct platform_session s = session();
    struct platform_advertiser out;
    struct err err = {0};

    begin();
    say(200,
        "{\"account_id\":\"7001\",\"name\":\"Ours\",\"currency\":\"USD\",\"timezone_name\":"
        "\"Asia/Almaty\",\"account_status\":9,\"id\":\"act_7001\"}");
    CHECK(facebook->advertiser(&s, &out, &err), "%s", err.text);
    CHECK(str_eq(out.id, STR("7001")) && str_eq(out.status, STR("IN_GRACE_PERIOD")) &&
              out.deliverable && str_eq(out.zone, STR("Asia/Almaty")),
          STR_FMT, STR_ARG(out.status));
    CHECK(strcmp(asked[0].path, "/v26.0/act_7001") == 0, "%s", asked[0].path);
    CHECK(strcmp(asked[0].bearer, "Bearer EAAtoken") == 0, "%s", asked[0].bearer);
    /* The vector of the reference: token EAAtoken, secret appsecret123. */
    CHECK(strstr(asked[0].query, "appsecret_proof="
                                 "573b5223e7635dfa94d38707644c6ab9de3f35d6adae38b0839a13fd1ae87"
                                 "d95"),
          "%s", asked[0].query);
    CHECK(!strstr(asked[0].query, "EAAtoken"), "the token is in the address");
    begin();
    say(200, "{\"account_id\":\"7001\",\"account_status\":2,\"timezone_name\":\"Mars/Base\"}");
    CHECK(facebook->advertiser(&s, &out, &err) && !out.deliverable &&
              str_eq(out.zone, STR("Etc/UTC")),
          "disabled, zone not known");
}

static void lists_go_on_while_there_is_a_next_page_even_after_an_empty_one(void)
{
    struct platform_session s = session();
    struct platform_identities list = {0};
    struct err err = {0};

    begin();
    say(200,
        "{\"data\":[{\"id\":\"8001\",\"name\":\"Ours\",\"tasks\":[\"ADVERTISE\"]}],"
        "\"paging\":{\"cursors\":{\"after\":\"c1\"},\"next\":\"https://x/?access_token=T\"}"
        "}");
    say(200,
        "{\"data\":[],\"paging\":{\"cursors\":{\"after\":\"c2\"},\"next\":\"https://x\"}}");
    say(200, "{\"data\":[{\"id\":8002,\"name\":\"Blog\",\"tasks\":[\"ANALYZE\"]}],"
             "\"paging\":{\"cursors\":{\"after\":\"c3\"}}}");
    CHECK(facebook->identities(&s, &list, &err) && list.n == 2, "%s, %zu", err.text, list.n);
    CHECK(strstr(asked[1].query, "after=c1") && strstr(asked[2].query, "after=c2"), "%s",
          asked[2].query);
    CHECK(list.at[0].available && !list.at[1].available && str_eq(list.at[1].id, STR("8002")),
          "tasks");
    CHECK(facebook->best_identity(&list) == &list.at[0], "best");
    CHECK(!facebook->check_identity(&list.at[1], &err) &&
              strcmp(err.field, "facebook_page_id") == 0,
          "%s", err.text);
}

static void the_code_becomes_a_long_lived_token_with_its_end(void)
{
    struct platform_session s = session();
    struct platform_advertisers list = {0};
    struct platform_token token = {0};
    struct err err = {0};

    begin();
    say(200, "{\"access_token\":\"brief\",\"token_type\":\"bearer\",\"expires_in\":5000}");
    say(200, "{\"access_token\":\"long\",\"token_type\":\"bearer\"}");
    say(200, "{\"data\":{\"is_valid\":true,\"expires_at\":1800000000,\"scopes\":["
             "\"ads_management\"]}}");
    say(200, "{\"data\":[{\"account_id\":\"71\",\"name\":\"One\",\"currency\":\"USD\","
             "\"timezone_name\":\"Asia/Almaty\",\"account_status\":3,\"id\":\"act_71\"},"
             "{\"account_id\":\"72\",\"name\":\"Two\",\"currency\":\"USD\",\"timezone_name\":"
             "\"America/New_York\",\"account_status\":1,\"id\":\"act_72\"}]}");
    s.token = (struct secret){0};
    CHECK(facebook->exchange(&s, STR("c0de"), STR("https://us.example/oauth/callback"), &token,
                             &list, &err),
          "%s", err.text);
    CHECK(str_eq(seal_reveal(token.secret), STR("long")), "token");
    CHECK(token.expires_ms == INT64_C(1800000000000), "%lld", (long long)token.expires_ms);
    CHECK(list.n == 2 && !list.at[0].deliverable && list.at[1].deliverable, "accounts");
    CHECK(strstr(asked[0].query, "redirect_uri=https%3A%2F%2Fus.example%2Foauth%2Fcallback") &&
              strstr(asked[0].query, "code=c0de") && !*asked[0].bearer,
          "%s", asked[0].query);
    CHECK(strstr(asked[1].query, "fb_exchange_token=brief"), "%s", asked[1].query);
    CHECK(strcmp(asked[2].bearer, "Bearer app-1|appsecret123") == 0, "%s", asked[2].bearer);
    CHECK(strcmp(asked[3].bearer, "Bearer long") == 0, "%s", asked[3].bearer);

    /* Without the one permission that everything needs there is no connection. */
    begin();
    say(200, "{\"access_token\":\"brief\",\"expires_in\":5000}");
    say(200, "{\"access_token\":\"long\",\"expires_in\":5184000}");
    say(200, "{\"data\":{\"is_valid\":true,\"expires_at\":0,\"scopes\":[\"ads_read\"]}}");
    CHECK(!facebook->exchange(&s, STR("c0de"), STR("https://us.example/cb"), &token, &list,
                              &err) &&
              err.kind == ERR_REFUSED && strstr(err.text, "ads_management"),
          "%s", err.text);
}

static void the_dialog_gets_state_scopes_and_address_encoded(void)
{
    struct str url = facebook->authorize_url(&conf, arena, STR("s&=1"),
                                             STR("https://us.example/oauth/callback"));
    struct err err = {0};
    struct conf without = conf;

    CHECK(str_starts(url, STR("https://facebook.example/v26.0/dialog/oauth?client_id=app-1")),
          STR_FMT, STR_ARG(url));
    CHECK(str_has(url, STR("state=s%26%3D1")) &&
              str_has(url, STR("scope=ads_management%2Cads_read")) &&
              str_has(url, STR("redirect_uri=https%3A%2F%2Fus.example%2Foauth%2Fcallback")),
          STR_FMT, STR_ARG(url));
    without.facebook_app_secret = STR("");
    CHECK(!facebook->check_settings(&without, &err) && err.kind == ERR_CONFLICT &&
              strstr(err.hint, "facebook_app_secret"),
          "%s", err.hint);
}

static void a_page_is_asked_with_its_own_token(void)
{
    struct platform_session s = session();
    struct platform_pages forms = {0};
    struct err err = {0};
    bool added;

    begin();
    say(200, "{\"data\":[{\"id\":\"8001\",\"access_token\":\"page-token\"}]}");
    say(200, "{\"data\":[{\"id\":\"9001\",\"name\":\"Form\",\"status\":\"ACTIVE\"}]}");
    CHECK(facebook->pages(&s, &forms, &err) && forms.n == 1, "%s", err.text);
    CHECK(strcmp(asked[1].bearer, "Bearer page-token") == 0 &&
              strcmp(asked[1].path, "/v26.0/8001/leadgen_forms") == 0,
          "%s %s", asked[1].bearer, asked[1].path);
    begin();
    say(200, "{\"data\":[{\"id\":\"8001\",\"access_token\":\"page-token\"}]}");
    say(200, "{\"data\":[{\"id\":\"app-2\",\"subscribed_fields\":[\"leadgen\"]},"
             "{\"id\":\"app-1\",\"subscribed_fields\":[\"feed\"]}]}");
    say(200, "{\"success\":true}");
    CHECK(facebook->subscribe_leads(&s, STR("https://x"), &added, &err) && added, "%s",
          err.text);
    CHECK(strstr(asked[2].body, "subscribed_fields=leadgen"), "%s", asked[2].body);
    begin();
    say(200, "{\"data\":[{\"id\":\"8001\",\"access_token\":\"page-token\"}]}");
    say(200, "{\"data\":[{\"id\":\"app-1\",\"subscribed_fields\":[\"feed\",\"leadgen\"]}]}");
    CHECK(facebook->subscribe_leads(&s, STR("https://x"), &added, &err) && !added, "%s",
          err.text);
    begin();
    say(200, "{\"data\":[{\"id\":\"8002\",\"access_token\":\"other\"}]}");
    CHECK(!facebook->pages(&s, &forms, &err) && err.kind == ERR_REFUSED, "%s", err.text);
    s.identity_id = STR("");
    begin();
    CHECK(!facebook->pages(&s, &forms, &err) && strcmp(err.field, "facebook_page_id") == 0,
          "%s", err.text);
    CHECK(facebook->subscribe_leads(&s, STR("https://x"), &added, &err) && !added &&
              atomic_load(&asked_n) == 0,
          "asked for nobody's leads");
}

/* --- videos by script --- */

static char video_path[64];
#define MB INT64_C(1048576)

static void make_file(int64_t size)
{
    FILE *f = fopen(video_path, "wb");

    for (int64_t i = 0; i < size; i += 4096) {
        char block[4096];
        memset(block, (int)(i / MB), sizeof block);
        must(fwrite(block, 1, sizeof block, f) == sizeof block);
    }
    must(fclose(f) == 0);
}

static bool upload(struct str *id, int64_t size, struct err *err)
{
    struct platform_session s = session();

    *id = STR("");
    return facebook->upload_video(&s, video_path, STR("adwright-1.mp4"), STR(""), size, id,
                                  err);
}

#define START                                                                                  \
    "{\"upload_session_id\":\"s1\",\"video_id\":\"9007199254740993\",\"start_offset\":\"0\","  \
    "\"end_offset\":\"1048576\"}"
#define WINDOW(a, b) "{\"start_offset\":\"" #a "\",\"end_offset\":\"" #b "\"}"

static void a_small_video_goes_in_one_piece(void)
{
    struct err err = {0};
    struct str id;

    make_file(MB);
    begin();
    say(200, "{\"id\":\"18014398509481985\"}");
    CHECK(upload(&id, MB, &err) && str_eq(id, STR("18014398509481985")), "%s", err.text);
    CHECK(strstr(asked[0].body, "title=adwright-1.mp4(") &&
              strstr(asked[0].body, "(1048576)\n") && strstr(asked[0].body, "appsecret_proof="),
          "%s", asked[0].body);
    begin();
    say(200, "{}");
    CHECK(!upload(&id, MB, &err) && err.kind == ERR_UNCERTAIN, "no id: %s", err.text);
}

static void a_large_video_goes_in_the_windows_that_facebook_names(void)
{
    struct err err = {0};
    struct str id;

    make_file(21 * MB);
    begin();
    say(200, START);
    say(200, WINDOW(1048576, 3145728));
    /* Another place than asked for, once as an object, once as the text of one. */
    say(400, ERROR("\"code\":6000,\"error_subcode\":1363037,\"error_data\":{\"start_offset\":"
                   "\"2097152\",\"end_offset\":\"3145728\"}"));
    say(400, ERROR("\"code\":6000,\"error_subcode\":1363037,\"error_data\":\"{\\\"start_offset"
                   "\\\":\\\"4194304\\\",\\\"end_offset\\\":\\\"22020096\\\"}\""));
    say(500, ERROR("\"code\":2,\"is_transient\":true")); /* the same bytes again */
    drop();                                              /* and again */
    say(200, WINDOW(20971520, 22020096));
    say(200, WINDOW(22020096, 22020096));
    say(200, "{\"success\":true}");
    CHECK(upload(&id, 21 * MB, &err) && str_eq(id, STR("9007199254740993")), "%s", err.text);
    CHECK(strstr(asked[0].body, "upload_phase=start") &&
              strstr(asked[0].body, "file_size=22020096("),
          "%s", asked[0].body);
    CHECK(strstr(asked[1].body, "start_offset=0(") && strstr(asked[1].body, "(1048576)\n"),
          "%s", asked[1].body);
    CHECK(strstr(asked[2].body, "start_offset=1048576("), "%s", asked[2].body);
    CHECK(strstr(asked[3].body, "start_offset=2097152("), "%s", asked[3].body);
    for (int i = 4; i <= 6; i++) /* no more than 16 MB of a window at once */
        CHECK(strstr(asked[i].body, "start_offset=4194304(") &&
                  strstr(asked[i].body, "(16777216)\n"),
              "%d: %s", i, asked[i].body);
    CHECK(strstr(asked[7].body, "start_offset=20971520("), "%s", asked[7].body);
    CHECK(strstr(asked[8].body, "upload_phase=finish") &&
              strstr(asked[8].body, "title=adwright-1.mp4("),
          "%s", asked[8].body);
    CHECK(atomic_load(&asked_n) == 9, "%d calls", atomic_load(&asked_n));
}

static void an_upload_that_gets_nowhere_ends_and_is_cancelled(void)
{
    struct err err = {0};
    struct str id;

    make_file(21 * MB);
    begin();
    say(200, START);
    for (int i = 0; i < 5; i++)
        say(200, WINDOW(0, 1048576)); /* always the same piece */
    say(200, "{\"success\":true}");
    CHECK(!upload(&id, 21 * MB, &err) && err.kind == ERR_BUSY, "%s", err.text);
    CHECK(atomic_load(&asked_n) == 7 && strstr(asked[6].body, "upload_phase=cancel"), "%d: %s",
          atomic_load(&asked_n), asked[6].body);

    begin();
    say(200, START);
    say(400, ERROR("\"code\":352"));
    say(200, "{\"success\":true}");
    CHECK(!upload(&id, 21 * MB, &err) && err.kind == ERR_REFUSED && err.platform_code == 352,
          "%s", err.text);

    /* Windows outside the file are nonsense. */
    begin();
    say(200, "{\"upload_session_id\":\"s1\",\"video_id\":\"1\",\"start_offset\":\"0\","
             "\"end_offset\":\"99999999\"}");
    CHECK(!upload(&id, 21 * MB, &err) && err.kind == ERR_UNCERTAIN, "%s", err.text);
}

static void a_lost_answer_of_start_and_finish_is_uncertain(void)
{
    struct err err = {0};
    struct str id;

    make_file(21 * MB);
    begin();
    drop();
    CHECK(!upload(&id, 21 * MB, &err) && err.kind == ERR_UNCERTAIN, "%s", err.text);
    begin();
    say(200, START);
    say(200, WINDOW(22020096, 22020096));
    drop();
    CHECK(!upload(&id, 21 * MB, &err) && err.kind == ERR_UNCERTAIN && !id.n, "%s", err.text);
}

static void a_video_is_usable_when_it_is_ready_and_bad_when_it_went_bad(void)
{
    struct platform_session s = session();
    struct platform_video video;
    struct err err = {0};
    bool found;

    begin();
    say(200, "{\"id\":\"1\",\"status\":{\"video_status\":\"processing\"}}");
    CHECK(facebook->video(&s, STR("1"), &found, &video, &err) && found && !video.usable &&
              atomic_load(&asked_n) == 1,
          "%s", err.text);
    begin();
    say(200, "{\"id\":\"1\",\"title\":\"t\",\"length\":12.5,\"status\":{\"video_status\":"
             "\"ready\"}}");
    say(200, "{\"data\":[{\"uri\":\"https://cdn/1\",\"is_preferred\":false},"
             "{\"uri\":\"https://cdn/2\",\"is_preferred\":true,\"width\":720,\"height\":1280},"
             "{\"uri\":\"https://cdn/3\",\"is_preferred\":false}]}");
    CHECK(facebook->video(&s, STR("1"), &found, &video, &err) && video.usable &&
              str_eq(video.cover_url, STR("https://cdn/2")) && video.height == 1280,
          STR_FMT, STR_ARG(video.cover_url));
    begin();
    say(200, "{\"id\":\"1\",\"status\":{\"video_status\":\"error\",\"processing_phase\":{"
             "\"errors\":[{\"code\":352,\"message\":\"not a format that we support\"}]}}}");
    CHECK(!facebook->video(&s, STR("1"), &found, &video, &err) && err.kind == ERR_REFUSED &&
              strstr(err.text, "not a format"),
          "%s", err.text);
    begin();
    say(400, "{\"error\":{\"code\":100,\"error_subcode\":33,\"message\":\"Unsupported get "
             "request. Object with ID '1' does not exist\"}}");
    CHECK(facebook->video(&s, STR("1"), &found, &video, &err) && !found, "gone");
    begin();
    say(400, ERROR("\"code\":100"));
    CHECK(!facebook->video(&s, STR("1"), &found, &video, &err), "another refusal");
}

/* --- conversions by script --- */

#define HASH "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"
#define NOW  INT64_C(1795489200000)

static const struct platform_event full = {
    .event_id = STR_INIT("e1"),
    .name = STR_INIT("Purchase"),
    .at_ms = NOW - 1500,
    .email_hash = STR_INIT(HASH),
    .phone_hash = STR_INIT(HASH),
    .external_id_hash = STR_INIT(HASH),
    .fbc = STR_INIT("fb.1.1554763741205.AbCdEfGh"),
    .fbp = STR_INIT("not a cookie"),
    .ip = STR_INIT("203.0.113.5"),
    .user_agent = STR_INIT("Firefox"),
    .page_url = STR_INIT("https://example.com/?name=Ann"),
    .referrer = STR_INIT("https://search.example/"),
    .value_micros = INT64_C(12500000),
    .currency = STR_INIT("KZT"),
    .order_id = STR_INIT("o1"),
};

static struct str body_of(const struct platform_event *event, const char *source, bool shown)
{
    struct platform_event_target target = {str(source), STR("9001"), STR("")};

    return facebook->event_body(arena, &target, &event, 1, shown);
}

static void events_are_written_as_the_conversions_api_wants_them(void)
{
    struct platform_event crm = {.event_id = STR("c1"),
                                 .name = STR("qualified"),
                                 .at_ms = NOW,
                                 .platform_lead_id = STR("1234567890123456")};
    struct platform_event silent = full;
    struct str body = body_of(&full, "web", false);

    CHECK(
        str_eq(body,
               STR("{\"data\":[{\"event_name\":\"Purchase\",\"event_time\":1795489198,"
                   "\"event_id\":\"e1\",\"action_source\":\"website\","
                   "\"event_source_url\":\"https://example.com/?name=Ann\","
                   "\"referrer_url\":\"https://search.example/\",\"user_data\":{\"em\":[\"" HASH
                   "\"],\"ph\":[\"" HASH "\"],\"external_id\":[\"" HASH
                   "\"],\"client_ip_address\":\"203.0.113.5\",\"client_user_agent\":"
                   "\"Firefox\",\"fbc\":\"fb.1.1554763741205.AbCdEfGh\"},\"custom_data\":{"
                   "\"value\":12.5,\"currency\":\"KZT\",\"order_id\":\"o1\"}}]}")),
        STR_FMT, STR_ARG(body));
    body = body_of(&crm, "crm", false);
    CHECK(str_eq(body, STR("{\"data\":[{\"event_name\":\"qualified\",\"event_time\":1795489200,"
                           "\"event_id\":\"c1\",\"action_source\":\"system_generated\","
                           "\"user_data\":{\"lead_id\":\"1234567890123456\"},\"custom_data\":{"
                           "\"event_source\":\"crm\",\"lead_event_source\":\"adwright\"}}]}")),
          STR_FMT, STR_ARG(body));
    /* Without a browser it is no website's event, or the whole request were refused. */
    silent.user_agent = STR("");
    body = body_of(&silent, "web", false);
    CHECK(str_has(body, STR("\"action_source\":\"system_generated\"")) &&
              !str_has(body, STR("event_source_url")),
          STR_FMT, STR_ARG(body));
    /* In the log stands nothing of the person. */
    body = body_of(&full, "web", true);
    CHECK(!str_has(body, STR(HASH)) && !str_has(body, STR("203.0.113.5")) &&
              !str_has(body, STR("Ann")) && !str_has(body, STR("AbCdEfGh")) &&
              str_has(body, STR("\"value\":12.5")),
          STR_FMT, STR_ARG(body));
}

static void phones_are_hashed_without_their_plus(void)
{
    struct str phone = facebook->event_phone(arena, STR("+77011234567"));

    CHECK(str_eq(seal_sha256_hex(arena, phone),
                 STR("7c1dc35860507e0fee0dee49def2433f25534035de81deb1bbc6f4c006e4c90a")),
          STR_FMT, STR_ARG(phone));
}

static void what_would_be_refused_is_found_before(void)
{
    static const struct {
        const char *source, *field; /* NULL = good */
        struct platform_event event;
    } cases[] = {
#define EVENT(...) {.name = STR_INIT("Lead"), .at_ms = NOW - 1000, __VA_ARGS__}
        {"web", NULL, EVENT(.email_hash = STR_INIT(HASH))},
        {"web", NULL, EVENT(.fbp = STR_INIT("fb.1.1558571054389.1098115397"))},
        {"web", NULL, EVENT(.fbc = STR_INIT("fb.1.1554763741205.AbC.AQ"))},
        {"crm", NULL, EVENT(.platform_lead_id = STR_INIT("123456789012345"))},
        {"web", "event", {.at_ms = NOW, .email_hash = STR_INIT(HASH)}},
        {"web", "user_data", EVENT(.ip = STR_INIT("203.0.113.5"), .user_agent = STR_INIT("f"))},
        {"web", "user_data", EVENT(.fbc = STR_INIT("AbC"))},
        {"web", "user_data", EVENT(.fbp = STR_INIT("fb.1.15.1"))},
        {"crm", "platform_lead_id", EVENT(.email_hash = STR_INIT(HASH))},
        {"crm", "platform_lead_id", EVENT(.platform_lead_id = STR_INIT("12"))},
        {"web",
         "event_time",
         {.name = STR_INIT("Lead"), .at_ms = NOW + 70000, .email_hash = STR_INIT(HASH)}},
        {"web",
         "event_time",
         {.name = STR_INIT("Lead"),
          .at_ms = NOW - INT64_C(7) * 86400000,
          .email_hash = STR_INIT(HASH)}},
        {"web",
         "currency",
         {.name = STR_INIT("Purchase"), .at_ms = NOW, .email_hash = STR_INIT(HASH)}},
        {"web", "currency", EVENT(.email_hash = STR_INIT(HASH), .currency = STR_INIT("TEN"))},
        {"web", "email", EVENT(.email_hash = STR_INIT("john@example.com"))},
        {"web", "phone",
         EVENT(.email_hash = STR_INIT(HASH), .phone_hash = STR_INIT("E3B0C44298FC"))},
    };

    for (size_t i = 0; i < countof(cases); i++) {
        struct platform_event_target target = {str(cases[i].source), STR("9001"), STR("")};
        struct err err = {0};
        bool good = facebook->check_event(&target, &cases[i].event, NOW, &err);

        CHECK(good == !cases[i].field && (good || !strcmp(err.field, cases[i].field)),
              "case %zu: %s %s", i, err.field, err.text);
    }
}

static void a_refusal_of_the_pixel_is_told_from_one_of_an_event(void)
{
    static const struct {
        const char *body;
        const char *field;
    } cases[] = {
        {ERROR("\"code\":100,\"error_subcode\":2804003"), ""},
        {ERROR("\"code\":200"), "pixel_code"},
        {"{\"error\":{\"code\":100,\"error_subcode\":33,\"message\":\"Object with ID '9001' "
         "does not exist\"}}",
         "pixel_code"},
    };
    struct platform_event_target target = {STR("web"), STR("9001"), STR("")};
    struct platform_session s = session();
    struct str answer = STR("");

    for (size_t i = 0; i < countof(cases); i++) {
        struct err err = {0};

        begin();
        say(400, cases[i].body);
        CHECK(!facebook->send_events(&s, &target, STR("{}"), &answer, &err) &&
                  err.kind == ERR_REFUSED && !strcmp(err.field, cases[i].field),
              "%s: %s", cases[i].body, err.field);
    }
    struct err err = {0};
    begin();
    say(200, "{\"events_received\":1,\"messages\":[],\"fbtrace_id\":\"A\"}");
    CHECK(facebook->send_events(&s, &target, STR("{\"data\":[]}"), &answer, &err) &&
              str_has(answer, STR("events_received")),
          "%s", err.text);
    CHECK(!strcmp(asked[0].path, "/v26.0/9001/events") &&
              !strcmp(asked[0].body, "{\"data\":[]}") && strstr(asked[0].query, "proof=573b"),
          "%s %s", asked[0].path, asked[0].query);
}

static void a_lead_is_read_with_its_answers(void)
{
    struct platform_session s = session();
    struct platform_lead lead;
    struct platform_leads list = {0};
    struct err err = {0};
    bool found;

    begin();
    say(200, "{\"data\":[{\"id\":\"8001\",\"access_token\":\"page-token\"}]}");
    say(200, "{\"id\":\"555\",\"created_time\":\"2026-11-21T10:11:12+0000\",\"ad_id\":"
             "120000000000000777,\"adset_id\":\"66\",\"form_id\":\"9001\",\"is_organic\":false,"
             "\"field_data\":[{\"name\":\"full_name\",\"values\":[\"Алия\"]},"
             "{\"name\":\"course\",\"values\":[\"a\",\"b\"]}]}");
    CHECK(facebook->lead(&s, STR("8001"), STR("555"), &found, &lead, &err) && found, "%s",
          err.text);
    CHECK(str_eq(lead.ad_id, STR("120000000000000777")) && str_eq(lead.adgroup_id, STR("66")) &&
              lead.fields.n == 2 && str_eq(lead.fields.at[1].value, STR("a, b")) &&
              lead.created_ms == INT64_C(1795255872000) && !lead.organic,
          "%lld", (long long)lead.created_ms);
    CHECK(!strcmp(asked[1].bearer, "Bearer page-token"), "%s", asked[1].bearer);
    begin();
    say(400, "{\"error\":{\"code\":100,\"message\":\"Object with ID '1' does not exist\"}}");
    CHECK(facebook->lead(&s, STR(""), STR("1"), &found, &lead, &err) && !found, "%s", err.text);
    begin();
    say(400, ERROR("\"code\":200"));
    CHECK(!facebook->lead(&s, STR(""), STR("1"), &found, &lead, &err), "permission");
    begin();
    say(200, "{\"data\":[{\"id\":\"1\",\"field_data\":[]},{\"id\":\"2\"}]}");
    CHECK(facebook->leads(&s, STR(""), STR("9001"), 5000, &list, &err) && list.n == 2, "%s",
          err.text);
    CHECK(strstr(asked[0].query, "%22value%22%3A5%7D"), "%s", asked[0].query);
}

/* --- the sandbox --- */

static struct sandbox *box;
static struct platform_session of_box;
static struct conf box_conf;

static struct str box_get(const char *path)
{
    struct net_request rq = {
        .method = STR("GET"),
        .url = str_fmt(arena, STR_FMT "%s", STR_ARG(box_conf.facebook_base_url), path),
        .allow_private = true};
    struct net_answer answer = {0};
    struct err err = {0};

    CHECK(net_call(net, arena, &rq, &answer, &err), "%s", err.text);
    return answer.status == 303 ? answer.location : answer.body;
}

static void start_sandbox(void)
{
    struct platform_advertisers list = {0};
    struct platform_token token;
    struct err err = {0};
    struct str back = STR("http://127.0.0.1:9/oauth/callback");

    box_conf = (struct conf){
        .address = STR("127.0.0.1"),
        .data = str_fmt(arena, "/tmp/adwright_meta_%ld", (long)getpid()),
        .sandbox_world = STR("demo"),
        .sandbox_seed = STR("1"),
        .facebook_api_version = STR("v26.0"),
        .facebook_app_id = STR("800000000000000001"),
        .facebook_app_secret = STR("of-the-app"),
        /* The third call that sends bytes, and the image, act and lose their answer. */
        .sandbox_faults =
            STR("[{\"path\":\"graph/act_120000000000000101/advideos\",\"method\":\"POST\","
                "\"nth\":3,\"drop_answer_after_acting\":true},"
                "{\"path\":\"graph/act_120000000000000101/adimages\",\"method\":\"POST\","
                "\"drop_answer_after_acting\":true}]"),
    };
    CHECK(sandbox_start(&box_conf, &box, &err), "%s", err.text);
    box_conf.facebook_base_url = str_fmt(arena, "http://127.0.0.1:%d", sandbox_port(box));
    box_conf.facebook_video_base_url = box_conf.facebook_dialog_url =
        box_conf.facebook_base_url;
    of_box = (struct platform_session){.net = net, .arena = arena, .conf = &box_conf};

    struct str dialog = facebook->authorize_url(&box_conf, arena, STR("s"), back);
    CHECK(str_has(box_get(str_sub(dialog, box_conf.facebook_base_url.n, dialog.n).p),
                  STR("Continue as")),
          "the dialog");
    struct str there =
        box_get(str_fmt(arena,
                        "/v26.0/dialog/oauth/"
                        "confirm?client_id=800000000000000001&state=s&redirect_uri=" STR_FMT
                        "&answer=confirm&scope=ads_management,pages_show_list,pages_manage_ads",
                        STR_ARG(url_encode(arena, back)))
                    .p);
    struct str code = str_sub(there, back.n + 6, there.n);
    CHECK(facebook->exchange(&of_box, str_cut(&code, '&'), back, &token, &list, &err), "%s",
          err.text);
    CHECK(list.n == 2 && str_eq(list.at[0].id, STR("120000000000000101")), "%zu", list.n);
    CHECK(token.expires_ms > clock_wall_ms() + INT64_C(59) * 86400000, "sixty days");
    of_box.token = token.secret;
    of_box.advertiser_id = list.at[0].id;
}

static void a_lost_piece_is_sent_again_and_the_video_is_found_by_its_name(void)
{
    struct platform_video video = {0};
    struct err err = {0};
    bool found = true;
    struct str id;

    start_sandbox();
    make_file(21 * MB);
    CHECK(facebook->find_video(&of_box, STR("adwright-7.mp4"), &found, &video, &err) && !found,
          "%s", err.text);
    CHECK(facebook->upload_video(&of_box, video_path, STR("adwright-7.mp4"), STR(""), 21 * MB,
                                 &id, &err),
          "%s", err.text);
    CHECK(facebook->find_video(&of_box, STR("adwright-7.mp4"), &found, &video, &err) && found &&
              str_eq(video.id, id),
          STR_FMT, STR_ARG(video.id));
}

static void a_lost_image_is_found_by_its_name(void)
{
    struct str png = STR(
                   "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\2\xd0\0\0\5\0........................"),
               id = STR("");
    struct err err = {0};
    bool found = false;

    CHECK(!facebook->upload_image(&of_box, png, STR("p.png"), STR(""), &id, &err) &&
              err.kind == ERR_UNCERTAIN,
          "%s", err.text);
    CHECK(facebook->find_image(&of_box, STR("p.png"), &found, &id, &err) && found && id.n == 32,
          "%s", err.text);
    struct str again;
    CHECK(facebook->upload_image(&of_box, png, STR("p.png"), STR(""), &again, &err) &&
              str_eq(again, id),
          "the same picture has the same hash");
}

static void the_sandbox_takes_our_events_and_names_a_foreign_pixel(void)
{
    struct platform_event_target target = {STR("web"), STR("140000000000000401"), STR("")};
    struct platform_event event = full, page = {.name = STR("Lead"),
                                                .event_id = STR("e2"),
                                                .at_ms = clock_wall_ms() - 5000,
                                                .external_id_hash = STR(HASH)};
    const struct platform_event *both[] = {&event, &page};
    struct str answer = STR("");
    struct err err = {0};

    event.at_ms = clock_wall_ms() - 60000;
    for (size_t i = 0; i < countof(both); i++)
        CHECK(facebook->check_event(&target, both[i], clock_wall_ms(), &err), "%s", err.text);
    CHECK(facebook->send_events(&of_box, &target,
                                facebook->event_body(arena, &target, both, 2, false), &answer,
                                &err) &&
              str_has(answer, STR("\"events_received\":2")),
          STR_FMT " %s", STR_ARG(answer), err.text);
    page.at_ms = clock_wall_ms() - INT64_C(8) * 86400000;
    CHECK(!facebook->send_events(&of_box, &target,
                                 facebook->event_body(arena, &target, both, 2, false), &answer,
                                 &err) &&
              err.kind == ERR_REFUSED && !*err.field,
          "%s", err.text);
    target.code = STR("140000000000000499");
    CHECK(!facebook->send_events(&of_box, &target,
                                 facebook->event_body(arena, &target, both, 1, false), &answer,
                                 &err) &&
              !strcmp(err.field, "pixel_code"),
          "%s", err.text);
}

static void places_and_interests_are_searched_for_and_pixels_listed(void)
{
    struct platform_session s = session();
    struct platform_targets found = {0};
    struct platform_pixels pixels = {0};
    struct err err = {0};

    begin();
    CHECK(facebook->targets(&s, TARGET_PLACES, STR(""), &found, &err) && found.n == 0 &&
              atomic_load(&asked_n) == 0,
          "nothing was asked, and yet Facebook");
    say(200, "{\"data\":[{\"key\":\"KZ\",\"name\":\"Kazakhstan\",\"type\":\"country\","
             "\"country_code\":\"KZ\",\"country_name\":\"Kazakhstan\"},"
             "{\"key\":\"1770\",\"name\":\"Almaty\",\"type\":\"region\","
             "\"country_code\":\"KZ\",\"country_name\":\"Kazakhstan\"},"
             "{\"key\":\"1289466\",\"name\":\"Almaty\",\"type\":\"city\","
             "\"country_code\":\"KZ\",\"country_name\":\"Kazakhstan\","
             "\"region\":\"Almaty\",\"region_id\":1770}]}");
    CHECK(facebook->targets(&s, TARGET_PLACES, STR("kaz"), &found, &err) && found.n == 3, "%s",
          err.text);
    CHECK(strstr(asked[0].query, "type=adgeolocation") && strstr(asked[0].query, "q=kaz") &&
              strstr(asked[0].query, "location_types="),
          "%s", asked[0].query);
    CHECK(str_eq(found.at[0].id, STR("KZ")) && str_eq(found.at[1].id, STR("region:1770")) &&
              str_eq(found.at[2].id, STR("1289466")) &&
              str_eq(found.at[2].within, STR("Almaty, Kazakhstan")) &&
              str_eq(found.at[2].kind, STR("city")),
          "%.*s", STR_ARG(found.at[2].within));
    say(200, "{\"data\":[{\"id\":\"6003\",\"name\":\"Beauty\",\"path\":[\"Interests\","
             "\"Shopping\",\"Beauty\"]}]}");
    found = (struct platform_targets){0};
    CHECK(facebook->targets(&s, TARGET_INTERESTS, STR("bea"), &found, &err) && found.n == 1 &&
              str_eq(found.at[0].within, STR("Interests, Shopping")),
          "%s", err.text);
    say(200, "{\"data\":[{\"id\":\"1400\",\"name\":\"Site\"}]}");
    CHECK(facebook->pixels(&s, &pixels, &err) && pixels.n == 1 &&
              str_eq(pixels.at[0].id, STR("1400")) &&
              strcmp(asked[2].path, "/v26.0/act_7001/adspixels") == 0,
          "%s %s", asked[2].path, err.text);
}

static void what_is_not_offered_is_said_so(void)
{
    struct err err = {0};

    CHECK(!platform_can(facebook, STR("facebook"), PLATFORM_LAUNCHES, &err) &&
              err.kind == ERR_INVALID && strstr(err.text, "facebook"),
          "%s", err.text);
    CHECK(!platform_can(facebook, STR("facebook"), PLATFORM_CHANGES, &err), "changes");
    CHECK(!platform_can(facebook, STR("facebook"), PLATFORM_MEASURES, &err), "measures");
    CHECK(!platform_can(NULL, STR("myspace"), PLATFORM_LAUNCHES, &err) &&
              strstr(err.text, "myspace"),
          "%s", err.text);
    CHECK(platform_can(platform_find(STR("tiktok")), STR("tiktok"), PLATFORM_LAUNCHES, &err),
          "%s", err.text);
}

int main(void)
{
    struct web_settings s = {.name = "script",
                             .address = STR("127.0.0.1"),
                             .workers = 2,
                             .queue_age_ms = 10000,
                             .request_deadline_ms = 10000,
                             .connection_limit = 100,
                             .routes = tables};
    struct err err = {0};

    log_setup(getenv("TEST_LOG") ? LOG_DEBUG : LOG_ERROR + 1, 0);
    arena = arena_new("test");
    snprintf(video_path, sizeof video_path, "/tmp/adwright_meta_%ld.mp4", (long)getpid());
    if (!seal_setup(&err) || !web_start(&s, &web, &err) || !net_open(&net, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    conf.facebook_base_url = str_fmt(arena, "http://127.0.0.1:%d", web_port(web));
    conf.facebook_video_base_url = conf.facebook_base_url;
    conf.facebook_dialog_url = STR("https://facebook.example/");
    conf.facebook_api_version = STR("v26.0");
    conf.facebook_app_id = STR("app-1");
    conf.facebook_app_secret = STR("appsecret123");
    facebook = platform_find(STR("facebook"));
    RUN(every_code_has_its_kind_and_writes_are_sent_once);
    RUN(a_refusal_keeps_facebooks_own_words);
    RUN(a_lost_answer_of_a_write_is_uncertain_and_of_a_read_is_read_again);
    RUN(the_token_travels_in_a_header_with_its_proof);
    RUN(lists_go_on_while_there_is_a_next_page_even_after_an_empty_one);
    RUN(the_code_becomes_a_long_lived_token_with_its_end);
    RUN(the_dialog_gets_state_scopes_and_address_encoded);
    RUN(a_page_is_asked_with_its_own_token);
    RUN(a_small_video_goes_in_one_piece);
    RUN(a_large_video_goes_in_the_windows_that_facebook_names);
    RUN(an_upload_that_gets_nowhere_ends_and_is_cancelled);
    RUN(a_lost_answer_of_start_and_finish_is_uncertain);
    RUN(a_video_is_usable_when_it_is_ready_and_bad_when_it_went_bad);
    RUN(events_are_written_as_the_conversions_api_wants_them);
    RUN(phones_are_hashed_without_their_plus);
    RUN(what_would_be_refused_is_found_before);
    RUN(a_refusal_of_the_pixel_is_told_from_one_of_an_event);
    RUN(a_lead_is_read_with_its_answers);
    RUN(a_lost_piece_is_sent_again_and_the_video_is_found_by_its_name);
    RUN(a_lost_image_is_found_by_its_name);
    RUN(the_sandbox_takes_our_events_and_names_a_foreign_pixel);
    RUN(places_and_interests_are_searched_for_and_pixels_listed);
    RUN(what_is_not_offered_is_said_so);
    sandbox_stop(box);
    (void)unlink(video_path);
    net_close(net);
    web_stop(web, 1000);
    arena_free(arena);
    return test_report();
}
