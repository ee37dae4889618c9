/* world_people.c - who they are; how they type their phone is in world_phone.c. */

#include "sandbox/world_people.h"

#include "base/str.h"

#include <stdio.h>
#include <string.h>

const char *const world_countries[WORLD_COUNTRIES] = {"KZ", "RU", "SA", "AE"};

enum process {
    PICK_COUNTRY,
    PICK_FEMALE,
    PICK_ETHNIC,
    PICK_GIVEN,
    PICK_FAMILY,
    PICK_LATIN,
    PICK_NAME_STYLE,
    PICK_CITY,
    PICK_OPERATOR,
    PICK_NUMBER,
    PICK_SPELLING,
    PICK_EMAIL_STYLE,
    PICK_EMAIL_DOMAIN,
    PICK_EMAIL_NUMBER,
    PICK_EMAIL_SLIP,
    SPOIL_WHAT = 32,
    SPOIL_PHONE,
    SPOIL_EMAIL,
    AGAIN_SPELLING = 40,
};

/* The own script and what people write in Latin letters (and in their e-mail). */
struct word {
    const char *own, *latin;
};

static const struct word kazakh_men[] = {
    {"Нурлан", "Nurlan"},     {"Ерлан", "Yerlan"},  {"Асхат", "Askhat"},  {"Данияр", "Daniyar"},
    {"Бауыржан", "Baurzhan"}, {"Арман", "Arman"},   {"Тимур", "Timur"},   {"Алмас", "Almas"},
    {"Санжар", "Sanzhar"},    {"Ержан", "Yerzhan"}, {"Қайрат", "Kairat"}, {"Әлихан", "Alikhan"},
    {"Ғалым", "Galym"},       {"Мирас", "Miras"},
};
static const struct word kazakh_women[] = {
    {"Айгуль", "Aigul"}, {"Асель", "Assel"},    {"Динара", "Dinara"}, {"Гульнара", "Gulnara"},
    {"Жанар", "Zhanar"}, {"Мадина", "Madina"},  {"Айжан", "Aizhan"},  {"Сауле", "Saule"},
    {"Әсем", "Assem"},   {"Алия", "Aliya"},     {"Камила", "Kamila"}, {"Томирис", "Tomiris"},
    {"Ұлжан", "Ulzhan"}, {"Жұлдыз", "Zhuldyz"},
};
/* Women's family names take -а and -a. */
static const struct word kazakh_families[] = {
    {"Ахметов", "Akhmetov"},     {"Сериков", "Serikov"},          {"Оспанов", "Ospanov"},
    {"Жумабеков", "Zhumabekov"}, {"Сагынбаев", "Sagynbayev"},     {"Ибраев", "Ibrayev"},
    {"Касымов", "Kassymov"},     {"Мукашев", "Mukashev"},         {"Тулегенов", "Tulegenov"},
    {"Бекетов", "Beketov"},      {"Абдрахманов", "Abdrakhmanov"}, {"Нурғалиев", "Nurgaliyev"},
};
static const struct word russian_men[] = {
    {"Александр", "Alexandr"}, {"Дмитрий", "Dmitriy"}, {"Сергей", "Sergey"},
    {"Андрей", "Andrey"},      {"Иван", "Ivan"},       {"Михаил", "Mikhail"},
    {"Евгений", "Evgeniy"},    {"Артём", "Artem"},
};
static const struct word russian_women[] = {
    {"Анна", "Anna"},       {"Елена", "Elena"},     {"Ольга", "Olga"},
    {"Наталья", "Natalya"}, {"Татьяна", "Tatyana"}, {"Екатерина", "Ekaterina"},
    {"Мария", "Mariya"},    {"Юлия", "Yuliya"},
};
static const struct word russian_families[] = {
    {"Иванов", "Ivanov"},   {"Петров", "Petrov"},   {"Кузнецов", "Kuznetsov"},
    {"Смирнов", "Smirnov"}, {"Попов", "Popov"},     {"Волков", "Volkov"},
    {"Морозов", "Morozov"}, {"Новиков", "Novikov"}, {"Соколов", "Sokolov"},
    {"Фёдоров", "Fedorov"},
};
static const struct word arab_men[] = {
    {"محمد", "Mohammed"}, {"أحمد", "Ahmed"},  {"عبدالله", "Abdullah"}, {"خالد", "Khalid"},
    {"فهد", "Fahad"},     {"سعود", "Saud"},   {"عمر", "Omar"},         {"يوسف", "Yousef"},
    {"سلطان", "Sultan"},  {"فيصل", "Faisal"},
};
static const struct word arab_women[] = {
    {"فاطمة", "Fatima"}, {"نورة", "Noura"}, {"سارة", "Sara"}, {"مريم", "Maryam"},
    {"عائشة", "Aisha"},  {"ريم", "Reem"},   {"هند", "Hind"},  {"لطيفة", "Latifa"},
};
static const struct word arab_families[] = {
    {"الحربي", "Al-Harbi"},     {"القحطاني", "Al-Qahtani"}, {"العتيبي", "Al-Otaibi"},
    {"الغامدي", "Al-Ghamdi"},   {"الشمري", "Al-Shammari"},  {"المنصوري", "Al Mansoori"},
    {"النعيمي", "Al Nuaimi"},   {"الكعبي", "Al Kaabi"},     {"الهاشمي", "Al Hashimi"},
    {"الزهراني", "Al-Zahrani"},
};

static const char *const cities[WORLD_COUNTRIES][6] = {
    {"Алматы", "Астана", "Шымкент", "Қарағанды", "Актобе", "Атырау"},
    {"Москва", "Омск", "Новосибирск", "Казань", "Самара", "Оренбург"},
    {"الرياض", "جدة", "الدمام", "مكة", "المدينة المنورة", "Riyadh"},
    {"دبي", "أبوظبي", "الشارقة", "Dubai", "Abu Dhabi", "عجمان"},
};

/* Mobile prefixes, in national form. */
static const char *const operators[WORLD_COUNTRIES][12] = {
    {"700", "701", "702", "705", "707", "708", "747", "771", "775", "776", "777", "778"},
    {"903", "905", "909", "910", "916", "917", "920", "925", "926", "950", "960", "999"},
    {"50", "53", "54", "55", "56", "57", "58", "59", "50", "55", "54", "56"},
    {"50", "52", "54", "55", "56", "58", "50", "52", "54", "55", "56", "58"},
};

static const char *const domains[WORLD_COUNTRIES][6] = {
    {"mail.ru", "gmail.com", "gmail.com", "inbox.ru", "yandex.kz", "icloud.com"},
    {"mail.ru", "yandex.ru", "gmail.com", "bk.ru", "list.ru", "rambler.ru"},
    {"gmail.com", "hotmail.com", "outlook.sa", "gmail.com", "icloud.com", "yahoo.com"},
    {"gmail.com", "hotmail.com", "outlook.com", "gmail.com", "icloud.com", "yahoo.com"},
};

struct name {
    struct word given, family;
    bool female, slavic; /* slavic: family names agree with the sex */
};

#define PICK(draw, process, table) ((table)[world_below((draw), (process), countof(table))])

static struct name draw_name(const struct world_draw *draw, int country)
{
    struct name name = {.female = world_uniform(draw, PICK_FEMALE) < 0.58};
    bool women = name.female;
    double ethnic = world_uniform(draw, PICK_ETHNIC);
    if (country >= 2) {
        name.given =
            women ? PICK(draw, PICK_GIVEN, arab_women) : PICK(draw, PICK_GIVEN, arab_men);
        name.family = PICK(draw, PICK_FAMILY, arab_families);
        return name;
    }
    name.slavic = true;
    if (ethnic < (country == 0 ? 0.72 : 0.06)) {
        name.given =
            women ? PICK(draw, PICK_GIVEN, kazakh_women) : PICK(draw, PICK_GIVEN, kazakh_men);
        name.family = PICK(draw, PICK_FAMILY, kazakh_families);
    } else {
        name.given =
            women ? PICK(draw, PICK_GIVEN, russian_women) : PICK(draw, PICK_GIVEN, russian_men);
        name.family = PICK(draw, PICK_FAMILY, russian_families);
    }
    return name;
}

static void lower(char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text + ('a' - 'A'));
}

/* The name field as it is typed: "Айгуль Ахметова", "akhmetova aigul", "Aigul". */
static void type_name(const struct world_draw *draw, const struct name *name, bool latin,
                      char *out, size_t n)
{
    const char *given = latin ? name->given.latin : name->given.own;
    const char *family = latin ? name->family.latin : name->family.own;
    const char *ending = !(name->female && name->slavic) ? "" : latin ? "a" : "а";
    double style = world_uniform(draw, PICK_NAME_STYLE);

    if (style < 0.52)
        snprintf(out, n, "%s %s%s", given, family, ending);
    else if (style < 0.67)
        snprintf(out, n, "%s%s %s", family, ending, given);
    else if (style < 0.94)
        snprintf(out, n, "%s", given);
    else if (style < 0.97)
        snprintf(out, n, " %s  %s%s ", given, family, ending);
    else
        snprintf(out, n, "%s 🌸", given);
    if (latin && style > 0.4 && style < 0.8)
        lower(out);
}

/* The part before the @: letters of the Latin name, a dot, digits. */
static void type_email(const struct world_draw *draw, const struct name *name, int country,
                       char *out, size_t n)
{
    const char *domain =
        domains[country][world_below(draw, PICK_EMAIL_DOMAIN, countof(domains[0]))];
    double style = world_uniform(draw, PICK_EMAIL_STYLE);
    double slip = world_uniform(draw, PICK_EMAIL_SLIP);
    unsigned number = world_below(draw, PICK_EMAIL_NUMBER, 9000);
    char user[64], family[32];
    size_t k = 0;

    for (const char *c = name->family.latin; *c && k + 1 < sizeof family; c++)
        if (*c != ' ' && *c != '-')
            family[k++] = *c;
    family[k] = 0;
    if (style < 0.35)
        snprintf(user, sizeof user, "%s.%s", name->given.latin, family);
    else if (style < 0.7)
        snprintf(user, sizeof user, "%s%u", name->given.latin, 1960 + number % 50);
    else if (style < 0.85)
        snprintf(user, sizeof user, "%s_%c%u", family, name->given.latin[0], number % 100);
    else
        snprintf(user, sizeof user, "%s%s%u", name->given.latin, family, number);
    if (slip > 0.1)
        lower(user);

    if (slip < 0.04)
        snprintf(out, n, " %s@%s ", user, domain);
    else if (slip < 0.05)
        snprintf(out, n, "mailto:%s@%s", user, domain);
    else if (slip > 0.985)
        snprintf(out, n, "%s@", user);
    else if (slip > 0.965)
        snprintf(out, n, "%s.%s", user, domain); /* the @ forgotten */
    else
        snprintf(out, n, "%s@%s", user, domain);
}

static int draw_country(const struct world_draw *draw, const double shares[WORLD_COUNTRIES])
{
    double sum = 0;
    for (int i = 0; i < WORLD_COUNTRIES; i++)
        sum += shares[i];
    double at = world_uniform(draw, PICK_COUNTRY) * sum;
    for (int i = 0; i < WORLD_COUNTRIES - 1; i++) {
        if (at < shares[i])
            return i;
        at -= shares[i];
    }
    return WORLD_COUNTRIES - 1;
}

void world_person_draw(const struct world_draw *draw, const double shares[WORLD_COUNTRIES],
                       struct world_person *out)
{
    static const double latin_share[WORLD_COUNTRIES] = {0.16, 0.08, 0.2, 0.5};
    static const char *const codes[WORLD_COUNTRIES] = {"7", "7", "966", "971"};
    int country = draw_country(draw, shares);
    const char *code = world_countries[country];
    struct name name = draw_name(draw, country);
    bool latin = world_uniform(draw, PICK_LATIN) < latin_share[country];

    *out = (struct world_person){.country = {code[0], code[1], 0}};
    type_name(draw, &name, latin, out->name, sizeof out->name);
    type_email(draw, &name, country, out->email, sizeof out->email);
    snprintf(out->city, sizeof out->city, "%s",
             cities[country][world_below(draw, PICK_CITY, countof(cities[0]))]);

    /* Seven digits, never starting with 0, so that nobody's number looks cut. */
    unsigned number = 1000000 + world_below(draw, PICK_NUMBER, 9000000);
    const char *operator_code =
        operators[country][world_below(draw, PICK_OPERATOR, countof(operators[0]))];
    snprintf(out->e164, sizeof out->e164, "+%s%s%07u", codes[country], operator_code, number);
    int spelling =
        (int)world_below(draw, PICK_SPELLING, (uint32_t)world_phone_spellings(out->country));
    world_phone_spell(out->country, spelling, out->e164, out->phone, sizeof out->phone);
}

void world_person_spoil(const struct world_draw *draw, struct world_person *person)
{
    static const char *const nonsense[] = {"123",   "нет", "-",    "asdf",
                                           "00000", "+7",  "8701", "لا"};
    static const char *const emails[] = {"нет", "-", "no", "test@", "@mail.ru", "asd"};
    double what = world_uniform(draw, SPOIL_WHAT);

    if (what < 0.35) {
        snprintf(person->phone, sizeof person->phone, "%s", PICK(draw, SPOIL_PHONE, nonsense));
        person->e164[0] = 0;
    } else if (what < 0.5) { /* a number, but nobody's */
        const char *fake = person->country[0] == 'S'   ? "+966500000000"
                           : person->country[0] == 'A' ? "+971500000000"
                                                       : "+77777777777";
        snprintf(person->phone, sizeof person->phone, "%s", fake);
        snprintf(person->e164, sizeof person->e164, "%s", fake);
    }
    if (what < 0.25)
        snprintf(person->email, sizeof person->email, "%s", PICK(draw, SPOIL_EMAIL, emails));
}

void world_person_again(const struct world_draw *draw, struct world_person *person)
{
    if (!person->e164[0])
        return;
    int spelling = (int)world_below(draw, AGAIN_SPELLING,
                                    (uint32_t)world_phone_spellings(person->country));
    world_phone_spell(person->country, spelling, person->e164, person->phone,
                      sizeof person->phone);
}
