#ifndef SANDBOX_WORLD_RANDOM_H
#define SANDBOX_WORLD_RANDOM_H

#include "base/str.h"

#include <stdint.h>

/*
 * Chance without a sequence: a draw is looked up, not taken.  Philox4x32-10
 * (Salmon and others, "Parallel random numbers: as easy as 1, 2, 3", SC11)
 * turns the world's seed and the coordinates of a draw into 128 random bits.
 * Nobody can use up somebody else's luck.
 */
void world_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* What a draw is for.  Numbers are part of the worlds: never change or reuse one. */
enum world_stream {
    STREAM_SETUP = 1,     /* entity 0: the world's own parameters */
    STREAM_DIRECTION = 2, /* entity: direction */
    STREAM_GROUP = 3,     /* entity: group */
    STREAM_CREATIVE = 4,  /* entity: creative */
    STREAM_MARKET = 5,    /* entity 0; hour or day */
    STREAM_GROUP_DAY = 6, /* entity: group; day */
    STREAM_AD_DAY = 7,    /* entity: ad; day */
    STREAM_AD_HOUR = 8,   /* entity: ad; hour */
    STREAM_LEAD = 9,      /* entity: ad; hour; index: which lead of the hour */
    STREAM_REPORT = 10,   /* entity: ad; hour or day */
    STREAM_REVIEW = 11,   /* entity: ad; hour 0; index: which review */
    STREAM_PERSON = 12,   /* entity: ad; hour; index: which lead of the hour */
};

/* Coordinates: `process` tells draws of one stream apart. */
struct world_draw {
    uint64_t seed;
    enum world_stream stream;
    uint32_t entity;
    uint32_t time;
    uint32_t index;
};

struct world_bits {
    uint64_t a, b;
};
struct world_bits world_draw_bits(const struct world_draw *draw, uint32_t process);

/* Uniform in the open interval (0, 1), 52 bits. */
double world_uniform(const struct world_draw *draw, uint32_t process);
/* Uniform between two numbers. */
double world_between(const struct world_draw *draw, uint32_t process, double low, double high);
/* Standard normal, from one uniform. */
double world_normal(const struct world_draw *draw, uint32_t process);
/* Whole number below n (n <= 2^32). */
uint32_t world_below(const struct world_draw *draw, uint32_t process, uint32_t n);

/* 32-bit name of an entity: equal for equal keys (and repetition), whoever made it, whenever.
 */
uint32_t world_entity(struct str key, uint32_t repetition);
/* Two entities into one: an ad is a creative within a group. */
uint32_t world_entity_join(uint32_t a, uint32_t b);
/* A well-stirred 64-bit word. */
uint64_t world_mix(uint64_t x);

#endif
