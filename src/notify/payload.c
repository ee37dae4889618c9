/* payload.c - a lead as others are told of it. */

#include "notify/payload.h"

#include "ads/direction.h"
#include "base/arena.h"
#include "base/limits.h"
#include "conf/app.h"
#include "creative/creative.h"
#include "db/db.h"
#include "text/zone.h"

#include <inttypes.h>

static bool find_names(struct db *db, struct arena *arena, struct handed_lead *out,
                       struct err *err)
{
    struct direction direction;
    struct creative creative;
    struct err gone = {0};

    if (out->lead.direction_id.n) {
        if (direction_get(db, arena, out->lead.direction_id, &direction, &gone))
            out->direction_name = direction.name;
        else if (gone.kind != ERR_NOT_FOUND)
            return *err = gone, false;
    }
    if (out->lead.creative_id.n) {
        if (creative_get(db, arena, out->lead.creative_id, &creative, &gone))
            out->creative_title = creative.title;
        else if (gone.kind != ERR_NOT_FOUND)
            return *err = gone, false;
    }
    return true;
}

bool payload_gather(const struct app *app, struct db *db, struct arena *arena,
                    const struct handoff *handoff, struct handed_lead *out, struct err *err)
{
    *out = (struct handed_lead){
        .topic = handoff->topic, .detail = handoff->detail, .at_ms = handoff->at_ms};
    return lead_get(db, arena, handoff->lead_id, &out->lead, err) &&
           lead_touch_find(app->ring, db, arena, handoff->lead_id, &out->touch, err) &&
           find_names(db, arena, out, err);
}

/* --- one field ---------------------------------------------------------------------- */

static struct str time_text(struct arena *arena, int64_t ms)
{
    return ms ? time_rfc3339(arena, ms) : STR("");
}

/* Scalars of the lead, by the names that the whole payload uses. */
static bool scalar(struct arena *arena, const struct handed_lead *h, struct str from,
                   struct str *out)
{
    const struct lead *l = &h->lead;
    const struct {
        const char *name;
        struct str value;
    } fields[] = {
        {"id", l->lead_id},
        {"topic", h->topic},
        {"platform", l->platform},
        {"source", l->source},
        {"platform_lead_id", l->platform_lead_id},
        {"form_id", l->form_id},
        {"state", l->state},
        {"stage", l->stage},
        {"name", l->name},
        {"phone", l->phone.n ? l->phone : l->phone_typed},
        {"email", l->email.n ? l->email : l->email_typed},
        {"direction_id", l->direction_id},
        {"direction", h->direction_name},
        {"creative_id", l->creative_id},
        {"creative", h->creative_title},
        {"ad_account_id", l->ad_account_id},
        {"campaign_id", l->campaign_id},
        {"adgroup_id", l->adgroup_id},
        {"ad_id", l->ad_id},
        {"page_id", l->page_id},
        {"click_id", l->click_id},
        {"duplicate_of", l->duplicate_of},
        {"page_url", h->touch.page_url},
        {"created_at", time_text(arena, l->created_ms)},
        {"received_at", time_text(arena, l->received_ms)},
        {"spam_score", str_fmt(arena, "%" PRId64, l->spam_score)},
    };

    for (size_t i = 0; i < countof(fields); i++)
        if (str_eq(from, str(fields[i].name))) {
            *out = fields[i].value;
            return true;
        }
    return false;
}

static struct str answer_of(struct arena *arena, struct str answers, struct str question)
{
    const struct json *list;
    struct err err = {0};

    if (!json_parse(arena, answers, &list, &err))
        return STR("");
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *one = json_item(list, i);
        if (!str_eq(json_text(one, "field", STR("")), question))
            continue;
        const struct json *value = json_at(one, "value");
        return json_type(value) == JSON_LIST ? json_print(arena, value)
                                             : json_number_text(value, "", arena);
    }
    return STR("");
}

static struct str member_of(struct arena *arena, struct str object, struct str name)
{
    const struct json *doc, *value;
    void *cursor = NULL;
    struct err err = {0};
    struct str key;

    if (!object.n || !json_parse(arena, object, &doc, &err))
        return STR("");
    while (json_each(doc, &cursor, &key, &value))
        if (str_eq(key, name))
            return json_number_text(value, "", arena);
    return STR("");
}

bool payload_value(struct arena *arena, const struct handed_lead *h, struct str from,
                   struct str *out)
{
    if (str_starts(from, STR("answers."))) {
        *out = answer_of(arena, h->lead.answers, str_sub(from, 8, from.n));
        return true;
    }
    if (str_starts(from, STR("utm."))) {
        *out = member_of(arena, h->touch.utm, str_sub(from, 4, from.n));
        return true;
    }
    if (str_starts(from, STR("detail."))) {
        *out = member_of(arena, h->detail, str_sub(from, 7, from.n));
        return true;
    }
    return scalar(arena, h, from, out);
}

/* --- bodies ------------------------------------------------------------------------------ */

static void put_whole(struct json_writer *w, struct arena *arena, const struct handed_lead *h)
{
    static const char *const members[] = {
        "id",          "platform",     "source",        "platform_lead_id",
        "form_id",     "state",        "stage",         "name",
        "phone",       "email",        "direction_id",  "direction",
        "creative_id", "creative",     "ad_account_id", "campaign_id",
        "adgroup_id",  "ad_id",        "page_id",       "click_id",
        "page_url",    "duplicate_of", "created_at",    "received_at"};

    json_object(w);
    json_text_member(w, "type", h->topic);
    json_text_member(w, "timestamp", time_rfc3339(arena, h->at_ms));
    json_key(w, "data");
    json_object(w);
    for (size_t i = 0; i < countof(members); i++) {
        struct str value = STR("");
        must(scalar(arena, h, str(members[i]), &value));
        json_text_or_null_member(w, members[i], value);
    }
    json_bool_member(w, "is_test", h->lead.is_test);
    json_int_member(w, "spam_score", h->lead.spam_score);
    json_key(w, "answers");
    json_put_raw(w, h->lead.answers);
    json_key(w, "utm");
    json_put_raw(w, h->touch.utm.n ? h->touch.utm : STR("{}"));
    json_key(w, "detail");
    json_put_raw(w, h->detail.n ? h->detail : STR("{}"));
    json_end(w);
    json_end(w);
}

static void put_mapped(struct json_writer *w, struct arena *arena, const struct handed_lead *h,
                       const struct json *mapping)
{
    json_object(w);
    for (size_t i = 0; i < json_count(mapping); i++) {
        const struct json *one = json_item(mapping, i);
        struct str value = json_text(one, "value", STR(""));
        struct str from = json_text(one, "from", STR(""));

        if (from.n && (!payload_value(arena, h, from, &value) || value.n == 0))
            value = json_text(one, "otherwise", STR(""));
        json_key_str(w, json_text(one, "field", STR("")));
        json_put_text(w, value);
    }
    json_end(w);
}

struct str payload_body(struct arena *arena, const struct handed_lead *h, struct str mapping)
{
    const struct json *list;
    struct json_writer w;
    struct err err = {0};
    struct buf buf;

    buf_init(&buf, arena, LIMIT_REPLY_BODY);
    json_writer(&w, &buf);
    if (mapping.n && json_parse(arena, mapping, &list, &err))
        put_mapped(&w, arena, h, list);
    else
        put_whole(&w, arena, h);
    return buf_str(&buf);
}

static bool check_one(struct arena *arena, const struct json *one, size_t position,
                      struct err *err)
{
    static const char *const allowed[] = {"field", "from", "value", "otherwise", NULL};
    struct handed_lead none = {.topic = STR("")};
    struct str field = json_text(one, "field", STR("")), from = json_text(one, "from", STR(""));
    struct str ignored;

    if (!json_only(one, allowed, err))
        return err_field(err, "mapping");
    if (field.n == 0 || field.n > LIMIT_LABEL)
        return err_input(err, "mapping", "\"field\": what the receiver calls it",
                         "line %zu of the mapping has no field", position + 1);
    if (from.n && !payload_value(arena, &none, from, &ignored))
        return err_input(err, "mapping",
                         "a member of data, answers.<question>, utm.<field> or detail.<member>",
                         "line %zu: leads have no \"" STR_FMT "\"", position + 1,
                         STR_ARG(str_sub(from, 0, 60)));
    return from.n || json_type(json_at(one, "value")) == JSON_TEXT ||
           err_input(err, "mapping", "give \"from\" or \"value\"",
                     "line %zu of the mapping says nothing", position + 1);
}

bool payload_check_mapping(struct arena *arena, struct str mapping, struct err *err)
{
    const struct json *list;

    if (mapping.n == 0)
        return true;
    if (!json_parse(arena, mapping, &list, err))
        return err_field(err, "mapping");
    if (json_type(list) != JSON_LIST || json_count(list) == 0 ||
        json_count(list) > MAPPING_MOST)
        return err_input(err, "mapping", "a list of 1 to 100 {field, from | value}",
                         "the mapping is not such a list");
    for (size_t i = 0; i < json_count(list); i++)
        if (!check_one(arena, json_item(list, i), i, err))
            return false;
    return true;
}
