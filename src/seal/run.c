/*
 * run.c - hashes made piece by piece.
 *
 * libcrypto calls these functions deprecated: its newer ones hide the state,
 * and a state that cannot be stored would mean reading a file twice.
 */

#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/arena.h"
#include "seal/seal.h"
#include "text/hex.h"

#include <openssl/md5.h>
#include <openssl/sha.h>
#include <string.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof((struct seal_run){0}.state), "SHA-256 fits");
_Static_assert(sizeof(SHA_CTX) <= sizeof((struct seal_run){0}.state), "SHA-1 fits");
_Static_assert(sizeof(MD5_CTX) <= sizeof((struct seal_run){0}.state), "MD5 fits");

/* Of the layout, beside libcrypto's own: another one is not understood. */
#define LAYOUT "1"

void seal_run_begin(struct seal_run *run, enum seal_hash hash)
{
    memset(run, 0, sizeof *run);
    run->hash = hash;
    if (hash == SEAL_SHA256)
        must(SHA256_Init((SHA256_CTX *)run->state));
    else if (hash == SEAL_SHA1)
        must(SHA1_Init((SHA_CTX *)run->state));
    else
        must(MD5_Init((MD5_CTX *)run->state));
}

void seal_run_add(struct seal_run *run, struct str bytes)
{
    if (run->hash == SEAL_SHA256)
        must(SHA256_Update((SHA256_CTX *)run->state, bytes.p, bytes.n));
    else if (run->hash == SEAL_SHA1)
        must(SHA1_Update((SHA_CTX *)run->state, bytes.p, bytes.n));
    else
        must(MD5_Update((MD5_CTX *)run->state, bytes.p, bytes.n));
}

struct str seal_run_sum(struct arena *arena, const struct seal_run *run)
{
    struct seal_run copy = *run;
    unsigned char *out = arena_alloc(arena, SHA256_DIGEST_LENGTH);

    if (run->hash == SEAL_SHA256) {
        must(SHA256_Final(out, (SHA256_CTX *)copy.state));
        return (struct str){(char *)out, SHA256_DIGEST_LENGTH};
    }
    if (run->hash == SEAL_SHA1) {
        must(SHA1_Final(out, (SHA_CTX *)copy.state));
        return (struct str){(char *)out, SHA_DIGEST_LENGTH};
    }
    must(MD5_Final(out, (MD5_CTX *)copy.state));
    return (struct str){(char *)out, MD5_DIGEST_LENGTH};
}

static const char *prefix_of(enum seal_hash hash)
{
    return hash == SEAL_SHA256 ? LAYOUT "s" : hash == SEAL_SHA1 ? LAYOUT "1" : LAYOUT "m";
}

struct str seal_run_save(struct arena *arena, const struct seal_run *run)
{
    struct str state = {(const char *)run->state, sizeof run->state};

    return str_fmt(arena, "%s" STR_FMT, prefix_of(run->hash),
                   STR_ARG(hex_encode(arena, state)));
}

/* How many bytes wait for their block to be full: always less than a block. */
static bool is_sane(const struct seal_run *run)
{
    unsigned waiting = run->hash == SEAL_SHA256 ? ((const SHA256_CTX *)run->state)->num
                       : run->hash == SEAL_SHA1 ? ((const SHA_CTX *)run->state)->num
                                                : ((const MD5_CTX *)run->state)->num;

    return waiting < SHA256_CBLOCK;
}

bool seal_run_load(struct arena *arena, struct str saved, struct seal_run *run)
{
    struct str state;

    for (int hash = SEAL_SHA256; hash <= SEAL_MD5; hash++) {
        struct str prefix = str(prefix_of((enum seal_hash)hash));
        if (!str_starts(saved, prefix))
            continue;
        if (!hex_decode(arena, str_sub(saved, prefix.n, saved.n), &state) ||
            state.n != sizeof run->state)
            return false;
        run->hash = (enum seal_hash)hash;
        memcpy(run->state, state.p, state.n);
        return is_sane(run);
    }
    return false;
}
