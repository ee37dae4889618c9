/* table.c - the endpoint table, read from its JSON file. */

#include "sandbox/table.h"

#include "base/arena.h"
#include "base/embedded.h"
#include "text/json.h"

#include <stdlib.h>

struct words {
    struct str name;
    struct strs list;
};
LIST(word_lists, struct words);

struct loaded {
    struct table table;
    struct word_lists enums;
    struct word_lists objects;
};

static const struct strs *words_find(const struct word_lists *lists, struct str name)
{
    for (size_t i = 0; i < lists->n; i++)
        if (str_eq(lists->at[i].name, name))
            return &lists->at[i].list;
    return NULL;
}

static void load_words(struct arena *arena, const struct json *object, struct word_lists *out)
{
    void *cursor = NULL;
    struct str name;
    const struct json *list;

    while (json_each(object, &cursor, &name, &list)) {
        struct words *words = word_lists_add(out, arena);
        words->name = str_dup(arena, name);
        for (size_t i = 0; i < json_count(list); i++)
            *strs_add(&words->list, arena) =
                str_dup(arena, json_text(json_item(list, i), "", STR("")));
    }
}

static void read_bounds(struct arena *arena, struct str text, struct shape *shape)
{
    struct str low = text;
    size_t dots = 0;

    while (dots + 1 < text.n && !(text.p[dots] == '.' && text.p[dots + 1] == '.'))
        dots++;
    must(dots + 1 < text.n);
    low = str_sub(text, 0, dots);
    struct str high = str_sub(text, dots + 2, text.n);
    shape->low_set = low.n > 0;
    shape->high_set = high.n > 0;
    shape->low = strtod(str_c(arena, low), NULL);
    shape->high = strtod(str_c(arena, high), NULL);
}

static const struct {
    const char *word;
    enum shape_kind kind;
} shape_words[] = {
    {"text", SHAPE_TEXT},       {"integer", SHAPE_INTEGER},
    {"number", SHAPE_NUMBER},   {"numeric_id", SHAPE_NUMERIC_ID},
    {"boolean", SHAPE_BOOLEAN}, {"file", SHAPE_FILE},
    {"any", SHAPE_ANY},         {"text_or_list", SHAPE_TEXT_OR_LIST},
};

static struct shape *read_words(struct arena *arena, const struct loaded *loaded,
                                struct str text)
{
    struct shape *shape = NEW(arena, struct shape);
    struct str word = str_cut(&text, ' ');
    struct shape *list = NULL;

    if (str_eq(word, STR("list"))) {
        list = NEW(arena, struct shape);
        list->kind = SHAPE_LIST;
        list->item = shape;
        word = str_cut(&text, ' ');
    }
    if (str_eq(word, STR("enum"))) {
        shape->kind = SHAPE_TEXT;
        shape->accepted = words_find(&loaded->enums, str_cut(&text, ' '));
        must(shape->accepted != NULL);
    } else {
        size_t i = 0;
        while (i < countof(shape_words) && !str_eq(word, str(shape_words[i].word)))
            i++;
        must(i < countof(shape_words));
        shape->kind = shape_words[i].kind;
    }
    if (text.n)
        read_bounds(arena, text, list ? list : shape);
    return list ? list : shape;
}

static struct shape *read_shape(struct arena *arena, const struct loaded *loaded,
                                const struct json *json)
{
    struct shape *shape;
    void *cursor = NULL;
    struct str name;
    const struct json *value;

    if (json_type(json) == JSON_TEXT)
        return read_words(arena, loaded, json_text(json, "", STR("")));
    shape = NEW(arena, struct shape);
    if (json_type(json_at(json, "list")) != JSON_MISSING) {
        struct str items = json_text(json, "items", STR(""));
        shape->kind = SHAPE_LIST;
        shape->item = read_shape(arena, loaded, json_at(json, "list"));
        if (items.n)
            read_bounds(arena, items, shape);
        return shape;
    }
    shape->kind = SHAPE_OBJECT;
    while (json_each(json, &cursor, &name, &value)) {
        struct param *param = params_add(&shape->members, arena);
        param->required = str_ends(name, STR("*"));
        param->name = str_dup(arena, str_sub(name, 0, name.n - (param->required ? 1 : 0)));
        param->shape = read_shape(arena, loaded, value);
    }
    return shape;
}

static enum endpoint_auth read_auth(struct str word)
{
    if (str_eq(word, STR("none")))
        return AUTH_NONE;
    return str_eq(word, STR("app")) ? AUTH_APP : AUTH_TOKEN;
}

const struct table *table_load(struct arena *arena)
{
    const struct embedded *file = embedded_sandbox;
    struct arena *scratch = arena_new("sandbox table");
    struct loaded *loaded = NEW(arena, struct loaded);
    const struct json *root;
    struct err err = {0};

    while (file->name && !str_eq(str(file->name), STR("endpoints.json")))
        file++;
    must(file->name != NULL);
    must(json_parse(scratch, (struct str){file->bytes, file->n}, &root, &err));
    load_words(arena, json_at(root, "enums"), &loaded->enums);
    load_words(arena, json_at(root, "objects"), &loaded->objects);
    const struct json *list = json_at(root, "endpoints");
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *item = json_item(list, i);
        struct endpoint *endpoint = endpoints_add(&loaded->table.endpoints, arena);
        endpoint->method = str_dup(arena, json_text(item, "method", STR("")));
        endpoint->path = str_dup(arena, json_text(item, "path", STR("")));
        endpoint->auth = read_auth(json_text(item, "auth", STR("")));
        endpoint->multipart = json_bool(item, "multipart", false);
        endpoint->params = read_shape(arena, loaded, json_at(item, "params"));
        endpoint->bucket = (int)i;
    }
    arena_free(scratch);
    return &loaded->table;
}

const struct endpoint *table_find(const struct table *table, struct str method, struct str path)
{
    for (size_t i = 0; i < table->endpoints.n; i++)
        if (str_eq(table->endpoints.at[i].path, path) &&
            str_eq(table->endpoints.at[i].method, method))
            return &table->endpoints.at[i];
    return NULL;
}

const struct strs *table_object(const struct table *table, const char *name)
{
    const struct strs *list = words_find(&((const struct loaded *)table)->objects, str(name));

    must(list != NULL);
    return list;
}

const struct param *shape_member(const struct shape *object, struct str name)
{
    for (size_t i = 0; i < object->members.n; i++)
        if (str_eq(object->members.at[i].name, name))
            return &object->members.at[i];
    return NULL;
}
