/* doc.c - JSON objects under construction. */

#include "sandbox/doc.h"

#include "base/limits.h"
#include "text/money.h"

#include <math.h>

void doc_init(struct doc *doc, struct arena *arena)
{
    *doc = (struct doc){.arena = arena};
}

void doc_from(struct doc *doc, struct arena *arena, const struct json *object)
{
    doc_init(doc, arena);
    doc_merge(doc, object);
}

static void set(struct doc *doc, struct str name, struct str raw)
{
    for (size_t i = 0; i < doc->members.n; i++)
        if (str_eq(doc->members.at[i].name, name)) {
            doc->members.at[i].raw = raw;
            return;
        }
    *doc_members_add(&doc->members, doc->arena) =
        (struct doc_member){str_dup(doc->arena, name), raw};
}

void doc_raw(struct doc *doc, const char *name, struct str raw)
{
    set(doc, str(name), raw);
}

void doc_text(struct doc *doc, const char *name, struct str value)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, doc->arena, LIMIT_JSON_TEXT);
    json_writer(&w, &buf);
    json_put_text(&w, value);
    set(doc, str(name), buf_str(&buf));
}

void doc_int(struct doc *doc, const char *name, int64_t value)
{
    set(doc, str(name), str_fmt(doc->arena, "%lld", (long long)value));
}

void doc_bool(struct doc *doc, const char *name, bool value)
{
    set(doc, str(name), value ? STR("true") : STR("false"));
}

void doc_micros(struct doc *doc, const char *name, int64_t micros)
{
    set(doc, str(name), money_decimal(doc->arena, micros));
}

void doc_remove(struct doc *doc, const char *name)
{
    for (size_t i = 0; i < doc->members.n; i++)
        if (str_eq(doc->members.at[i].name, str(name))) {
            for (size_t k = i + 1; k < doc->members.n; k++)
                doc->members.at[k - 1] = doc->members.at[k];
            doc->members.n--;
            return;
        }
}

void doc_merge(struct doc *doc, const struct json *object)
{
    void *cursor = NULL;
    struct str key;
    const struct json *value;

    while (json_each(object, &cursor, &key, &value))
        if (json_type(value) != JSON_NULL)
            set(doc, key, json_print(doc->arena, value));
}

struct str doc_print(const struct doc *doc)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, doc->arena, LIMIT_JSON_TEXT);
    json_writer(&w, &buf);
    json_object(&w);
    for (size_t i = 0; i < doc->members.n; i++) {
        json_key_str(&w, doc->members.at[i].name);
        json_put_raw(&w, doc->members.at[i].raw);
    }
    json_end(&w);
    must(!buf.full);
    return buf_str(&buf);
}

bool json_list_has(const struct json *list, struct str text)
{
    for (size_t i = 0; i < json_count(list); i++)
        if (json_type(json_item(list, i)) == JSON_TEXT &&
            str_eq(json_text(json_item(list, i), "", STR("")), text))
            return true;
    return false;
}

bool json_given(const struct json *object, const char *name)
{
    enum json_type type = json_type(json_at(object, name));

    return type != JSON_MISSING && type != JSON_NULL;
}

bool json_micros(const struct json *object, const char *name, int64_t *micros)
{
    enum json_type type = json_type(json_at(object, name));
    double units;

    if (type != JSON_INT && type != JSON_REAL)
        return false;
    units = json_real(json_at(object, name), "", 0);
    if (!(fabs(units) < 9e12))
        return false;
    *micros = (int64_t)llround(units * 1e6);
    return true;
}
