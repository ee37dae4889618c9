#ifndef TEXT_SAYS_H
#define TEXT_SAYS_H

#include "text/json.h"

struct arena;
struct err;

/*
 * A sentence for people as a code and its values, beside the English one: the
 * console writes it in the reader's language (ui/src/words).  As JSON:
 *
 *     {"code": "cost_yesterday", "result": "leads", "cost_micros": 1564000000, "currency":
 * "KZT"}
 *
 * A name says what its value is: "..._micros" is money in `currency`,
 * "...percent" a share in whole percent, any other number a count; a text is a
 * name or a word of ours.  Each area has one list of its codes (X macros in a
 * header *_codes.h); ui/scripts/codes.mjs fails the build when a code of a list
 * has no words.
 */
struct says_value {
    const char *name; /* NULL = no more */
    enum { SAYS_IS_NUMBER, SAYS_IS_REAL, SAYS_IS_WORD } kind;
    int64_t number;
    double real;
    struct str text;
};

#define SAYS_VALUES 7
struct says {
    const char *code; /* NULL = nothing is said */
    struct says_value values[SAYS_VALUES];
};

/* SAYS(code, NUMBER("hours", 3), WORD("result", STR("leads")), ...) */
#define SAYS(code_, ...)       ((struct says){.code = (code_), .values = {__VA_ARGS__}})
#define SAYS_NUMBER(name_, n_) ((struct says_value){.name = (name_), .number = (n_)})
#define SAYS_WORD(name_, s_)                                                                   \
    ((struct says_value){.name = (name_), .kind = SAYS_IS_WORD, .text = (s_)})
#define SAYS_REAL(name_, n_)                                                                   \
    ((struct says_value){.name = (name_), .kind = SAYS_IS_REAL, .real = (n_)})

/* The member `key` with the sentence; none when nothing is said.  currency: of its money. */
void says_member(struct json_writer *w, const char *key, const struct says *says,
                 struct str currency);

/* The sentence as a member of a list; null when nothing is said. */
void says_put(struct json_writer *w, const struct says *says, struct str currency);

/* Sentences that are stored in English only: a pattern is the sentence with its values as
 * "{name}"; "the e-mail is of {domain}" reads "the e-mail is of a.example".  The list ends with
 * a NULL code. */
struct says_pattern {
    const char *code, *english;
};
/* The first pattern that the whole text fits; nothing said when none does. */
struct says says_read(struct arena *arena, const struct says_pattern *patterns,
                      struct str text);

/* Let an error carry its sentence (err.says, as JSON), after err_set.  One that is too long is
 * left out: the English text stands by itself.  Returns false, as err_set does. */
bool says_error(struct err *err, struct arena *arena, const struct says *says,
                struct str currency);
/* The same where there is no arena: a code with at most two numbers (NULL = none). */
bool says_numbers(struct err *err, const char *code, const char *first, int64_t n,
                  const char *second, int64_t m);

#endif
