/*
 * fuzz_tus - the headers of resumable uploads: what is accepted, written again,
 * is the same; ids name one segment of a path.
 *
 * Input: one header value; each reader sees it.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "creative/tus.h"
#include "text/hex.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check_number(struct str text)
{
    int64_t value = -1;

    if (!tus_number(text, &value))
        return;
    must(value >= 0 && text.n > 0);
    for (size_t i = 0; i < text.n; i++)
        must(text.p[i] >= '0' && text.p[i] <= '9');
}

static void check_metadata(struct arena *arena, struct str header)
{
    struct tus_pairs pairs = {0}, again = {0};
    struct err err = {0};
    struct buf buf;
    struct str text;

    if (!tus_metadata(arena, header, &pairs, &err)) {
        must(err.kind == ERR_INVALID && err.field[0]);
        return;
    }
    must(pairs.n <= LIMIT_UPLOAD_KEYS);
    buf_init(&buf, arena, 4 * header.n + 1000);
    for (size_t i = 0; i < pairs.n; i++) {
        if (i)
            buf_char(&buf, ',');
        buf_add(&buf, pairs.at[i].key);
        buf_char(&buf, ' ');
        buf_add(&buf, base64_encode(arena, pairs.at[i].value));
    }
    must(buf_done(&buf, "metadata", &text, &err));
    must(text.n > LIMIT_UPLOAD_METADATA || tus_metadata(arena, text, &again, &err));
    for (size_t i = 0; i < again.n; i++)
        must(str_eq(again.at[i].key, pairs.at[i].key) &&
             str_eq(again.at[i].value, pairs.at[i].value));
}

static void check_checksum(struct arena *arena, struct str header)
{
    enum seal_hash hash;
    struct str sum;
    struct err err = {0};

    if (!tus_checksum(arena, header, &hash, &sum, &err)) {
        must(err.kind == ERR_INVALID);
        return;
    }
    must(sum.n == (hash == SEAL_SHA256 ? 32 : hash == SEAL_SHA1 ? 20 : 16));
    must(str_ends(header, base64_encode(arena, sum)));
}

static void check_concat(struct arena *arena, struct str header)
{
    struct strs parts = {0};
    struct err err = {0};
    bool final;

    if (!tus_concat(arena, header, &final, &parts, &err)) {
        must(err.kind == ERR_INVALID);
        return;
    }
    must(final == (parts.n > 0) && parts.n <= LIMIT_UPLOAD_PARTS);
    for (size_t i = 0; i < parts.n; i++)
        must(tus_id_valid(parts.at[i]) && !str_has(parts.at[i], STR("/")));
}

static void check_state(struct arena *arena, struct str saved)
{
    struct seal_run run;

    if (seal_run_load(arena, saved, &run))
        must(str_eq(seal_run_save(arena, &run), str_lower(arena, saved)));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *arena = arena_new("fuzz");
    struct str header = {(const char *)bytes, n};
    struct str decoded;

    check_number(header);
    check_metadata(arena, header);
    check_checksum(arena, header);
    check_concat(arena, header);
    check_state(arena, header);
    if (base64_decode(arena, header, &decoded))
        must(str_eq(base64_encode(arena, decoded), header));
    arena_free(arena);
    return 0;
}
