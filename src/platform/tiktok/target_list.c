/* target_list.c - TikTok's own lists: places, interest categories, languages; pixels. */

#include "platform/tiktok/tiktok.h"

#include <stdlib.h>

#define PIXELS_PAGE 20

/* --- what an entry lies in --- */

/* The entries by id, for names of parents: sorted once, searched by halves. */
struct by_id {
    const struct platform_target **at;
    size_t n;
};

static int compare(const void *a, const void *b)
{
    const struct platform_target *const *one = a, *const *other = b;

    return str_cmp((*one)->id, (*other)->id);
}

static struct by_id sort_by_id(struct arena *arena, const struct platform_targets *list)
{
    struct by_id ids = {.at = arena_alloc_array(arena, list->n + 1, sizeof(ids.at[0])),
                        .n = list->n};

    for (size_t i = 0; i < list->n; i++)
        ids.at[i] = &list->at[i];
    if (ids.n)
        qsort(ids.at, ids.n, sizeof ids.at[0], compare);
    return ids;
}

static const struct platform_target *find(const struct by_id *ids, struct str id)
{
    struct platform_target wanted = {.id = id};
    const struct platform_target *key = &wanted;
    const struct platform_target **found =
        ids->n ? bsearch(&key, ids->at, ids->n, sizeof ids->at[0], compare) : NULL;

    return found ? *found : NULL;
}

/* Places lie at most this deep; the count also ends a circle. */
#define DEPTH_MOST 5

static void name_parents(struct arena *arena, struct platform_targets *list)
{
    struct by_id ids = sort_by_id(arena, list);

    for (size_t i = 0; i < list->n; i++) {
        const struct platform_target *above = find(&ids, list->at[i].parent_id);

        for (int depth = 0; above && depth < DEPTH_MOST; depth++) {
            list->at[i].within =
                str_fmt(arena, STR_FMT "%s" STR_FMT, STR_ARG(list->at[i].within),
                        depth ? ", " : "", STR_ARG(above->name));
            above = find(&ids, above->parent_id);
        }
    }
}

/* --- places --- */

static struct str place_kind(struct str level)
{
    static const struct {
        const char *theirs, *ours;
    } kinds[] = {{"COUNTRY", "country"}, {"PROVINCE", "region"}, {"CITY", "city"}};

    for (size_t i = 0; i < countof(kinds); i++)
        if (str_eq(level, str(kinds[i].theirs)))
            return str(kinds[i].ours);
    return STR("district");
}

static void read_place(struct platform_session *s, const struct json *row,
                       struct platform_targets *out)
{
    struct str parent = json_id(row, "parent_id", s->arena);
    struct str code = json_text(row, "country_code", STR(""));

    *platform_targets_add(out, s->arena) = (struct platform_target){
        .id = json_id(row, "location_id", s->arena),
        .parent_id = str_eq(parent, STR("0")) ? STR("") : parent,
        .kind = place_kind(json_text(row, "level", STR(""))),
        .country = code.n ? code : json_text(row, "region_code", STR("")),
        .name = json_text(row, "name", STR("")),
    };
}

/* TikTok: the list depends on placement and objective; districts would make it many times as
 * long, and nobody aims there by hand. */
static bool read_places(struct platform_session *s, struct platform_targets *out,
                        struct err *err)
{
    static const char *const placements[] = {"PLACEMENT_TIKTOK", NULL};
    const struct json *data, *list;
    struct tiktok_args args;

    tiktok_args(s, &args);
    tiktok_arg(s, &args, "placements", tiktok_json_list(s, placements));
    tiktok_arg(s, &args, "objective_type", STR("TRAFFIC"));
    tiktok_arg(s, &args, "level_range", STR("TO_CITY"));
    if (!tiktok_get(s, "tool/region/", &args, &data, err))
        return false;
    list = json_at(data, "region_info");
    for (size_t i = 0; i < json_count(list); i++)
        read_place(s, json_item(list, i), out);
    name_parents(s->arena, out);
    return true;
}

/* --- interests: a parent names its children --- */

static void adopt(struct platform_session *s, const struct json *list,
                  struct platform_targets *out)
{
    struct by_id ids = sort_by_id(s->arena, out);

    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *children = json_at(json_item(list, i), "sub_category_ids");

        for (size_t k = 0; k < json_count(children); k++) {
            const struct platform_target *child =
                find(&ids, json_id(json_item(children, k), "", s->arena));

            if (child)
                out->at[child - out->at].parent_id = out->at[i].id;
        }
    }
}

static bool read_interests(struct platform_session *s, struct platform_targets *out,
                           struct err *err)
{
    static const char *const placements[] = {"PLACEMENT_TIKTOK", NULL};
    const struct json *data, *list;
    struct tiktok_args args;

    tiktok_args(s, &args);
    tiktok_arg(s, &args, "version", STR("2"));
    tiktok_arg(s, &args, "placements", tiktok_json_list(s, placements));
    if (!tiktok_get(s, "tool/interest_category/", &args, &data, err))
        return false;
    list = json_at(data, "interest_categories");
    for (size_t i = 0; i < json_count(list); i++)
        *platform_targets_add(out, s->arena) = (struct platform_target){
            .id = json_id(json_item(list, i), "interest_category_id", s->arena),
            .kind = STR("interest"),
            .name = json_text(json_item(list, i), "interest_category_name", STR("")),
        };
    adopt(s, list, out);
    name_parents(s->arena, out);
    return true;
}

static bool read_languages(struct platform_session *s, struct platform_targets *out,
                           struct err *err)
{
    const struct json *data, *list;
    struct tiktok_args args;

    tiktok_args(s, &args);
    if (!tiktok_get(s, "tool/language/", &args, &data, err))
        return false;
    list = json_at(data, "languages");
    for (size_t i = 0; i < json_count(list); i++)
        *platform_targets_add(out, s->arena) = (struct platform_target){
            .id = json_text(json_item(list, i), "code", STR("")),
            .kind = STR("language"),
            .name = json_text(json_item(list, i), "name", STR("")),
        };
    return true;
}

bool tiktok_targets(struct platform_session *s, enum platform_target_kind kind,
                    struct str question, struct platform_targets *out, struct err *err)
{
    (void)question; /* the lists are whole */
    switch (kind) {
    case TARGET_PLACES:
        return read_places(s, out, err);
    case TARGET_INTERESTS:
        return read_interests(s, out, err);
    case TARGET_LANGUAGES:
        return read_languages(s, out, err);
    }
    return true;
}

/* --- pixels --- */

struct pixel_reading {
    struct platform_session *s;
    struct platform_pixels *out;
};

static bool read_pixel(void *arg, const struct json *row, struct err *err)
{
    struct pixel_reading *reading = arg;

    (void)err;
    *platform_pixels_add(reading->out, reading->s->arena) = (struct platform_pixel){
        .id = json_id(row, "pixel_id", reading->s->arena),
        .name = json_text(row, "pixel_name", STR("")),
    };
    return true;
}

bool tiktok_pixels(struct platform_session *s, struct platform_pixels *out, struct err *err)
{
    struct pixel_reading reading = {s, out};
    struct tiktok_args args;

    tiktok_args(s, &args);
    return tiktok_get_pages(s, "pixel/list/", &args, PIXELS_PAGE, "pixels", read_pixel,
                            &reading, err);
}
