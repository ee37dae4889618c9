/* site.c - the bodies that sites post. */

#include "lead/site.h"

#include "base/arena.h"
#include "base/limits.h"
#include "text/form.h"
#include "text/url.h"
#include "text/words.h"
#include "text/zone.h"

#include <stddef.h>

#define FIELD_WORDS  6
#define FLATTEN_DEEP 6

/* A reading under way: the fields of whatever shape, flat. */
struct reading {
    struct arena *arena;
    struct lead_answers fields; /* as they came */
    struct lead_answers utm;    /* utm_* of fields, page and cookies; the first one counts */
    struct lead_site *out;
};

/* --- macros ------------------------------------------------------------------------ */

static bool upper_or_underscore(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'A' && s.p[i] <= 'Z') || s.p[i] == '_'))
            return false;
    return s.n > 0;
}

bool lead_site_is_macro(struct str value)
{
    value = str_trim(value);
    if (value.n > 4 && str_starts(value, STR("__")) && str_ends(value, STR("__")))
        return upper_or_underscore(value);
    return (str_starts(value, STR("{{")) && str_ends(value, STR("}}"))) ||
           (str_starts(value, STR("{%")) && str_ends(value, STR("%}")));
}

/* --- from any shape to flat fields ---------------------------------------------------- */

static void add_field(struct reading *r, struct str name, struct str value)
{
    if (r->fields.n < LIMIT_FORM_FIELDS)
        *lead_answers_add(&r->fields, r->arena) = (struct lead_answer){name, value};
}

/* "fields[phone][value]" (Elementor) is the field phone; its siblings [id], [type], [title] and
 * [raw_value] say nothing more. */
static bool bracketed(struct reading *r, struct str name, struct str value)
{
    static const char *const wrappers[] = {"fields[", "form_fields[", "meta["};
    struct str rest, inner;

    for (size_t i = 0; i < countof(wrappers); i++) {
        if (!str_starts(name, str(wrappers[i])))
            continue;
        rest = str_sub(name, str(wrappers[i]).n, name.n);
        inner = str_cut(&rest, ']');
        if (rest.n == 0 || str_eq(rest, STR("[value]")))
            add_field(r, inner, value);
        return true;
    }
    return false;
}

static void add_form(struct reading *r, const struct form_fields *fields)
{
    for (size_t i = 0; i < fields->n; i++) {
        const struct form_field *field = &fields->at[i];
        if (field->filename.n == 0 && !bracketed(r, field->name, field->value))
            add_field(r, field->name, field->value);
    }
}

static struct str scalar_text(struct reading *r, const struct json *value)
{
    if (json_type(value) == JSON_BOOL)
        return json_bool(value, "", false) ? STR("yes") : STR("no");
    return json_number_text(value, "", r->arena);
}

/* Typeform: answers are {type, field{ref}, <type>: value}. */
static bool typed_answer(struct reading *r, const struct json *item)
{
    struct str type = json_text(item, "type", STR(""));
    struct str name = json_text(item, "field.ref", STR(""));

    if (!type.n || !name.n)
        return false;
    if (str_eq(type, STR("choice")))
        add_field(r, name, json_text(item, "choice.label", STR("")));
    else
        add_field(r, name, scalar_text(r, json_at(item, str_c(r->arena, type))));
    /* The type tells the contact where the name of the field does not. */
    if (str_eq(type, STR("phone_number")) || str_eq(type, STR("email")))
        add_field(r, type, scalar_text(r, json_at(item, str_c(r->arena, type))));
    return true;
}

static void flatten(struct reading *r, struct str name, const struct json *value, int depth);

static void flatten_object(struct reading *r, const struct json *object, int depth)
{
    struct str given = json_text(object, "name", STR(""));
    const struct json *value;
    void *cursor = NULL;
    struct str key;

    /* {"name":"phone","value":"..."} and {"title":...} of form builders. */
    if (given.n && json_type(json_at(object, "value")) != JSON_MISSING) {
        flatten(r, given, json_at(object, "value"), depth);
        return;
    }
    while (json_each(object, &cursor, &key, &value))
        flatten(r, key, value, depth);
}

static void flatten_list(struct reading *r, struct str name, const struct json *list, int depth)
{
    struct buf joined;

    buf_init(&joined, r->arena, LIMIT_JSON_TEXT);
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *item = json_item(list, i);
        if (json_type(item) == JSON_OBJECT) {
            if (!typed_answer(r, item))
                flatten_object(r, item, depth);
            continue;
        }
        if (joined.n)
            buf_add(&joined, STR(", "));
        buf_add(&joined, scalar_text(r, item));
    }
    if (joined.n)
        add_field(r, name, buf_str(&joined));
}

static void flatten(struct reading *r, struct str name, const struct json *value, int depth)
{
    switch (json_type(value)) {
    case JSON_OBJECT:
        if (depth < FLATTEN_DEEP)
            flatten_object(r, value, depth + 1);
        break;
    case JSON_LIST:
        if (depth < FLATTEN_DEEP)
            flatten_list(r, name, value, depth + 1);
        break;
    case JSON_NULL:
    case JSON_MISSING:
        break;
    default:
        add_field(r, name, scalar_text(r, value));
    }
}

static bool looks_like_json(struct str body)
{
    body = str_trim(body);
    return body.n && body.p[0] == '{';
}

/* By its type; a beacon says text/plain and means JSON. */
static bool read_fields(struct reading *r, struct str type, struct str body, struct err *err)
{
    struct form_fields fields = {0};
    const struct json *doc;

    if (str_starts(str_lower(r->arena, type), STR("multipart/form-data"))) {
        if (!form_parse_multipart(r->arena, type, body, &fields, err))
            return false;
        add_form(r, &fields);
        return true;
    }
    if (!looks_like_json(body)) {
        if (!form_parse(r->arena, body, &fields, err))
            return false;
        add_form(r, &fields);
        return true;
    }
    if (!json_parse(r->arena, body, &doc, err))
        return false;
    flatten(r, STR(""), doc, 0);
    return true;
}

/* --- what a field is -----------------------------------------------------------------------
 */

enum slot { SLOT_NONE, SLOT_NAME, SLOT_FIRST, SLOT_LAST, SLOT_PHONE, SLOT_EMAIL };

/* By the words of its name, in small letters. */
static const struct {
    const char *words;
    enum slot slot;
} slots[] = {
    {"name", SLOT_NAME},
    {"full name", SLOT_NAME},
    {"your name", SLOT_NAME},
    {"имя", SLOT_NAME},
    {"ваше имя", SLOT_NAME},
    {"fio", SLOT_NAME},
    {"фио", SLOT_NAME},
    {"first name", SLOT_FIRST},
    {"last name", SLOT_LAST},
    {"фамилия", SLOT_LAST},
    {"phone", SLOT_PHONE},
    {"tel", SLOT_PHONE},
    {"telefon", SLOT_PHONE},
    {"telephone", SLOT_PHONE},
    {"phone number", SLOT_PHONE},
    {"your phone", SLOT_PHONE},
    {"mobile", SLOT_PHONE},
    {"whatsapp", SLOT_PHONE},
    {"телефон", SLOT_PHONE},
    {"ваш телефон", SLOT_PHONE},
    {"номер телефона", SLOT_PHONE},
    {"номер", SLOT_PHONE},
    {"email", SLOT_EMAIL},
    {"e mail", SLOT_EMAIL},
    {"mail", SLOT_EMAIL},
    {"your email", SLOT_EMAIL},
    {"почта", SLOT_EMAIL},
    {"электронная почта", SLOT_EMAIL},
    {"эл почта", SLOT_EMAIL},
};

static enum slot slot_of(struct reading *r, struct str field)
{
    struct str words = words_line(r->arena, field, FIELD_WORDS);

    for (size_t i = 0; i < countof(slots); i++)
        if (str_eq(words, words_line(r->arena, str(slots[i].words), FIELD_WORDS)))
            return slots[i].slot;
    return SLOT_NONE;
}

/* Fields that are about the form and not of the person. */
static const struct {
    const char *name;
    size_t offset; /* in struct lead_site */
} service[] = {
    {"tranid", offsetof(struct lead_site, submission_id)},
    {"event_id", offsetof(struct lead_site, touch.event_id)},
    {"external_id", offsetof(struct lead_site, submission_id)},
    {"submission_id", offsetof(struct lead_site, submission_id)},
    {"token", offsetof(struct lead_site, submission_id)},
    {"formid", offsetof(struct lead_site, form_id)},
    {"form_id", offsetof(struct lead_site, form_id)},
    {"form[id]", offsetof(struct lead_site, form_id)},
    {"_wpcf7", offsetof(struct lead_site, form_id)},
    {"direction_id", offsetof(struct lead_site, direction_id)},
    {"campaign_id", offsetof(struct lead_site, campaign_id)},
    {"adgroup_id", offsetof(struct lead_site, adgroup_id)},
    {"ad_id", offsetof(struct lead_site, ad_id)},
    {"ttclid", offsetof(struct lead_site, touch.ttclid)},
    {"ttp", offsetof(struct lead_site, touch.ttp)},
    {"_ttp", offsetof(struct lead_site, touch.ttp)},
    {"fbclid", offsetof(struct lead_site, touch.fbclid)},
    {"fbc", offsetof(struct lead_site, touch.fbc)},
    {"_fbc", offsetof(struct lead_site, touch.fbc)},
    {"fbp", offsetof(struct lead_site, touch.fbp)},
    {"_fbp", offsetof(struct lead_site, touch.fbp)},
    {"gclid", offsetof(struct lead_site, touch.gclid)},
    {"yclid", offsetof(struct lead_site, touch.yclid)},
    {"first_touch", offsetof(struct lead_site, touch.first_touch)},
    {"page_url", offsetof(struct lead_site, touch.page_url)},
    {"url", offsetof(struct lead_site, touch.page_url)},
    {"referrer", offsetof(struct lead_site, touch.referrer)},
    {"consent", offsetof(struct lead_site, touch.consent)},
    {"consent_text", offsetof(struct lead_site, touch.consent_text)},
};
/* And those that say nothing at all to us. */
static const char *const passed_over[] = {
    "formname",      "form[name]",      "key",
    "useraccountid", "user_account_id", "_wpcf7_version",
    "_wpcf7_locale", "_wpcf7_unit_tag", "_wpcf7_container_post",
    "landed_at",     "event_type",      "form_name"};

static struct str *service_slot(struct reading *r, struct str lower)
{
    for (size_t i = 0; i < countof(service); i++)
        if (str_eq(lower, str(service[i].name)))
            return (struct str *)((char *)r->out + service[i].offset);
    return NULL;
}

static struct str cut(struct str s, size_t limit)
{
    if (s.n <= limit)
        return s;
    while (limit > 0 && ((unsigned char)s.p[limit] & 0xC0) == 0x80)
        limit--;
    return str_sub(s, 0, limit);
}

static void set_once(struct str *slot, struct str value)
{
    if (slot->n == 0)
        *slot = value;
}

static void add_utm(struct lead_answers *utm, struct arena *arena, struct str name,
                    struct str value)
{
    name = str_lower(arena, name);
    value = cut(str_trim(value), LIMIT_URL_TEXT);
    if (!str_starts(name, STR("utm_")) || value.n == 0 || lead_site_is_macro(value))
        return;
    for (size_t i = 0; i < utm->n; i++)
        if (str_eq(utm->at[i].field, name))
            return;
    *lead_answers_add(utm, arena) = (struct lead_answer){name, value};
}

/* --- cookies ---------------------------------------------------------------------------------
 */

/* Values of cookies arrive encoded once or twice. */
static struct str decode_all(struct arena *arena, struct str value)
{
    struct str once;

    for (int i = 0; i < 3 && str_find(value, '%') < value.n; i++) {
        if (!url_decode(arena, value, false, &once) || !str_utf8(once) || str_eq(once, value))
            break;
        value = once;
    }
    return value;
}

/* "utm_source=x|||utm_medium=y"; entities get lost on the way: "|||amp;utm_...". */
static void read_tilda_utm(struct arena *arena, struct str value, struct lead_answers *utm)
{
    while (value.n) {
        size_t end = 0;
        while (end < value.n && !str_starts(str_sub(value, end, 3), STR("|||")))
            end++;
        struct str part = str_sub(value, 0, end);
        value = end < value.n ? str_sub(value, end + 3, value.n) : STR("");
        while (str_starts(part, STR("amp;")) || str_starts(part, STR("&")))
            part = str_sub(part, part.p[0] == '&' ? 1 : 4, part.n);
        struct str name = str_cut(&part, '=');
        add_utm(utm, arena, str_trim(name), part);
    }
}

/* The ';' of a lost entity would end the cookie: "|||amp;" becomes "|||". */
static struct str without_entities(struct arena *arena, struct str cookies)
{
    struct str entity = STR("|||amp;");
    char *p = arena_alloc(arena, cookies.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < cookies.n; i++) {
        p[n++] = cookies.p[i];
        if (str_starts(str_sub(cookies, i, entity.n), entity)) {
            p[n++] = '|';
            p[n++] = '|';
            i += entity.n - 1;
        }
    }
    return (struct str){p, n};
}

void lead_site_cookies(struct arena *arena, struct str cookies, struct lead_touch *touch,
                       struct lead_answers *utm)
{
    const struct {
        const char *name;
        struct str *slot;
    } known[] = {{"_fbp", &touch->fbp},
                 {"_fbc", &touch->fbc},
                 {"_ttp", &touch->ttp},
                 {"ttclid", &touch->ttclid},
                 {"fbclid", &touch->fbclid}};

    cookies = without_entities(arena, cookies);
    while (cookies.n) {
        struct str value = str_cut(&cookies, ';');
        struct str name = str_trim(str_cut(&value, '='));
        value = str_trim(value);
        if (str_eq(name, STR("TILDAUTM"))) {
            read_tilda_utm(arena, decode_all(arena, value), utm);
            continue;
        }
        for (size_t i = 0; i < countof(known); i++)
            if (str_eq(name, str(known[i].name)))
                set_once(known[i].slot, cut(decode_all(arena, value), LIMIT_CLICK_ID));
    }
}

/* --- the page's address
 * -------------------------------------------------------------------------- */

static void read_page(struct reading *r)
{
    struct str address = r->out->touch.page_url;
    struct form_fields query = {0};
    struct err err = {0};

    (void)str_cut(&address, '?');
    address = str_cut(&address, '#');
    if (address.n == 0 || !form_parse(r->arena, address, &query, &err))
        return;
    for (size_t i = 0; i < query.n; i++) {
        const struct form_field *field = &query.at[i];
        add_utm(&r->utm, r->arena, field->name, field->value);
        if (lead_site_is_macro(field->value))
            continue;
        if (str_eq(field->name, STR("ttclid")))
            set_once(&r->out->touch.ttclid, cut(field->value, LIMIT_CLICK_ID));
        if (str_eq(field->name, STR("fbclid")))
            set_once(&r->out->touch.fbclid, cut(field->value, LIMIT_CLICK_ID));
    }
}

/* --- putting it together
 * ---------------------------------------------------------------------------- */

struct person {
    struct str full, first, last;
};

static void take_contact(struct reading *r, enum slot slot, struct str value,
                         struct person *person)
{
    switch (slot) {
    case SLOT_NAME:
        set_once(&person->full, cut(value, LIMIT_LABEL));
        break;
    case SLOT_FIRST:
        set_once(&person->first, cut(value, LIMIT_LABEL));
        break;
    case SLOT_LAST:
        set_once(&person->last, cut(value, LIMIT_LABEL));
        break;
    case SLOT_PHONE:
        set_once(&r->out->phone, cut(value, LIMIT_PHONE));
        break;
    case SLOT_EMAIL:
        set_once(&r->out->email, cut(value, LIMIT_EMAIL));
        break;
    case SLOT_NONE:
        break;
    }
}

static bool passes_over(struct str lower)
{
    for (size_t i = 0; i < countof(passed_over); i++)
        if (str_eq(lower, str(passed_over[i])))
            return true;
    return str_starts(lower, STR("tildaspec-"));
}

/* A field is the person's contact, about the form, a UTM, or an answer. */
static void sort_field(struct reading *r, const struct lead_answer *field,
                       struct person *person, struct json_writer *answers)
{
    struct str lower = str_lower(r->arena, str_trim(field->field));
    struct str value = str_trim(field->value);
    struct str *slot = service_slot(r, lower);

    if (slot) {
        if (!lead_site_is_macro(value))
            set_once(slot, cut(value, LIMIT_URL_TEXT));
        return;
    }
    if (str_eq(lower, STR("cookies"))) {
        lead_site_cookies(r->arena, value, &r->out->touch, &r->utm);
        return;
    }
    if (str_eq(lower, STR("test")) || str_eq(lower, STR("is_test"))) {
        r->out->is_test = value.n > 0 && !str_eq(value, STR("no")) && !str_eq(value, STR("0"));
        return;
    }
    if (str_starts(lower, STR("utm_"))) {
        add_utm(&r->utm, r->arena, lower, value);
        return;
    }
    if (passes_over(lower))
        return;
    if (str_eq(lower, STR("filled_in_ms"))) {
        if (!str_int(value, &r->out->filled_ms) || r->out->filled_ms < 0)
            r->out->filled_ms = 0;
        return;
    }
    if (str_eq(lower, STR("created_at"))) {
        struct err err = {0};
        (void)!time_parse_rfc3339(value, &r->out->created_ms, &err);
        return;
    }
    take_contact(r, slot_of(r, field->field), value, person);
    json_object(answers);
    json_text_member(answers, "field", cut(field->field, LIMIT_LABEL));
    json_text_member(answers, "value", cut(field->value, LIMIT_TEXT));
    json_end(answers);
}

static struct str full_name(struct arena *arena, const struct person *person)
{
    struct str full = person->full.n ? person->full : person->first;

    if (!person->last.n || str_has(full, person->last))
        return full;
    return full.n ? str_fmt(arena, STR_FMT " " STR_FMT, STR_ARG(full), STR_ARG(person->last))
                  : person->last;
}

static void sort_fields(struct reading *r)
{
    struct person person = {0};
    struct json_writer w;
    struct buf buf;

    buf_init(&buf, r->arena, LIMIT_JSON_TEXT);
    json_writer(&w, &buf);
    json_list(&w);
    for (size_t i = 0; i < r->fields.n; i++)
        sort_field(r, &r->fields.at[i], &person, &w);
    json_end(&w);
    r->out->answers = buf_str(&buf);
    r->out->name = full_name(r->arena, &person);
}

void lead_site_contact(struct arena *arena, const struct lead_answers *answers,
                       struct str *name, struct str *phone, struct str *email)
{
    struct lead_site site = {0};
    struct reading r = {.arena = arena, .out = &site};
    struct person person = {0};

    for (size_t i = 0; i < answers->n; i++)
        take_contact(&r, slot_of(&r, answers->at[i].field), str_trim(answers->at[i].value),
                     &person);
    *name = full_name(arena, &person);
    *phone = site.phone;
    *email = site.email;
}

static bool is_id(struct str value)
{
    if (value.n < 5 || value.n > 20)
        return false;
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] < '0' || value.p[i] > '9')
            return false;
    return true;
}

static struct str utm_value(const struct reading *r, struct str name)
{
    for (size_t i = 0; i < r->utm.n; i++)
        if (str_eq(r->utm.at[i].field, name))
            return r->utm.at[i].value;
    return STR("");
}

/* The field that the direction has it in, then the usual ones. */
static void find_ads(struct reading *r, struct str utm_field)
{
    const struct str names[] = {utm_field.n ? utm_field : STR("utm_medium"), STR("utm_medium"),
                                STR("utm_content"), STR("utm_term"), STR("utm_id")};

    for (size_t i = 0; i < countof(names); i++) {
        struct str value = utm_value(r, names[i]);
        bool known = !is_id(value);
        for (size_t k = 0; k < r->out->ad_candidates.n; k++)
            known = known || str_eq(r->out->ad_candidates.at[k], value);
        if (!known)
            *strs_add(&r->out->ad_candidates, r->arena) = value;
    }
    if (r->out->campaign_id.n == 0 && is_id(utm_value(r, STR("utm_campaign"))))
        r->out->campaign_id = utm_value(r, STR("utm_campaign"));
    if (!is_id(r->out->ad_id))
        r->out->ad_id = STR("");
    if (!is_id(r->out->campaign_id))
        r->out->campaign_id = STR("");
}

static struct str print_utm(struct reading *r)
{
    struct json_writer w;
    struct buf buf;

    if (r->utm.n == 0)
        return STR("");
    buf_init(&buf, r->arena, LIMIT_JSON_TEXT);
    json_writer(&w, &buf);
    json_object(&w);
    for (size_t i = 0; i < r->utm.n; i++) {
        json_key_str(&w, r->utm.at[i].field);
        json_put_text(&w, r->utm.at[i].value);
    }
    json_end(&w);
    return buf_str(&buf);
}

/* yes and no as forms say them; anything else that was ticked is a yes. */
static struct str consent_of(struct arena *arena, struct str value)
{
    struct str lower = str_lower(arena, value);

    if (value.n == 0)
        return STR("");
    return str_eq(lower, STR("no")) || str_eq(lower, STR("false")) || str_eq(lower, STR("0")) ||
                   str_eq(lower, STR("denied"))
               ? STR("no")
               : STR("yes");
}

bool lead_site_parse(struct arena *arena, struct str type, struct str body,
                     struct str utm_field, struct lead_site *out, struct err *err)
{
    struct reading r = {.arena = arena, .out = out};

    *out = (struct lead_site){0};
    if (!read_fields(&r, type, body, err))
        return err_while(err, "reading the form");
    if (r.fields.n == 0)
        return err_input(err, "body", "send the form's fields", "the form is empty");
    /* Tilda: what it posts when the address is entered. */
    out->is_ping = r.fields.n == 1 && str_eq(r.fields.at[0].field, STR("test")) &&
                   str_eq(r.fields.at[0].value, STR("test"));
    sort_fields(&r);
    read_page(&r);
    find_ads(&r, utm_field);
    out->touch.utm = print_utm(&r);
    /* A ticked box whose value is the sentence beside it. */
    if (!out->touch.consent_text.n && str_find(out->touch.consent, ' ') < out->touch.consent.n)
        out->touch.consent_text = out->touch.consent;
    out->touch.consent = consent_of(arena, out->touch.consent);
    return true;
}
