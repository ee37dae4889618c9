/* ring.c - secrets at rest, keyed hashes, signed texts. */

#include "seal/ring.h"
#include "base/random.h"
#include "text/hex.h"

#include <sodium.h>
#include <string.h>

enum {
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES,
};

const struct ring_key *ring_find(const struct ring *ring, struct str id)
{
    for (size_t i = 0; i < ring->n; i++)
        if (str_eq(id, str(ring->keys[i].id)))
            return &ring->keys[i];
    return NULL;
}

bool ring_open(const char *path, struct ring **out, struct err *err)
{
    struct arena *arena = arena_new("key ring");
    struct ring *ring = NEW(arena, struct ring);
    bool absent = false;

    ring->arena = arena;
    bool ok = seal_setup(err) && ring_read(arena, path, ring, &absent, err);
    if (ok && absent)
        ok = ring_make(arena, path, err) && ring_read(arena, path, ring, &absent, err);
    if (ok && absent)
        ok = err_set(err, ERR_BROKEN, "the key file %s vanished", path);
    if (ok)
        *out = ring;
    else
        ring_free(ring);
    return ok;
}

void ring_free(struct ring *ring)
{
    if (!ring)
        return;
    sodium_memzero(ring->keys, sizeof ring->keys);
    arena_free(ring->arena);
}

/* Every use has its own key, so that one use cannot forge for another. */
static struct str subkey(struct arena *arena, const struct ring_key *key, const char *use,
                         const char *purpose)
{
    return seal_hmac_sha256(arena, (struct str){key->bytes, sizeof key->bytes},
                            str_fmt(arena, "adwright %s/%s", use, purpose));
}

/* The first key ever made: what must stay the same when a newer key is put before it. */
static const struct ring_key *oldest(const struct ring *ring)
{
    return &ring->keys[ring->n - 1];
}

struct str ring_check_value(const struct ring *ring, struct arena *arena)
{
    return hex_encode(arena, subkey(arena, oldest(ring), "check", ""));
}

/* Where a sealed value lives; lengths keep the parts apart. */
static struct str place_text(struct arena *arena, struct seal_place place, const char *key_id)
{
    return str_fmt(arena, "s1|%zu:" STR_FMT "|%s|%s|%zu:" STR_FMT "|%s", place.org_id.n,
                   STR_ARG(place.org_id), place.table, place.column, place.row_id.n,
                   STR_ARG(place.row_id), key_id);
}

/* A nonce that repeats only for the same text at the same place, even if randomness fails. */
static void make_nonce(struct arena *arena, const struct ring_key *key, struct str where,
                       struct str plain, char nonce[NONCE])
{
    char noise[32];

    random_bytes(noise, sizeof noise);
    struct str k = subkey(arena, key, "nonce", "");
    struct str seed = seal_hmac_sha256(arena, k, (struct str){noise, sizeof noise});
    seed = seal_hmac_sha256(arena, seed, where);
    memcpy(nonce, seal_hmac_sha256(arena, seed, plain).p, NONCE);
}

struct str ring_seal(const struct ring *ring, struct arena *arena, struct seal_place place,
                     struct str plain)
{
    const struct ring_key *key = &ring->keys[0];
    struct str where = place_text(arena, place, key->id);
    struct str k = subkey(arena, key, "seal", "");
    char *box = arena_alloc(arena, NONCE + plain.n + TAG);
    unsigned long long n = 0;

    make_nonce(arena, key, where, plain, box);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(
        (unsigned char *)box + NONCE, &n, (const unsigned char *)plain.p, plain.n,
        (const unsigned char *)where.p, where.n, NULL, (const unsigned char *)box,
        (const unsigned char *)k.p);
    struct str text = base64url_encode(arena, (struct str){box, NONCE + (size_t)n});
    return str_fmt(arena, "s1.%s." STR_FMT, key->id, STR_ARG(text));
}

struct wipe {
    char *p;
    size_t n;
};

static void wipe(void *arg)
{
    struct wipe *w = arg;

    sodium_memzero(w->p, w->n);
}

/* Room for a secret that is wiped when the arena is. */
static char *wiped_room(struct arena *arena, size_t n)
{
    struct wipe *w = NEW(arena, struct wipe);

    *w = (struct wipe){arena_alloc(arena, n), n};
    arena_defer(arena, wipe, w);
    return w->p;
}

bool ring_unseal(const struct ring *ring, struct arena *arena, struct seal_place place,
                 struct str sealed, struct secret *out, struct err *err)
{
    struct str rest = sealed, box;
    struct str version = str_cut(&rest, '.');
    struct str id = str_cut(&rest, '.');

    if (!str_eq(version, STR("s1")) || !base64url_decode(arena, rest, &box) ||
        box.n < NONCE + TAG)
        return err_set(err, ERR_BROKEN, "the sealed value in %s.%s is malformed", place.table,
                       place.column);
    const struct ring_key *key = ring_find(ring, id);
    if (!key) {
        (void)err_set(err, ERR_BROKEN, "%s.%s was sealed with a key that the key file lacks",
                      place.table, place.column);
        return err_hint(err, "restore the key file that belongs to this database");
    }
    struct str where = place_text(arena, place, key->id);
    struct str k = subkey(arena, key, "seal", "");
    size_t n = box.n - NONCE - TAG;
    char *plain = wiped_room(arena, n + 1);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            (unsigned char *)plain, NULL, NULL, (const unsigned char *)box.p + NONCE,
            box.n - NONCE, (const unsigned char *)where.p, where.n,
            (const unsigned char *)box.p, (const unsigned char *)k.p) != 0) {
        (void)err_set(err, ERR_BROKEN, "the sealed value in %s.%s does not open", place.table,
                      place.column);
        return err_hint(err, "it was changed, or moved here from another row or database");
    }
    *out = (struct secret){{plain, n}};
    return true;
}

struct str ring_hash(const struct ring *ring, struct arena *arena, const char *purpose,
                     struct str org_id, struct str value)
{
    struct str of_purpose = subkey(arena, oldest(ring), "hash", purpose);
    struct str of_org = seal_hmac_sha256(arena, of_purpose, org_id);

    return hex_encode(arena, seal_hmac_sha256(arena, of_org, value));
}

/* `<base64url payload>.<expiry>.<key id>.<base64url MAC over all before it>` */
struct str ring_sign(const struct ring *ring, struct arena *arena, const char *purpose,
                     struct str payload, int64_t expires_ms)
{
    const struct ring_key *key = &ring->keys[0];
    struct str text = base64url_encode(arena, payload);
    struct str head =
        str_fmt(arena, STR_FMT ".%lld.%s", STR_ARG(text), (long long)expires_ms, key->id);
    struct str mac = seal_hmac_sha256(arena, subkey(arena, key, "sign", purpose), head);

    return str_fmt(arena, STR_FMT "." STR_FMT, STR_ARG(head),
                   STR_ARG(base64url_encode(arena, mac)));
}

bool ring_verify(const struct ring *ring, struct arena *arena, const char *purpose,
                 struct str signed_text, int64_t now_ms, struct str *payload, struct err *err)
{
    struct str rest = signed_text, mac, text;
    struct str payload_text = str_cut(&rest, '.');
    struct str expiry = str_cut(&rest, '.');
    struct str id = str_cut(&rest, '.');
    int64_t expires_ms;
    const struct ring_key *key = ring_find(ring, id);

    if (!key || !str_int(expiry, &expires_ms) || !base64url_decode(arena, rest, &mac) ||
        !base64url_decode(arena, payload_text, &text))
        return err_set(err, ERR_DENIED, "the signature is malformed");
    struct str head = str_sub(signed_text, 0, signed_text.n - rest.n - 1);
    if (!seal_equal(mac, seal_hmac_sha256(arena, subkey(arena, key, "sign", purpose), head)))
        return err_set(err, ERR_DENIED, "the signature does not fit");
    if (now_ms >= expires_ms) {
        (void)err_set(err, ERR_DENIED, "the link has expired");
        return err_hint(err, "start again from the page that gave it");
    }
    *payload = text;
    return true;
}
