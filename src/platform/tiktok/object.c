/* object.c - campaigns, ad groups and ads: reading them, their status and budget. */

#include "platform/tiktok/tiktok.h"

#include "text/money.h"
#include "text/zone.h"

#define LIST_PAGE  1000
#define IDS_FILTER 100 /* most ids in one filter */

/* What differs between the three levels. */
static const struct {
    const char *word;
    const char *get;
    const char *status_update;
    const char *id;  /* in rows and answers */
    const char *ids; /* in filters and status updates */
    const char *name;
    const char *parent_id;
    const char *const *fields; /* asked for: whole rows are ten times as long */
} levels[] = {
    [LEVEL_CAMPAIGN] = {"campaign", "campaign/get/", "campaign/status/update/", "campaign_id",
                        "campaign_ids", "campaign_name", "",
                        (const char *const[]){"campaign_id", "campaign_name",
                                              "operation_status", "secondary_status",
                                              "objective_type", "budget", "budget_mode",
                                              "create_time", NULL}},
    [LEVEL_ADGROUP] = {"adgroup", "adgroup/get/", "adgroup/status/update/", "adgroup_id",
                       "adgroup_ids", "adgroup_name", "campaign_id",
                       (const char *const[]){"adgroup_id", "campaign_id", "adgroup_name",
                                             "operation_status", "secondary_status", "budget",
                                             "budget_mode", "create_time", NULL}},
    [LEVEL_AD] = {"ad", "ad/get/", "ad/status/update/", "ad_id", "ad_ids", "ad_name",
                  "adgroup_id",
                  (const char *const[]){"ad_id", "adgroup_id", "campaign_id", "ad_name",
                                        "operation_status", "secondary_status", "video_id",
                                        "create_time", NULL}},
};

const char *tiktok_level_word(enum platform_level level)
{
    return levels[level].word;
}

/* TikTok's objective_type to our word. */
static struct str our_objective(struct str theirs)
{
    struct str ours;
    struct err unknown;

    return theirs.n && tiktok_objective(theirs, &ours, &unknown) ? ours : STR("");
}

static struct str our_status(struct str operation, struct str secondary)
{
    if (str_ends(secondary, STR("_DELETE")) || str_eq(operation, STR("DELETE")))
        return STR("deleted");
    return str_eq(operation, STR("ENABLE")) ? STR("enabled") : STR("disabled");
}

/* The words of the three levels share their ends: AD_STATUS_AUDIT, ADGROUP_STATUS_AUDIT.  More
 * telling ends come first. */
const char *tiktok_delivery(struct str word)
{
    static const struct {
        const char *end, *ours;
    } ends[] = {
        {"_DELIVERY_OK", "delivering"},
        {"_STATUS_ENABLE", "delivering"},
        {"_AUDIT_DENY", "rejected"},
        {"_REVIEW_DISAPPROVED", "rejected"},
        {"_REAUDIT", "review"},
        {"_AUDIT", "review"},
        {"_BUDGET_EXCEED", "budget_used"},
        {"_CAMPAIGN_EXCEED", "budget_used"},
        {"_BALANCE_EXCEED", "no_balance"},
        {"_NOT_START", "not_started"},
        {"_TIME_DONE", "ended"},
        {"_STATUS_DONE", "ended"},
        {"GROUP_STATUS_CREATE", "no_ads"},
        {"_CAMPAIGN_DISABLE", "above_off"},
        {"_ADGROUP_DISABLE", "above_off"},
        {"_CAMPAIGN_DELETE", "deleted"},
        {"_ADGROUP_DELETE", "deleted"},
        {"_STATUS_DISABLE", "off"},
        {"_STATUS_DELETE", "deleted"},
        {"_PIXEL_UNBIND", "problem"},
        {"_QUOTA_LIMIT", "problem"},
        {"_TRANSCODING_FAIL", "problem"},
        {"_PROCESS_AUDIO", "review"},
        {"_FROZEN", "problem"},
        {"_AUTHORIZATION_LOST", "problem"},
        {"_CONTRACT_PENDING", "problem"},
        {"_ACCOUNT_PUNISH", "problem"},
    };

    for (size_t i = 0; i < countof(ends); i++)
        if (str_ends(word, str(ends[i].end)))
            return ends[i].ours;
    return "";
}

struct object_reading {
    struct platform_session *s;
    enum platform_level level;
    struct str name; /* exact; "" = all */
    struct platform_objects *out;
};

static bool read_object(void *arg, const struct json *row, struct err *err)
{
    struct object_reading *reading = arg;
    struct arena *arena = reading->s->arena;
    struct str name = json_text(row, levels[reading->level].name, STR(""));
    struct err unread;
    int64_t created_ms;

    (void)err;
    if (reading->name.n && !str_eq(name, reading->name))
        return true; /* TikTok's filter is "contains" */

    struct platform_object *object = platform_objects_add(reading->out, arena);

    object->id = json_id(row, levels[reading->level].id, arena);
    object->name = name;
    object->campaign_id = json_id(row, "campaign_id", arena);
    if (*levels[reading->level].parent_id)
        object->parent_id = json_id(row, levels[reading->level].parent_id, arena);
    object->secondary_status = json_text(row, "secondary_status", STR(""));
    object->status =
        our_status(json_text(row, "operation_status", STR("")), object->secondary_status);
    object->objective = our_objective(json_text(row, "objective_type", STR("")));
    object->budget_mode = json_text(row, "budget_mode", STR(""));
    object->video_id = json_text(row, "video_id", STR(""));
    if (!money_parse(json_number_text(row, "budget", arena), &object->budget_micros, &unread))
        object->budget_micros = 0;
    if (time_parse_platform(json_text(row, "create_time", STR("")), &created_ms, &unread))
        object->created_ms = created_ms;
    return true;
}

static struct str filtering(struct platform_session *s, enum platform_level level,
                            const char *ids_name, const struct str *ids, size_t n,
                            struct str name, bool deleted_too)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, s->arena, 64 * 1024);
    json_writer(&w, &buf);
    json_object(&w);
    if (n) {
        json_key(&w, ids_name);
        json_put_raw(&w, tiktok_json_ids(s, ids, n));
    }
    if (name.n)
        json_text_member(&w, levels[level].name, name);
    if (deleted_too)
        json_text_member(&w, "primary_status", STR("STATUS_ALL"));
    json_end(&w);
    return buf_str(&buf);
}

static bool read_list(struct platform_session *s, struct object_reading *reading,
                      struct str filter, struct err *err)
{
    struct tiktok_args args;

    tiktok_args(s, &args);
    tiktok_arg(s, &args, "fields", tiktok_json_list(s, levels[reading->level].fields));
    tiktok_arg(s, &args, "exclude_field_types_in_response", STR("[\"NULL_FIELD\"]"));
    if (!str_eq(filter, STR("{}")))
        tiktok_arg(s, &args, "filtering", filter);
    return tiktok_get_pages(s, levels[reading->level].get, &args, LIST_PAGE, "list",
                            read_object, reading, err);
}

bool tiktok_objects(struct platform_session *s, enum platform_level level,
                    const struct strs *campaign_ids, struct str name,
                    struct platform_objects *out, struct err *err)
{
    struct object_reading reading = {s, level, name, out};
    size_t n = campaign_ids ? campaign_ids->n : 0;

    if (!n)
        return read_list(s, &reading, filtering(s, level, "", NULL, 0, name, false), err);
    for (size_t i = 0; i < n; i += IDS_FILTER) {
        size_t some = n - i < IDS_FILTER ? n - i : IDS_FILTER;

        if (!read_list(
                s, &reading,
                filtering(s, level, "campaign_ids", campaign_ids->at + i, some, name, false),
                err))
            return false;
    }
    return true;
}

bool tiktok_object(struct platform_session *s, enum platform_level level, struct str id,
                   bool *found, struct platform_object *out, struct err *err)
{
    struct platform_objects objects = {0};
    struct object_reading reading = {s, level, STR(""), &objects};

    if (!read_list(s, &reading, filtering(s, level, levels[level].ids, &id, 1, STR(""), true),
                   err))
        return false;
    *found = objects.n == 1;
    if (*found)
        *out = objects.at[0];
    return true;
}

bool tiktok_send(struct platform_session *s, const struct platform_write *write,
                 const struct json **data, struct err *err)
{
    return tiktok_post(s, write->path, write->body, data, err);
}

struct platform_write tiktok_write_status(struct platform_session *s, enum platform_level level,
                                          struct str id, bool enabled)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, s->arena, 4096);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "advertiser_id", s->advertiser_id);
    json_key(&w, levels[level].ids);
    json_put_raw(&w, tiktok_json_ids(s, &id, 1));
    json_text_member(&w, "operation_status", enabled ? STR("ENABLE") : STR("DISABLE"));
    json_end(&w);
    return (struct platform_write){str(levels[level].status_update), buf_str(&buf)};
}

/* By adgroup/update/: adgroup/budget/update/ changes a daily budget only from the next day on.
 */
struct platform_write tiktok_write_adgroup_budget(struct platform_session *s, struct str id,
                                                  int64_t daily_micros)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, s->arena, 4096);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "advertiser_id", s->advertiser_id);
    json_text_member(&w, "adgroup_id", id);
    json_micros_member(&w, "budget", money_round(daily_micros, s->currency));
    json_end(&w);
    return (struct platform_write){STR("adgroup/update/"), buf_str(&buf)};
}

bool tiktok_made_id(struct platform_session *s, enum platform_level level,
                    const struct json *data, struct str *id, struct err *err)
{
    *id = level == LEVEL_AD ? json_id(data, "ad_ids.0", s->arena)
                            : json_id(data, levels[level].id, s->arena);
    return id->n || err_set(err, ERR_UNCERTAIN, "TikTok's answer to the create names no %s",
                            levels[level].id);
}
