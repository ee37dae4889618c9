#ifndef CREATIVE_TUS_H
#define CREATIVE_TUS_H

#include "base/list.h"
#include "base/strs.h"
#include "seal/seal.h"

/*
 * The texts of TUS 1.0.0 (resumable uploads over HTTP): pure readers of header
 * values.  Bad ones are ERR_INVALID with the header as field.
 */

/* Decimal digits and nothing else, up to INT64_MAX. */
bool tus_number(struct str s, int64_t *out);

/*
 * Upload-Metadata: pairs of a key and a Base64 value, which may be absent,
 * separated by commas.  Keys are unique, of visible ASCII without a comma.
 */
struct tus_pair {
    struct str key;
    struct str value; /* decoded: any bytes */
};
LIST(tus_pairs, struct tus_pair);
MUST_CHECK bool tus_metadata(struct arena *arena, struct str header, struct tus_pairs *out,
                             struct err *err);
struct str tus_value(const struct tus_pairs *pairs, const char *key); /* "" where absent */

/* Upload-Checksum: "sha1 <Base64>"; the hash must have the length of its kind. */
#define TUS_CHECKSUMS "sha1,sha256,md5"
MUST_CHECK bool tus_checksum(struct arena *arena, struct str header, enum seal_hash *hash,
                             struct str *sum, struct err *err);

/* Upload-Concat: "partial", or "final;<url> <url>..."; *parts are the ids at the end of the
 * URLs, each of an upload's shape. */
MUST_CHECK bool tus_concat(struct arena *arena, struct str header, bool *final,
                           struct strs *parts, struct err *err);

/* Ids of uploads: 128 random bits, 32 lower-case hex digits, and no other shape. */
struct str tus_id_new(struct arena *arena);
bool tus_id_valid(struct str id);

#endif
