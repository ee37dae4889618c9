/* validate.c - requests against the endpoint table. */

#include "sandbox/validate.h"

#include "base/arena.h"
#include "base/limits.h"
#include "sandbox/doc.h"

#include <math.h>

struct check {
    struct arena *arena;
    const struct endpoint *endpoint;
    struct str message;
};

static bool refuse(struct check *check, struct str message)
{
    check->message = message;
    return false;
}

#define REFUSE(check, ...) refuse((check), str_fmt((check)->arena, __VA_ARGS__))

static struct str join(struct arena *arena, const struct strs *words)
{
    struct buf buf;

    buf_init(&buf, arena, LIMIT_JSON_TEXT);
    for (size_t i = 0; i < words->n; i++) {
        if (i)
            buf_add(&buf, STR(", "));
        buf_add(&buf, words->at[i]);
    }
    return buf_str(&buf);
}

static struct str bounds_text(struct arena *arena, const struct shape *shape)
{
    if (shape->low_set && shape->high_set)
        return str_fmt(arena, "between %g and %g", shape->low, shape->high);
    if (shape->low_set)
        return str_fmt(arena, "at least %g", shape->low);
    return str_fmt(arena, "at most %g", shape->high);
}

static bool within(const struct shape *shape, double value)
{
    return !(shape->low_set && value < shape->low) && !(shape->high_set && value > shape->high);
}

static bool check_text(struct check *check, const struct shape *shape, struct str path,
                       const struct json *value)
{
    struct str text = json_text(value, "", STR(""));

    if (json_type(value) != JSON_TEXT)
        return REFUSE(check, STR_FMT ": Not a valid string.", STR_ARG(path));
    if (shape->accepted) {
        for (size_t i = 0; i < shape->accepted->n; i++)
            if (str_eq(shape->accepted->at[i], text))
                return true;
        return REFUSE(check, STR_FMT ": value '" STR_FMT "' is invalid, correct is " STR_FMT,
                      STR_ARG(path), STR_ARG(str_sub(text, 0, 100)),
                      STR_ARG(join(check->arena, shape->accepted)));
    }
    if (!within(shape, (double)str_length(text)))
        return REFUSE(check, STR_FMT ": Length must be " STR_FMT ".", STR_ARG(path),
                      STR_ARG(bounds_text(check->arena, shape)));
    return true;
}

static bool check_number(struct check *check, const struct shape *shape, struct str path,
                         const struct json *value)
{
    enum json_type type = json_type(value);
    double number = json_real(value, "", NAN);

    if (shape->kind == SHAPE_NUMBER ? type != JSON_INT && type != JSON_REAL : type != JSON_INT)
        return REFUSE(check, STR_FMT ": Not a valid %s.", STR_ARG(path),
                      shape->kind == SHAPE_NUMBER ? "number" : "integer");
    if (!within(shape, number))
        return REFUSE(check, STR_FMT ": Must be " STR_FMT ".", STR_ARG(path),
                      STR_ARG(bounds_text(check->arena, shape)));
    return true;
}

static bool check_shape(struct check *check, const struct shape *shape, struct str path,
                        const struct json *value);

static bool check_list(struct check *check, const struct shape *shape, struct str path,
                       const struct json *value)
{
    size_t n = json_count(value);

    if (json_type(value) != JSON_LIST)
        return REFUSE(check, STR_FMT ": Not a valid list.", STR_ARG(path));
    if (shape->high_set && (double)n > shape->high)
        return REFUSE(check, STR_FMT ": maximum number of items is %g", STR_ARG(path),
                      shape->high);
    if (shape->low_set && (double)n < shape->low)
        return REFUSE(check, STR_FMT ": minimum number of items is %g", STR_ARG(path),
                      shape->low);
    for (size_t i = 0; i < n; i++)
        if (!check_shape(check, shape->item,
                         str_fmt(check->arena, STR_FMT "[%zu]", STR_ARG(path), i),
                         json_item(value, i)))
            return false;
    return true;
}

static struct str member_path(struct check *check, struct str path, struct str name)
{
    if (!path.n)
        return name;
    return str_fmt(check->arena, STR_FMT "." STR_FMT, STR_ARG(path), STR_ARG(name));
}

static bool check_members(struct check *check, const struct shape *shape, struct str path,
                          const struct json *value)
{
    void *cursor = NULL;
    struct str name;
    const struct json *member;

    if (json_type(value) != JSON_OBJECT)
        return REFUSE(check, STR_FMT ": Not a valid object.",
                      STR_ARG(path.n ? path : STR("body")));
    while (json_each(value, &cursor, &name, &member)) {
        const struct param *param = shape_member(shape, name);
        struct str where = member_path(check, path, name);
        if (!param)
            return REFUSE(check, "'" STR_FMT "' is not supported in /v1.3/" STR_FMT ".",
                          STR_ARG(str_sub(where, 0, 200)), STR_ARG(check->endpoint->path));
        if (json_type(member) != JSON_NULL && !check_shape(check, param->shape, where, member))
            return false;
    }
    for (size_t i = 0; i < shape->members.n; i++) {
        const struct param *param = &shape->members.at[i];
        enum json_type type = json_type(json_at(value, str_c(check->arena, param->name)));
        if (param->required && param->shape->kind != SHAPE_FILE &&
            (type == JSON_MISSING || type == JSON_NULL))
            return REFUSE(check, STR_FMT ": Missing data for required field.",
                          STR_ARG(member_path(check, path, param->name)));
    }
    return true;
}

static bool check_shape(struct check *check, const struct shape *shape, struct str path,
                        const struct json *value)
{
    switch (shape->kind) {
    case SHAPE_TEXT:
        return check_text(check, shape, path, value);
    case SHAPE_INTEGER:
    case SHAPE_NUMBER:
    case SHAPE_NUMERIC_ID:
        return check_number(check, shape, path, value);
    case SHAPE_BOOLEAN:
        return json_type(value) == JSON_BOOL ||
               REFUSE(check, STR_FMT ": Not a valid boolean.", STR_ARG(path));
    case SHAPE_TEXT_OR_LIST:
        if (json_type(value) == JSON_LIST) {
            struct shape item = {.kind = SHAPE_TEXT};
            struct shape list = {.kind = SHAPE_LIST, .item = &item};
            return check_list(check, &list, path, value);
        }
        return check_text(check, shape, path, value);
    case SHAPE_LIST:
        return check_list(check, shape, path, value);
    case SHAPE_OBJECT:
        return check_members(check, shape, path, value);
    case SHAPE_FILE:
        return REFUSE(check, STR_FMT ": must be sent as a file of multipart/form-data.",
                      STR_ARG(path));
    case SHAPE_ANY:
        return true;
    }
    return true;
}

bool validate_object(struct arena *arena, const struct endpoint *endpoint,
                     const struct json *args, struct str *message)
{
    struct check check = {arena, endpoint, STR("")};

    if (check_members(&check, endpoint->params, STR(""), args))
        return true;
    *message = check.message;
    return false;
}

/* A plain text of the query as the JSON that its shape wants. */
static bool encode_value(struct check *check, const struct shape *shape, struct str name,
                         struct str value, struct doc *doc)
{
    const char *key = str_c(check->arena, name);
    const struct json *parsed;
    struct err err = {0};

    switch (shape->kind) {
    case SHAPE_LIST:
    case SHAPE_OBJECT:
        if (!json_parse(check->arena, value, &parsed, &err) ||
            json_type(parsed) != (shape->kind == SHAPE_LIST ? JSON_LIST : JSON_OBJECT))
            return REFUSE(check, STR_FMT ": must be a JSON-encoded %s.", STR_ARG(name),
                          shape->kind == SHAPE_LIST ? "list" : "object");
        doc_raw(doc, key, value);
        return true;
    case SHAPE_INTEGER:
    case SHAPE_NUMBER:
    case SHAPE_NUMERIC_ID:
    case SHAPE_BOOLEAN:
        if (!json_parse(check->arena, value, &parsed, &err) || json_count(parsed))
            return REFUSE(check, STR_FMT ": Not a valid %s.", STR_ARG(name),
                          shape->kind == SHAPE_BOOLEAN  ? "boolean"
                          : shape->kind == SHAPE_NUMBER ? "number"
                                                        : "integer");
        doc_raw(doc, key, value);
        return true;
    default:
        doc_text(doc, key, value);
        return true;
    }
}

static bool encode_fields(struct check *check, const struct form_fields *fields, bool files,
                          const struct json **args)
{
    struct doc doc;
    struct err err = {0};

    doc_init(&doc, check->arena);
    for (size_t i = 0; i < fields->n; i++) {
        const struct form_field *field = &fields->at[i];
        const struct param *param = shape_member(check->endpoint->params, field->name);
        if (!param)
            return REFUSE(check, "'" STR_FMT "' is not supported in /v1.3/" STR_FMT ".",
                          STR_ARG(str_sub(field->name, 0, 200)),
                          STR_ARG(check->endpoint->path));
        if (param->shape->kind == SHAPE_FILE) {
            if (!files)
                return REFUSE(check, STR_FMT ": must be sent as a file.", STR_ARG(field->name));
            continue;
        }
        if (!encode_value(check, param->shape, field->name, field->value, &doc))
            return false;
    }
    return json_parse(check->arena, doc_print(&doc), args, &err) ||
           REFUSE(check, "malformed parameters: %s", err.text);
}

bool validate_query(struct arena *arena, const struct endpoint *endpoint,
                    const struct form_fields *query, const struct json **args,
                    struct str *message)
{
    struct check check = {arena, endpoint, STR("")};

    if (encode_fields(&check, query, false, args))
        return validate_object(arena, endpoint, *args, message);
    *message = check.message;
    return false;
}

bool validate_form(struct arena *arena, const struct endpoint *endpoint,
                   const struct form_fields *form, const struct json **args,
                   struct str *message)
{
    struct check check = {arena, endpoint, STR("")};

    if (encode_fields(&check, form, true, args))
        return validate_object(arena, endpoint, *args, message);
    *message = check.message;
    return false;
}
