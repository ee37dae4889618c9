/* hash.c - hashes, signatures, tokens. */

#include "seal/seal.h"
#include "base/arena.h"
#include "base/random.h"
#include "text/hex.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

enum { SHA256_BYTES = 32, MD5_BYTES = 16, SHA256_BLOCK = 64, FILE_PIECE = 64 * 1024 };

/* Looked up once at boot: a lookup costs more than hashing a short text. */
static EVP_MD *fetched_sha256, *fetched_md5;

bool seal_setup(struct err *err)
{
    if (fetched_sha256 && fetched_md5)
        return true;
    if (sodium_init() < 0)
        return err_set(err, ERR_BROKEN, "libsodium does not start");
    fetched_sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    fetched_md5 = EVP_MD_fetch(NULL, "MD5", NULL);
    if (!fetched_sha256 || !fetched_md5)
        return err_set(err, ERR_BROKEN, "libcrypto lacks SHA-256 or MD5");
    return true;
}

static const EVP_MD *sha256(void)
{
    return fetched_sha256 ? fetched_sha256 : EVP_sha256();
}

static const EVP_MD *md5(void)
{
    return fetched_md5 ? fetched_md5 : EVP_md5();
}

/* The hash of two pieces, one after the other. */
static void digest(EVP_MD_CTX *ctx, const EVP_MD *md, struct str a, struct str b,
                   unsigned char *out)
{
    must(EVP_DigestInit_ex(ctx, md, NULL) && EVP_DigestUpdate(ctx, a.p, a.n) &&
         EVP_DigestUpdate(ctx, b.p, b.n) && EVP_DigestFinal_ex(ctx, out, NULL));
}

static struct str hash(struct arena *arena, const EVP_MD *md, struct str bytes, size_t n)
{
    unsigned char *out = arena_alloc(arena, n);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    must(ctx);
    digest(ctx, md, bytes, STR(""), out);
    EVP_MD_CTX_free(ctx);
    return (struct str){(char *)out, n};
}

struct str seal_sha256(struct arena *arena, struct str bytes)
{
    return hash(arena, sha256(), bytes, SHA256_BYTES);
}

struct str seal_sha256_hex(struct arena *arena, struct str bytes)
{
    return hex_encode(arena, seal_sha256(arena, bytes));
}

struct str seal_md5_hex(struct arena *arena, struct str bytes)
{
    return hex_encode(arena, hash(arena, md5(), bytes, MD5_BYTES));
}

/* HMAC by its definition (RFC 2104): half the time of libcrypto's own, which looks up anew. */
struct str seal_hmac_sha256(struct arena *arena, struct str key, struct str message)
{
    unsigned char inner[SHA256_BYTES], pad[SHA256_BLOCK] = {0};
    unsigned char *out = arena_alloc(arena, SHA256_BYTES);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    struct str pad_text = {(char *)pad, sizeof pad};

    must(ctx);
    if (key.n > sizeof pad)
        digest(ctx, sha256(), key, STR(""), pad);
    else if (key.n)
        memcpy(pad, key.p, key.n);
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= 0x36;
    digest(ctx, sha256(), pad_text, message, inner);
    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= 0x36 ^ 0x5c;
    digest(ctx, sha256(), pad_text, (struct str){(char *)inner, sizeof inner}, out);
    EVP_MD_CTX_free(ctx);
    sodium_memzero(pad, sizeof pad);
    return (struct str){(char *)out, SHA256_BYTES};
}

static bool hash_file(struct arena *arena, const char *path, const EVP_MD *md, size_t n,
                      struct str *out, struct err *err)
{
    struct arena_mark mark = arena_mark(arena);
    unsigned char sum[SHA256_BYTES];
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return err_set(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_BROKEN, "opening %s: %s",
                       path, strerror(errno));
    unsigned char *piece = arena_alloc(arena, FILE_PIECE);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    ssize_t got;

    must(ctx && EVP_DigestInit_ex(ctx, md, NULL));
    while ((got = read(fd, piece, FILE_PIECE)) > 0 || (got < 0 && errno == EINTR))
        if (got > 0)
            must(EVP_DigestUpdate(ctx, piece, (size_t)got));
    int error = errno;
    must(EVP_DigestFinal_ex(ctx, sum, NULL));
    EVP_MD_CTX_free(ctx);
    (void)close(fd);
    arena_rewind(arena, mark);
    if (got < 0)
        return err_set(err, ERR_BROKEN, "reading %s: %s", path, strerror(error));
    *out = hex_encode(arena, (struct str){(char *)sum, n});
    return true;
}

bool seal_md5_file_hex(struct arena *arena, const char *path, struct str *out, struct err *err)
{
    return hash_file(arena, path, md5(), MD5_BYTES, out, err);
}

bool seal_sha256_file_hex(struct arena *arena, const char *path, struct str *out,
                          struct err *err)
{
    return hash_file(arena, path, sha256(), SHA256_BYTES, out, err);
}

bool seal_equal(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || CRYPTO_memcmp(a.p, b.p, a.n) == 0);
}

struct str seal_token(struct arena *arena, struct str prefix)
{
    char bytes[24];

    random_bytes(bytes, sizeof bytes);
    struct str text = base64url_encode(arena, (struct str){bytes, sizeof bytes});
    return str_fmt(arena, STR_FMT STR_FMT, STR_ARG(prefix), STR_ARG(text));
}
