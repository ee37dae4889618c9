/* lead.c - leads of forms, read one by one or form by form (Facebook: lead ads). */

#include "platform/meta/meta.h"

#include "text/zone.h"

#define LEADS_PAGE 100
#define LEAD_FIELDS                                                                            \
    "id,created_time,ad_id,ad_name,adset_id,adset_name,campaign_id,campaign_name,form_id,"     \
    "field_data,is_organic"

/* "2026-11-21T10:11:12+0000": an offset without its colon. */
static int64_t read_time(struct arena *arena, struct str text)
{
    struct err err = {0};
    int64_t ms = 0;

    if (text.n > 5 && (text.p[text.n - 5] == '+' || text.p[text.n - 5] == '-'))
        text = str_fmt(arena, STR_FMT ":" STR_FMT, STR_ARG(str_sub(text, 0, text.n - 2)),
                       STR_ARG(str_sub(text, text.n - 2, 2)));
    return time_parse_rfc3339(text, &ms, &err) ? ms : 0;
}

static struct str join(struct arena *arena, const struct json *values)
{
    struct str all = STR("");

    for (size_t i = 0; i < json_count(values); i++)
        all = str_fmt(arena, STR_FMT "%s" STR_FMT, STR_ARG(all), i ? ", " : "",
                      STR_ARG(json_text(json_item(values, i), "", STR(""))));
    return all;
}

static struct platform_lead read_lead(struct platform_session *s, struct str page_id,
                                      const struct json *row)
{
    const struct json *fields = json_at(row, "field_data");
    struct platform_lead lead = {
        .id = json_id(row, "id", s->arena),
        .form_id = json_id(row, "form_id", s->arena),
        .page_id = page_id,
        .campaign_id = json_id(row, "campaign_id", s->arena),
        .campaign_name = json_text(row, "campaign_name", STR("")),
        .adgroup_id = json_id(row, "adset_id", s->arena),
        .adgroup_name = json_text(row, "adset_name", STR("")),
        .ad_id = json_id(row, "ad_id", s->arena),
        .ad_name = json_text(row, "ad_name", STR("")),
        .organic = json_bool(row, "is_organic", false),
        .created_ms = read_time(s->arena, json_text(row, "created_time", STR(""))),
    };

    for (size_t i = 0; i < json_count(fields); i++)
        *platform_lead_fields_add(&lead.fields, s->arena) = (struct platform_lead_field){
            .name = json_text(json_item(fields, i), "name", STR("")),
            .value = join(s->arena, json_at(json_item(fields, i), "values"))};
    return lead;
}

/* The page's own token where the page is known, else the person's. */
static bool reader_of(struct platform_session *s, struct str page_id,
                      struct platform_session *out, struct err *err)
{
    *out = *s;
    return !page_id.n || meta_page_session(s, page_id, out, err);
}

bool meta_lead(struct platform_session *s, struct str page_id, struct str lead_id, bool *found,
               struct platform_lead *out, struct err *err)
{
    struct platform_session reader;
    const struct json *data;
    struct meta_args args;
    struct err why = {0};

    *found = false;
    if (!reader_of(s, page_id, &reader, err))
        return false;
    meta_args(&reader, &args);
    meta_arg(&reader, &args, "fields", STR(LEAD_FIELDS));
    if (!meta_get(&reader, lead_id, &args, &data, &why)) {
        if (meta_is_gone(&why))
            return true;
        *err = why;
        return false;
    }
    *found = true;
    *out = read_lead(s, page_id, data);
    return true;
}

struct leads_reading {
    struct platform_session *s;
    struct str page_id;
    struct platform_leads *out;
};

static bool add_lead(void *arg, const struct json *row, bool *stop, struct err *err)
{
    struct leads_reading *reading = arg;

    (void)stop;
    (void)err;
    *platform_leads_add(reading->out, reading->s->arena) =
        read_lead(reading->s, reading->page_id, row);
    return true;
}

bool meta_leads(struct platform_session *s, struct str page_id, struct str form_id,
                int64_t since_ms, struct platform_leads *out, struct err *err)
{
    struct leads_reading reading = {s, page_id, out};
    struct platform_session reader;
    struct meta_args args;

    if (!reader_of(s, page_id, &reader, err))
        return false;
    meta_args(&reader, &args);
    meta_arg(&reader, &args, "fields", STR(LEAD_FIELDS));
    meta_arg(&reader, &args, "filtering",
             str_fmt(s->arena,
                     "[{\"field\":\"time_created\",\"operator\":\"GREATER_THAN\","
                     "\"value\":%lld}]",
                     (long long)(since_ms / 1000)));
    return meta_get_all(&reader, str_fmt(s->arena, STR_FMT "/leads", STR_ARG(form_id)), &args,
                        LEADS_PAGE, add_lead, &reading, err);
}
