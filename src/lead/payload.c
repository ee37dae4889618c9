/* payload.c - reading the bodies of lead webhooks. */

#include "lead/payload.h"
#include "base/arena.h"
#include "base/limits.h"
#include "text/json.h"

#include <inttypes.h>

/* TikTok: webhook objects (all arrive on the same callback URL). */
static const struct {
    int64_t object;
    const char *name;
} other_objects[] = {{2, "ad group review"},    {3, "ad review"},      {8, "creative fatigue"},
                     {9, "creator video"},      {10, "creator video"}, {11, "report change"},
                     {14, "API service status"}};

/* At most `limit` bytes, whole characters. */
static struct str cut_text(struct str s, size_t limit)
{
    if (s.n <= limit)
        return s;
    while (limit > 0 && ((unsigned char)s.p[limit] & 0xC0) == 0x80)
        limit--;
    return str_sub(s, 0, limit);
}

/* "Phone number", "phone-number" and "phone_number" are one field. */
static struct str fold_field(struct arena *arena, struct str field)
{
    struct str lower = str_lower(arena, str_trim(field));
    char *p = arena_alloc(arena, lower.n + 1);

    for (size_t i = 0; i < lower.n; i++)
        p[i] = lower.p[i] == ' ' || lower.p[i] == '-' ? '_' : lower.p[i];
    return (struct str){p, lower.n};
}

static void take(struct str *slot, struct str value)
{
    if (slot->n == 0)
        *slot = value;
}

void lead_contact(struct arena *arena, const struct lead_answers *answers, struct str *name,
                  struct str *phone, struct str *email)
{
    struct str full = STR(""), first = STR(""), last = STR("");
    const struct {
        const char *field;
        struct str *slot;
    } mapping[] = {{"name", &full},      {"full_name", &full}, {"first_name", &first},
                   {"last_name", &last}, {"phone", phone},     {"phone_number", phone},
                   {"email", email},     {"e_mail", email}};

    *name = *phone = *email = STR("");
    for (size_t i = 0; i < answers->n; i++) {
        struct str field = fold_field(arena, answers->at[i].field);
        for (size_t m = 0; m < countof(mapping); m++)
            if (str_eq(field, str(mapping[m].field)))
                take(mapping[m].slot, str_trim(answers->at[i].value));
    }
    if (full.n)
        *name = full;
    else if (first.n && last.n)
        *name = str_fmt(arena, STR_FMT " " STR_FMT, STR_ARG(first), STR_ARG(last));
    else
        *name = first.n ? first : last;
    *name = cut_text(*name, LIMIT_LABEL);
    *phone = cut_text(*phone, LIMIT_PHONE);
    *email = cut_text(*email, LIMIT_EMAIL);
}

/* The text of an answer: a string, a number, or a list of them. */
static struct str answer_text(struct arena *arena, const struct json *value)
{
    if (json_type(value) != JSON_LIST)
        return json_number_text(value, "", arena);
    struct buf buf;
    buf_init(&buf, arena, LIMIT_JSON_TEXT);
    for (size_t i = 0; i < json_count(value); i++) {
        if (i)
            buf_add(&buf, STR(", "));
        buf_add(&buf, json_number_text(json_item(value, i), "", arena));
    }
    return buf_str(&buf);
}

static void read_answers(struct arena *arena, const struct json *list, const char *field_key,
                         const char *value_key, struct lead_arrival *lead)
{
    struct lead_answers answers = {0};
    struct json_writer w;
    struct buf buf;

    buf_init(&buf, arena, LIMIT_JSON_TEXT);
    json_writer(&w, &buf);
    json_list(&w);
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *item = json_item(list, i);
        const struct json *value = json_at(item, value_key);
        struct lead_answer *answer = lead_answers_add(&answers, arena);
        *answer = (struct lead_answer){json_text(item, field_key, STR("")),
                                       answer_text(arena, value)};
        json_object(&w);
        json_text_member(&w, "field", answer->field);
        json_key(&w, "value");
        if (json_type(value) == JSON_MISSING)
            json_put_null(&w);
        else
            json_put_raw(&w, json_print(arena, value));
        json_end(&w);
        if (str_eq_nocase(answer->field, STR("ttclid")))
            take(&lead->click_id, cut_text(answer->value, LIMIT_URL_TEXT));
    }
    json_end(&w);
    lead->answers = buf_str(&buf);
    lead_contact(arena, &answers, &lead->name, &lead->phone, &lead->email);
}

/* Seconds since 1970, as a number or as text; some senders use milliseconds. */
static int64_t read_time(const struct json *entry)
{
    int64_t at;

    if (!json_int(entry, "create_time", &at) || at <= 0)
        return 0;
    if (at > INT64_C(100000000000))
        return at < INT64_C(100000000000000) ? at : 0;
    return at * 1000;
}

/* TikTok: lead_source INSTANT_FORM (default) or DIRECT_MESSAGE. */
static struct str read_source(struct arena *arena, const struct json *entry)
{
    struct str source = json_text(entry, "lead_source", STR(""));

    if (source.n == 0 || str_eq(source, STR("INSTANT_FORM")))
        return STR("tiktok_form");
    return str_fmt(arena, "tiktok_" STR_FMT, STR_ARG(str_lower(arena, cut_text(source, 64))));
}

/* A platform's id; one that is too long to be an id is no id. */
static struct str read_id(struct arena *arena, const struct json *entry, const char *key)
{
    struct str id = json_id(entry, key, arena);

    return id.n <= 64 ? id : STR("");
}

static void read_lead(struct arena *arena, const struct json *entry, const char *id_key,
                      struct str body_hash, size_t position, struct lead_arrivals *out)
{
    struct lead_arrival *lead = lead_arrivals_add(out, arena);

    lead->position = position;
    lead->platform_lead_id = read_id(arena, entry, id_key);
    if (lead->platform_lead_id.n == 0)
        lead->platform_lead_id = str_fmt(arena, "body-" STR_FMT "-%zu",
                                         STR_ARG(str_sub(body_hash, 0, 40)), position);
    lead->source = read_source(arena, entry);
    lead->advertiser_id = read_id(arena, entry, "advertiser_id");
    lead->campaign_id = read_id(arena, entry, "campaign_id");
    lead->adgroup_id = read_id(arena, entry, "adgroup_id");
    lead->ad_id = read_id(arena, entry, "ad_id");
    lead->page_id = read_id(arena, entry, "page_id");
    lead->click_id = cut_text(json_text(entry, "ttclid", STR("")), LIMIT_URL_TEXT);
    lead->created_ms = read_time(entry);
}

static void read_documented(struct arena *arena, const struct json *body, struct str body_hash,
                            struct lead_payload *out)
{
    const struct json *entries = json_at(body, "entry");

    for (size_t i = 0; i < json_count(entries); i++) {
        const struct json *entry = json_item(entries, i);
        read_lead(arena, entry, "id", body_hash, i, &out->leads);
        read_answers(arena, json_at(entry, "changes"), "field", "value",
                     &out->leads.at[out->leads.n - 1]);
    }
}

static void read_founding(struct arena *arena, const struct json *body, struct str body_hash,
                          struct lead_payload *out)
{
    const struct json *data = json_at(body, "data");

    read_lead(arena, data, "lead_id", body_hash, 0, &out->leads);
    read_answers(arena, json_at(data, "field_data"), "field_name", "field_value",
                 &out->leads.at[0]);
}

static struct str object_name(struct arena *arena, int64_t object)
{
    for (size_t i = 0; i < countof(other_objects); i++)
        if (other_objects[i].object == object)
            return str_fmt(arena, "%s (object %" PRId64 ")", other_objects[i].name, object);
    return str_fmt(arena, "unknown object %" PRId64, object);
}

bool lead_payload_parse(struct arena *arena, struct str body, struct str body_hash,
                        struct lead_payload *out, struct err *err)
{
    const struct json *json;
    int64_t object;

    *out = (struct lead_payload){0};
    if (!json_parse(arena, body, &json, err))
        return err_while(err, "reading the webhook's body");
    struct str event_type = json_text(json, "event_type", STR(""));
    if (json_int(json, "object", &object)) {
        if (object != 1)
            out->event = object_name(arena, object);
        else if (json_type(json_at(json, "entry")) != JSON_LIST)
            return err_set(err, ERR_INVALID, "the webhook has object 1 and no list \"entry\"");
        else
            read_documented(arena, json, body_hash, out);
        return true;
    }
    if (event_type.n) {
        if (!str_eq(event_type, STR("lead")))
            out->event = str_fmt(arena, "event " STR_FMT, STR_ARG(cut_text(event_type, 80)));
        else if (json_type(json_at(json, "data")) != JSON_OBJECT)
            return err_set(err, ERR_INVALID, "the lead webhook has no object \"data\"");
        else
            read_founding(arena, json, body_hash, out);
        return true;
    }
    /* TikTok: suspensions come flat, with neither object nor entry. */
    if (json_type(json_at(json, "advertiser_id")) != JSON_MISSING &&
        json_type(json_at(json, "status_change_time")) != JSON_MISSING) {
        out->event = STR("account suspension");
        return true;
    }
    return err_set(err, ERR_INVALID,
                   "the webhook is neither {object, entry} nor {event_type, data}");
}
