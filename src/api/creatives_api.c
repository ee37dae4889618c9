/* creatives_api.c - creatives: added by address or by their bytes, listed, changed, retried. */

#include "api/api.h"
#include "api/common.h"
#include "api/creatives_json.h"
#include "base/arena.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "creative/creative.h"
#include "creative/creative_library.h"
#include "creative/process.h"
#include "db/db.h"
#include "text/hex.h"

#include <inttypes.h>

static void wake(struct request *rq)
{
    const struct app *app = rq->app;

    if (app->runner)
        job_wake(app->runner);
}

/* --- adding --- */

/* "a, b" of a query. */
static bool query_tags(struct request *rq, struct strs *out, struct err *err)
{
    struct str list = request_query(rq, "tags");

    while (list.n) {
        struct str tag = str_trim(str_cut(&list, ','));
        if (tag.n)
            *strs_add(out, rq->arena) = tag;
    }
    return creative_tag_check(rq->arena, out, err);
}

static bool read_texts(const struct json *body, struct creative_wish *wish, struct err *err)
{
    return json_want_text(body, "ad_text", LIMIT_TEXT, STR(""), &wish->ad_text, err) &&
           json_want_text(body, "call_to_action", 60, STR(""), &wish->call_to_action, err) &&
           json_want_text(body, "landing_page_url", LIMIT_URL_TEXT, STR(""),
                          &wish->landing_page_url, err) &&
           json_want_text(body, "direction_id", LIMIT_NAME, STR(""), &wish->direction_id, err);
}

/* POST /api/creatives {title, media_url, direction_id?, ad_text?, ...} - fetched by a job. */
static bool post_creative(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"title",
                                          "media_url",
                                          "media_type",
                                          "direction_id",
                                          "ad_text",
                                          "userAccountId",
                                          "call_to_action",
                                          "landing_page_url",
                                          "accountId",
                                          "creative_group_id",
                                          "account_id",
                                          "user_account_id",
                                          "tags",
                                          "platform",
                                          NULL};
    struct creative_wish wish = {.actor = rq->caller.actor};
    const struct json *body;
    struct str id;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err) ||
        !json_need_text(body, "title", LIMIT_TITLE, &wish.title, err) ||
        !json_need_text(body, "media_url", LIMIT_URL_TEXT, &wish.media_url, err) ||
        !json_want_text(body, "media_type", 20, STR(""), &wish.media_type, err) ||
        !json_want_text(body, "creative_group_id", LIMIT_NAME, STR(""), &wish.group_id, err) ||
        !json_want_text(body, "platform", 20, STR(""), &wish.platform, err) ||
        !read_texts(body, &wish, err) || !creatives_read_tags(rq, body, &wish.tags, err) ||
        !creative_add(rq->db, rq->arena, &wish, rq->now_ms, &id, err))
        return false;
    wake(rq);
    return creatives_reply(rq, rp, id, 202, err);
}

static bool query_text(struct request *rq, const char *name, size_t limit, struct str *out,
                       struct err *err)
{
    *out = request_query(rq, name);
    return str_length(*out) <= limit ||
           err_input(err, name, "a shorter text", "%s has %zu characters", name,
                     str_length(*out));
}

/* POST /api/creatives/upload?title=...&direction_id=... - the body is the video itself. */
static bool post_upload(struct request *rq, struct reply *rp, struct err *err)
{
    struct creative_wish wish = {.actor = rq->caller.actor};
    struct creative creative;

    if (!api_check_org(rq, NULL, err) ||
        !query_text(rq, "title", LIMIT_TITLE, &wish.title, err) ||
        !query_text(rq, "direction_id", LIMIT_NAME, &wish.direction_id, err) ||
        !query_text(rq, "ad_text", LIMIT_TEXT, &wish.ad_text, err) ||
        !query_text(rq, "call_to_action", 60, &wish.call_to_action, err) ||
        !query_text(rq, "landing_page_url", LIMIT_URL_TEXT, &wish.landing_page_url, err) ||
        !query_tags(rq, &wish.tags, err))
        return false;
    if (!str_starts(request_header(rq, "content-type"), STR("video/")))
        return err_input(err, "content-type", "send video/mp4 and the bytes of the file",
                         "the body is not a video");
    if (!rq->body.n)
        return err_input(err, "body", "the bytes of the file", "the body is empty");
    if (!creative_add_from_bytes(rq->app, rq->db, rq->arena, &wish, rq->body, rq->now_ms,
                                 &creative, err))
        return false;
    wake(rq);
    return creatives_reply(rq, rp, creative.id, 201, err);
}

static bool read_card(const struct json *item, struct creative_card *card, struct err *err)
{
    static const char *const allowed[] = {"creative_id", "title", "landing_page_url", NULL};

    return json_only(item, allowed, err) &&
           json_need_text(item, "creative_id", LIMIT_NAME, &card->card_id, err) &&
           json_want_text(item, "title", LIMIT_TITLE, STR(""), &card->title, err) &&
           json_want_text(item, "landing_page_url", LIMIT_URL_TEXT, STR(""),
                          &card->landing_page_url, err);
}

static bool read_cards(struct request *rq, const struct json *body,
                       struct creative_card_list *out, struct err *err)
{
    const struct json *list = json_at(body, "cards");

    if (json_type(list) != JSON_LIST || json_count(list) > LIMIT_CARDS)
        return err_input(err, "cards", "a list of 2 to 10 {creative_id, title?}",
                         "cards is not such a list");
    for (size_t i = 0; i < json_count(list); i++)
        if (!read_card(json_item(list, i), creative_card_list_add(out, rq->arena), err))
            return err_while(err, "reading card %zu", i + 1);
    return true;
}

/* POST /api/creatives/carousel {title, direction_id, cards: [{creative_id, title?,
 * landing_page_url?}], texts?} - Facebook only. */
static bool post_carousel(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {
        "title",         "direction_id",    "cards",
        "ad_text",       "call_to_action",  "landing_page_url",
        "userAccountId", "user_account_id", NULL};
    struct creative_wish wish = {.actor = rq->caller.actor, .media_type = STR("carousel")};
    struct creative_card_list cards = {0};
    const struct json *body;
    struct str id;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err) ||
        !json_need_text(body, "title", LIMIT_TITLE, &wish.title, err) ||
        !read_texts(body, &wish, err) || !read_cards(rq, body, &cards, err) ||
        !creative_add_carousel(rq->db, rq->arena, &wish, &cards, rq->now_ms, &id, err))
        return false;
    wake(rq);
    return creatives_reply(rq, rp, id, 201, err);
}

/* --- looking --- */

/* "<number>_<id>" and, sorted by title, "_<its words in hex>": where the last row stood. */
static bool read_cursor(struct request *rq, struct creative_question *q, struct err *err)
{
    struct str rest = request_query(rq, "cursor");

    if (!rest.n)
        return true;

    struct str number = str_cut(&rest, '_');

    q->after_id = str_cut(&rest, '_');
    if (str_int(number, &q->after_number) && q->after_id.n && q->after_id.n <= LIMIT_NAME &&
        hex_decode(rq->arena, rest, &q->after_text) && str_utf8(q->after_text))
        return true;
    return err_input(err, "cursor", "send next_cursor of the page before as it is",
                     "the cursor cannot be read");
}

static void put_cursor(struct request *rq, struct json_writer *w,
                       const struct creative_row *last)
{
    json_text_or_null_member(w, "next_cursor",
                             last ? str_fmt(rq->arena, "%" PRId64 "_" STR_FMT "_" STR_FMT,
                                            last->sort_number, STR_ARG(last->creative.id),
                                            STR_ARG(hex_encode(rq->arena, last->sort_text)))
                                  : STR(""));
}

static bool query_flag(struct request *rq, const char *name, bool *out, struct err *err)
{
    struct str text = request_query(rq, name);

    *out = str_eq(text, STR("true")) || str_eq(text, STR("1"));
    return *out || !text.n || str_eq(text, STR("false")) || str_eq(text, STR("0")) ||
           err_input(err, name, "true or false", "%s is a yes or no", name);
}

static bool read_question(struct request *rq, struct creative_question *q, struct err *err)
{
    *q = (struct creative_question){
        .direction_id = request_query(rq, "direction_id"),
        .ad_account_id = STR(""),
        .status = request_query(rq, "status"),
        .media_type = request_query(rq, "media_type"),
        .group_id = request_query(rq, "group"),
        .tag = request_query(rq, "tag"),
        .text = request_query(rq, "q"),
        .used = request_query(rq, "used"),
        .sort = request_query(rq, "sort"),
    };
    return api_check_org(rq, NULL, err) && api_limit(rq, &q->limit, err) &&
           api_platform(rq, &q->platform, err) &&
           api_account_id(rq, NULL, &q->ad_account_id, err) &&
           query_flag(rq, "duplicates", &q->duplicates, err) &&
           query_flag(rq, "grouped", &q->grouped, err) && read_cursor(rq, q, err);
}

static bool reply_list(struct request *rq, struct reply *rp,
                       const struct creative_question *question, struct err *err)
{
    struct creative_rows rows = {0};
    struct reply_json json;
    bool more, counted;
    int64_t total;

    if (!query_flag(rq, "total", &counted, err) ||
        !creative_library_list(rq->db, rq->arena, question, &rows, &more, err) ||
        (counted && !creative_library_count(rq->db, rq->arena, question, &total, err)))
        return false;
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_key(&json.w, "data");
    json_list(&json.w);
    for (size_t i = 0; i < rows.n; i++)
        creatives_put_row(rq, &json.w, &rows.at[i]);
    json_end(&json.w);
    put_cursor(rq, &json.w, more && rows.n ? &rows.at[rows.n - 1] : NULL);
    if (counted)
        json_int_member(&json.w, "total", total);
    json_end(&json.w);
    return reply_json_end(&json, rp, 200, err);
}

/* GET /api/creatives?q=&direction_id=&ad_account_id=&platform=&status=&tag=&group=&media_type=
 * &used=&duplicates=&grouped=&sort=&total= */
static bool get_creatives(struct request *rq, struct reply *rp, struct err *err)
{
    struct creative_question question;

    return read_question(rq, &question, err) && reply_list(rq, rp, &question, err);
}

/* GET /api/creatives/failures - what failed, here or on a platform, each with `failure`: the
 * step, the cause, and whether the same again may work. */
static bool get_failures(struct request *rq, struct reply *rp, struct err *err)
{
    struct creative_question question;

    if (!read_question(rq, &question, err))
        return false;
    question.status = STR("failed");
    return reply_list(rq, rp, &question, err);
}

static bool get_creative(struct request *rq, struct reply *rp, struct err *err)
{
    return api_check_org(rq, NULL, err) &&
           creatives_reply(rq, rp, request_arg(rq, "id"), 200, err);
}

/* --- changing --- */

static bool is_there(const struct json *body, const char *field)
{
    return json_type(json_at(body, field)) != JSON_MISSING;
}

/* If-Match: the ETag of the creative, its version; "*" and none are whatever it is. */
static bool read_if_match(struct request *rq, struct reply *rp, int64_t *version,
                          struct err *err)
{
    struct str tag = str_trim(request_header(rq, "if-match"));
    struct creative creative;

    if (!tag.n || str_eq(tag, STR("*")))
        return true;
    if (!str_starts(tag, STR("\"")) || !str_ends(tag, STR("\"")) || tag.n < 3 ||
        !str_int(str_sub(tag, 1, tag.n - 2), version) || *version < 1)
        return err_input(err, "if-match", "send the ETag that the creative came with",
                         "If-Match is not the version of a creative");
    if (!creative_get(rq->db, rq->arena, request_arg(rq, "id"), &creative, err))
        return false;
    if (creative.version == *version)
        return true;
    rp->status = 412;
    err_set(err, ERR_CONFLICT, "the creative was changed by somebody else");
    return err_hint(err, "read it again and repeat your change");
}

static bool read_change(const struct json *body, struct creative_change *change,
                        struct err *err)
{
    struct creative_wish texts = {0};

    if (!read_texts(body, &texts, err) ||
        !json_want_int(body, "version", 1, INT64_MAX, change->version, &change->version, err))
        return false;
    change->set_title = is_there(body, "title");
    change->set_direction = is_there(body, "direction_id");
    change->set_ad_text = is_there(body, "ad_text");
    change->set_call_to_action = is_there(body, "call_to_action");
    change->set_landing_page_url = is_there(body, "landing_page_url");
    change->direction_id = texts.direction_id;
    change->ad_text = texts.ad_text;
    change->call_to_action = texts.call_to_action;
    change->landing_page_url = texts.landing_page_url;
    return !change->set_title ||
           json_need_text(body, "title", LIMIT_TITLE, &change->title, err);
}

/* PATCH /api/creatives/:id {title?, texts?, direction_id?, tags?, version?} */
static bool patch_creative(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {
        "title",   "direction_id",  "ad_text",         "call_to_action", "landing_page_url",
        "version", "userAccountId", "user_account_id", "tags",           "poster",
        NULL};
    struct str id = request_arg(rq, "id");
    struct creative_change change = {0};
    struct strs tags = {0};
    const struct json *body;
    int64_t poster = 0;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err) || !read_if_match(rq, rp, &change.version, err) ||
        !read_change(body, &change, err) || !creatives_read_tags(rq, body, &tags, err) ||
        !json_want_int(body, "poster", 0, 100, 0, &poster, err) || !db_begin(rq->db, err))
        return false;

    bool ok =
        creative_update(rq->db, rq->arena, id, &change, rq->caller.actor, rq->now_ms, err) &&
        (!is_there(body, "tags") ||
         creative_tag_set(rq->db, rq->arena, id, &tags, rq->now_ms, err)) &&
        (!is_there(body, "poster") ||
         creative_choose_poster(rq->db, rq->arena, id, poster, rq->caller.actor, rq->now_ms,
                                err));

    if (!db_end(rq->db, ok, err))
        return false;
    wake(rq);
    return creatives_reply(rq, rp, id, 200, err);
}

/* POST /api/creatives/:id/transcribe - once more, whatever came of it before. */
static bool post_transcribe(struct request *rq, struct reply *rp, struct err *err)
{
    if (!api_check_org(rq, NULL, err) ||
        !creative_transcribe_again(rq->db, rq->arena, request_arg(rq, "id"), rq->caller.actor,
                                   rq->now_ms, err))
        return false;
    wake(rq);
    return creatives_reply(rq, rp, request_arg(rq, "id"), 202, err);
}

/* POST /api/creatives/retry {direction_id?} - all that failed and may work now. */
static bool post_retry_all(struct request *rq, struct reply *rp, struct err *err)
{
    static const char *const allowed[] = {"direction_id", "userAccountId", "user_account_id",
                                          NULL};
    struct str direction_id;
    struct reply_json json;
    const struct json *body;
    int64_t retried;

    if (!request_json(rq, &body, err) || !json_only(body, allowed, err) ||
        !api_check_org(rq, body, err) ||
        !json_want_text(body, "direction_id", LIMIT_NAME, STR(""), &direction_id, err) ||
        !creative_retry_all(rq->db, rq->arena, direction_id, rq->caller.actor, rq->now_ms,
                            &retried, err))
        return false;
    wake(rq);
    reply_json_begin(rq, &json);
    json_object(&json.w);
    json_int_member(&json.w, "retried", retried);
    json_end(&json.w);
    return reply_json_end(&json, rp, 202, err);
}

/* POST /api/creatives/:id/retry - a failed one is fetched and looked at again. */
static bool post_retry(struct request *rq, struct reply *rp, struct err *err)
{
    if (!api_check_org(rq, NULL, err) ||
        !creative_retry(rq->db, rq->arena, request_arg(rq, "id"), rq->caller.actor, rq->now_ms,
                        err))
        return false;
    wake(rq);
    return creatives_reply(rq, rp, request_arg(rq, "id"), 202, err);
}

const struct route creatives_routes[] = {
    {"GET", "/api/creatives", CAN_READ, .handler = get_creatives},
    {"POST", "/api/creatives", CAN_EDIT, .handler = post_creative},
    {"POST", "/api/creatives/upload", CAN_EDIT, .handler = post_upload,
     .body_limit = LIMIT_VIDEO},
    {"POST", "/api/creatives/carousel", CAN_EDIT, .handler = post_carousel},
    {"POST", "/api/creatives/retry", CAN_EDIT, .handler = post_retry_all},
    {"GET", "/api/creatives/failures", CAN_READ, .handler = get_failures},
    {"GET", "/api/creatives/:id", CAN_READ, .handler = get_creative},
    {"PATCH", "/api/creatives/:id", CAN_EDIT, .handler = patch_creative},
    {"POST", "/api/creatives/:id/retry", CAN_EDIT, .handler = post_retry},
    {"POST", "/api/creatives/:id/transcribe", CAN_EDIT, .handler = post_transcribe},
    ROUTES_END,
};
