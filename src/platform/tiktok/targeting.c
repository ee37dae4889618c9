/*
 * targeting.c - places, ages, genders and languages in TikTok's words.
 *
 * Location ids are text.  A place that is neither in the table nor an id is
 * refused: left out, it would turn a city into a country.
 */

#include "platform/tiktok/tiktok.h"

/* --- places --- */

static const struct {
    const char *id;
    const char *parent; /* the country's id; "" for a country */
    const char *shown;  /* as TikTok names it */
    const char *names;  /* '|'-separated, lower case */
} places[] = {
    {"1522867", "", "Kazakhstan", "kz|kazakhstan|казахстан|қазақстан"},
    {"6252001", "", "United States", "us|usa|united states|сша"},
    {"94600135", "1522867", "Almaty", "almaty|алматы|алма-ата"},
    {"1526273", "1522867", "Astana", "astana|nur-sultan|астана|нур-султан"},
    {"94600024", "1522867", "Shymkent", "shymkent|шымкент|чимкент"},
    {"609655", "1522867", "Karaganda", "karaganda|karagandy|караганда|қарағанды"},
    {"610611", "1522867", "Aktobe", "aktobe|актобе|ақтөбе"},
    {"610529", "1522867", "Atyrau", "atyrau|атырау"},
    {"94600073", "1522867", "Pavlodar", "pavlodar|павлодар"},
    {"1519422", "1522867", "Semey", "semey|семей"},
    {"1520316", "1522867", "Ust-Kamenogorsk",
     "ust-kamenogorsk|oskemen|усть-каменогорск|өскемен"},
    {"1516905", "1522867", "Taraz", "taraz|тараз"},
    {"94600118", "1522867", "Kostanay", "kostanay|костанай|қостанай"},
    {"94600065", "1522867", "Kyzylorda", "kyzylorda|кызылорда|қызылорда"},
    {"610612", "1522867", "Aktau", "aktau|актау|ақтау"},
};

/* Lower case for Latin and the Cyrillic of Russian and Kazakh; all two-byte letters here keep
 * their length. */
static struct str fold(struct arena *arena, struct str s)
{
    char *out = arena_alloc(arena, s.n + 1);

    for (size_t i = 0; i < s.n; i++) {
        unsigned char a = (unsigned char)s.p[i];
        unsigned char b = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;
        unsigned c = (unsigned)(a & 0x1F) << 6 | (b & 0x3F);

        if (a < 0xC0 || a >= 0xE0 || (b & 0xC0) != 0x80) {
            out[i] = (char)(a >= 'A' && a <= 'Z' ? a + 32 : a);
            continue;
        }
        if (c >= 0x410 && c <= 0x42F)
            c += 0x20;
        else if (c >= 0x400 && c <= 0x40F)
            c += 0x50;
        else if (c >= 0x490 && c <= 0x4FF && c % 2 == 0)
            c += 1; /* Kazakh letters stand in pairs */
        out[i] = (char)(0xC0 | c >> 6);
        out[++i] = (char)(0x80 | (c & 0x3F));
    }
    return (struct str){out, s.n};
}

static bool name_matches(const char *names, struct str folded)
{
    struct str rest = str(names);

    while (rest.n)
        if (str_eq(str_cut(&rest, '|'), folded))
            return true;
    return false;
}

static bool name_begins(const char *names, struct str folded)
{
    struct str rest = str(names);

    while (rest.n)
        if (str_starts(str_cut(&rest, '|'), folded))
            return true;
    return false;
}

void tiktok_known_places(struct arena *arena, struct str question, struct platform_targets *out)
{
    struct str folded = fold(arena, str_trim(question));

    for (size_t i = 0; i < countof(places); i++) {
        bool country = !*places[i].parent;
        bool american = str_eq(str(places[i].id), STR("6252001"));

        if (!name_begins(places[i].names, folded))
            continue;
        *platform_targets_add(out, arena) = (struct platform_target){
            .id = str(places[i].id),
            .parent_id = str(places[i].parent),
            .kind = country ? STR("country") : STR("city"),
            .country = american ? STR("US") : STR("KZ"),
            .name = str(places[i].shown),
            .within = country ? STR("") : STR("Kazakhstan"),
        };
    }
}

static bool all_digits(struct str s, size_t least)
{
    if (s.n < least || s.n > 20)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return true;
}

static struct str place_id(struct arena *arena, struct str place)
{
    struct str folded = fold(arena, str_trim(place));

    if (all_digits(folded, 4))
        return folded;
    for (size_t i = 0; i < countof(places); i++)
        if (name_matches(places[i].names, folded))
            return str(places[i].id);
    return STR("");
}

static bool holds(const struct strs *list, struct str s)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_eq(list->at[i], s))
            return true;
    return false;
}

/* TikTok refuses a place together with one inside it. */
static bool check_nesting(const struct strs *ids, struct err *err)
{
    for (size_t i = 0; i < countof(places); i++)
        if (*places[i].parent && holds(ids, str(places[i].id)) &&
            holds(ids, str(places[i].parent)))
            return err_input(err, "locations", "name the country or its cities, not both",
                             "the locations hold a country and a city of it");
    return true;
}

static bool locations(struct arena *arena, const struct platform_audience *audience,
                      struct strs *out, struct err *err)
{
    for (size_t i = 0; i < audience->places.n; i++) {
        struct str id = place_id(arena, audience->places.at[i]);

        if (!id.n)
            return err_input(err, "locations",
                             "a city or country of the table, or TikTok's location id",
                             "TikTok's id of the place \"" STR_FMT "\" is not known",
                             STR_ARG(str_sub(audience->places.at[i], 0, 80)));
        if (!holds(out, id))
            *strs_add(out, arena) = id;
    }
    if (out->n)
        return check_nesting(out, err);

    struct str country = place_id(arena, audience->country);

    if (!country.n || audience->country.n != 2)
        return err_input(err, "locations", "name at least one city, country or location id",
                         "the audience has no location");
    *strs_add(out, arena) = country;
    return true;
}

/* --- ages, gender, languages --- */

#define AGE_LOWEST  13
#define AGE_HIGHEST 100

static const struct {
    int low, high;
    const char *group;
} ages[] = {
    {13, 17, "AGE_13_17"}, {18, 24, "AGE_18_24"}, {25, 34, "AGE_25_34"},
    {35, 44, "AGE_35_44"}, {45, 54, "AGE_45_54"}, {55, AGE_HIGHEST, "AGE_55_100"},
};

static bool age_groups(struct arena *arena, const struct platform_audience *audience,
                       struct strs *out, struct err *err)
{
    int64_t low = audience->age_min ? audience->age_min : 18;
    int64_t high = audience->age_max ? audience->age_max : 65;

    if (low < AGE_LOWEST || low > AGE_HIGHEST)
        return err_input(err, "age_min", "13 to 100", "no age group begins at that age");
    if (high < low || high > AGE_HIGHEST)
        return err_input(err, "age_max", "from age_min to 100",
                         "no age group ends at that age");
    for (size_t i = 0; i < countof(ages); i++)
        if (low <= ages[i].high && high >= ages[i].low)
            *strs_add(out, arena) = str(ages[i].group);
    return true;
}

static bool gender_word(struct str gender, const char **out, struct err *err)
{
    static const struct {
        const char *ours;
        const char *theirs;
    } genders[] = {
        {"", "GENDER_UNLIMITED"},          {"all", "GENDER_UNLIMITED"},
        {"unlimited", "GENDER_UNLIMITED"}, {"male", "GENDER_MALE"},
        {"female", "GENDER_FEMALE"},
    };

    for (size_t i = 0; i < countof(genders); i++)
        if (str_eq_nocase(gender, str(genders[i].ours)) ||
            str_eq(gender, str(genders[i].theirs))) {
            *out = genders[i].theirs;
            return true;
        }
    return err_input(err, "gender", "all, male or female", "the gender is not known");
}

static bool language_codes(struct arena *arena, const struct strs *languages, struct strs *out,
                           struct err *err)
{
    for (size_t i = 0; i < languages->n; i++) {
        struct str code = str_lower(arena, str_trim(languages->at[i]));
        bool good = code.n >= 2 && code.n <= 7;

        for (size_t k = 0; k < code.n; k++)
            good = good && ((code.p[k] >= 'a' && code.p[k] <= 'z') || code.p[k] == '-');
        if (!good)
            return err_input(err, "languages", "codes such as ru, kk, en",
                             "\"" STR_FMT "\" is not a language code",
                             STR_ARG(str_sub(languages->at[i], 0, 40)));
        if (!holds(out, code))
            *strs_add(out, arena) = code;
    }
    return true;
}

static bool interest_ids(struct arena *arena, const struct strs *interests, struct strs *out,
                         struct err *err)
{
    for (size_t i = 0; i < interests->n; i++) {
        if (!all_digits(interests->at[i], 1))
            return err_input(err, "interests", "ids of TikTok's interest list",
                             "\"" STR_FMT "\" is not an interest id",
                             STR_ARG(str_sub(interests->at[i], 0, 40)));
        *strs_add(out, arena) = interests->at[i];
    }
    return true;
}

bool tiktok_targeting(struct arena *arena, const struct platform_audience *audience,
                      struct tiktok_targeting *out, struct err *err)
{
    struct tiktok_targeting targeting = {0};

    if (!locations(arena, audience, &targeting.location_ids, err) ||
        !age_groups(arena, audience, &targeting.age_groups, err) ||
        !gender_word(audience->gender, &targeting.gender, err) ||
        !language_codes(arena, &audience->languages, &targeting.languages, err) ||
        !interest_ids(arena, &audience->interests, &targeting.interest_ids, err))
        return false;
    *out = targeting;
    return true;
}

bool tiktok_check_audience(struct arena *arena, const struct platform_audience *audience,
                           struct err *err)
{
    struct tiktok_targeting targeting;

    return tiktok_targeting(arena, audience, &targeting, err);
}
