/* arena.c - bump allocation in a chain of blocks. */

#include "base/arena.h"
#include "base/err.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define POISON(p, n)   ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
#else
#define POISON(p, n)   ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#endif

enum { FIRST_BLOCK = 16 * 1024, ALIGN = alignof(max_align_t) };

struct block {
    struct block *prev;
    size_t size; /* of data */
    size_t used;
    alignas(max_align_t) unsigned char data[];
};

struct deferred {
    struct deferred *prev;
    void (*fn)(void *arg);
    void *arg;
};

struct arena {
    const char *name;
    struct block *top;
    struct deferred *deferred;
};

static struct block *block_new(struct arena *arena, size_t size, struct block *prev)
{
    must(size <= SIZE_MAX - sizeof(struct block));
    struct block *b = malloc(sizeof *b + size);
    if (!b)
        err_bug(arena->name, 0, "out of memory in this arena");
    b->prev = prev;
    b->size = size;
    b->used = 0;
    POISON(b->data, size);
    return b;
}

static void block_free(struct block *b)
{
    UNPOISON(b->data, b->size);
    free(b);
}

struct arena *arena_new_sized(const char *name, size_t bytes)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (!arena)
        err_bug(name, 0, "out of memory for a new arena");
    arena->name = name;
    arena->top = block_new(arena, bytes, NULL);
    return arena;
}

struct arena *arena_new(const char *name)
{
    return arena_new_sized(name, FIRST_BLOCK);
}

static void run_deferred(struct arena *arena, struct deferred *until)
{
    while (arena->deferred != until) {
        struct deferred *d = arena->deferred;
        arena->deferred = d->prev;
        d->fn(d->arg);
    }
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
    run_deferred(arena, mark.deferred);
    while (arena->top != mark.block) {
        struct block *b = arena->top;
        must(b->prev);
        arena->top = b->prev;
        block_free(b);
    }
    must(mark.used <= arena->top->used);
    POISON(arena->top->data + mark.used, arena->top->size - mark.used);
    arena->top->used = mark.used;
}

struct arena_mark arena_mark(struct arena *arena)
{
    return (struct arena_mark){arena->top, arena->top->used, arena->deferred};
}

void arena_reset(struct arena *arena)
{
    struct block *first = arena->top;

    while (first->prev)
        first = first->prev;
    arena_rewind(arena, (struct arena_mark){first, 0, NULL});
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    arena_reset(arena);
    block_free(arena->top);
    free(arena);
}

void *arena_alloc(struct arena *arena, size_t n)
{
    struct block *b = arena->top;

    must(n <= SIZE_MAX / 4);
    n = (n + ALIGN - 1) / ALIGN * ALIGN;
    if (n == 0)
        n = ALIGN;
    if (b->size - b->used < n) {
        size_t size = b->size * 2;
        if (size > 1024 * 1024)
            size = 1024 * 1024;
        b = block_new(arena, size > n ? size : n, b);
        arena->top = b;
    }
    void *p = b->data + b->used;
    UNPOISON(p, n);
    b->used += n;
    return memset(p, 0, n);
}

void *arena_alloc_array(struct arena *arena, size_t n, size_t size)
{
    must(size == 0 || n <= SIZE_MAX / 4 / size);
    return arena_alloc(arena, n * size);
}

void arena_defer(struct arena *arena, void (*fn)(void *arg), void *arg)
{
    struct deferred *d = NEW(arena, struct deferred);

    *d = (struct deferred){arena->deferred, fn, arg};
    arena->deferred = d;
}

size_t arena_used(const struct arena *arena)
{
    size_t n = 0;

    for (const struct block *b = arena->top; b; b = b->prev)
        n += b->used;
    return n;
}
