/* object.c - the names and states behind the figures. */

#include "metric/object.h"
#include "base/arena.h"
#include "db/db.h"

/* A new object may be missing from the platform's lists for a while. */
#define GONE_AFTER_MS (10 * 60 * 1000)

bool object_read(const struct platform *platform, struct platform_session *session,
                 struct object_reading *out, struct err *err)
{
    struct strs all = {0};

    for (enum platform_level level = LEVEL_CAMPAIGN; level <= LEVEL_AD; level++)
        if (!platform->objects(session, level, &all, STR(""), &out->levels[level], err))
            return err_while(err, "reading the campaigns, ad groups and ads");
    return true;
}

const struct object_known *ad_map_find(const struct ad_map *map, struct str ad_id)
{
    size_t at = key_index_find(&map->index, ad_id);

    return at == KEY_NONE ? NULL : &map->ads.at[at];
}

static void index_known(struct key_index *index, struct arena *arena,
                        const struct object_knowns *known, size_t more)
{
    key_index_init(index, arena, known->n + more);
    for (size_t i = 0; i < known->n; i++)
        key_index_put(index, known->at[i].id, i);
}

static bool differs(const struct object_known *known, const struct platform_object *object,
                    enum platform_level level, struct str creative_id)
{
    return !str_eq(known->name, object->name) || !str_eq(known->status, object->status) ||
           !str_eq(known->platform_status, object->secondary_status) ||
           (level != LEVEL_AD && known->budget_micros != object->budget_micros) ||
           (known->creative_id.n == 0 && creative_id.n);
}

static struct object_known now_known(const struct platform_object *object,
                                     const struct object_known *before, struct str creative_id)
{
    struct object_known known = {.id = object->id,
                                 .creative_id = creative_id,
                                 .adgroup_id = object->parent_id,
                                 .campaign_id = object->campaign_id,
                                 .objective = object->objective};

    if (before && before->creative_id.n)
        known.creative_id = before->creative_id;
    if (before && before->objective.n)
        known.objective = before->objective;
    return known;
}

struct level_work {
    struct db *db;
    struct arena *arena;
    const struct metric_run *run;
    enum platform_level level;
    struct object_knowns *known;
    struct key_index *index;
    const struct key_index *videos;
    const struct video_knowns *video_list;
};

static struct str creative_of_video(const struct level_work *work,
                                    const struct platform_object *object)
{
    size_t at = KEY_NONE;

    if (work->level == LEVEL_AD && object->video_id.n)
        at = key_index_find(work->videos, object->video_id);
    return at == KEY_NONE ? STR("") : work->video_list->at[at].creative_id;
}

static bool put_listed(struct level_work *work, const struct platform_objects *listed,
                       bool *seen, struct err *err)
{
    size_t known_n = work->known->n;

    for (size_t i = 0; i < listed->n; i++) {
        struct platform_object object = listed->at[i];
        if (object.id.n == 0)
            continue;
        struct str creative_id = creative_of_video(work, &object);
        size_t at = key_index_find(work->index, object.id);
        const struct object_known *before = at == KEY_NONE ? NULL : &work->known->at[at];
        object.budget_micros = platform_daily_budget(&object);
        if (at != KEY_NONE && at < known_n)
            seen[at] = true;
        if ((!before || differs(before, &object, work->level, creative_id)) &&
            !object_put(work->db, work->run, work->level, &object, creative_id, err))
            return false;
        struct object_known now = now_known(&object, before, creative_id);
        if (!before) {
            key_index_put(work->index, now.id, work->known->n);
            *object_knowns_add(work->known, work->arena) = now;
        } else {
            work->known->at[at] = now;
        }
    }
    return true;
}

/* Known, and on the platform's list no more.  A list without anything proves nothing. */
static bool mark_gone(struct level_work *work, const bool *seen, size_t known_n,
                      struct err *err)
{
    for (size_t i = 0; i < known_n; i++) {
        const struct object_known *known = &work->known->at[i];
        if (seen[i] || str_eq(known->status, STR("deleted")) ||
            known->updated_ms > work->run->started_ms - GONE_AFTER_MS)
            continue;
        if (!object_gone(work->db, work->run, work->level, known->id, err))
            return false;
    }
    return true;
}

static bool store_level(struct level_work *work, const struct platform_objects *listed,
                        struct err *err)
{
    size_t known_n = work->known->n;
    bool *seen = NEW_ARRAY(work->arena, bool, known_n + 1);

    if (!put_listed(work, listed, seen, err))
        return false;
    return listed->n == 0 || mark_gone(work, seen, known_n, err);
}

/* Ads of no direction are judged by their campaign's objective. */
static void set_objectives(struct object_knowns *ads, const struct object_knowns *campaigns,
                           const struct key_index *index)
{
    for (size_t i = 0; i < ads->n; i++) {
        size_t at = key_index_find(index, ads->at[i].campaign_id);
        if (ads->at[i].objective.n == 0 && at != KEY_NONE)
            ads->at[i].objective = campaigns->at[at].objective;
    }
}

bool object_store(struct db *db, struct arena *arena, const struct metric_run *run,
                  const struct object_reading *reading, struct ad_map *map, struct err *err)
{
    struct object_knowns known[3] = {{0}};
    struct key_index indexes[3], videos;
    struct video_knowns video_list = {0};

    for (enum platform_level level = LEVEL_CAMPAIGN; level <= LEVEL_AD; level++) {
        if (!object_known_list(db, arena, run, level, &known[level], err))
            return false;
        index_known(&indexes[level], arena, &known[level], reading->levels[level].n);
    }
    if (!video_known_list(db, arena, run, &video_list, err))
        return false;
    key_index_init(&videos, arena, video_list.n);
    for (size_t i = 0; i < video_list.n; i++)
        key_index_put(&videos, video_list.at[i].video_id, i);

    if (!db_pipe_begin(db, err))
        return false;
    bool ok = true;
    for (enum platform_level level = LEVEL_CAMPAIGN; ok && level <= LEVEL_AD; level++)
        ok = store_level(&(struct level_work){.db = db,
                                              .arena = arena,
                                              .run = run,
                                              .level = level,
                                              .known = &known[level],
                                              .index = &indexes[level],
                                              .videos = &videos,
                                              .video_list = &video_list},
                         &reading->levels[level], err);
    if (!db_pipe_end(db, NULL, 0, err) || !ok)
        return false;
    set_objectives(&known[LEVEL_AD], &known[LEVEL_CAMPAIGN], &indexes[LEVEL_CAMPAIGN]);
    map->ads = known[LEVEL_AD];
    map->index = indexes[LEVEL_AD];
    return true;
}
