/* seal/: published vectors, passwords, the key ring's file, sealed values, signed texts. */
#include "base/arena.h"
#include "seal/seal.h"
#include "test.h"
#include "text/hex.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

static struct arena *a;
static char folder[] = "/tmp/adwright-seal-XXXXXX";
static int64_t now = 1795500000000;

static const char *in_folder(const char *name)
{
    return str_fmt(a, "%s/%s", folder, name).p;
}

static void write_file(const char *path, const char *text, unsigned mode)
{
    (void)unlink(path);
    FILE *f = fopen(path, "wb");
    CHECK(f && fputs(text, f) >= 0 && fclose(f) == 0 && chmod(path, mode) == 0, "%s", path);
}

static struct str repeat(char c, size_t n)
{
    char *p = arena_alloc(a, n);

    memset(p, c, n);
    return (struct str){p, n};
}

static void hashes_match_published_vectors(void)
{
    CHECK(str_eq(seal_sha256_hex(a, STR("abc")),
                 STR("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")),
          "FIPS 180");
    CHECK(str_eq(seal_sha256_hex(a, STR("")),
                 STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")),
          "empty");
    CHECK(
        str_eq(seal_md5_hex(a, STR("message digest")), STR("f96b697d7cb7938d525a2f31aaf161d0")),
        "RFC 1321");
    /* what the platforms want of a phone */
    CHECK(str_eq(seal_sha256_hex(a, STR("+77011234567")),
                 STR("c87ea5d396b7f3244ee926b250483c2eb3e5345c14eb18eaa874ed2edbf903af")),
          "phone");
}

static void hmac_matches_rfc_4231(void)
{
    struct {
        struct str key, message;
        const char *want;
    } cases[] = {
        {repeat(0x0b, 20), STR("Hi There"),
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {STR("Jefe"), STR("what do ya want for nothing?"),
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {repeat((char)0xaa, 20), repeat((char)0xdd, 50),
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {repeat((char)0xaa, 131), STR("Test Using Larger Than Block-Size Key - Hash Key First"),
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {STR(""), STR(""), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
    };

    for (size_t i = 0; i < countof(cases); i++) {
        struct str got = hex_encode(a, seal_hmac_sha256(a, cases[i].key, cases[i].message));
        CHECK(str_eq(got, str(cases[i].want)), "case %zu: " STR_FMT, i, STR_ARG(got));
    }
}

static void files_hash_as_their_bytes(void)
{
    struct str big = repeat('x', 200001), sum;
    struct err err = {0};

    write_file(in_folder("big"), str_c(a, big), 0600);
    CHECK(seal_md5_file_hex(a, in_folder("big"), &sum, &err), "%s", err.text);
    CHECK(str_eq(sum, seal_md5_hex(a, big)), "md5");
    CHECK(seal_sha256_file_hex(a, in_folder("big"), &sum, &err), "%s", err.text);
    CHECK(str_eq(sum, seal_sha256_hex(a, big)), "sha256");
    CHECK(!seal_md5_file_hex(a, in_folder("absent"), &sum, &err) && err.kind == ERR_NOT_FOUND,
          "absent");
    CHECK(!seal_md5_file_hex(a, folder, &sum, &err) && err.kind == ERR_BROKEN, "a folder");
}

static void tokens_are_long_and_differ(void)
{
    struct str one = seal_token(a, STR("aw_")), two = seal_token(a, STR("aw_"));

    CHECK(one.n == 35 && str_starts(one, STR("aw_")), STR_FMT, STR_ARG(one));
    CHECK(!seal_equal(one, two) && seal_equal(one, str_dup(a, one)), "differ");
    CHECK(!seal_equal(STR("a"), STR("ab")) && seal_equal(STR(""), STR("")), "lengths");
}

static void passwords_match_their_own_hash_only(void)
{
    struct str hash = seal_password_hash(a, STR("Құпия сөз 1"));

    CHECK(str_starts(hash, STR("$argon2id$v=19$m=65536,t=2,")), STR_FMT, STR_ARG(hash));
    CHECK(seal_password_matches(hash, STR("Құпия сөз 1")), "right");
    CHECK(!seal_password_matches(hash, STR("Құпия сөз 2")), "wrong");
    CHECK(!seal_password_matches(STR(""), STR("")), "no hash");
    CHECK(!seal_password_matches(STR("plain"), STR("plain")), "no argon2id text");
    CHECK(!seal_password_matches(repeat('x', 1000), STR("")), "too long");
}

static struct ring *open_ring(const char *path)
{
    struct ring *ring = NULL;
    struct err err = {0};

    if (!ring_open(path, &ring, &err)) {
        CHECK(false, "%s: %s", err.text, err.hint);
        exit(1);
    }
    return ring;
}

static void the_key_file_is_made_once_and_for_its_owner_only(void)
{
    const char *path = in_folder("key");
    struct ring *ring = open_ring(path);
    struct str check = ring_check_value(ring, a);
    struct stat st;

    ring_free(ring);
    CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0400, "mode %o", st.st_mode);
    ring = open_ring(path);
    CHECK(str_eq(check, ring_check_value(ring, a)), "the same at the second start");
    ring_free(ring);

    ring = open_ring(in_folder("other"));
    CHECK(!str_eq(check, ring_check_value(ring, a)), "another file, another key");
    ring_free(ring);

    DIR *d = opendir(folder);
    for (struct dirent *e; (e = readdir(d));)
        CHECK(!strstr(e->d_name, ".new"), "left behind: %s", e->d_name);
    closedir(d);
}

#define KEY_A "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define KEY_B "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const struct {
    const char *text;
    unsigned mode;
    const char *complaint; /* NULL: fine */
} key_files[] = {
    {"k1 " KEY_A "\n", 0400, NULL},
    {"k1 " KEY_A, 0600, NULL},
    {"k2 " KEY_B "\r\n\r\nk1 " KEY_A "\r\n", 0400, NULL},
    {"k1 " KEY_A "\n", 0440, "others may read"},
    {"k1 " KEY_A "\n", 0604, "others may read"},
    {"", 0400, "malformed"},
    {"\n", 0400, "malformed"},
    {"k1 " KEY_A "00\n", 0400, "malformed"},
    {"k1 0011\n", 0400, "malformed"},
    {"k1\n", 0400, "malformed"},
    {"K1 " KEY_A "\n", 0400, "malformed"},
    {"k.1 " KEY_A "\n", 0400, "malformed"},
    {"k1  " KEY_A "\n", 0400, "malformed"},
    {"k1 " KEY_A "\nk1 " KEY_B "\n", 0400, "malformed"},
    {"abcdefghijklmnopq " KEY_A "\n", 0400, "malformed"},
    {"k1 zz112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n", 0400,
     "malformed"},
};

static void odd_key_files_are_refused_and_left_alone(void)
{
    for (size_t i = 0; i < countof(key_files); i++) {
        struct ring *ring = NULL;
        struct err err = {0};
        struct stat before, after;
        const char *path = in_folder("odd");

        write_file(path, key_files[i].text, key_files[i].mode);
        (void)stat(path, &before);
        bool ok = ring_open(path, &ring, &err);
        CHECK(ok == !key_files[i].complaint, "%s: %s", key_files[i].text, err.text);
        if (!ok)
            CHECK(strstr(err.text, key_files[i].complaint) && err.hint[0], "%s: %s",
                  key_files[i].text, err.text);
        CHECK(stat(path, &after) == 0 && before.st_ino == after.st_ino &&
                  before.st_size == after.st_size,
              "%s", key_files[i].text);
        ring_free(ring);
    }
    struct ring *ring = NULL;
    struct err err = {0};
    CHECK(!ring_open(folder, &ring, &err) && err.hint[0], "a folder");
    CHECK(!ring_open(in_folder("no/such/folder/key"), &ring, &err) && err.hint[0], "%s",
          err.text);
}

static struct seal_place place(const char *org, const char *table, const char *column,
                               const char *row)
{
    return (struct seal_place){str(org), table, column, str(row)};
}

static void sealed_values_open_only_where_they_were_sealed(void)
{
    struct ring *ring = open_ring(in_folder("key")), *other = open_ring(in_folder("other"));
    struct seal_place home = place("o1", "ad_account", "token", "r1");
    struct str sealed = ring_seal(ring, a, home, STR("act.secret-\0-token"));
    struct secret secret;
    struct err err = {0};

    CHECK(str_starts(sealed, STR("s1.")), STR_FMT, STR_ARG(sealed));
    CHECK(!str_has(sealed, STR("secret")), "it is not plain");
    CHECK(ring_unseal(ring, a, home, sealed, &secret, &err), "%s", err.text);
    CHECK(str_eq(seal_reveal(secret), STR("act.secret-\0-token")), "round trip");
    CHECK(!str_eq(sealed, ring_seal(ring, a, home, STR("act.secret-\0-token"))),
          "sealed twice, two texts");

    struct seal_place elsewhere[] = {
        place("o2", "ad_account", "token", "r1"),  place("o1", "ad_accounts", "token", "r1"),
        place("o1", "ad_account", "secret", "r1"), place("o1", "ad_account", "token", "r2"),
        place("o", "1|ad_account", "token", "r1"),
    };
    for (size_t i = 0; i < countof(elsewhere); i++)
        CHECK(!ring_unseal(ring, a, elsewhere[i], sealed, &secret, &err) &&
                  err.kind == ERR_BROKEN && strstr(err.text, "does not open"),
              "place %zu", i);
    CHECK(!ring_unseal(other, a, home, sealed, &secret, &err) && strstr(err.text, "lacks"),
          "another ring: %s", err.text);

    for (size_t i = 0; i < sealed.n; i++) { /* one changed character anywhere */
        char *p = (char *)(uintptr_t)str_c(a, sealed);
        p[i] = p[i] == 'A' ? 'B' : 'A';
        CHECK(!ring_unseal(ring, a, home, (struct str){p, sealed.n}, &secret, &err),
              "character %zu", i);
        CHECK(!ring_unseal(ring, a, home, str_sub(sealed, 0, i), &secret, &err), "cut at %zu",
              i);
    }
    sealed = ring_seal(ring, a, home, STR(""));
    CHECK(ring_unseal(ring, a, home, sealed, &secret, &err) && seal_reveal(secret).n == 0,
          "an empty secret");
    ring_free(ring);
    ring_free(other);
}

static void a_new_key_in_front_keeps_what_the_old_one_made(void)
{
    const char *path = in_folder("rotated");
    struct seal_place home = place("o1", "t", "c", "r");
    struct secret secret;
    struct str payload;
    struct err err = {0};

    write_file(path, "k1 " KEY_A "\n", 0400);
    struct ring *ring = open_ring(path);
    struct str sealed = ring_seal(ring, a, home, STR("old"));
    struct str link = ring_sign(ring, a, "state", STR("p"), now + 1);
    struct str hash = ring_hash(ring, a, "phone", STR("o1"), STR("+77011234567"));
    struct str check = ring_check_value(ring, a);
    ring_free(ring);

    write_file(path, "k2 " KEY_B "\nk1 " KEY_A "\n", 0400);
    ring = open_ring(path);
    CHECK(ring_unseal(ring, a, home, sealed, &secret, &err), "%s", err.text);
    CHECK(ring_verify(ring, a, "state", link, now, &payload, &err), "%s", err.text);
    CHECK(str_eq(hash, ring_hash(ring, a, "phone", STR("o1"), STR("+77011234567"))), "hash");
    CHECK(str_eq(check, ring_check_value(ring, a)), "check value");
    CHECK(str_starts(ring_seal(ring, a, home, STR("new")), STR("s1.k2.")),
          "the new key is used");
    ring_free(ring);
}

static void keyed_hashes_differ_by_purpose_org_and_value(void)
{
    struct ring *ring = open_ring(in_folder("key"));
    struct str h[] = {
        ring_hash(ring, a, "phone", STR("o1"), STR("+77011234567")),
        ring_hash(ring, a, "email", STR("o1"), STR("+77011234567")),
        ring_hash(ring, a, "phone", STR("o2"), STR("+77011234567")),
        ring_hash(ring, a, "phone", STR("o1"), STR("+77011234568")),
        ring_hash(ring, a, "phone", STR("o1+"), STR("77011234567")),
    };

    for (size_t i = 0; i < countof(h); i++)
        for (size_t j = 0; j < i; j++)
            CHECK(h[i].n == 64 && !str_eq(h[i], h[j]), "%zu and %zu", i, j);
    CHECK(str_eq(h[0], ring_hash(ring, a, "phone", STR("o1"), STR("+77011234567"))), "stable");
    ring_free(ring);
}

static void signed_texts_expire_and_cannot_be_changed(void)
{
    struct ring *ring = open_ring(in_folder("key"));
    struct str text = ring_sign(ring, a, "oauth", STR("org=1&x=\0y"), now + 1000);
    struct str payload = {0};
    struct err err = {0};

    CHECK(ring_verify(ring, a, "oauth", text, now, &payload, &err), "%s", err.text);
    CHECK(str_eq(payload, STR("org=1&x=\0y")), "payload");
    CHECK(ring_verify(ring, a, "oauth", text, now + 999, &payload, &err), "%s", err.text);
    CHECK(!ring_verify(ring, a, "oauth", text, now + 1000, &payload, &err) &&
              err.kind == ERR_DENIED && strstr(err.text, "expired") && err.hint[0],
          "expired");
    CHECK(!ring_verify(ring, a, "sign-in", text, now, &payload, &err) && err.kind == ERR_DENIED,
          "another purpose");
    for (size_t i = 0; i < text.n; i++) {
        char *p = (char *)(uintptr_t)str_c(a, text);
        p[i] = p[i] == '1' ? '2' : '1';
        CHECK(!ring_verify(ring, a, "oauth", (struct str){p, text.n}, now, &payload, &err),
              "character %zu", i);
        CHECK(!ring_verify(ring, a, "oauth", str_sub(text, 0, i), now, &payload, &err),
              "cut at %zu", i);
    }
    CHECK(!ring_verify(ring, a, "oauth", STR("...."), now, &payload, &err), "dots");
    ring_free(ring);
}

int main(void)
{
    struct err err = {0};

    a = arena_new("test");
    if (!mkdtemp(folder) || !seal_setup(&err))
        return 1;
    RUN(hashes_match_published_vectors);
    RUN(hmac_matches_rfc_4231);
    RUN(files_hash_as_their_bytes);
    RUN(tokens_are_long_and_differ);
    RUN(passwords_match_their_own_hash_only);
    RUN(the_key_file_is_made_once_and_for_its_owner_only);
    RUN(odd_key_files_are_refused_and_left_alone);
    RUN(sealed_values_open_only_where_they_were_sealed);
    RUN(a_new_key_in_front_keeps_what_the_old_one_made);
    RUN(keyed_hashes_differ_by_purpose_org_and_value);
    RUN(signed_texts_expire_and_cannot_be_changed);
    const char *names[] = {"key", "other", "odd", "big", "rotated"};
    for (size_t i = 0; i < countof(names); i++)
        (void)unlink(in_folder(names[i]));
    (void)rmdir(folder);
    arena_free(a);
    return test_report();
}
