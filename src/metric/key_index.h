#ifndef METRIC_KEY_INDEX_H
#define METRIC_KEY_INDEX_H

#include "base/arena.h"
#include "base/str.h"

#include <string.h>

/* From a key to the position of its entry: for lists of one collection, filled once.  Keys are
 * borrowed. */
struct key_index {
    struct arena *arena;
    struct str *keys;
    size_t *positions;
    size_t room; /* a power of two */
    size_t n;
};

#define KEY_NONE ((size_t)-1)

static inline void key_index_init(struct key_index *index, struct arena *arena, size_t most)
{
    *index = (struct key_index){.arena = arena, .room = 16};
    while (index->room < most * 2 + 1)
        index->room *= 2;
    index->keys = NEW_ARRAY(arena, struct str, index->room);
    index->positions = NEW_ARRAY(arena, size_t, index->room);
}

static inline size_t key_index_slot(const struct key_index *index, struct str key)
{
    size_t at = (size_t)str_hash(key) & (index->room - 1);

    while (index->keys[at].p && !str_eq(index->keys[at], key))
        at = (at + 1) & (index->room - 1);
    return at;
}

/* The position stored under the key, or KEY_NONE. */
static inline size_t key_index_find(const struct key_index *index, struct str key)
{
    size_t at = key_index_slot(index, key);

    return index->keys[at].p ? index->positions[at] : KEY_NONE;
}

/* The key must not be empty; one that is there gets the new position. */
static inline void key_index_put(struct key_index *index, struct str key, size_t position)
{
    size_t at = key_index_slot(index, key);

    if (!index->keys[at].p)
        must(key.n && ++index->n < index->room);
    index->keys[at] = key;
    index->positions[at] = position;
}

#endif
