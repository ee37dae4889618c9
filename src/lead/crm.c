/* crm.c - what a CRM posts, read. */

#include "lead/crm.h"
#include "base/arena.h"
#include "base/limits.h"
#include "lead/lead.h"
#include "text/form.h"
#include "text/json.h"
#include "text/money.h"
#include "text/zone.h"

static bool read_at(const struct json *doc, const char *field, int64_t *ms, struct err *err)
{
    struct str text = json_text(doc, field, STR(""));
    struct err why = {0};

    if (text.n == 0 || time_parse_rfc3339(text, ms, &why) ||
        time_parse_platform(text, ms, &why))
        return true;
    return err_input(err, field, "write it as 2026-11-24T08:30:00Z",
                     "\"" STR_FMT "\" is not a time", STR_ARG(str_sub(text, 0, 40)));
}

static bool read_id(struct arena *arena, const struct json *doc, const char *field,
                    const char *other, struct str *out, struct err *err)
{
    *out = json_id(doc, field, arena);
    if (!out->n)
        *out = json_id(doc, other, arena);
    return out->n <= 200 || err_input(err, field, "up to 200 characters", "the id is too long");
}

static bool read_entry(struct arena *arena, const struct json *doc, struct crm_entry *out,
                       struct err *err)
{
    if (json_type(doc) != JSON_OBJECT)
        return err_input(err, "events", "give objects", "an entry is no object");
    if (!read_id(arena, doc, "lead_id", "leadId", &out->lead_id, err) ||
        !read_id(arena, doc, "external_id", "deal_id", &out->external_id, err) ||
        !read_id(arena, doc, "refund_of", "refundOf", &out->refund_of, err))
        return false;
    out->phone = json_number_text(doc, "phone", arena); /* some send it as a number */
    if (out->phone.n > LIMIT_PHONE)
        return err_input(err, "phone", "up to 64 characters", "the phone is too long");
    if (!json_want_text(doc, "email", LIMIT_EMAIL, STR(""), &out->email, err) ||
        !json_want_text(doc, "stage", 40, STR(""), &out->stage, err) ||
        !json_want_text(doc, "kind", 20, STR(""), &out->kind, err) ||
        !json_want_text(doc, "currency", 3, STR(""), &out->currency, err) ||
        !json_want_micros(doc, "amount", 0, &out->amount_micros, err) ||
        !read_at(doc, "at", &out->at_ms, err) || !read_at(doc, "paid_at", &out->paid_ms, err))
        return false;
    out->has_sale = json_type(json_at(doc, "amount")) != JSON_MISSING &&
                    json_type(json_at(doc, "amount")) != JSON_NULL;
    out->kind = str_lower(arena, out->kind);
    out->stage = str_lower(arena, out->stage);
    out->currency = str_upper(arena, out->currency);
    if (out->stage.n && !lead_stage_known(out->stage))
        return err_input(err, "stage", "one of interest, qualified, scheduled, purchase, lost",
                         "\"" STR_FMT "\" is not a stage", STR_ARG(out->stage));
    if (!out->has_sale && !out->stage.n)
        return err_input(err, "stage", "tell a stage, or an amount", "nothing is told");
    if (!out->lead_id.n && !out->phone.n && !out->email.n && !out->refund_of.n)
        return err_input(err, "lead_id", "give lead_id, phone or email",
                         "nobody is named that it could be about");
    /* The stage purchase is what a sale sets. */
    if (str_eq(out->stage, STR("purchase"))) {
        if (!out->has_sale)
            return err_input(err, "amount", "send the amount with it",
                             "the stage purchase is set by a sale");
        out->stage = STR("");
    }
    return true;
}

/* A form is read as an object of texts. */
static bool form_as_json(struct arena *arena, struct str type, struct str body, struct str *out,
                         struct err *err)
{
    struct form_fields fields = {0};
    struct json_writer w;
    struct buf buf;

    if (!(str_starts(type, STR("multipart/"))
              ? form_parse_multipart(arena, type, body, &fields, err)
              : form_parse(arena, body, &fields, err)))
        return false;
    buf_init(&buf, arena, LIMIT_JSON_TEXT);
    json_writer(&w, &buf);
    json_object(&w);
    for (size_t i = 0; i < fields.n; i++)
        if (form_find(&fields, fields.at[i].name) == &fields.at[i]) { /* the first one counts */
            json_key_str(&w, fields.at[i].name);
            json_put_text(&w, fields.at[i].value);
        }
    json_end(&w);
    return buf_done(&buf, "the form", out, err);
}

bool crm_read(struct arena *arena, struct str type, struct str body, struct crm_entries *out,
              struct err *err)
{
    struct str text = str_trim(body), lower = str_lower(arena, type);
    const struct json *doc, *list;

    if (!text.n || (text.p[0] != '{' && text.p[0] != '['))
        if (!form_as_json(arena, lower, body, &text, err))
            return false;
    if (!json_parse(arena, text, &doc, err))
        return false;
    list = json_type(json_at(doc, "events")) == JSON_LIST ? json_at(doc, "events") : doc;
    if (json_type(list) != JSON_LIST)
        return read_entry(arena, doc, crm_entries_add(out, arena), err);
    if (json_count(list) > LIMIT_CRM_ENTRIES)
        return err_input(err, "events", "send it in parts", "more than %d entries at once",
                         LIMIT_CRM_ENTRIES);
    for (size_t i = 0; i < json_count(list); i++)
        if (!read_entry(arena, json_item(list, i), crm_entries_add(out, arena), err))
            return err_while(err, "entry %zu", i);
    return true;
}
