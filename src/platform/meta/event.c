/*
 * event.c - conversions sent back (Facebook: Conversions API, <pixel>/events).
 *
 * A request is taken whole or refused whole, and the refusal does not say
 * which event it was: what is known to be wrong is found before.
 */

#include "platform/meta/meta.h"

#include "base/arena.h"
#include "text/money.h"
#include "text/url.h"

#include <string.h>

#define SECOND_MS    INT64_C(1000)
#define DAYS_MS      (INT64_C(7) * 86400000)
#define AHEAD_MS     60000
#define BODY_CEILING (4 * 1024 * 1024)

#define DIGITS "0123456789"
#define WORD   DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-"

/* Facebook: phones are hashed as digits with the country's code, without the plus. */
struct str meta_event_phone(struct arena *arena, struct str e164)
{
    (void)arena;
    return str_starts(e164, STR("+")) ? str_sub(e164, 1, e164.n) : e164;
}

/* --- what may be sent --- */

static bool is_crm(const struct platform_event_target *target)
{
    return str_eq(target->source, STR("crm"));
}

/* Facebook: a website's event needs the page and the browser; what lacks one of them is told as
 * an event that our own system noticed. */
static bool on_website(const struct platform_event_target *target,
                       const struct platform_event *event)
{
    return !is_crm(target) && event->page_url.n && event->user_agent.n;
}

static bool all_in(struct str s, const char *from)
{
    for (size_t i = 0; i < s.n; i++)
        if (!s.p[i] || !strchr(from, s.p[i]))
            return false;
    return s.n > 0;
}

/* fb.<level>.<time>.<id>[.<appendix>]: anything else is left out, for it would refuse the whole
 * request. */
static bool is_cookie(struct str value)
{
    struct str prefix = str_cut(&value, '.'), level = str_cut(&value, '.');
    struct str seen = str_cut(&value, '.'), id = str_cut(&value, '.');

    return str_eq(prefix, STR("fb")) && all_in(level, DIGITS) && all_in(seen, DIGITS) &&
           seen.n >= 10 && seen.n <= 13 && all_in(id, WORD) &&
           (!value.n || (all_in(value, WORD) && value.n >= 2 && value.n <= 8));
}

/* Facebook: 15 to 17 digits. */
static bool is_lead_id(struct str id)
{
    return all_in(id, DIGITS) && id.n >= 15 && id.n <= 17;
}

static bool is_hash(struct str hash)
{
    return hash.n == 64 && all_in(hash, "0123456789abcdef");
}

static bool check_hash(const char *field, struct str hash, struct err *err)
{
    return hash.n == 0 || is_hash(hash) ||
           err_input(err, field, "SHA-256 as 64 hexadecimal digits in lower case",
                     "%s is not a hash", field);
}

static bool check_time(int64_t at_ms, int64_t now_ms, struct err *err)
{
    if (at_ms > now_ms + AHEAD_MS)
        return err_input(err, "event_time", "send it when its time has come",
                         "the event lies in the future");
    return at_ms / SECOND_MS > (now_ms - DAYS_MS) / SECOND_MS ||
           err_input(err, "event_time", "nothing can be done: the platform takes no older ones",
                     "the event is older than the 7 days that Facebook takes");
}

/* Address and browser alone say nothing of who it was. */
static bool names_somebody(const struct platform_event *event)
{
    return event->email_hash.n || event->phone_hash.n || event->external_id_hash.n ||
           is_cookie(event->fbc) || is_cookie(event->fbp) ||
           is_lead_id(event->platform_lead_id);
}

bool meta_check_event(const struct platform_event_target *target,
                      const struct platform_event *event, int64_t now_ms, struct err *err)
{
    if (!event->name.n)
        return err_input(err, "event", "name the stage's event", "the event has no name");
    if (is_crm(target) && !is_lead_id(event->platform_lead_id))
        return err_input(err, "platform_lead_id", "send site leads to a pixel (source web)",
                         "a CRM event needs the id of a lead of a Facebook form");
    if (!names_somebody(event))
        return err_input(err, "user_data", "an e-mail, a phone, a click id or a cookie",
                         "Facebook takes no event of which nothing says whose it is");
    if (str_eq(event->name, STR("Purchase")) && !event->currency.n)
        return err_input(err, "currency", "give the purchase an amount and a currency",
                         "Facebook takes no Purchase without an amount");
    if (event->currency.n && !money_currency_known(event->currency))
        return err_input(err, "currency", "an ISO 4217 code such as KZT",
                         "\"" STR_FMT "\" is not a currency", STR_ARG(event->currency));
    return check_time(event->at_ms, now_ms, err) &&
           check_hash("email", event->email_hash, err) &&
           check_hash("phone", event->phone_hash, err) &&
           check_hash("external_id", event->external_id_hash, err);
}

/* --- the body --- */

/* A member that could identify a person: in the log only that it was sent. */
static void put_personal(struct json_writer *w, const char *key, struct str value, bool shown)
{
    if (value.n)
        json_text_member(w, key, shown ? STR("(sent)") : value);
}

static void put_hash(struct json_writer *w, const char *key, struct str hash, bool shown)
{
    if (!hash.n)
        return;
    json_key(w, key);
    json_list(w);
    json_put_text(w, shown ? STR("(sent)") : hash);
    json_end(w);
}

static void put_user(struct json_writer *w, const struct platform_event *event, bool shown)
{
    json_key(w, "user_data");
    json_object(w);
    put_hash(w, "em", event->email_hash, shown);
    put_hash(w, "ph", event->phone_hash, shown);
    put_hash(w, "external_id", event->external_id_hash, shown);
    put_personal(w, "client_ip_address", event->ip, shown);
    put_personal(w, "client_user_agent", event->user_agent, shown);
    if (is_cookie(event->fbc))
        put_personal(w, "fbc", event->fbc, shown);
    if (is_cookie(event->fbp))
        put_personal(w, "fbp", event->fbp, shown);
    if (is_lead_id(event->platform_lead_id))
        put_personal(w, "lead_id", event->platform_lead_id, shown);
    json_end(w);
}

static void put_custom(struct json_writer *w, const struct platform_event_target *target,
                       const struct platform_event *event)
{
    if (!event->currency.n && !is_crm(target))
        return;
    json_key(w, "custom_data");
    json_object(w);
    if (is_crm(target)) {
        json_text_member(w, "event_source", STR("crm"));
        json_text_member(w, "lead_event_source", STR("adwright"));
    }
    if (event->currency.n) {
        json_micros_member(w, "value", event->value_micros);
        json_text_member(w, "currency", event->currency);
        if (event->order_id.n)
            json_text_member(w, "order_id", event->order_id);
    }
    json_end(w);
}

static void put_page(struct json_writer *w, const struct platform_event *event, bool shown)
{
    /* A page's query can hold what its visitor typed. */
    struct str url = event->page_url;

    json_text_member(w, "event_source_url", shown ? str_sub(url, 0, str_find(url, '?')) : url);
    put_personal(w, "referrer_url", event->referrer, shown);
}

static void put_event(struct json_writer *w, const struct platform_event_target *target,
                      const struct platform_event *event, bool shown)
{
    bool website = on_website(target, event);

    json_object(w);
    json_text_member(w, "event_name", event->name);
    json_int_member(w, "event_time", event->at_ms / SECOND_MS);
    if (event->event_id.n)
        json_text_member(w, "event_id", event->event_id);
    json_text_member(w, "action_source", website ? STR("website") : STR("system_generated"));
    if (website)
        put_page(w, event, shown);
    put_user(w, event, shown);
    put_custom(w, target, event);
    json_end(w);
}

struct str meta_event_body(struct arena *arena, const struct platform_event_target *target,
                           const struct platform_event *const *events, size_t n, bool shown)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, BODY_CEILING);
    json_writer(&w, &buf);
    json_object(&w);
    if (target->test_code.n)
        json_text_member(&w, "test_event_code", target->test_code);
    json_key(&w, "data");
    json_list(&w);
    for (size_t i = 0; i < n; i++)
        put_event(&w, target, events[i], shown);
    json_end(&w);
    json_end(&w);
    return buf_str(&buf);
}

/* --- sending --- */

/* About the pixel, not about an event: it is gone, foreign, or may not be written to. */
static bool blames_pixel(const struct err *err)
{
    return err->kind == ERR_REFUSED &&
           (meta_is_gone(err) || err->platform_code == 3 || err->platform_code == 10 ||
            (err->platform_code >= 200 && err->platform_code <= 299));
}

bool meta_send_events(struct platform_session *s, const struct platform_event_target *target,
                      struct str body, struct str *answer, struct err *err)
{
    struct str path =
        str_fmt(s->arena, STR_FMT "/events", STR_ARG(url_encode(s->arena, target->code)));
    const struct json *data;

    if (meta_post_json(s, path, body, &data, err)) {
        *answer = json_print(s->arena, data);
        return true;
    }
    if (blames_pixel(err))
        err_field(err, "pixel_code");
    return false;
}

/* Events name a pixel as ad sets do. */
bool meta_pixel_code(struct platform_session *s, struct str pixel_id, struct str *code,
                     struct err *err)
{
    (void)s;
    *code = pixel_id;
    return all_in(pixel_id, DIGITS) ||
           err_input(err, "pixel_id", "the number of the pixel or dataset in Events Manager",
                     "\"" STR_FMT "\" is no pixel of Facebook",
                     STR_ARG(str_sub(pixel_id, 0, 40)));
}
