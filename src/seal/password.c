/* password.c - argon2id. */

#include "seal/seal.h"
#include "base/arena.h"

#include <sodium.h>
#include <string.h>

/* What OWASP asks of argon2id and more: two passes over 64 MB, some 60 ms. */
enum { PASSES = 2, MEMORY = 64 * 1024 * 1024 };

struct str seal_password_hash(struct arena *arena, struct str password)
{
    char *out = arena_alloc(arena, crypto_pwhash_STRBYTES);

    must(sodium_init() >= 0);
    if (crypto_pwhash_str_alg(out, password.p, password.n, PASSES, MEMORY,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        err_bug(__FILE__, __LINE__, "no memory for hashing a password");
    return str(out);
}

bool seal_password_matches(struct str hash, struct str password)
{
    char text[crypto_pwhash_STRBYTES] = {0};

    must(sodium_init() >= 0);
    if (hash.n == 0 || hash.n >= sizeof text)
        return false;
    memcpy(text, hash.p, hash.n);
    return crypto_pwhash_str_verify(text, password.p, password.n) == 0;
}
