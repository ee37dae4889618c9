/* graph_fields.c - what of an object is answered; lists with cursors. */

#include "sandbox/graph.h"

#include "base/arena.h"
#include "sandbox/doc.h"
#include "sandbox/rules.h"
#include "text/hex.h"
#include "text/url.h"

enum { DEPTH_MOST = 5, LIMIT_DEFAULT = 25, LIMIT_MOST = 500 };

/* --- parsing ---------------------------------------------------------------- */

struct reader {
    struct arena *arena;
    struct str text;
    size_t at;
};

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_';
}

static char peek(const struct reader *r)
{
    return r->at < r->text.n ? r->text.p[r->at] : 0;
}

static struct str read_name(struct reader *r)
{
    size_t from = r->at;

    while (is_name(peek(r)))
        r->at++;
    return str_sub(r->text, from, r->at - from);
}

/* ".limit(5)", ".filtering([...])": tolerated, without effect. */
static bool read_modifiers(struct reader *r)
{
    while (peek(r) == '.') {
        int open = 0;
        r->at++;
        if (!read_name(r).n || peek(r) != '(')
            return false;
        do {
            open += peek(r) == '(' ? 1 : peek(r) == ')' ? -1 : 0;
            r->at++;
        } while (open && r->at < r->text.n);
        if (open)
            return false;
    }
    return true;
}

static bool read_list(struct reader *r, int depth, struct graph_fields *out)
{
    if (depth > DEPTH_MOST)
        return false;
    for (;;) {
        struct graph_field *field = graph_fields_add(out, r->arena);

        field->name = read_name(r);
        if (!field->name.n || !read_modifiers(r))
            return false;
        if (peek(r) == '{') {
            struct graph_fields *inner = NEW(r->arena, struct graph_fields);
            r->at++;
            if (!read_list(r, depth + 1, inner) || peek(r) != '}')
                return false;
            r->at++;
            out->at[out->n - 1].inner = inner;
        }
        if (peek(r) != ',')
            return true;
        r->at++;
    }
}

bool graph_fields_good(struct graph *g, const char *known)
{
    struct reader r = {g->arena, graph_param(g, "fields"), 0};
    struct graph_fields *fields = NEW(g->arena, struct graph_fields);

    g->fields = fields;
    if (!r.text.n)
        return true;
    if (!read_list(&r, 0, fields) || r.at < r.text.n)
        return graph_fail(g, 400, 2500, 0,
                          "Syntax error \"Expected end of string instead of \"%c\".\" at "
                          "character %zu: " STR_FMT,
                          peek(&r) ? peek(&r) : '?', r.at, STR_ARG(str_sub(r.text, 0, 200)));
    for (size_t i = 0; i < fields->n; i++)
        if (!word_in(known, fields->at[i].name))
            return graph_refuse(g, "(#100) Tried accessing nonexisting field (" STR_FMT ")",
                                STR_ARG(str_sub(fields->at[i].name, 0, 60)));
    return true;
}

/* --- projection ---------------------------------------------------------------- */

static void put_value(struct graph *g, struct json_writer *w, const struct json *value,
                      const struct graph_fields *inner);

static void put_members(struct graph *g, struct json_writer *w, const struct json *object,
                        const struct graph_fields *fields)
{
    const struct json *list = json_at(object, "data");

    json_object(w);
    if (json_type(list) == JSON_LIST) { /* an edge inside: the fields are its members' */
        json_key(w, "data");
        put_value(g, w, list, fields);
    }
    if (json_given(object, "id") && !fields->n) {
        json_key(w, "id");
        json_put_raw(w, json_print(g->arena, json_at(object, "id")));
    }
    for (size_t i = 0; i < fields->n; i++) {
        const char *name = str_c(g->arena, fields->at[i].name);
        if (!json_given(object, name))
            continue;
        json_key(w, name);
        put_value(g, w, json_at(object, name), fields->at[i].inner);
    }
    json_end(w);
}

static void put_value(struct graph *g, struct json_writer *w, const struct json *value,
                      const struct graph_fields *inner)
{
    if (inner && json_type(value) == JSON_OBJECT) {
        put_members(g, w, value, inner);
    } else if (inner && json_type(value) == JSON_LIST) {
        json_list(w);
        for (size_t i = 0; i < json_count(value); i++)
            put_value(g, w, json_item(value, i), inner);
        json_end(w);
    } else {
        json_put_raw(w, json_print(g->arena, value));
    }
}

static void put_one(struct graph *g, struct json_writer *w, const struct json *doc,
                    struct str name, const struct graph_fields *inner)
{
    const char *key = str_c(g->arena, name);

    if (str_eq(name, STR("id")) || !json_given(doc, key))
        return;
    json_key(w, key);
    put_value(g, w, json_at(doc, key), inner);
}

void graph_put(struct graph *g, const struct json *doc, const char *otherwise)
{
    struct json_writer *w = graph_data(g);
    struct str rest = str(otherwise);

    json_object(w);
    for (size_t i = 0; i < g->fields->n; i++)
        put_one(g, w, doc, g->fields->at[i].name, g->fields->at[i].inner);
    while (!g->fields->n && rest.n)
        put_one(g, w, doc, str_cut(&rest, ' '), NULL);
    json_text_member(w, "id", json_text(doc, "id", STR("")));
    json_end(w);
}

/* --- lists ---------------------------------------------------------------------- */

/* A cursor is the place behind a row, made unreadable. */
static struct str cursor_of(struct graph *g, size_t place)
{
    return base64url_encode(g->arena, str_fmt(g->arena, "QVFI%zu", place));
}

static bool cursor_read(struct graph *g, struct str cursor, size_t *place)
{
    struct str text;
    int64_t n = 0;

    if (!base64url_decode(g->arena, cursor, &text) || !str_starts(text, STR("QVFI")) ||
        !str_int(str_sub(text, 4, text.n), &n) || n < 0)
        return graph_refuse(g, "(#100) Invalid cursor");
    *place = (size_t)n;
    return true;
}

/* The address of the next page, token included, as the platform hands it out. */
static struct str next_url(struct graph *g, size_t place, int64_t limit)
{
    struct str fields = url_encode(g->arena, graph_param(g, "fields"));

    return str_fmt(g->arena,
                   "http://" STR_FMT "/" STR_FMT "/" STR_FMT "?access_token=" STR_FMT
                   "&fields=" STR_FMT "&limit=%lld&after=" STR_FMT,
                   STR_ARG(request_header(g->rq, "host")), STR_ARG(g->version),
                   STR_ARG(g->path), STR_ARG(url_encode(g->arena, g->token)), STR_ARG(fields),
                   (long long)limit, STR_ARG(cursor_of(g, place)));
}

static void put_paging(struct graph *g, struct json_writer *w, size_t first, size_t end,
                       size_t total, int64_t limit)
{
    json_key(w, "paging");
    json_object(w);
    json_key(w, "cursors");
    json_object(w);
    json_text_member(w, "before", cursor_of(g, first));
    json_text_member(w, "after", cursor_of(g, end));
    json_end(w);
    if (end < total)
        json_text_member(w, "next", next_url(g, end, limit));
    json_end(w);
}

bool graph_list(struct graph *g, const struct docs *docs, graph_view *view,
                const char *otherwise)
{
    struct str after = graph_param(g, "after");
    size_t first = 0, size;
    int64_t limit;
    struct json_writer *w;

    if (!graph_int(g, "limit", 1, LIMIT_MOST, LIMIT_DEFAULT, &limit) ||
        (after.n && !cursor_read(g, after, &first)))
        return false;
    if (first > docs->n)
        first = docs->n;
    /* A page may be shorter than asked for though more follow. */
    size = g->box->settings.graph_short_pages ? (size_t)(limit + 1) / 2 : (size_t)limit;
    if (size > docs->n - first)
        size = docs->n - first;
    w = graph_data(g);
    json_object(w);
    json_key(w, "data");
    json_list(w);
    for (size_t i = first; i < first + size; i++)
        graph_put(g, view ? view(g, docs->at[i]) : docs->at[i], otherwise);
    json_end(w);
    if (docs->n)
        put_paging(g, w, first, first + size, docs->n, limit);
    json_end(w);
    return true;
}
