/* spam.c - how much a lead looks like spam, and why. */

#include "lead/spam.h"
#include "base/arena.h"
#include "text/fold.h"
#include "text/json.h"
#include "text/phone.h"

#define REASONS_CEILING (16 * 1024)
#define MOST            100

/* Known to be given out to anybody for a few minutes. */
static const char *const disposable[] = {
    "10minutemail.com",
    "10minutemail.net",
    "20minutemail.com",
    "33mail.com",
    "burnermail.io",
    "byom.de",
    "crazymailing.com",
    "discard.email",
    "dispostable.com",
    "dropmail.me",
    "emailondeck.com",
    "emltmp.com",
    "fakeinbox.com",
    "fakemail.net",
    "getairmail.com",
    "getnada.com",
    "grr.la",
    "guerrillamail.com",
    "guerrillamail.net",
    "guerrillamail.org",
    "guerrillamailblock.com",
    "inboxkitten.com",
    "mail-temp.com",
    "mail.tm",
    "mailcatch.com",
    "maildrop.cc",
    "mailinator.com",
    "mailinator.net",
    "mailnesia.com",
    "mailsac.com",
    "mintemail.com",
    "minuteinbox.com",
    "moakt.com",
    "mohmal.com",
    "mytemp.email",
    "nada.email",
    "sharklasers.com",
    "spam4.me",
    "spamgourmet.com",
    "temp-mail.io",
    "temp-mail.org",
    "tempail.com",
    "tempmail.com",
    "tempmail.net",
    "tempmail.plus",
    "tempmailo.com",
    "tempr.email",
    "throwawaymail.com",
    "tmpmail.net",
    "tmpmail.org",
    "trashmail.com",
    "trashmail.de",
    "yopmail.com",
    "yopmail.fr",
    "yopmail.net",
};

bool lead_spam_disposable(struct str domain)
{
    for (size_t i = 0; i < countof(disposable); i++) {
        struct str known = str(disposable[i]);
        if (str_eq_nocase(domain, known))
            return true;
        if (domain.n > known.n && domain.p[domain.n - known.n - 1] == '.' &&
            str_eq_nocase(str_sub(domain, domain.n - known.n, known.n), known))
            return true;
    }
    return false;
}

/* --- phones ------------------------------------------------------------------ */

/* The digits after the country's: the last nine or fewer. */
static struct str subscriber(struct str phone)
{
    struct str digits = phone.n && phone.p[0] == '+' ? str_sub(phone, 1, phone.n) : phone;

    return digits.n > 9 ? str_sub(digits, digits.n - 9, 9) : digits;
}

/* 7777777, 1234567, 9876543: at least seven on end, to the number's end. */
static bool runs(struct str digits, int step)
{
    size_t n = 1;

    for (size_t i = digits.n; i-- > 1; n++) {
        int expected = (digits.p[i - 1] - '0' + step + 10) % 10;
        if (digits.p[i] - '0' != expected)
            break;
    }
    return n >= 7;
}

/* --- names --------------------------------------------------------------------- */

static bool is_vowel(uint32_t c)
{
    static const uint32_t vowels[] = {
        'a',   'e',   'i',   'o',   'u',   'y',   0x430, 0x435, 0x451, 0x438, 0x43e,
        0x443, 0x44b, 0x44d, 0x44e, 0x44f, 0x4d9, 0x456, 0x4e9, 0x4b1, 0x4af, /* Kazakh */
    };

    for (size_t i = 0; i < countof(vowels); i++)
        if (vowels[i] == c)
            return true;
    return false;
}

static uint32_t small(uint32_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c + 32;
    if (c >= 0x410 && c <= 0x42f) /* А to Я */
        return c + 32;
    if (c == 0x401) /* Ё */
        return 0x451;
    return c;
}

/* Latin, or Cyrillic with the Kazakh letters: alphabets whose vowels we know. */
static bool is_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 0x430 && c <= 0x4ff);
}

/* qwrtplk, aaaaaa, 12345: what no person is called.  A text of another script is never judged.
 */
static bool gibberish(struct str name)
{
    size_t letters = 0, digits = 0, consonants = 0, longest = 0, same = 0, same_longest = 0;
    uint32_t before = 0;

    while (name.n) {
        uint32_t c = small(fold_next(&name));
        same = c == before ? same + 1 : 1;
        before = c;
        if (c >= '0' && c <= '9') {
            digits++;
            consonants = 0;
            continue;
        }
        if (!is_letter(c)) {
            if (c >= 0x80)
                return false;
            consonants = 0;
            continue;
        }
        letters++;
        if (same > same_longest)
            same_longest = same;
        consonants = is_vowel(c) ? 0 : consonants + 1;
        if (consonants > longest)
            longest = consonants;
    }
    return longest >= 6 || same_longest >= 4 || (digits >= 3 && digits > letters);
}

static bool has_link(struct str text)
{
    struct str links[] = {STR("http://"), STR("https://"), STR("www."),
                          STR("[url"),    STR("<a "),      STR("t.me/")};

    for (size_t i = 0; i < countof(links); i++)
        if (str_has(text, links[i]))
            return true;
    return false;
}

/* Answers of people; a page's own address in a field of that name is none. */
static bool links_in_answers(struct arena *arena, struct str answers)
{
    const struct json *list;
    struct err err = {0};

    if (answers.n == 0 || !json_parse(arena, answers, &list, &err))
        return false;
    for (size_t i = 0; i < json_count(list); i++) {
        struct str field = str_lower(arena, json_text(json_item(list, i), "field", STR("")));
        bool address = str_has(field, STR("url")) || str_has(field, STR("link")) ||
                       str_has(field, STR("site")) || str_has(field, STR("page")) ||
                       str_has(field, STR("instagram")) || str_has(field, STR("сайт"));
        struct str value = str_lower(arena, json_text(json_item(list, i), "value", STR("")));
        if (!address && has_link(value))
            return true;
    }
    return false;
}

/* --- the verdict ------------------------------------------------------------------ */

static void add(struct spam_verdict *out, struct arena *arena, int64_t points,
                struct str reason)
{
    out->score = out->score + points > MOST ? MOST : out->score + points;
    *strs_add(&out->reasons, arena) = reason;
}

static void judge_contact(struct arena *arena, const struct spam_facts *facts,
                          struct spam_verdict *out)
{
    struct str digits = subscriber(facts->phone);
    struct str domain = facts->email;

    (void)str_cut(&domain, '@');
    if (facts->phone_typed.n && facts->phone.n == 0)
        add(out, arena, 30,
            STR("the phone cannot exist: it is too short, too long or no number"));
    if (facts->phone.n && facts->phone.p[0] == '+' && !phone_exists(facts->phone))
        add(out, arena, 15, STR("the phone is of no range that its country has"));
    if (digits.n >= 7 && runs(digits, 0))
        add(out, arena, 40, STR("the phone is one digit repeated"));
    else if (digits.n >= 7 && (runs(digits, 1) || runs(digits, -1)))
        add(out, arena, 40, STR("the phone is a row of digits in order"));
    if (facts->email_typed.n && facts->email.n == 0)
        add(out, arena, 10, STR("the e-mail is not an address"));
    if (domain.n && lead_spam_disposable(domain))
        add(out, arena, 30,
            str_fmt(arena, "the e-mail is of a throw-away service, " STR_FMT, STR_ARG(domain)));
    if (gibberish(facts->name))
        add(out, arena, 20, STR("the name looks typed at random"));
    if (has_link(str_lower(arena, facts->name)))
        add(out, arena, 40, STR("the name holds a link"));
}

static void judge_blocked(struct arena *arena, const struct spam_facts *facts,
                          struct spam_verdict *out)
{
    if (facts->blocked_phone)
        add(out, arena, MOST, STR("the phone is on the org's blocked list"));
    if (facts->blocked_email)
        add(out, arena, MOST, STR("the e-mail is on the org's blocked list"));
    if (facts->blocked_domain)
        add(out, arena, 60, STR("the e-mail's domain is on the org's blocked list"));
    if (facts->blocked_address)
        add(out, arena, 60, STR("the sender's address is on the org's blocked list"));
}

struct spam_verdict lead_spam_judge(struct arena *arena, const struct spam_facts *facts)
{
    struct spam_verdict out = {0};

    judge_contact(arena, facts, &out);
    if (links_in_answers(arena, facts->answers))
        add(&out, arena, 30, STR("an answer holds a link"));
    if (facts->phone_other_forms)
        add(&out, arena, facts->phone_other_forms > 1 ? 30 : 15,
            str_fmt(arena, "the phone came by %lld other form%s within a day",
                    (long long)facts->phone_other_forms,
                    facts->phone_other_forms > 1 ? "s" : ""));
    if (facts->address_burst >= SPAM_BURST)
        add(&out, arena, 30,
            str_fmt(arena, "%lld other leads came from the sender's address within ten minutes",
                    (long long)facts->address_burst));
    if (facts->filled_ms > 0 && facts->filled_ms < SPAM_FAST_MS)
        add(&out, arena, 30,
            str_fmt(arena, "the form was filled in within %lld ms",
                    (long long)facts->filled_ms));
    judge_blocked(arena, facts, &out);
    return out;
}

struct str lead_spam_cause(struct arena *arena, const struct spam_verdict *verdict)
{
    struct buf buf;

    buf_init(&buf, arena, REASONS_CEILING);
    buf_fmt(&buf, "spam score %lld", (long long)verdict->score);
    for (size_t i = 0; i < verdict->reasons.n; i++) {
        buf_add(&buf, i ? STR("; ") : STR(": "));
        buf_add(&buf, verdict->reasons.at[i]);
    }
    return buf_str(&buf);
}

struct str lead_spam_reasons(struct arena *arena, const struct spam_verdict *verdict)
{
    struct json_writer w;
    struct buf buf;

    buf_init(&buf, arena, REASONS_CEILING);
    json_writer(&w, &buf);
    json_list(&w);
    for (size_t i = 0; i < verdict->reasons.n; i++)
        json_put_text(&w, verdict->reasons.at[i]);
    json_end(&w);
    return buf_str(&buf);
}
