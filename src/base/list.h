#ifndef BASE_LIST_H
#define BASE_LIST_H

#include "base/arena.h"

#include <string.h>

/*
 * A growing array on an arena.
 *
 *     LIST(campaigns, struct campaign);
 *
 * declares `struct campaigns { struct campaign *at; size_t n, room; }` and
 * `struct campaign *campaigns_add(struct campaigns *, struct arena *)`, which
 * returns a zeroed new last member.  Members move when the list grows: keep
 * indexes, not pointers, while adding.
 */
#define LIST(name, T)                                                                          \
    struct name {                                                                              \
        T *at;                                                                                 \
        size_t n;                                                                              \
        size_t room;                                                                           \
    };                                                                                         \
    static inline __attribute__((unused))                                                      \
    T *name##_add(struct name *list, struct arena *arena)                                      \
    {                                                                                          \
        if (list->n == list->room) {                                                           \
            size_t room = list->room ? list->room * 2 : 8;                                     \
            T *at = (T *)arena_alloc_array(arena, room, sizeof(T));                            \
            if (list->n)                                                                       \
                memcpy(at, list->at, list->n * sizeof(T));                                     \
            list->at = at;                                                                     \
            list->room = room;                                                                 \
        }                                                                                      \
        return &list->at[list->n++];                                                           \
    }                                                                                          \
    struct name /* so that the use ends in a semicolon */

#endif
