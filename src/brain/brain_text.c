/* brain_text.c - decisions as lines for a terminal. */
#include "brain/brain.h"

#include "text/json.h"
#include "text/money.h"

#define MOST_TEXT ((size_t)1024 * 1024)

static const char *paint(bool colour, struct str decision)
{
    if (!colour)
        return "";
    if (str_eq(decision, STR("raise")) || str_eq(decision, STR("start")))
        return "\033[32m";
    if (str_eq(decision, STR("lower")))
        return "\033[33m";
    if (str_eq(decision, STR("pause")))
        return "\033[31m";
    return "\033[2m";
}

/* The first line of a reason stands in the head. */
static void put_why(struct buf *out, const struct json *holder)
{
    const struct json *reason = json_at(holder, "reason");

    for (size_t i = 1; i < json_count(reason); i++) {
        struct str line = json_text(json_item(reason, i), "", STR(""));
        if (line.n)
            buf_fmt(out, "           " STR_FMT "\n", STR_ARG(line));
    }
}

static void put_head(struct buf *out, bool colour, struct str word, struct str what,
                     struct str name)
{
    buf_fmt(out, "  %s%-7.*s%s  " STR_FMT ": " STR_FMT "\n", paint(colour, word), (int)word.n,
            word.p, colour ? "\033[0m" : "", STR_ARG(name), STR_ARG(what));
}

static void put_group(struct buf *out, const struct json *group, bool colour)
{
    struct str limit = json_text(group, "limit.words", STR(""));

    put_head(out, colour, json_text(group, "decision", STR("")),
             json_text(json_at(group, "reason"), "0", STR("")),
             json_text(group, "name", STR("")));
    put_why(out, group);
    if (limit.n)
        buf_fmt(out, "           limit: " STR_FMT "\n", STR_ARG(limit));
    if (json_bool(group, "deferred", false))
        buf_fmt(out, "           deferred to the next run\n");
}

/* Ads and new groups stand only among the actions. */
static void put_other_action(struct buf *out, const struct json *action, bool colour)
{
    struct str type = json_text(action, "type", STR(""));
    bool ad = str_eq(type, STR("TikTok.PauseAd"));

    if (!ad && !str_starts(type, STR("Direction.")))
        return;
    put_head(out, colour, ad ? STR("pause") : STR("start"),
             json_text(json_at(action, "reason"), "0", STR("")),
             ad ? STR("ad") : STR("new ad group"));
    put_why(out, action);
}

static struct str money(struct arena *arena, const struct json *root, const char *field)
{
    struct str currency = json_text(root, "currency", STR(""));
    int64_t micros = 0;

    if (!json_int(root, field, &micros))
        return STR("-");
    return str_fmt(arena, STR_FMT " " STR_FMT, STR_ARG(money_show(arena, micros, currency)),
                   STR_ARG(currency));
}

struct str brain_text(struct arena *arena, struct str decisions, bool colour)
{
    const struct json *root;
    struct err err = {0};
    struct buf out;

    if (!json_parse(arena, decisions, &root, &err))
        return str_fmt(arena, "the stored decisions cannot be read: %s\n", err.text);
    buf_init(&out, arena, MOST_TEXT);
    buf_fmt(
        &out,
        "figures up to " STR_FMT ", budgets " STR_FMT " -> " STR_FMT " a day, cap " STR_FMT
        "\n",
        STR_ARG(json_text(root, "day", STR("?"))), STR_ARG(money(arena, root, "before_micros")),
        STR_ARG(money(arena, root, "after_micros")), STR_ARG(money(arena, root, "cap_micros")));
    for (size_t i = 0; i < json_count(json_at(root, "gates")); i++) {
        const struct json *gate = json_item(json_at(root, "gates"), i);
        buf_fmt(&out, "  holds " STR_FMT ": " STR_FMT "\n",
                STR_ARG(json_text(gate, "holds", STR(""))),
                STR_ARG(json_text(gate, "reason", STR(""))));
    }
    for (size_t i = 0; i < json_count(json_at(root, "groups")); i++)
        put_group(&out, json_item(json_at(root, "groups"), i), colour);
    for (size_t i = 0; i < json_count(json_at(root, "actions")); i++)
        put_other_action(&out, json_item(json_at(root, "actions"), i), colour);
    return buf_str(&out);
}
