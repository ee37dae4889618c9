/* contact.c - personal data of a lead: sealed, and the words it is found by. */

#include "lead/contact.h"

#include "base/arena.h"
#include "base/strs.h"
#include "seal/seal.h"

#include <stddef.h>

#define CONTACT_CEILING (512 * 1024)
#define SHORT_TAIL      4
#define LONG_TAIL       7

static const struct {
    const char *name;
    size_t offset;
} members[] = {
    {"name", offsetof(struct lead, name)},
    {"phone", offsetof(struct lead, phone)},
    {"phone_typed", offsetof(struct lead, phone_typed)},
    {"email", offsetof(struct lead, email)},
    {"email_typed", offsetof(struct lead, email_typed)},
    {"answers", offsetof(struct lead, answers)},
};

static struct seal_place place_of(struct str org_id, struct str lead_id)
{
    return (struct seal_place){org_id, "leads", "contact_sealed", lead_id};
}

struct str lead_contact_seal(const struct ring *ring, struct arena *arena, struct str org_id,
                             const struct lead *lead)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, CONTACT_CEILING);
    json_writer(&w, &buf);
    json_object(&w);
    for (size_t i = 0; i < countof(members); i++) {
        const struct str *value = (const struct str *)((const char *)lead + members[i].offset);
        if (value->n)
            json_text_member(&w, members[i].name, *value);
    }
    json_end(&w);
    return ring_seal(ring, arena, place_of(org_id, lead->lead_id), buf_str(&buf));
}

bool lead_contact_unseal(const struct ring *ring, struct arena *arena, struct str org_id,
                         struct str sealed, struct lead *out, struct err *err)
{
    const struct json *doc;
    struct secret opened;

    if (!ring_unseal(ring, arena, place_of(org_id, out->lead_id), sealed, &opened, err) ||
        !json_parse(arena, seal_reveal(opened), &doc, err))
        return err_while(err, "reading the contact of lead " STR_FMT, STR_ARG(out->lead_id));
    for (size_t i = 0; i < countof(members); i++)
        *(struct str *)((char *)out + members[i].offset) =
            json_text(doc, members[i].name, STR(""));
    if (out->answers.n == 0)
        out->answers = STR("[]");
    return true;
}

/* --- words ------------------------------------------------------------------- */

static void add_word(struct strs *words, struct arena *arena, struct str word)
{
    if (word.n == 0 || words->n == LEAD_WORDS)
        return;
    word = str_lower(arena, word);
    for (size_t i = 0; i < words->n; i++)
        if (str_eq(words->at[i], word))
            return;
    *strs_add(words, arena) = word;
}

static bool parts(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == ',' || c == ';' || c == '.' || c == '(' ||
           c == ')' || c == '"' || c == '\'';
}

static void add_words(struct strs *words, struct arena *arena, struct str text)
{
    size_t begin = 0;

    for (size_t i = 0; i <= text.n; i++)
        if (i == text.n || parts(text.p[i])) {
            add_word(words, arena, str_sub(text, begin, i - begin));
            begin = i + 1;
        }
}

static struct str digits_of(struct arena *arena, struct str text)
{
    char *digits = arena_alloc(arena, text.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] >= '0' && text.p[i] <= '9')
            digits[n++] = text.p[i];
    return (struct str){digits, n};
}

static void add_phone(struct strs *words, struct arena *arena, struct str phone)
{
    struct str digits = digits_of(arena, phone);

    add_word(words, arena, digits);
    if (digits.n > LONG_TAIL)
        add_word(words, arena, str_sub(digits, digits.n - LONG_TAIL, LONG_TAIL));
    if (digits.n > SHORT_TAIL)
        add_word(words, arena, str_sub(digits, digits.n - SHORT_TAIL, SHORT_TAIL));
}

struct strs lead_contact_words(struct arena *arena, const struct lead *lead)
{
    struct strs words = {0};

    add_phone(&words, arena, lead->phone.n ? lead->phone : lead->phone_typed);
    if (lead->email.n) {
        add_word(&words, arena, lead->email);
        add_word(&words, arena, str_sub(lead->email, 0, str_find(lead->email, '@')));
    }
    add_words(&words, arena, lead->name);
    return words;
}

/* A phone as people type it: digits with signs between them. */
static bool is_phone(struct str typed)
{
    size_t digits = 0;

    for (size_t i = 0; i < typed.n; i++) {
        char c = typed.p[i];
        if (c >= '0' && c <= '9')
            digits++;
        else if (c != '+' && c != ' ' && c != '-' && c != '(' && c != ')')
            return false;
    }
    return digits >= SHORT_TAIL;
}

struct strs lead_search_words(struct arena *arena, struct str typed)
{
    struct strs words = {0};

    typed = str_trim(typed);
    if (is_phone(typed)) {
        struct str digits = digits_of(arena, typed);
        /* With whatever country code or trunk digit: the last seven tell. */
        if (digits.n > LONG_TAIL)
            digits = str_sub(digits, digits.n - LONG_TAIL, LONG_TAIL);
        add_word(&words, arena, digits);
    } else if (str_find(typed, '@') < typed.n) {
        add_word(&words, arena, typed);
    } else {
        add_words(&words, arena, typed);
    }
    return words;
}

struct str lead_word_hash(const struct ring *ring, struct arena *arena, struct str org_id,
                          struct str word)
{
    return ring_hash(ring, arena, "lead-word", org_id, word);
}
