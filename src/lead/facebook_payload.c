/* facebook_payload.c - reading the bodies of Facebook's webhooks. */

#include "lead/facebook_payload.h"

#include "base/arena.h"
#include "text/json.h"

#define SECOND_MS    INT64_C(1000)
#define MOST_SECONDS INT64_C(100000000000)
#define MOST_DIGITS  30

/* An id, or "" for anything that is none. */
static struct str read_id(struct arena *arena, const struct json *value, const char *key)
{
    struct str id = json_id(value, key, arena);

    for (size_t i = 0; i < id.n; i++)
        if (id.p[i] < '0' || id.p[i] > '9')
            return STR("");
    return id.n <= MOST_DIGITS ? id : STR("");
}

static bool read_change(struct arena *arena, const struct json *entry,
                        const struct json *change, size_t position,
                        struct facebook_payload *out, struct err *err)
{
    const struct json *value = json_at(change, "value");
    struct str field = json_text(change, "field", STR(""));
    struct facebook_notice notice = {.position = position};
    int64_t at_s = 0;

    if (!str_eq(field, STR("leadgen"))) {
        out->other = field.n ? str_sub(field, 0, 60) : STR("a change without a field");
        return true;
    }
    notice.lead_id = read_id(arena, value, "leadgen_id");
    notice.page_id = read_id(arena, value, "page_id");
    if (!notice.page_id.n)
        notice.page_id = read_id(arena, entry, "id");
    notice.form_id = read_id(arena, value, "form_id");
    /* The ad has an old name too. */
    notice.ad_id = read_id(arena, value, "ad_id");
    if (!notice.ad_id.n)
        notice.ad_id = read_id(arena, value, "adgroup_id");
    if (json_int(value, "created_time", &at_s) && at_s > 0 && at_s < MOST_SECONDS)
        notice.created_ms = at_s * SECOND_MS;
    if (!notice.lead_id.n || !notice.page_id.n)
        return err_set(err, ERR_INVALID, "change %zu names no lead or no page", position);
    *facebook_notices_add(&out->leads, arena) = notice;
    return true;
}

bool facebook_payload_parse(struct arena *arena, struct str body, struct facebook_payload *out,
                            struct err *err)
{
    const struct json *json, *entries;
    size_t position = 0;

    *out = (struct facebook_payload){0};
    if (!json_parse(arena, body, &json, err))
        return false;
    entries = json_at(json, "entry");
    if (!str_eq(json_text(json, "object", STR("")), STR("page")) ||
        json_type(entries) != JSON_LIST)
        return err_set(err, ERR_INVALID, "not a webhook of a Facebook page");
    for (size_t i = 0; i < json_count(entries); i++) {
        const struct json *entry = json_item(entries, i);
        const struct json *changes = json_at(entry, "changes");
        for (size_t k = 0; k < json_count(changes); k++)
            if (!read_change(arena, entry, json_item(changes, k), position++, out, err))
                return false;
    }
    return true;
}
