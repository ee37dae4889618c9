#ifndef SEAL_SEAL_H
#define SEAL_SEAL_H

#include "base/str.h"

/*
 * Hashes, signatures, passwords, and secrets at rest.  The only module with
 * the crypto libraries (libsodium, libcrypto).  Call seal_setup once at boot.
 */
MUST_CHECK bool seal_setup(struct err *err);

struct str seal_sha256_hex(struct arena *arena, struct str bytes);
struct str seal_sha256(struct arena *arena, struct str bytes); /* 32 bytes */
struct str seal_md5_hex(struct arena *arena, struct str bytes);
/* MD5 of a file, read in pieces. */
MUST_CHECK bool seal_md5_file_hex(struct arena *arena, const char *path, struct str *out,
                                  struct err *err);
MUST_CHECK bool seal_sha256_file_hex(struct arena *arena, const char *path, struct str *out,
                                     struct err *err);

/*
 * A hash that is made piece by piece and may be laid aside: its state is plain
 * bytes, copied by assignment, and can be stored as text and taken up again.
 */
enum seal_hash { SEAL_SHA256, SEAL_SHA1, SEAL_MD5 };
struct seal_run {
    enum seal_hash hash;
    uint64_t state[16];
};
void seal_run_begin(struct seal_run *run, enum seal_hash hash);
void seal_run_add(struct seal_run *run, struct str bytes);
/* The hash of what was added so far; the run goes on.  Bytes, not hex. */
struct str seal_run_sum(struct arena *arena, const struct seal_run *run);
/* Only for the same kind of machine and libcrypto: seal_run_load says whether it understands.
 */
struct str seal_run_save(struct arena *arena, const struct seal_run *run);
MUST_CHECK bool seal_run_load(struct arena *arena, struct str saved, struct seal_run *run);

struct str seal_hmac_sha256(struct arena *arena, struct str key,
                            struct str message); /* 32 bytes */

/* Constant time for equal lengths. */
bool seal_equal(struct str a, struct str b);

/* Random secret for people and programs: `prefix` + 32 base64url characters (192 bits). */
struct str seal_token(struct arena *arena, struct str prefix);

/* argon2id; the text carries its own parameters. */
struct str seal_password_hash(struct arena *arena, struct str password);
bool seal_password_matches(struct str hash, struct str password);

/*
 * A secret in memory: no printing macro takes it, so it cannot be logged by
 * accident.  seal_reveal is the one way to its text: grep for it.
 */
struct secret {
    struct str hidden;
};
static inline struct str seal_reveal(struct secret secret)
{
    return secret.hidden;
}

/*
 * The key ring: the file `key` of the data folder (0400), made at the first
 * start.  One line a key, the first is active: `<key id> <64 hex digits>`.
 * To change keys put a new line before the others: what was sealed and signed
 * with an older key still opens.  Keyed hashes and the check value come from
 * the last line, the oldest key, so they stay.
 * Sealed text is `s1.<key id>.<base64url>`: XChaCha20-Poly1305 with org, table,
 * column, row and key id as associated data, so that a sealed value moved to
 * another row does not open.
 */
struct ring;
MUST_CHECK bool ring_open(const char *path, struct ring **out,
                          struct err *err); /* makes it if absent */
void ring_free(struct ring *ring);
/* A text to store beside the data: only the same ring reproduces it (wrong-key check). */
struct str ring_check_value(const struct ring *ring, struct arena *arena);

struct seal_place {
    struct str org_id;
    const char *table;
    const char *column;
    struct str row_id;
};
struct str ring_seal(const struct ring *ring, struct arena *arena, struct seal_place place,
                     struct str plain);
MUST_CHECK bool ring_unseal(const struct ring *ring, struct arena *arena,
                            struct seal_place place, struct str sealed, struct secret *out,
                            struct err *err);
/* Keyed hash for dedup and matching (hex): purpose separates uses, e.g. "phone", org included.
 */
struct str ring_hash(const struct ring *ring, struct arena *arena, const char *purpose,
                     struct str org_id, struct str value);

/*
 * Signed, expiring text for URLs (OAuth state, sign-in links): payload, expiry
 * and HMAC by a purpose key.  Single use is the caller's (store the id).
 */
struct str ring_sign(const struct ring *ring, struct arena *arena, const char *purpose,
                     struct str payload, int64_t expires_ms);
MUST_CHECK bool ring_verify(const struct ring *ring, struct arena *arena, const char *purpose,
                            struct str signed_text, int64_t now_ms, struct str *payload,
                            struct err *err);

#endif
