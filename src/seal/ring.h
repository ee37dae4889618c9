#ifndef SEAL_RING_H
#define SEAL_RING_H

#include "base/arena.h"
#include "seal/seal.h"

/* Inside of the key ring, for ring.c and ring_file.c. */
enum { RING_KEYS = 16, RING_KEY_BYTES = 32 };

struct ring_key {
    char id[17]; /* lower-case letters and digits */
    char bytes[RING_KEY_BYTES];
};

struct ring {
    struct arena *arena;
    struct ring_key keys[RING_KEYS]; /* newest, that is active, first */
    size_t n;
};

/* NULL where the ring has no such key. */
const struct ring_key *ring_find(const struct ring *ring, struct str id);

/* Fill the ring from its file; *absent and true where there is none. */
MUST_CHECK bool ring_read(struct arena *scratch, const char *path, struct ring *ring,
                          bool *absent, struct err *err);
/* A new file with one random key; one that is there by now stays. */
MUST_CHECK bool ring_make(struct arena *scratch, const char *path, struct err *err);

#endif
