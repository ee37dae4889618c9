/* random.c - random bytes and ids. */

#include "base/random.h"
#include "base/arena.h"
#include "base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool seeded;
static uint64_t state;

/* splitmix64: small, well distributed, only for seeded runs. */
static uint64_t seeded_next(void)
{
    uint64_t z = (state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void random_seed(uint64_t seed)
{
    pthread_mutex_lock(&lock);
    seeded = true;
    state = seed;
    pthread_mutex_unlock(&lock);
}

static bool fill_seeded(unsigned char *p, size_t n)
{
    pthread_mutex_lock(&lock);
    bool on = seeded;
    for (size_t i = 0; on && i < n; i++)
        p[i] = (unsigned char)(seeded_next() >> 32);
    pthread_mutex_unlock(&lock);
    return on;
}

void random_bytes(void *out, size_t n)
{
    unsigned char *p = out;

    if (fill_seeded(p, n))
        return;
    while (n) {
        ssize_t got = getrandom(p, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        must(got > 0);
        p += got;
        n -= (size_t)got;
    }
}

uint64_t random_u64(void)
{
    uint64_t v;

    random_bytes(&v, sizeof v);
    return v;
}

struct str id_new(struct arena *arena)
{
    static pthread_mutex_t id_lock = PTHREAD_MUTEX_INITIALIZER;
    static int64_t last_ms;
    static unsigned sequence;
    unsigned char b[16];

    random_bytes(b, sizeof b);
    pthread_mutex_lock(&id_lock);
    int64_t ms = clock_wall_ms();
    if (ms == last_ms) {
        sequence++;
    } else {
        last_ms = ms;
        sequence = (unsigned)b[6] << 2; /* room to count up within the millisecond */
    }
    unsigned seq = sequence & 0xfff;
    pthread_mutex_unlock(&id_lock);

    for (int i = 0; i < 6; i++)
        b[i] = (unsigned char)((uint64_t)ms >> (40 - 8 * i));
    b[6] = (unsigned char)(0x70 | seq >> 8);
    b[7] = (unsigned char)seq;
    b[8] = (unsigned char)(0x80 | (b[8] & 0x3f));
    return str_fmt(arena,
                   "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
                   b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12],
                   b[13], b[14], b[15]);
}

bool id_valid(struct str s)
{
    if (s.n != 36)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (c != '-')
                return false;
        } else if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return false;
        }
    }
    return true;
}
