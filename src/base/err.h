#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

#define MUST_CHECK   __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))

/* The kinds, with the words that logs and JSON use; the console has a title and a way out for
 * each (ui/src/words/<language>/problem.ts). */
#define ERR_KINDS(CODE)                                                                        \
    CODE(ERR_INVALID, "invalid")     /* the request makes no sense as sent    -> 400 */        \
    CODE(ERR_DENIED, "denied")       /* not signed in (401), not allowed (403) -> 403 */       \
    CODE(ERR_NOT_FOUND, "not_found") /* no such object for this caller        -> 404 */        \
    CODE(ERR_CONFLICT, "conflict")   /* lost a race, or it already exists     -> 409 */        \
    CODE(ERR_BUSY, "busy")           /* nothing happened; may work later      -> 503 */        \
    CODE(ERR_REFUSED, "refused")     /* the platform understood, and said no  -> 422 */        \
    CODE(ERR_UNCERTAIN, "uncertain") /* it may have happened: read back first -> 502 */        \
    CODE(ERR_BROKEN, "broken")       /* ours: a bug, a full disk, a lost database -> 500 */
#define ERR_ENUM(kind_, name_) kind_,

/*
 * What went wrong, for the person who has to act on it.
 *
 * A function that can fail returns bool and takes `struct err *` last.  On
 * success it leaves the err alone, so calls chain with &&.  On failure it
 * fills the err once, where the failure is first noticed.  Callers may add
 * what they were doing (err_while) or whom to blame (err_field, err_hint);
 * nobody replaces what happened.
 *
 * The struct owns no memory: it can be filled when memory has run out, copied,
 * and kept.
 */
enum err_kind { ERR_NONE, ERR_KINDS(ERR_ENUM) };

struct err {
    enum err_kind kind;
    const char *file; /* where it was first noticed */
    int line;
    char field[64]; /* the input field to blame, or "" */
    char text[512]; /* one clause, lower case, no full stop */
    char hint[256]; /* what the reader can do about it, or "" */
    char says[384]; /* the text as a code and its values (text/says.h), or "" */

    /* For ERR_REFUSED: the platform's own answer, verbatim. */
    int64_t platform_code;
    char platform_message[512];
    char platform_request_id[64];
};

/* Record a failure.  Returns false, so `return err_set(...)` reads well. */
#define err_set(err, kind, ...) err_set_at((err), (kind), __FILE__, __LINE__, __VA_ARGS__)

bool err_set_at(struct err *err, enum err_kind kind, const char *file, int line,
                const char *fmt, ...) PRINTF(5, 6);

/* Name the input field to blame.  Returns false. */
bool err_field(struct err *err, const char *field);

/* Say what the reader can do.  Returns false. */
bool err_hint(struct err *err, const char *fmt, ...) PRINTF(2, 3);

/* Say what we were doing: "pausing campaign c7: platform said no".  Returns false. */
bool err_while(struct err *err, const char *fmt, ...) PRINTF(2, 3);

/* Record an invalid input: field, what is wrong, what to do.  Returns false. */
#define err_input(err, field_, hint_, ...)                                                     \
    (err_set((err), ERR_INVALID, __VA_ARGS__), err_field((err), (field_)),                     \
     err_hint((err), "%s", (hint_)))

/* "invalid", "denied", ... the word that logs and JSON use. */
const char *err_kind_name(enum err_kind kind);

/*
 * A bug, not an error: says where and why, then aborts.  Kept in release
 * builds.  The supervisor restarts us and jobs are durable, so nothing is lost
 * but the request in hand.
 */
#define must(cond) ((cond) ? (void)0 : err_bug(__FILE__, __LINE__, #cond))

_Noreturn void err_bug(const char *file, int line, const char *what);

#endif
