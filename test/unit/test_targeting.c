/* Places, ages, genders and languages in TikTok's words. */

#include "base/arena.h"
#include "platform/tiktok/tiktok.h"
#include "test.h"

static struct arena *arena;

static struct str joined(const struct strs *list)
{
    struct str out = STR("");

    for (size_t i = 0; i < list->n; i++)
        out = str_fmt(arena, STR_FMT "%s" STR_FMT, STR_ARG(out), i ? "," : "",
                      STR_ARG(list->at[i]));
    return out;
}

static struct strs split(const char *text)
{
    struct strs out = {0};
    struct str rest = str(text);

    while (rest.n)
        *strs_add(&out, arena) = str_cut(&rest, ',');
    return out;
}

static const struct {
    const char *places, *country;
    const char *ids; /* NULL = refused */
} places[] = {
    {"KZ", "", "1522867"},
    {"Kazakhstan", "", "1522867"},
    {"Almaty", "KZ", "94600135"},
    {"алматы", "KZ", "94600135"},
    {"АЛМАТЫ", "KZ", "94600135"},
    {"Қызылорда", "KZ", "94600065"},
    {"Өскемен, Ust-Kamenogorsk", "KZ", "1520316"}, /* one place named twice */
    {"Astana,Shymkent", "KZ", "1526273,94600024"},
    {"1526273", "KZ", "1526273"},
    {"99999999", "KZ", "99999999"}, /* an id from the region tool is taken as it is */
    {"", "KZ", "1522867"},
    {"", "US", "6252001"},
    {"", "DE", NULL},         /* no place, and no id for the country */
    {"", "", NULL},           /* nowhere at all */
    {"Atlantis", "KZ", NULL}, /* never dropped */
    {"Almaty,Atlantis", "KZ", NULL},
    {"12", "KZ", NULL}, /* too short for an id */
    {"DE", "KZ", NULL},
    {"KZ,Almaty", "KZ", NULL}, /* a country and a city of it */
    {"1522867,94600135", "KZ", NULL},
};

static void places_become_ids_or_are_refused(void)
{
    for (size_t i = 0; i < countof(places); i++) {
        struct platform_audience audience = {.places = split(places[i].places),
                                             .country = str(places[i].country)};
        struct tiktok_targeting out = {0};
        struct err err = {0};
        bool ok = tiktok_targeting(arena, &audience, &out, &err);

        CHECK(ok == (places[i].ids != NULL), "\"%s\" in %s: %s", places[i].places,
              places[i].country, err.text);
        if (ok && places[i].ids)
            CHECK(str_eq(joined(&out.location_ids), str(places[i].ids)), "\"%s\": %.*s",
                  places[i].places, STR_ARG(joined(&out.location_ids)));
        else
            CHECK(strcmp(err.field, "locations") == 0 && err.kind == ERR_INVALID && *err.hint,
                  "\"%s\": field %s", places[i].places, err.field);
    }
}

static const struct {
    int64_t low, high;
    const char *groups; /* NULL = refused */
} ages[] = {
    {0, 0, "AGE_18_24,AGE_25_34,AGE_35_44,AGE_45_54,AGE_55_100"},
    {18, 65, "AGE_18_24,AGE_25_34,AGE_35_44,AGE_45_54,AGE_55_100"},
    {18, 24, "AGE_18_24"},
    {24, 25, "AGE_18_24,AGE_25_34"},
    {20, 45, "AGE_18_24,AGE_25_34,AGE_35_44,AGE_45_54"},
    {13, 17, "AGE_13_17"},
    {16, 19, "AGE_13_17,AGE_18_24"},
    {56, 0, "AGE_55_100"},
    {0, 20, "AGE_18_24"},
    {12, 20, NULL},
    {30, 20, NULL},
    {101, 0, NULL},
    {20, 101, NULL},
};

static void ages_become_every_group_they_touch(void)
{
    for (size_t i = 0; i < countof(ages); i++) {
        struct platform_audience audience = {
            .country = STR("KZ"), .age_min = ages[i].low, .age_max = ages[i].high};
        struct tiktok_targeting out = {0};
        struct err err = {0};
        bool ok = tiktok_targeting(arena, &audience, &out, &err);

        CHECK(ok == (ages[i].groups != NULL), "%lld-%lld: %s", (long long)ages[i].low,
              (long long)ages[i].high, err.text);
        if (ok && ages[i].groups)
            CHECK(str_eq(joined(&out.age_groups), str(ages[i].groups)), "%lld-%lld: %.*s",
                  (long long)ages[i].low, (long long)ages[i].high,
                  STR_ARG(joined(&out.age_groups)));
    }
}

static const struct {
    const char *gender, *languages, *interests;
    const char *their_gender, *codes; /* NULL = refused */
    const char *field;
} rest[] = {
    {"", "", "", "GENDER_UNLIMITED", "", ""},
    {"all", "ru,kk", "15,1503", "GENDER_UNLIMITED", "ru,kk", ""},
    {"male", "RU", "", "GENDER_MALE", "ru", ""},
    {"Female", "ru,ru", "", "GENDER_FEMALE", "ru", ""},
    {"GENDER_MALE", "zh-hant", "", "GENDER_MALE", "zh-hant", ""},
    {"other", "", "", NULL, NULL, "gender"},
    {"", "russian language", "", NULL, NULL, "languages"},
    {"", "", "cars", NULL, NULL, "interests"},
};

static void genders_languages_and_interests_are_words_of_tiktok(void)
{
    for (size_t i = 0; i < countof(rest); i++) {
        struct platform_audience audience = {.country = STR("KZ"),
                                             .gender = str(rest[i].gender),
                                             .languages = split(rest[i].languages),
                                             .interests = split(rest[i].interests)};
        struct tiktok_targeting out = {0};
        struct err err = {0};
        bool ok = tiktok_targeting(arena, &audience, &out, &err);

        CHECK(ok == (rest[i].their_gender != NULL), "%zu: %s", i, err.text);
        if (ok && rest[i].their_gender)
            CHECK(strcmp(out.gender, rest[i].their_gender) == 0 &&
                      str_eq(joined(&out.languages), str(rest[i].codes)),
                  "%zu: %s %.*s", i, out.gender, STR_ARG(joined(&out.languages)));
        else
            CHECK(strcmp(err.field, rest[i].field) == 0, "%zu: field %s", i, err.field);
    }
}

int main(void)
{
    arena = arena_new("test");
    RUN(places_become_ids_or_are_refused);
    RUN(ages_become_every_group_they_touch);
    RUN(genders_languages_and_interests_are_words_of_tiktok);
    arena_free(arena);
    return test_report();
}
