/* audience.c - dmp/custom_audience/... (TikTok: audiences). */

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/faces.h"
#include "sandbox/gate.h"
#include "sandbox/rules.h"
#include "sandbox/targeting.h"
#include "seal/seal.h"
#include "text/hex.h"
#include "text/zone.h"

#define COUNT_MOST  400
#define FILE_MOST   ((size_t)250 * 1024 * 1024)
#define DAY_MS      INT64_C(86400000)
#define SEED_LEAST  100
#define UNUSED_DAYS 365

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

static bool live(const struct json *doc)
{
    return doc && !json_bool(doc, "_deleted", false);
}

/* --- files --------------------------------------------------------------- */

static int64_t lines_of(struct str bytes)
{
    int64_t n = 0;

    while (bytes.n)
        n += str_trim(str_cut(&bytes, '\n')).n > 0;
    return n;
}

static bool header_good(struct call *call, struct str bytes)
{
    struct str line = str_lower(call->arena, str_trim(str_cut(&bytes, '\n')));

    if (!str_eq(call_text(call, "calculate_type"), STR("MULTIPLE_TYPES")))
        return true;
    while (line.n)
        if (!word_in("maid phone_sha256 email_sha256 maid_sha256 maid_md5",
                     str_trim(str_cut(&line, ','))))
            return call_refuse(call, "file: MULTIPLE_TYPES needs a header row of MAID, "
                                     "phone_SHA256, email_SHA256, MAID_SHA256, MAID_MD5.");
    return true;
}

bool audience_file(struct call *call)
{
    const struct form_field *file = form_find(&call->parts, STR("file"));
    struct str path;
    struct json_writer *w;
    struct doc doc;

    if (!file || !file->filename.n)
        return call_refuse(call, "file: must be sent as a file of multipart/form-data.");
    if (!str_ends(file->filename, STR(".csv")) && !str_ends(file->filename, STR(".txt")))
        return call_refuse(call, "file: the suffix must be .csv or .txt.");
    if (file->value.n > FILE_MOST)
        return call_refuse(call, "file: the file is larger than 250 MB.");
    if (!str_eq_nocase(call_text(call, "file_signature"),
                       seal_md5_hex(call->arena, file->value)))
        return call_refuse(call, "file_signature: the signature is not the MD5 of the file.");
    if (!header_good(call, file->value))
        return false;
    path = str_sub(
        hex_encode(call->arena,
                   seal_sha256(call->arena, store_new_id(call->box->store, call->arena))),
        0, 16);
    doc_init(&doc, call->arena);
    doc_text(&doc, "advertiser_id", call->advertiser_id);
    doc_text(&doc, "calculate_type", call_text(call, "calculate_type"));
    doc_int(&doc, "people", lines_of(file->value));
    (void)store_put(call->box->store, KIND_AUDIENCE_FILE, path, doc_print(&doc));
    w = call_data(call);
    json_object(w);
    json_text_member(w, "file_path", path);
    json_end(w);
    return true;
}

static bool files_good(struct call *call, struct str type, int64_t *people)
{
    const struct json *paths = json_at(call->args, "file_paths");

    *people = 0;
    for (size_t i = 0; i < json_count(paths); i++) {
        const struct json *file =
            own_find(call, KIND_AUDIENCE_FILE, json_text(json_item(paths, i), "", STR("")));
        int64_t n = 0;
        if (!file)
            return call_refuse(call, "file_paths[%zu]: The file does not exist.", i);
        if (!str_eq(text(file, "calculate_type"), type))
            return call_refuse(call,
                               "file_paths[%zu]: the file is of calculate_type " STR_FMT ".", i,
                               STR_ARG(text(file, "calculate_type")));
        (void)json_int(file, "people", &n);
        *people += n;
    }
    return true;
}

/* --- making -------------------------------------------------------------- */

static bool room(struct call *call)
{
    int64_t n = 0;

    for (size_t i = 0; i < store_count(call->box->store, KIND_AUDIENCE); i++) {
        const struct json *audience = store_at(call->box->store, KIND_AUDIENCE, i);
        n += live(audience) && own(call, audience);
    }
    return n < COUNT_MOST ||
           call_refuse(call, "an ad account can have at most %d audiences.", COUNT_MOST);
}

static void make(struct call *call, const char *type, int64_t people, struct doc *doc)
{
    struct str id = store_new_id(call->box->store, call->arena);
    int64_t days = UNUSED_DAYS;
    struct json_writer *w;

    (void)json_int(call->args, "retention_in_days", &days);
    doc_text(doc, "advertiser_id", call->advertiser_id);
    doc_text(doc, "audience_id", id);
    doc_text(doc, "name", call_text(call, "custom_audience_name"));
    doc_text(doc, "audience_type", str(type));
    doc_text(doc, "audience_sub_type",
             call_given(call, "audience_sub_type") ? call_text(call, "audience_sub_type")
                                                   : STR("NORMAL"));
    doc_int(doc, "cover_num", people);
    doc_bool(doc, "is_creator", true);
    doc_bool(doc, "shared", false);
    doc_text(doc, "owner_id", call->advertiser_id);
    doc_text(doc, "create_time", time_platform(call->arena, call->now_ms));
    doc_int(doc, "_expires_ms", call->now_ms + days * DAY_MS);
    doc_int(doc, "_valid_ms", call->now_ms + call->box->settings.audience_ready_ms);
    (void)store_put(call->box->store, KIND_AUDIENCE, id, doc_print(doc));
    w = call_data(call);
    json_object(w);
    json_text_member(w, "custom_audience_id", id);
    json_end(w);
}

bool audience_create(struct call *call)
{
    struct str type = call_text(call, "calculate_type");
    int64_t people;
    struct doc doc;

    if (!room(call) || !files_good(call, type, &people))
        return false;
    doc_init(&doc, call->arena);
    doc_text(&doc, "calculate_type", type);
    make(call, "Customer File Audience", people * 7 / 10, &doc);
    return true;
}

static bool rules_good(struct call *call)
{
    static const char *const sets[] = {"rule_spec.inclusion_rule_set.rules",
                                       "rule_spec.exclusion_rule_set.rules"};

    for (size_t i = 0; i < countof(sets); i++) {
        const struct json *rules = json_at(call->args, sets[i]);
        if (json_type(rules) == JSON_LIST && (json_count(rules) < 1 || json_count(rules) > 5))
            return call_refuse(call, "%s: 1 to 5 rules.", sets[i]);
        for (size_t k = 0; k < json_count(rules); k++)
            if (json_count(json_at(json_item(rules, k), "filter_set.filters")) > 1)
                return call_refuse(call,
                                   "%s[%zu].filter_set.filters: maximum number of items "
                                   "is 1",
                                   sets[i], k);
    }
    return true;
}

static const char *rule_type(struct str word)
{
    static const struct {
        const char *word, *name;
    } names[] = {
        {"ENGAGEMENT", "Engagement Audience"},
        {"ENGAGEMENT_ORGANIC_VIDEO", "Engagement Audience"},
        {"ENGAGEMENT_LIVE_VIDEO", "Engagement Audience"},
        {"APP", "App Activity Audience"},
        {"PIXEL", "Website Audience"},
        {"LEAD_GENERATION", "Lead Generation"},
        {"BUSINESS_ACCOUNT", "Business Account Audience"},
        {"TIKTOK_SHOP", "Shop Activity Audience"},
        {"OFFLINE", "Offline Activity Audience"},
    };

    for (size_t i = 0; i < countof(names); i++)
        if (str_eq(word, str(names[i].word)))
            return names[i].name;
    return "Audience";
}

bool audience_rule(struct call *call)
{
    struct doc doc;

    if (!room(call) || !rules_good(call))
        return false;
    doc_init(&doc, call->arena);
    doc_bool(&doc, "is_auto_refresh", json_bool(call->args, "is_auto_refresh", true));
    doc_raw(&doc, "rule", json_print(call->arena, json_at(call->args, "rule_spec")));
    make(call, rule_type(call_text(call, "audience_type")), 2400, &doc);
    return true;
}

static bool lookalike_good(struct call *call, const struct json *spec)
{
    const struct json *places = json_at(spec, "location_ids");
    const struct json *source = own_find(call, KIND_AUDIENCE, text(spec, "source_audience_id"));
    int64_t people = 0;

    if (!live(source))
        return call_refuse(call, "lookalike_spec.source_audience_id: The audience does not "
                                 "exist.");
    if (str_eq(text(source, "audience_type"), STR("Lookalike Audience")))
        return call_refuse(call, "lookalike_spec.source_audience_id: A lookalike cannot be the "
                                 "source.");
    (void)json_int(source, "cover_num", &people);
    if (people < SEED_LEAST)
        return call_refuse(call,
                           "lookalike_spec.source_audience_id: The source needs at least "
                           "%d people.",
                           SEED_LEAST);
    for (size_t i = 0; i < json_count(places); i++)
        if (!targeting_place(call->box, json_text(json_item(places, i), "", STR(""))))
            return call_refuse(call, "Invalid targeting countries");
    return true;
}

bool audience_lookalike(struct call *call)
{
    const struct json *spec = json_at(call->args, "lookalike_spec");
    struct str size = text(spec, "audience_size");
    struct doc doc;

    if (!room(call) || !lookalike_good(call, spec))
        return false;
    doc_init(&doc, call->arena);
    doc_raw(&doc, "lookalike_spec", json_print(call->arena, spec));
    make(call, "Lookalike Audience",
         str_eq(size, STR("NARROW"))  ? 90000
         : str_eq(size, STR("BROAD")) ? 900000
                                      : 400000,
         &doc);
    return true;
}

/* --- changing ------------------------------------------------------------ */

static const struct json *named(struct call *call, struct str id)
{
    const struct json *audience = own_find(call, KIND_AUDIENCE, id);

    if (live(audience))
        return audience;
    (void)call_refuse(call, "custom_audience_id: The audience " STR_FMT " does not exist.",
                      STR_ARG(str_sub(id, 0, 64)));
    return NULL;
}

static bool new_files(struct call *call, const struct json *audience, struct doc *doc)
{
    struct str action = call_text(call, "action");
    int64_t people = 0, before = 0;

    if (!call_given(call, "file_paths"))
        return true;
    if (!json_given(audience, "calculate_type"))
        return call_refuse(call, "file_paths: only customer file audiences have files.");
    if (!files_good(call, text(audience, "calculate_type"), &people))
        return false;
    people = people * 7 / 10;
    (void)json_int(audience, "cover_num", &before);
    if (str_eq(action, STR("APPEND")))
        people = before + people;
    else if (str_eq(action, STR("REMOVE")))
        people = before > people ? before - people : 0;
    doc_int(doc, "cover_num", people);
    doc_int(doc, "_valid_ms", call->now_ms + call->box->settings.audience_ready_ms);
    return true;
}

bool audience_update(struct call *call)
{
    struct str id = call_text(call, "custom_audience_id");
    const struct json *audience = named(call, id);
    struct doc doc;

    if (!audience)
        return false;
    if (!call_given(call, "file_paths") && !call_given(call, "custom_audience_name"))
        return call_refuse(call, "file_paths: one of file_paths and custom_audience_name is "
                                 "required.");
    if (str_eq(call_text(call, "audience_sub_type"), STR("NORMAL")) &&
        str_eq(text(audience, "audience_sub_type"), STR("REACH_FREQUENCY")))
        return call_refuse(call, "audience_sub_type: cannot go back to NORMAL.");
    doc_from(&doc, call->arena, audience);
    if (call_given(call, "custom_audience_name"))
        doc_text(&doc, "name", call_text(call, "custom_audience_name"));
    if (call_given(call, "audience_sub_type"))
        doc_text(&doc, "audience_sub_type", call_text(call, "audience_sub_type"));
    if (!new_files(call, audience, &doc))
        return false;
    doc_int(&doc, "_expires_ms", call->now_ms + UNUSED_DAYS * DAY_MS);
    (void)store_put(call->box->store, KIND_AUDIENCE, id, doc_print(&doc));
    return true;
}

bool audience_refresh(struct call *call)
{
    const struct json *ids = json_at(call->args, "custom_audience_ids");

    for (size_t i = 0; i < json_count(ids); i++) {
        const struct json *audience = named(call, json_text(json_item(ids, i), "", STR("")));
        if (!audience)
            return false;
        if (!str_eq(text(audience, "audience_type"), STR("Lookalike Audience")))
            return call_refuse(call, "custom_audience_ids: only lookalikes can be refreshed.");
    }
    return true;
}

/* Used by an ad group that is on? */
static bool in_use(struct call *call, struct str id)
{
    for (size_t i = 0; i < store_count(call->box->store, KIND_ADGROUP); i++) {
        const struct json *group = store_at(call->box->store, KIND_ADGROUP, i);
        if (live(group) && own(call, group) &&
            str_eq(text(group, "operation_status"), STR("ENABLE")) &&
            (json_list_has(json_at(group, "audience_ids"), id) ||
             json_list_has(json_at(group, "excluded_audience_ids"), id)))
            return true;
    }
    return false;
}

bool audience_delete(struct call *call)
{
    const struct json *ids = json_at(call->args, "custom_audience_ids");

    for (size_t i = 0; i < json_count(ids); i++) {
        struct str id = json_text(json_item(ids, i), "", STR(""));
        if (!named(call, id))
            return false;
        if (in_use(call, id))
            return call_refuse(
                call, "custom_audience_ids: " STR_FMT " is used by an active ad group.",
                STR_ARG(id));
    }
    for (size_t i = 0; i < json_count(ids); i++) {
        struct str id = json_text(json_item(ids, i), "", STR(""));
        struct doc doc;
        doc_from(&doc, call->arena, own_find(call, KIND_AUDIENCE, id));
        doc_bool(&doc, "_deleted", true);
        (void)store_put(call->box->store, KIND_AUDIENCE, id, doc_print(&doc));
    }
    return true;
}

/* --- reading ------------------------------------------------------------- */

static const struct json *view(struct call *call, const struct json *audience)
{
    int64_t valid_ms = 0, expires_ms = 0;
    const struct json *json;
    struct err err = {0};
    struct doc doc;
    bool valid;

    (void)json_int(audience, "_valid_ms", &valid_ms);
    (void)json_int(audience, "_expires_ms", &expires_ms);
    valid = call->now_ms >= valid_ms && call->now_ms < expires_ms;
    doc_from(&doc, call->arena, audience);
    doc_bool(&doc, "is_valid", valid);
    doc_bool(&doc, "is_expiring", expires_ms - call->now_ms < 60 * DAY_MS);
    doc_text(&doc, "expired_time", time_platform(call->arena, expires_ms));
    if (!valid)
        doc_int(&doc, "cover_num", 0);
    must(json_parse(call->arena, doc_print(&doc), &json, &err));
    return json;
}

bool audience_list(struct call *call)
{
    struct docs found = {0};
    struct json_writer *w = call_data(call);
    struct page page;

    for (size_t i = store_count(call->box->store, KIND_AUDIENCE); i-- > 0;) {
        const struct json *audience = store_at(call->box->store, KIND_AUDIENCE, i);
        if (live(audience) && own(call, audience) &&
            filter_has(call->args, "custom_audience_ids", text(audience, "audience_id")))
            *docs_add(&found, call->arena) = audience;
    }
    page = page_of(call, found.n, 10);
    json_object(w);
    json_key(w, "list");
    json_list(w);
    for (size_t i = page.first; i < page.end; i++)
        put_object(call, "audience", view(call, found.at[i]));
    json_end(w);
    page_info(call, &page);
    json_end(w);
    return true;
}

bool audience_get(struct call *call)
{
    const struct json *ids = json_at(call->args, "custom_audience_ids");
    struct json_writer *w = call_data(call);

    json_object(w);
    json_key(w, "list");
    json_list(w);
    for (size_t i = 0; i < json_count(ids); i++) {
        const struct json *audience =
            own_find(call, KIND_AUDIENCE, json_text(json_item(ids, i), "", STR("")));
        if (!live(audience))
            continue;
        json_object(w);
        json_key(w, "audience_details");
        put_object(call, "audience", view(call, audience));
        json_key(w, "audience_history");
        json_list(w);
        json_object(w);
        json_text_member(w, "action", STR("Create"));
        json_text_member(w, "opt_time", text(audience, "create_time"));
        json_end(w);
        json_end(w);
        json_end(w);
    }
    json_end(w);
    json_end(w);
    return true;
}
