/* telegram.c - one message to a chat (Telegram Bot API, sendMessage). */

#include "notify/send.h"

#include "base/arena.h"
#include "conf/app.h"
#include "conf/conf.h"
#include "net/net.h"
#include "text/html.h"

#define ANSWER_LIMIT (64 * 1024)
#define TEXT_CEILING (64 * 1024)
#define MOST_ANSWERS 8
#define ANSWER_SHOWN 160
#define LINE_CEILING 200

static struct str cut_characters(struct str s, size_t limit)
{
    if (s.n <= limit)
        return s;
    while (limit > 0 && ((unsigned char)s.p[limit] & 0xC0) == 0x80)
        limit--;
    return str_sub(s, 0, limit);
}

static void line(struct buf *buf, struct arena *arena, const char *label, struct str value)
{
    if (value.n == 0)
        return;
    buf_add(buf, str_fmt(arena, "%s: ", label));
    html_put(buf, cut_characters(value, LINE_CEILING));
    buf_char(buf, '\n');
}

static void put_answers(struct buf *buf, struct arena *arena, struct str answers)
{
    const struct json *list;
    struct err err = {0};

    if (!json_parse(arena, answers, &list, &err))
        return;
    for (size_t i = 0; i < json_count(list) && i < MOST_ANSWERS; i++) {
        const struct json *one = json_item(list, i);
        struct str question = json_text(one, "field", STR(""));
        struct str value = json_number_text(one, "value", arena);
        html_put(buf, cut_characters(question, LINE_CEILING));
        buf_add(buf, STR(": "));
        html_put(buf, cut_characters(value, ANSWER_SHOWN));
        buf_char(buf, '\n');
    }
}

static const char *headline(struct str topic)
{
    if (str_eq(topic, STR("lead.stage")))
        return "Lead moved";
    if (str_eq(topic, STR("purchase.created")))
        return "Sale";
    if (str_eq(topic, STR("lead.linked")))
        return "Lead linked";
    return str_eq(topic, STR("test")) ? "Test message" : "New lead";
}

struct str telegram_text(struct arena *arena, const struct handed_lead *h)
{
    const struct lead *lead = &h->lead;
    struct str stage = lead->stage;
    struct buf buf;

    buf_init(&buf, arena, TEXT_CEILING);
    buf_add(&buf, str_fmt(arena, "<b>%s</b>\n", headline(h->topic)));
    line(&buf, arena, "Name", lead->name);
    line(&buf, arena, "Phone", lead->phone.n ? lead->phone : lead->phone_typed);
    line(&buf, arena, "E-mail", lead->email.n ? lead->email : lead->email_typed);
    line(&buf, arena, "Direction", h->direction_name);
    line(&buf, arena, "Creative", h->creative_title);
    line(&buf, arena, "Stage", stage);
    if (!lead->phone.n && !lead->email.n)
        put_answers(&buf, arena, lead->answers);
    if (lead->duplicate_of.n)
        buf_add(&buf, STR("The same person has left a lead before.\n"));
    return buf_str(&buf);
}

/* The address holds the token: it is never logged, and errors do not name it. */
static struct str address_of(struct sender *s, struct str token)
{
    return str_fmt(s->arena, STR_FMT "/bot" STR_FMT "/sendMessage",
                   STR_ARG(s->app->conf->telegram_base_url), STR_ARG(token));
}

static struct str body_of(struct sender *s, struct str text, bool html)
{
    struct json_writer w;
    struct buf buf;

    buf_init(&buf, s->arena, 2 * TEXT_CEILING);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "chat_id", s->endpoint.address);
    json_text_member(&w, "text", text);
    if (html)
        json_text_member(&w, "parse_mode", STR("HTML"));
    json_end(&w);
    return buf_str(&buf);
}

/* Telegram: what an error means for the destination. */
static void judge(struct sender *s, const struct json *doc, struct send_verdict *out)
{
    struct str description = json_text(doc, "description", STR(""));
    int64_t code = out->result.status, seconds;

    (void)json_int(doc, "error_code", &code);
    out->result.text = str_dup(s->arena, description);
    if (json_int(doc, "parameters.retry_after", &seconds) && seconds > 0)
        out->wait_ms = seconds * 1000;
    out->moved_to = json_id(doc, "parameters.migrate_to_chat_id", s->arena);
    out->stop =
        !out->moved_to.n && (code == 401 || code == 403 || code == 404 ||
                             (code == 400 && str_has(description, STR("chat not found"))));
}

static bool post(struct sender *s, struct str token, struct str text, bool html,
                 struct send_verdict *out, bool *unparsed, struct err *err)
{
    struct net_request rq = {.method = STR("POST"),
                             .url = address_of(s, token),
                             .body = body_of(s, text, html),
                             .deadline_ms = HANDOFF_TIMEOUT_MS,
                             .answer_limit = ANSWER_LIMIT,
                             .allow_private = true}; /* the base address is our own setting */
    struct net_answer answer = {0};
    const struct json *doc;
    struct err why = {0};

    (void)err;
    *unparsed = false;
    *out = (struct send_verdict){.result.body = rq.body};
    *net_headers_add(&rq.headers, s->arena) =
        (struct net_header){STR("Content-Type"), STR("application/json")};
    if (!net_call(s->net, s->arena, &rq, &answer, &why)) {
        out->result.text = STR("Telegram could not be reached");
        return true;
    }
    out->result.status = answer.status;
    out->result.took_ms = answer.took_ms;
    if (!json_parse(s->arena, answer.body, &doc, &why)) {
        out->result.text = STR("Telegram's answer is not JSON");
        return true;
    }
    out->result.delivered = json_bool(doc, "ok", false);
    if (!out->result.delivered)
        judge(s, doc, out);
    *unparsed = str_has(out->result.text, STR("can't parse entities"));
    return true;
}

bool send_telegram(struct sender *s, const struct handed_lead *handed, struct send_verdict *out,
                   struct err *err)
{
    struct seal_place place = endpoint_place(s->db, s->endpoint.endpoint_id);
    struct str text = telegram_text(s->arena, handed);
    struct secret token;
    bool unparsed;

    if (!ring_unseal(s->app->ring, s->arena, place, s->endpoint.secret_sealed, &token, err) ||
        !post(s, seal_reveal(token), text, true, out, &unparsed, err))
        return false;
    return !unparsed || post(s, seal_reveal(token), text, false, out, &unparsed, err);
}

bool send_any(struct sender *s, struct str id, const struct handed_lead *handed,
              struct send_verdict *out, struct err *err)
{
    return str_eq(s->endpoint.kind, STR("telegram")) ? send_telegram(s, handed, out, err)
                                                     : send_webhook(s, id, handed, out, err);
}
