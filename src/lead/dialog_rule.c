/* dialog_rule.c - rules that read a dialog. */

#include "lead/dialog_rule.h"

#include "base/arena.h"
#include "base/limits.h"
#include "text/json.h"
#include "text/words.h"

#define LINE_WORDS 2000

/* " word word ": so that a phrase is found as whole words. */
static struct str padded(struct arena *arena, struct str text)
{
    return str_fmt(arena, " " STR_FMT " ", STR_ARG(words_line(arena, text, LINE_WORDS)));
}

/* What the sender said, line after line. */
static struct str said_by(struct arena *arena, const struct dialog_lines *lines,
                          struct str sender)
{
    bool anyone = str_eq(sender, STR("anyone")), us = str_eq(sender, STR("us"));
    struct buf buf;

    buf_init(&buf, arena, LIMIT_REPLY_BODY);
    for (size_t i = 0; i < lines->n; i++) {
        if (!anyone && lines->at[i].ours != us)
            continue;
        buf_add(&buf, lines->at[i].text);
        buf_char(&buf, '\n');
    }
    return padded(arena, buf_str(&buf));
}

static bool says(struct arena *arena, struct str said, struct str phrase)
{
    return str_has(said, padded(arena, phrase));
}

/* The first phrase of the list that was said; "" for none. */
static struct str first_said(struct arena *arena, struct str said, const struct json *phrases)
{
    for (size_t i = 0; i < json_count(phrases); i++) {
        struct str phrase = json_text(json_item(phrases, i), "", STR(""));
        if (phrase.n && says(arena, said, phrase))
            return phrase;
    }
    return STR("");
}

static bool all_said(struct arena *arena, struct str said, const struct json *phrases)
{
    for (size_t i = 0; i < json_count(phrases); i++)
        if (!says(arena, said, json_text(json_item(phrases, i), "", STR(""))))
            return false;
    return true;
}

static bool answer_fits(struct arena *arena, const struct json *wanted, struct str answers)
{
    const struct json *list;
    struct err err = {0};

    if (json_type(wanted) == JSON_MISSING)
        return true;
    if (!json_parse(arena, answers, &list, &err))
        return false;
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *one = json_item(list, i);
        if (!str_eq(words_line(arena, json_text(one, "field", STR("")), LINE_WORDS),
                    words_line(arena, json_text(wanted, "field", STR("")), LINE_WORDS)))
            continue;
        struct str given = padded(arena, json_number_text(one, "value", arena));
        return first_said(arena, given, json_at(wanted, "any")).n > 0;
    }
    return false;
}

static int64_t messages_of_person(const struct dialog_lines *lines)
{
    int64_t n = 0;

    for (size_t i = 0; i < lines->n; i++)
        n += !lines->at[i].ours;
    return n;
}

bool dialog_rule_fits(struct arena *arena, struct str text, const struct dialog_lines *lines,
                      struct str answers, struct str *stage, struct str *why)
{
    struct str phrase = STR("");
    const struct json *rule;
    struct err err = {0};
    int64_t messages = 0;

    if (!json_parse(arena, text, &rule, &err))
        return false;
    struct str said = said_by(arena, lines, json_text(rule, "sender", STR("person")));
    const struct json *any = json_at(rule, "any");
    if (json_count(any)) {
        phrase = first_said(arena, said, any);
        if (phrase.n == 0)
            return false;
    }
    (void)json_int(rule, "messages", &messages);
    if (!all_said(arena, said, json_at(rule, "all")) ||
        first_said(arena, said, json_at(rule, "none")).n ||
        messages_of_person(lines) < messages ||
        !answer_fits(arena, json_at(rule, "answer"), answers))
        return false;
    *stage = json_text(rule, "stage", STR(""));
    *why = phrase.n ? str_fmt(arena, "dialog: \"" STR_FMT "\" was said", STR_ARG(phrase))
                    : STR("dialog: a rule fits");
    return true;
}

/* --- checking --------------------------------------------------------------------- */

static bool check_phrases(const struct json *rule, const char *name, size_t *parts,
                          struct err *err)
{
    const struct json *list = json_at(rule, name);

    if (json_type(list) == JSON_MISSING)
        return true;
    if (json_type(list) != JSON_LIST || json_count(list) == 0 ||
        json_count(list) > DIALOG_PHRASES_MOST)
        return err_input(err, name, "a list of 1 to 50 phrases", "%s is not such a list", name);
    for (size_t i = 0; i < json_count(list); i++) {
        struct str phrase = json_text(json_item(list, i), "", STR(""));
        if (phrase.n == 0 || phrase.n > LIMIT_LABEL)
            return err_input(err, name, "phrases of 1 to 512 bytes",
                             "phrase %zu of %s is empty or too long", i + 1, name);
    }
    (*parts)++;
    return true;
}

static bool one_of(struct str text, const char *const *words)
{
    for (; *words; words++)
        if (str_eq(text, str(*words)))
            return true;
    return false;
}

bool dialog_rule_check(struct arena *arena, struct str text, struct err *err)
{
    static const char *const allowed[] = {"stage",  "any",      "all",    "none",
                                          "sender", "messages", "answer", NULL};
    static const char *const stages[] = {"qualified", "scheduled", "lost", NULL};
    static const char *const senders[] = {"person", "us", "anyone", NULL};
    const struct json *rule;
    int64_t messages;
    size_t parts = 0;

    if (!json_parse(arena, text, &rule, err) || !json_only(rule, allowed, err))
        return false;
    if (!one_of(json_text(rule, "stage", STR("")), stages))
        return err_input(err, "stage", "qualified, scheduled or lost",
                         "the rule sets no stage that a dialog can set");
    if (!one_of(json_text(rule, "sender", STR("person")), senders))
        return err_input(err, "sender", "person, us or anyone", "the rule has another sender");
    if (!json_want_int(rule, "messages", 0, 1000, 0, &messages, err) ||
        !check_phrases(rule, "any", &parts, err) || !check_phrases(rule, "all", &parts, err))
        return false;
    size_t ignored = 0;
    if (!check_phrases(rule, "none", &ignored, err))
        return false;
    const struct json *answer = json_at(rule, "answer");
    if (json_type(answer) != JSON_MISSING) {
        if (!json_text(answer, "field", STR("")).n)
            return err_input(err, "answer", "{\"field\":...,\"any\":[...]}",
                             "the rule's answer names no field");
        if (!check_phrases(answer, "any", &parts, err))
            return false;
    }
    return parts > 0 || messages > 0 ||
           err_input(err, "any", "give any, all, messages or answer",
                     "the rule would fit every dialog");
}
