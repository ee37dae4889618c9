/* event.c - conversions sent back (TikTok: Events API 2.0, event/track/). */

#include "platform/tiktok/tiktok.h"

#include "base/arena.h"
#include "text/money.h"

#define SECOND_MS INT64_C(1000)
#define DAY_MS    INT64_C(86400000)
/* TikTok: events of a site may be so old; those of a CRM are treated as offline ones. */
#define WEB_DAYS 7
#define CRM_DAYS 28

#define PIXELS_PAGE  20
#define BODY_CEILING (4 * 1024 * 1024)

/* TikTok: phones are hashed in E.164, with the plus. */
struct str tiktok_event_phone(struct arena *arena, struct str e164)
{
    (void)arena;
    return e164;
}

static bool is_crm(const struct platform_event_target *target)
{
    return str_eq(target->source, STR("crm"));
}

static bool check_hash(const char *field, struct str hash, struct err *err)
{
    bool good = hash.n == 0 || hash.n == 64;

    for (size_t i = 0; good && i < hash.n; i++)
        good = (hash.p[i] >= '0' && hash.p[i] <= '9') || (hash.p[i] >= 'a' && hash.p[i] <= 'f');
    return good || err_input(err, field, "SHA-256 as 64 hexadecimal digits in lower case",
                             "%s is not a hash", field);
}

static bool check_time(const struct platform_event_target *target, int64_t at_ms,
                       int64_t now_ms, struct err *err)
{
    int64_t days = is_crm(target) ? CRM_DAYS : WEB_DAYS;

    if (at_ms > now_ms)
        return err_input(err, "event_time", "send it when its time has come",
                         "the event lies in the future");
    return at_ms / SECOND_MS > (now_ms - days * DAY_MS) / SECOND_MS ||
           err_input(err, "event_time", "nothing can be done: the platform takes no older ones",
                     "the event is older than the %d days that TikTok takes", (int)days);
}

bool tiktok_check_event(const struct platform_event_target *target,
                        const struct platform_event *event, int64_t now_ms, struct err *err)
{
    if (!event->name.n)
        return err_input(err, "event", "name the stage's event", "the event has no name");
    if (!is_crm(target) && !event->page_url.n)
        return err_input(err, "page_url",
                         "set page_url at the direction's events: the site or page that its "
                         "leads come from",
                         "TikTok takes no web event without the address of a page");
    if (is_crm(target) && !event->platform_lead_id.n)
        return err_input(err, "platform_lead_id", "send site leads to a pixel (source web)",
                         "a CRM event needs the id of a TikTok lead");
    if (event->currency.n && !money_currency_known(event->currency))
        return err_input(err, "currency", "an ISO 4217 code such as KZT",
                         "\"" STR_FMT "\" is not a currency", STR_ARG(event->currency));
    return check_time(target, event->at_ms, now_ms, err) &&
           check_hash("email", event->email_hash, err) &&
           check_hash("phone", event->phone_hash, err) &&
           check_hash("external_id", event->external_id_hash, err);
}

/* A member that could identify a person: in the log only that it was sent. */
static void put_personal(struct json_writer *w, const char *key, struct str value, bool shown)
{
    if (value.n)
        json_text_member(w, key, shown ? STR("(sent)") : value);
}

static void put_user(struct json_writer *w, const struct platform_event *event, bool shown)
{
    json_key(w, "user");
    json_object(w);
    put_personal(w, "email", event->email_hash, shown);
    put_personal(w, "phone", event->phone_hash, shown);
    put_personal(w, "external_id", event->external_id_hash, shown);
    put_personal(w, "ttclid", event->ttclid, shown);
    put_personal(w, "ttp", event->ttp, shown);
    put_personal(w, "ip", event->ip, shown);
    put_personal(w, "user_agent", event->user_agent, shown);
    json_end(w);
}

static void put_properties(struct json_writer *w, const struct platform_event *event)
{
    if (!event->currency.n)
        return;
    json_key(w, "properties");
    json_object(w);
    json_micros_member(w, "value", event->value_micros);
    json_text_member(w, "currency", event->currency);
    if (event->order_id.n)
        json_text_member(w, "order_id", event->order_id);
    json_end(w);
}

static void put_page(struct json_writer *w, const struct platform_event *event, bool shown)
{
    /* A page's query can hold what its visitor typed. */
    struct str url = event->page_url;

    if (!url.n)
        return;
    if (shown)
        url = str_sub(url, 0, str_find(url, '?'));
    json_key(w, "page");
    json_object(w);
    json_text_member(w, "url", url);
    if (event->referrer.n)
        put_personal(w, "referrer", event->referrer, shown);
    json_end(w);
}

static void put_event(struct json_writer *w, const struct platform_event_target *target,
                      const struct platform_event *event, bool shown)
{
    json_object(w);
    json_text_member(w, "event", event->name);
    json_int_member(w, "event_time", event->at_ms / SECOND_MS);
    json_text_member(w, "event_id", event->event_id);
    put_user(w, event, shown);
    put_properties(w, event);
    put_page(w, event, shown);
    if (is_crm(target)) {
        json_key(w, "lead");
        json_object(w);
        json_text_member(w, "lead_id", event->platform_lead_id);
        json_end(w);
    }
    json_end(w);
}

struct str tiktok_event_body(struct arena *arena, const struct platform_event_target *target,
                             const struct platform_event *const *events, size_t n, bool shown)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, BODY_CEILING);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "event_source", target->source);
    json_text_member(&w, "event_source_id", target->code);
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

bool tiktok_send_events(struct platform_session *s, const struct platform_event_target *target,
                        struct str body, struct str *answer, struct err *err)
{
    const struct json *data;

    (void)target;
    if (tiktok_post(s, STR("event/track/"), body, &data, err)) {
        *answer = json_print(s->arena, data);
        return true;
    }
    if (err->kind == ERR_REFUSED && str_has(str(err->platform_message), STR("event_source_id")))
        err_field(err, "pixel_code");
    if (err->kind == ERR_REFUSED && str_has(str(err->platform_message), STR("event_time")) &&
        str_has(str(err->platform_message), STR("future")))
        err_field(err, "event_time");
    return false;
}

struct wanted_pixel {
    struct str pixel_id;
    struct str code;
    struct arena *arena;
};

static bool look_at(void *arg, const struct json *row, struct err *err)
{
    struct wanted_pixel *wanted = arg;

    (void)err;
    if (str_eq(json_id(row, "pixel_id", wanted->arena), wanted->pixel_id))
        wanted->code = json_text(row, "pixel_code", STR(""));
    return true;
}

bool tiktok_pixel_code(struct platform_session *s, struct str pixel_id, struct str *code,
                       struct err *err)
{
    struct wanted_pixel wanted = {.pixel_id = pixel_id, .arena = s->arena};
    struct tiktok_args args;

    tiktok_args(s, &args);
    tiktok_arg(s, &args, "pixel_id", pixel_id);
    if (!tiktok_get_pages(s, "pixel/list/", &args, PIXELS_PAGE, "pixels", look_at, &wanted,
                          err))
        return false;
    *code = wanted.code;
    return wanted.code.n ||
           err_input(err, "pixel_id", "choose a pixel of this advertiser",
                     "the advertiser has no pixel " STR_FMT, STR_ARG(str_sub(pixel_id, 0, 40)));
}
