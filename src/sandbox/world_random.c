/* world_random.c - Philox4x32-10 and draws by coordinates. */

#include "sandbox/world_random.h"

#include "sandbox/world_math.h"

void world_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0;
        uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

struct world_bits world_draw_bits(const struct world_draw *draw, uint32_t process)
{
    uint32_t counter[4] = {(uint32_t)draw->stream << 16 | process, draw->entity, draw->time,
                           draw->index};
    uint32_t key[2] = {(uint32_t)draw->seed, (uint32_t)(draw->seed >> 32)};
    uint32_t out[4];
    world_philox(counter, key, out);
    return (struct world_bits){(uint64_t)out[1] << 32 | out[0],
                               (uint64_t)out[3] << 32 | out[2]};
}

double world_uniform(const struct world_draw *draw, uint32_t process)
{
    return ((double)(world_draw_bits(draw, process).a >> 12) + 0.5) * 0x1p-52;
}

double world_between(const struct world_draw *draw, uint32_t process, double low, double high)
{
    return low + (high - low) * world_uniform(draw, process);
}

double world_normal(const struct world_draw *draw, uint32_t process)
{
    return world_phi_inverse(world_uniform(draw, process));
}

uint32_t world_below(const struct world_draw *draw, uint32_t process, uint32_t n)
{
    return (uint32_t)(((world_draw_bits(draw, process).a >> 32) * n) >> 32);
}

/* The finaliser of splitmix64. */
uint64_t world_mix(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static uint32_t fold(uint64_t x)
{
    x = world_mix(x);
    return (uint32_t)(x ^ x >> 32);
}

uint32_t world_entity(struct str key, uint32_t repetition)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t i = 0; i < key.n; i++)
        hash = (hash ^ (unsigned char)key.p[i]) * 0x100000001b3u;
    return fold(hash + repetition * 0x9e3779b97f4a7c15u);
}

uint32_t world_entity_join(uint32_t a, uint32_t b)
{
    return fold((uint64_t)a << 32 | b);
}
