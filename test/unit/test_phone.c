/* text/phone: the spellings that people type. */
#include "base/arena.h"
#include "test.h"
#include "text/phone.h"

#include <stdio.h>

static struct arena *a;

static const struct {
    const char *typed, *country, *want;
} phones[] = {
    /* Kazakhstan and Russia */
    {"8 701 123 45 67", "KZ", "+77011234567"},
    {"8 (701) 123-45-67", "RU", "+77011234567"},
    {"77011234567", "KZ", "+77011234567"},
    {"+7 (701) 123-45-67", "KZ", "+77011234567"},
    {"+7(701)1234567", "", "+77011234567"},
    {"007 701 123 45 67", "KZ", "+77011234567"},
    {"7011234567", "KZ", "+77011234567"},
    {"701 123 4567", "kz", "+77011234567"},
    {"9161234567", "RU", "+79161234567"},
    {"4951234567", "RU", "+74951234567"},
    {"8 495 123-45-67", "RU", "+74951234567"},
    {"+8 701 123 45 67", "KZ", "+77011234567"}, /* plus before the national 8 */
    {"+8 916 123 45 67", "", "+79161234567"},
    {"87011234567", "AE", "+77011234567"}, /* a Kazakh customer of a shop in Dubai */
    {"87011234567", "", "+77011234567"},
    {"+7 8 701 123 45 67", "KZ", "+77011234567"},
    {"8–701–123—45−67", "KZ", "+77011234567"},
    {"8.701.123.45.67", "KZ", "+77011234567"},
    {"8,701,123,45,67", "KZ", "+77011234567"},
    {"\xe2\x80\xaa+7\xc2\xa0"
     "701\xe2\x80\x8b 123 45 67\xe2\x80\xac",
     "KZ", "+77011234567"},
    {"８７０１１２３４５６７", "KZ", "+77011234567"},
    {"＋７７０１１２３４５６７", "KZ", "+77011234567"},
    {"тел.: +7 701 123 45 67", "KZ", "+77011234567"},
    {"WhatsApp 87011234567 Айгуль", "KZ", "+77011234567"},
    {"моб1 +77011234567", "KZ", "+77011234567"},
    {"tel:+77011234567;ext=12", "KZ", "+77011234567"},
    {"+7 727 123 45 67 доб. 123", "KZ", "+77271234567"},
    {"+7 727 123 45 67 ext 5", "KZ", "+77271234567"},
    {"+7 727 123 45 67 x5", "KZ", "+77271234567"},
    {"+7 727 123 45 67#5", "KZ", "+77271234567"},
    {"87011234567 / 87021234567", "KZ", "+77011234567"},
    {"87011234567, 87021234567", "KZ", "+77011234567"},
    {"+77011234567 +77021234567", "KZ", "+77011234567"},
    {"996555123456", "KZ", "+996555123456"}, /* foreign, without its plus */
    {"905321234567", "KZ", "+905321234567"},
    {"998 90 123 45 67", "KZ", "+998901234567"},

    /* Arab countries */
    {"٠٥٠ ١٢٣ ٤٥٦٧", "SA", "+966501234567"},
    {"٠٥٠ ١٢٣ ٤٥٦٧", "AE", "+971501234567"},
    {"۰۵۰۱۲۳۴۵۶۷", "SA", "+966501234567"},
    {"0501234567", "SA", "+966501234567"},
    {"501234567", "AE", "+971501234567"},
    {"+966 050 123 4567", "SA", "+966501234567"},
    {"9660501234567", "SA", "+966501234567"},
    {"966501234567", "SA", "+966501234567"},
    {"00971501234567", "SA", "+971501234567"},
    {"01001234567", "EG", "+201001234567"},
    {"+20 100 123 4567", "SA", "+201001234567"},
    {"33123456", "QA", "+97433123456"},
    {"جوال: ٠٥٠١٢٣٤٥٦٧", "SA", "+966501234567"},
    {"٠٥٠١٢٣٤٥٦٧ تحويلة ١٢", "SA", "+966501234567"},

    /* others */
    {"+972 054 123 4567", "", "+972541234567"},
    {"+44 (0)20 7946 0018", "", "+442079460018"},
    {"020 7946 0018", "GB", "+442079460018"},
    {"+39 06 1234 5678", "", "+390612345678"}, /* Italy keeps its zero */
    {"06 1234 5678", "IT", "+390612345678"},
    {"80 29 123-45-67", "BY", "+375291234567"},
    {"+375 29 123 45 67", "BY", "+375291234567"},
    {"(202) 555-0123", "US", "+12025550123"},
    {"1 202 555 0123", "US", "+12025550123"},
    {"011 7 701 123 4567", "US", "+77011234567"},
    {"90 123 45 67", "UZ", "+998901234567"},
    {"0555 123 456", "KG", "+996555123456"},
    {"0532 123 45 67", "TR", "+905321234567"},
    {"०९८७६५४३२१०", "IN", "+919876543210"},
    {"098765 43210", "IN", "+919876543210"},
    {"+86 138 0013 8000", "", "+8613800138000"},
    {"+84 95 123 45 67", "", "+84951234567"}, /* not Russia's 8 495: Vietnam */
    {"+36 06 20 123 4567", "", "+36201234567"},
    {"+509 34 10 1234", "", "+50934101234"}, /* not in the table */

    /* nothing to call */
    {"", "KZ", ""},
    {"-", "KZ", ""},
    {"нет", "KZ", ""},
    {"123", "KZ", ""},
    {"1234567", "KZ", ""},
    {"+7 701 123", "KZ", ""},
    {"0000000000", "KZ", ""},
    {"1111111111", "KZ", ""},
    {"7777777777", "KZ", ""},
    {"+7 777 777 77 77", "KZ", ""},
    {"8 000 000 00 00", "KZ", ""},
    {"+7 123 456 78 90", "KZ", ""}, /* no such area */
    {"+1 023 456 7890", "", ""},
    {"7011234567", "", ""}, /* no country at all */
    {"+1234567890123456", "", ""},
    {"12345678901234567890123456789012345678901234567890", "KZ", ""},
    {"ivan@mail.ru", "KZ", ""},
    {"\xff\xfe", "KZ", ""},
};

static void phones_become_e164(void)
{
    for (size_t i = 0; i < countof(phones); i++) {
        struct str got = phone_normal(a, str(phones[i].typed), str(phones[i].country));
        CHECK(str_eq(got, str(phones[i].want)), "\"%s\" in %s -> " STR_FMT ", not %s",
              phones[i].typed, phones[i].country, STR_ARG(got), phones[i].want);
        /* what is normal stays as it is, wherever it is read */
        if (got.n)
            CHECK(str_eq(got, phone_normal(a, got, STR("DE"))), STR_FMT, STR_ARG(got));
    }
}

/* What libphonenumber-js reads: test/golden/phones.tsv, by tools/phone-metadata.mjs --golden.
 */
static void phones_are_read_as_by_libphonenumber(void)
{
    FILE *f = fopen("test/golden/phones.tsv", "r");
    char buffer[256];
    int n = 0;

    CHECK(f != NULL, "test/golden/phones.tsv");
    while (f && fgets(buffer, sizeof buffer, f)) {
        struct str line = str_trim(str(buffer));
        if (line.n == 0 || line.p[0] == '#')
            continue;
        struct str country = str_cut(&line, '\t'), typed = str_cut(&line, '\t');
        struct str want = str_cut(&line, '\t');
        struct str got = phone_normal(a, typed, country);
        CHECK(str_eq(got, want), STR_FMT " in " STR_FMT " -> " STR_FMT ", not " STR_FMT,
              STR_ARG(typed), STR_ARG(country), STR_ARG(got), STR_ARG(want));
        CHECK(phone_exists(want) == str_eq(line, STR("exists")), STR_FMT, STR_ARG(want));
        n++;
    }
    if (f)
        fclose(f);
    CHECK(n > 700, "%d numbers", n);
}

static void a_range_unknown_to_the_metadata_is_kept(void)
{
    CHECK(str_eq(phone_normal(a, STR("0112345678"), STR("SA")), STR("+966112345678")), "known");
    CHECK(str_eq(phone_normal(a, STR("0612345678"), STR("SA")), STR("+966612345678")), "new");
    CHECK(phone_exists(STR("+966112345678")) && !phone_exists(STR("+966612345678")), "told");
}

static const struct {
    const char *typed, *want;
} emails[] = {
    {"Ivan.Petrov@Mail.RU", "ivan.petrov@mail.ru"},
    {"  a@b.kz \n", "a@b.kz"},
    {"mailto:A@b.kz?subject=hi", "a@b.kz"},
    {"<a@b.kz>", "a@b.kz"},
    {"Айгуль <a@b.kz>", "a@b.kz"},
    {"\"a@b.kz\"", "a@b.kz"},
    {"a@b.kz.", "a@b.kz"},
    {"a@b.kz,", "a@b.kz"},
    {"(a@b.kz);", "a@b.kz"},
    {"a@ b.kz", "a@b.kz"},
    {"a＠b.kz", "a@b.kz"},
    {"\xe2\x80\x8f"
     "a@b.kz\xe2\x80\x8b",
     "a@b.kz"},
    {"a+tag@gmail.com", "a+tag@gmail.com"}, /* the platforms fold neither tags nor dots */
    {"a.b.c@gmail.com", "a.b.c@gmail.com"},
    {"o'neil@b.ie", "o'neil@b.ie"},
    {"иван@почта.рф", "иван@почта.рф"},
    {"a@xn--80a1acny.xn--p1ai", "a@xn--80a1acny.xn--p1ai"},
    {"a@mail-1.b.co.uk", "a@mail-1.b.co.uk"},

    {"", ""},
    {"-", ""},
    {"@", ""},
    {"a@", ""},
    {"@b.kz", ""},
    {"test@test", ""},
    {"no@email", ""},
    {"a@@b.kz", ""},
    {"a@b@c.kz", ""},
    {"a b@c.kz", ""},
    {"a@b..kz", ""},
    {"a..b@c.kz", ""},
    {".a@b.kz", ""},
    {"a.@b.kz", ""},
    {"a@-b.kz", ""},
    {"a@b-.kz", ""},
    {"a@b.k", ""},
    {"a@1.2.3.44", ""},
    {"a@b,kz", ""},
    {"a@b_c.kz", ""},
    {"a\x01@b.kz", ""},
    {"a\xff@b.kz", ""},
    {"+77011234567", ""},
};

static void emails_become_comparable(void)
{
    for (size_t i = 0; i < countof(emails); i++) {
        struct str got = email_normal(a, str(emails[i].typed));
        CHECK(str_eq(got, str(emails[i].want)), "\"%s\" -> " STR_FMT, emails[i].typed,
              STR_ARG(got));
    }
    struct str local = str_fmt(a, "%064d@b.kz", 1), longer = str_fmt(a, "%065d@b.kz", 1);
    CHECK(str_eq(email_normal(a, local), local), "64 characters before the @");
    CHECK(email_normal(a, longer).n == 0, "65 characters before the @");
    CHECK(email_normal(a, str_fmt(a, "a@%0250d.kz", 1)).n == 0, "a long domain");
}

int main(void)
{
    a = arena_new("test");
    RUN(phones_become_e164);
    RUN(phones_are_read_as_by_libphonenumber);
    RUN(a_range_unknown_to_the_metadata_is_kept);
    RUN(emails_become_comparable);
    arena_free(a);
    return test_report();
}
