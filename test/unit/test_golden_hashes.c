/* What the platforms publish of hashes, against what a typed contact becomes here. */
#include "base/arena.h"
#include "platform/platform.h"
#include "seal/seal.h"
#include "test.h"
#include "text/hex.h"
#include "text/phone.h"

#include <stdlib.h>

#define IS(got, expected) (str_eq((got), str(expected)))

static struct arena *arena;

/* Meta: digits with the country code, without a plus. */
static void phones_for_meta(void)
{
    static const struct {
        const char *typed, *country, *hash;
    } rows[] = {
        {"(650)555-1212", "US",
         "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"},
        {"+7 (701) 123-45-67", "",
         "7c1dc35860507e0fee0dee49def2433f25534035de81deb1bbc6f4c006e4c90a"},
        {"8 701 123 45 67", "KZ",
         "7c1dc35860507e0fee0dee49def2433f25534035de81deb1bbc6f4c006e4c90a"},
        {"+٧ ٧٠١ ١٢٣ ٤٥ ٦٧", "",
         "7c1dc35860507e0fee0dee49def2433f25534035de81deb1bbc6f4c006e4c90a"},
        {"8 916 123 45 67", "RU",
         "1210f4f193f6032e91cd7117a785a1be09550d79076c4717cdae4c0c45691a30"},
    };

    for (size_t i = 0; i < countof(rows); i++) {
        struct str phone = phone_normal(arena, str(rows[i].typed), str(rows[i].country));
        struct str told = platform_meta.event_phone(arena, phone);
        CHECK(IS(seal_sha256_hex(arena, told), rows[i].hash), "%s is " STR_FMT, rows[i].typed,
              STR_ARG(told));
    }
}

/* TikTok: E.164 with its plus. */
static void phones_for_tiktok(void)
{
    static const char hash[] =
        "c87ea5d396b7f3244ee926b250483c2eb3e5345c14eb18eaa874ed2edbf903af";
    static const char *const typed[] = {"+77011234567", "8 (701) 123-45-67", "7701 123 45 67",
                                        "+۷ ۷۰۱ ۱۲۳ ۴۵ ۶۷"};

    for (size_t i = 0; i < countof(typed); i++) {
        struct str phone = phone_normal(arena, str(typed[i]), STR("KZ"));
        struct str told = platform_tiktok.event_phone(arena, phone);
        CHECK(IS(seal_sha256_hex(arena, told), hash), "%s is " STR_FMT, typed[i],
              STR_ARG(told));
    }
}

static void addresses_for_both(void)
{
    struct str email = email_normal(arena, STR(" John_Smith@gmail.com "));

    CHECK(IS(seal_sha256_hex(arena, email),
             "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"),
          STR_FMT, STR_ARG(email));
}

/* Meta: what proves that a call comes from the app's own server. */
static void the_proof_of_the_apps_secret(void)
{
    struct str mac = seal_hmac_sha256(arena, STR("appsecret123"), STR("EAAtoken"));

    CHECK(IS(hex_encode(arena, mac),
             "573b5223e7635dfa94d38707644c6ab9de3f35d6adae38b0839a13fd1ae87d95"),
          STR_FMT, STR_ARG(hex_encode(arena, mac)));
}

int main(void)
{
    struct err err = {0};

    if (!seal_setup(&err))
        abort();
    arena = arena_new("golden hashes");
    RUN(phones_for_meta);
    RUN(phones_for_tiktok);
    RUN(addresses_for_both);
    RUN(the_proof_of_the_apps_secret);
    arena_free(arena);
    return test_report();
}
