/* tus.c - the texts of TUS 1.0.0. */

#include "creative/tus.h"

#include "base/limits.h"
#include "base/random.h"
#include "text/hex.h"

enum { ID_DIGITS = 32 };

bool tus_number(struct str s, int64_t *out)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0 && str_int(s, out);
}

/* --- metadata --- */

static bool bad_metadata(struct err *err, struct str key, const char *what)
{
    return err_input(err, "Upload-Metadata",
                     "key and Base64 of the value, a space between, commas between pairs",
                     "the key \"" STR_FMT "\" %s", STR_ARG(str_sub(key, 0, 60)), what);
}

static bool key_is_plain(struct str key)
{
    for (size_t i = 0; i < key.n; i++)
        if (key.p[i] <= ' ' || key.p[i] > '~' || key.p[i] == ',')
            return false;
    return key.n > 0;
}

static bool read_pair(struct arena *arena, struct str text, struct tus_pairs *out,
                      struct err *err)
{
    struct str key = str_cut(&text, ' ');
    struct str value;

    if (!key_is_plain(key))
        return bad_metadata(err, key, "is empty or has other than visible ASCII characters");
    for (size_t i = 0; i < out->n; i++)
        if (str_eq(out->at[i].key, key))
            return bad_metadata(err, key, "is there twice");
    if (out->n == LIMIT_UPLOAD_KEYS)
        return err_input(err, "Upload-Metadata", "send fewer", "there are more than %d keys",
                         LIMIT_UPLOAD_KEYS);
    if (!base64_decode(arena, text, &value))
        return bad_metadata(err, key, "has a value that is not Base64");
    *tus_pairs_add(out, arena) = (struct tus_pair){key, value};
    return true;
}

bool tus_metadata(struct arena *arena, struct str header, struct tus_pairs *out,
                  struct err *err)
{
    bool more = header.n > 0;

    if (header.n > LIMIT_UPLOAD_METADATA)
        return err_input(err, "Upload-Metadata", "send less", "it is longer than %d bytes",
                         LIMIT_UPLOAD_METADATA);
    while (more) {
        more = str_find(header, ',') < header.n;
        if (!read_pair(arena, str_trim(str_cut(&header, ',')), out, err))
            return false;
    }
    return true;
}

struct str tus_value(const struct tus_pairs *pairs, const char *key)
{
    for (size_t i = 0; i < pairs->n; i++)
        if (str_eq(pairs->at[i].key, str(key)))
            return pairs->at[i].value;
    return STR("");
}

/* --- checksums --- */

static const struct {
    const char *name;
    enum seal_hash hash;
    size_t n;
} checksums[] = {{"sha1", SEAL_SHA1, 20}, {"sha256", SEAL_SHA256, 32}, {"md5", SEAL_MD5, 16}};

bool tus_checksum(struct arena *arena, struct str header, enum seal_hash *hash, struct str *sum,
                  struct err *err)
{
    struct str name = str_cut(&header, ' ');

    for (size_t i = 0; i < countof(checksums); i++) {
        if (!str_eq(name, str(checksums[i].name)))
            continue;
        *hash = checksums[i].hash;
        if (base64_decode(arena, header, sum) && sum->n == checksums[i].n)
            return true;
        return err_input(err, "Upload-Checksum", "the Base64 of the hash's bytes",
                         "the checksum is no %s hash in Base64", checksums[i].name);
    }
    return err_input(err, "Upload-Checksum", "one of " TUS_CHECKSUMS,
                     "the algorithm \"" STR_FMT "\" is not known here",
                     STR_ARG(str_sub(name, 0, 40)));
}

/* --- concatenation --- */

static struct str last_segment(struct str url)
{
    size_t n = url.n;

    while (n && url.p[n - 1] != '/')
        n--;
    return str_sub(url, n, url.n);
}

bool tus_concat(struct arena *arena, struct str header, bool *final, struct strs *parts,
                struct err *err)
{
    struct str kind = str_cut(&header, ';');

    *final = str_eq(kind, STR("final"));
    if (!*final)
        return str_eq(kind, STR("partial")) ||
               err_input(err, "Upload-Concat", "partial, or final;<url> <url>",
                         "\"" STR_FMT "\" is no part of a concatenation",
                         STR_ARG(str_sub(kind, 0, 40)));
    while (header.n) {
        struct str id = last_segment(str_cut(&header, ' '));
        if (!tus_id_valid(id))
            return err_input(err, "Upload-Concat", "URLs of partial uploads, spaces between",
                             "one of the URLs is no upload's");
        if (parts->n == LIMIT_UPLOAD_PARTS)
            return err_input(err, "Upload-Concat", "use fewer",
                             "there are more than %d partial uploads", LIMIT_UPLOAD_PARTS);
        *strs_add(parts, arena) = id;
    }
    return parts->n > 0 || err_input(err, "Upload-Concat", "final;<url> <url>",
                                     "the final upload names no partial ones");
}

/* --- ids and dates --- */

struct str tus_id_new(struct arena *arena)
{
    char bytes[ID_DIGITS / 2];

    random_bytes(bytes, sizeof bytes);
    return hex_encode(arena, (struct str){bytes, sizeof bytes});
}

bool tus_id_valid(struct str id)
{
    for (size_t i = 0; i < id.n; i++)
        if (!(id.p[i] >= '0' && id.p[i] <= '9') && !(id.p[i] >= 'a' && id.p[i] <= 'f'))
            return false;
    return id.n == ID_DIGITS;
}
