#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

/*
 * A lifetime: process, request, job.  Everything allocated from an arena lives
 * until the arena is reset, rewound or freed; nobody frees single things.
 *
 * Memory is zeroed.  Allocation never returns NULL: running out means an edge
 * let too much in (see base/limits.h), so the process stops with the arena's
 * name.  An arena belongs to one thread at a time.
 *
 * Address-sanitizer builds poison what is not handed out, so a pointer used
 * after reset is caught.
 */
struct arena;

/* A new arena.  `name` is for the out-of-memory message; it is not copied. */
struct arena *arena_new(const char *name);
/* The same, beginning with a block of `bytes`: for thousands of small lives at once. */
struct arena *arena_new_sized(const char *name, size_t bytes);

/* Run what was deferred, give all memory back.  arena_free(NULL) does nothing. */
void arena_free(struct arena *arena);

/* As new again, keeping one block: the worker's arena between two requests. */
void arena_reset(struct arena *arena);

/* `n` zeroed bytes, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t n);

#define NEW(arena, T)          ((T *)arena_alloc((arena), sizeof(T)))
#define NEW_ARRAY(arena, T, n) ((T *)arena_alloc_array((arena), (n), sizeof(T)))

/* `n` zeroed members of `size` bytes; the product is checked. */
void *arena_alloc_array(struct arena *arena, size_t n, size_t size);

/*
 * Run `fn(arg)` when the arena is reset, rewound past this point or freed;
 * last deferred, first run.  For files, statements, foreign objects.
 */
void arena_defer(struct arena *arena, void (*fn)(void *arg), void *arg);

/* Loop bodies that make garbage: mark before, rewind after each turn. */
struct arena_mark {
    void *block;
    size_t used;
    void *deferred;
};
struct arena_mark arena_mark(struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

/* Bytes handed out since the last reset (for logs and tests). */
size_t arena_used(const struct arena *arena);

#endif
