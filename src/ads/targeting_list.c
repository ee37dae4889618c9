/*
 * targeting_list.c - a platform's list as text, and search in it.
 *
 * One entry a line, its members between tabs: id, parent, kind, country, name,
 * what it lies in, the words of the name.  A list of some ten thousand entries
 * is looked through in a few milliseconds, without parsing it.
 */

#include "ads/targeting.h"

#include "base/limits.h"
#include "text/words.h"

#define MEMBERS      7
#define WORDS_OF_ONE 16

/* --- text and back --- */

/* Names come from outside: what parts entries and members may not stand in them. */
static void put_member(struct buf *buf, struct str text, char end)
{
    for (size_t i = 0; i < text.n; i++)
        buf_char(buf, (unsigned char)text.p[i] < ' ' ? ' ' : text.p[i]);
    buf_char(buf, end);
}

/* At most LIMIT_LABEL bytes, whole letters. */
static struct str cut(struct str text)
{
    struct str head = str_sub(text, 0, LIMIT_LABEL);

    while (head.n < text.n && head.n && ((unsigned char)text.p[head.n] & 0xC0) == 0x80)
        head.n--;
    return head;
}

bool targeting_print(struct arena *arena, const struct platform_targets *list, struct str *out,
                     struct err *err)
{
    struct buf buf;

    buf_init(&buf, arena, LIMIT_TARGET_BYTES);
    for (size_t i = 0; i < list->n && i < LIMIT_TARGETS_KEPT; i++) {
        const struct platform_target *target = &list->at[i];

        put_member(&buf, target->id, '\t');
        put_member(&buf, target->parent_id, '\t');
        put_member(&buf, target->kind, '\t');
        put_member(&buf, target->country, '\t');
        put_member(&buf, cut(target->name), '\t');
        put_member(&buf, cut(target->within), '\t');
        put_member(&buf, words_line(arena, target->name, WORDS_OF_ONE), '\n');
    }
    return buf_done(&buf, "the platform's list", out, err);
}

bool targeting_next(struct str *rest, struct targeting_entry *out)
{
    struct str line, member[MEMBERS];

    if (!rest->n)
        return false;
    line = str_cut(rest, '\n');
    for (size_t i = 0; i < MEMBERS; i++)
        member[i] = str_cut(&line, '\t');
    *out = (struct targeting_entry){.target = {.id = member[0],
                                               .parent_id = member[1],
                                               .kind = member[2],
                                               .country = member[3],
                                               .name = member[4],
                                               .within = member[5]},
                                    .words = member[6]};
    return true;
}

/* --- search --- */

enum fit { FIT_WHOLE, FIT_BEGINS, FIT_WORD, FITS }; /* best first; FITS = not at all */

static enum fit fit_of(struct str words, struct str wanted, struct str inner)
{
    if (str_starts(words, wanted))
        return words.n == wanted.n ? FIT_WHOLE : FIT_BEGINS;
    return str_has(words, inner) ? FIT_WORD : FITS;
}

void targeting_search(struct arena *arena, struct str entries, struct str text, size_t most,
                      struct platform_targets *out, bool *more)
{
    struct str wanted = words_line(arena, text, WORDS_OF_ONE);
    struct str inner = str_fmt(arena, " " STR_FMT, STR_ARG(wanted));
    struct platform_targets found[FITS] = {{0}};

    *more = false;
    for (struct targeting_entry entry; targeting_next(&entries, &entry);) {
        enum fit fit = wanted.n                   ? fit_of(entry.words, wanted, inner)
                       : entry.target.parent_id.n ? FITS
                                                  : FIT_BEGINS;

        if (fit == FITS)
            continue;
        if (found[fit].n < most)
            *platform_targets_add(&found[fit], arena) = entry.target;
        else
            *more = true;
    }
    for (size_t fit = 0; fit < FITS; fit++)
        for (size_t i = 0; i < found[fit].n; i++) {
            if (out->n < most)
                *platform_targets_add(out, arena) = found[fit].at[i];
            else
                *more = true;
        }
}
