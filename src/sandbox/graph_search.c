/* graph_search.c - search?type=...: places, interests, languages (Facebook: targeting search).
 */

#include "sandbox/graph.h"

#include "base/arena.h"
#include "sandbox/doc.h"

#define ANSWERS_DEFAULT 25
#define ANSWERS_MOST    1000

static struct str text(const struct json *doc, const char *name)
{
    return json_text(doc, name, STR(""));
}

/* A name answers what its beginning, or that of one of its words, is asked with. */
static bool answers(struct graph *g, const struct json *entry)
{
    struct str wanted = str_lower(g->arena, str_trim(graph_param(g, "q")));
    struct str name = str_lower(g->arena, text(entry, "name"));

    return wanted.n && (str_starts(name, wanted) ||
                        str_has(name, str_fmt(g->arena, " " STR_FMT, STR_ARG(wanted))));
}

/* The asked kinds of places; all where none is asked for. */
static bool of_types(const struct json *types, const struct json *entry)
{
    return !json_count(types) || json_list_has(types, text(entry, "type"));
}

static bool list_of(struct graph *g, const char **list, const struct json **types)
{
    static const struct {
        const char *type, *list;
    } lists[] = {{"adgeolocation", "graph_places"},
                 {"adinterest", "graph_interests"},
                 {"adlocale", "graph_locales"}};
    struct str type = graph_param(g, "type");

    for (size_t i = 0; i < countof(lists); i++)
        if (str_eq(type, str(lists[i].type))) {
            *list = lists[i].list;
            return !graph_param(g, "location_types").n ||
                   graph_json(g, "location_types", types);
        }
    return graph_refuse(g, "(#100) Param type must be one of {adgeolocation, adinterest, "
                           "adlocale}");
}

bool graph_search(struct graph *g)
{
    const struct json *types = NULL, *entries;
    const char *list = "";
    struct json_writer *w;
    int64_t limit, n = 0;

    if (!list_of(g, &list, &types) ||
        !graph_int(g, "limit", 1, ANSWERS_MOST, ANSWERS_DEFAULT, &limit))
        return false;
    if (!graph_param(g, "q").n)
        return graph_refuse(g, "(#100) The parameter q is required");
    entries = json_at(g->box->targeting, list);
    w = graph_data(g);
    json_object(w);
    json_key(w, "data");
    json_list(w);
    for (size_t i = 0; i < json_count(entries) && n < limit; i++) {
        const struct json *entry = json_item(entries, i);

        if (!answers(g, entry) || !of_types(types, entry))
            continue;
        json_put_raw(w, json_print(g->arena, entry));
        n++;
    }
    json_end(w);
    json_end(w);
    return true;
}
