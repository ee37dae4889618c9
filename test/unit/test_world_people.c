/* The people of the sandbox: scripts, spellings, slips. */

#include "world_help.h"

#include "sandbox/world_people.h"
#include "text/phone.h"

enum { PEOPLE = 20000 };

static struct world_person person_of(uint32_t i, const double *shares)
{
    struct world_draw d = {.seed = 3, .stream = STREAM_PERSON, .entity = 77, .index = i};
    struct world_person p;
    world_person_draw(&d, shares, &p);
    return p;
}

static const double everywhere[WORLD_COUNTRIES] = {1, 1, 1, 1};

static void a_person_is_the_same_again(void)
{
    struct world_person a = person_of(5, everywhere), b = person_of(5, everywhere),
                        c = person_of(6, everywhere);
    CHECK(memcmp(&a, &b, sizeof a) == 0, "same draw");
    CHECK(strcmp(a.e164, c.e164) != 0, "another draw");
}

static void names_come_in_three_scripts(void)
{
    int cyrillic = 0, latin = 0, arabic = 0;
    for (uint32_t i = 0; i < PEOPLE; i++) {
        struct world_person p = person_of(i, everywhere);
        unsigned char c = (unsigned char)p.name[p.name[0] == ' '];
        CHECK(str_utf8(str(p.name)) && p.name[0], "name \"%s\"", p.name);
        CHECK(str_utf8(str(p.phone)) && p.phone[0], "phone \"%s\"", p.phone);
        CHECK(str_utf8(str(p.email)) && p.email[0], "e-mail \"%s\"", p.email);
        CHECK(str_utf8(str(p.city)) && p.city[0], "city \"%s\"", p.city);
        cyrillic += c >= 0xd0 && c <= 0xd3;
        arabic += c == 0xd8 || c == 0xd9;
        latin += c < 0x80;
    }
    CHECK(cyrillic > PEOPLE / 4 && latin > PEOPLE / 8 && arabic > PEOPLE / 8, "%d %d %d",
          cyrillic, latin, arabic);
    CHECK(cyrillic + latin + arabic == PEOPLE, "another script: %d",
          PEOPLE - cyrillic - latin - arabic);
}

static void every_spelling_of_a_phone_appears(void)
{
    for (int k = 0; k < WORLD_COUNTRIES; k++) {
        const char *country = world_countries[k];
        double shares[WORLD_COUNTRIES] = {0};
        int seen[64] = {0}, n = world_phone_spellings(country);
        shares[k] = 1;
        CHECK(n >= 15 && n <= 64, "%s has %d spellings", country, n);
        for (uint32_t i = 0; i < 4000; i++) {
            struct world_person p = person_of(i, shares);
            int found = 0;
            CHECK(strcmp(p.country, country) == 0, "country %s", p.country);
            for (int s = 0; s < n; s++) {
                char typed[48];
                world_phone_spell(country, s, p.e164, typed, sizeof typed);
                if (strcmp(typed, p.phone) == 0) {
                    seen[s]++;
                    found++;
                }
            }
            CHECK(found > 0, "\"%s\" is no spelling of %s", p.phone, p.e164);
        }
        for (int s = 0; s < n; s++)
            CHECK(seen[s] > 20, "%s spelling %d appears %d times", country, s, seen[s]);
    }
}

static const struct {
    const char *country, *e164, *typed;
} known[] = {
    {"KZ", "+77011234567", "+77011234567"},
    {"KZ", "+77011234567", "87011234567"},
    {"KZ", "+77011234567", "8 (701) 123-45-67"},
    {"KZ", "+77011234567", "+7 (701) 123-45-67"},
    {"KZ", "+77011234567", "7011234567"},
    {"KZ", "+77011234567", "007011234567"},
    {"KZ", "+77011234567", "＋７７０１１２３４５６７"},
    {"RU", "+79161234567", "8-916-123-45-67"},
    {"SA", "+966501234567", "0501234567"},
    {"SA", "+966501234567", "٠٥٠١٢٣٤٥٦٧"},
    {"SA", "+966501234567", "+966 050 123 4567"},
    {"SA", "+966501234567", "00966501234567"},
    {"AE", "+971501234567", "+971 (0)50 123 4567"},
    {"AE", "+971501234567", "۰۵۰ ۱۲۳ ۴۵۶۷"},
    {"AE", "+971501234567", "०५०१२३४५६७"},
};

static void the_usual_ways_are_among_them(void)
{
    for (size_t i = 0; i < countof(known); i++) {
        int found = 0;
        for (int s = 0; s < world_phone_spellings(known[i].country); s++) {
            char typed[48];
            world_phone_spell(known[i].country, s, known[i].e164, typed, sizeof typed);
            found += strcmp(typed, known[i].typed) == 0;
        }
        bool odd =
            strcmp(known[i].typed, "007011234567") == 0; /* a digit short: nobody types it */
        CHECK((found > 0) != odd, "%s: %s", known[i].country, known[i].typed);
    }
}

/* What people type must be readable: by our reader, and so by anybody's who has one. */
static void every_spelling_can_be_read(void)
{
    static const char *const numbers[WORLD_COUNTRIES] = {"+77011234567", "+79161234567",
                                                         "+966501234567", "+971501234567"};
    struct arena *arena = arena_new("test");
    for (int k = 0; k < WORLD_COUNTRIES; k++)
        for (int s = 0; s < world_phone_spellings(world_countries[k]); s++) {
            char typed[48];
            world_phone_spell(world_countries[k], s, numbers[k], typed, sizeof typed);
            struct str read = phone_normal(arena, str(typed), str(world_countries[k]));
            CHECK(str_eq(read, str(numbers[k])), "\"%s\" is read as \"" STR_FMT "\"", typed,
                  STR_ARG(read));
        }
    arena_free(arena);
}

static void people_come_from_where_the_world_says(void)
{
    const double shares[WORLD_COUNTRIES] = {0.8, 0.1, 0.05, 0.05};
    int n[WORLD_COUNTRIES] = {0};
    for (uint32_t i = 0; i < PEOPLE; i++) {
        struct world_person p = person_of(i, shares);
        for (int k = 0; k < WORLD_COUNTRIES; k++)
            n[k] += strcmp(p.country, world_countries[k]) == 0;
    }
    CHECK(abs(n[0] - PEOPLE * 8 / 10) < PEOPLE / 50, "KZ %d", n[0]);
    CHECK(abs(n[3] - PEOPLE * 5 / 100) < PEOPLE / 50, "AE %d", n[3]);
}

static void spoiled_people_are_often_unreadable_and_again_is_the_same_number(void)
{
    int unreadable = 0, bad_email = 0, respelled = 0;
    for (uint32_t i = 0; i < 2000; i++) {
        struct world_draw d = {.seed = 4, .stream = STREAM_PERSON, .entity = 1, .index = i};
        struct world_person p, again;
        world_person_draw(&d, everywhere, &p);
        again = p;
        world_person_again(&d, &again);
        CHECK(strcmp(p.e164, again.e164) == 0 && strcmp(p.name, again.name) == 0,
              "another person");
        respelled += strcmp(p.phone, again.phone) != 0;
        world_person_spoil(&d, &p);
        unreadable += p.e164[0] == 0;
        bad_email += strchr(p.email, '@') == NULL;
        CHECK(p.phone[0] && p.email[0], "empty answers");
    }
    CHECK(unreadable > 500 && unreadable < 900, "%d unreadable phones", unreadable);
    CHECK(bad_email > 200, "%d bad addresses", bad_email);
    CHECK(respelled > 1500, "%d respelled", respelled);
}

int main(void)
{
    RUN(a_person_is_the_same_again);
    RUN(names_come_in_three_scripts);
    RUN(every_spelling_of_a_phone_appears);
    RUN(the_usual_ways_are_among_them);
    RUN(every_spelling_can_be_read);
    RUN(people_come_from_where_the_world_says);
    RUN(spoiled_people_are_often_unreadable_and_again_is_the_same_number);
    return test_report();
}
