#ifndef MEDIA_CONFINE_H
#define MEDIA_CONFINE_H

#include "base/str.h"

/*
 * A stranger's file is read by a child that can do nothing else.
 *
 * The child is our own program started again.  It gets open files instead of
 * names: 0 the stranger's file, 1 the pipe for its answer, 2 the pipe for its
 * log, 3 the file to write (where there is one); nothing else is open, its
 * environment is empty.  It opens what it needs of its own (`warm_up`: models,
 * tables), then it is locked down, in this order:
 *
 *   limits       processor time, memory, size of what it writes, open files, no core
 *   identity     nobody instead of root; no_new_privs; dies with its parent
 *   namespaces   users, network, ipc of its own: there is no interface to send from
 *   landlock     no path may be opened
 *   seccomp      a short list of system calls; any other one kills it
 *
 * A layer that the machine does not offer is left out, logged once and shown by
 * `adwright doctor`; the others hold alone.  One child per file; a killed child
 * means "this file is refused", it is not tried again.
 *
 * Sanitizer builds leave out the memory limit (they reserve terabytes of
 * addresses) and answer unknown system calls with EPERM instead of death, so
 * that their reports can still be written.
 */

/* --- the child's side --- */

/* What a child knows while it works.  Everything is given back by its end. */
struct confine_call {
    struct arena *arena;
    int argc; /* the words of confine_job.words */
    char **argv;
    int64_t input_bytes;  /* size of file 0 */
    int64_t output_bytes; /* the ceiling of file 3; 0 = there is none */
    void *warm;           /* for warm_up to leave something to work */
};

struct confine_work {
    const char *name;
    /* Before the lock-down, with file 0 not yet touched: open what cannot be opened later.
     * NULL = nothing.  False = said why with confine_refuse. */
    bool (*warm_up)(struct confine_call *call);
    /* Locked down.  False = said why with confine_refuse. */
    bool (*work)(struct confine_call *call);
};

/*
 * The first thing main() does: when this process was started as a child for one
 * of `works` (ended by one without a name), it does the work and never returns.
 */
void confine_main(int argc, char **argv, const struct confine_work *works);

/* Write to the answer, as often as needed; a parent that has gone ends the child. */
void confine_answer(const void *bytes, size_t n);
/* "it has no video track": a clause about the file that a person understands.  Returns false.
 */
bool confine_refuse(const char *fmt, ...) PRINTF(1, 2);

/* --- the parent's side --- */

struct confine_job {
    const char *work; /* confine_work.name */
    const char *const
        *words; /* its arguments, NULL-ended; NULL = none.  Numbers and names, no paths */
    const char *input_path;  /* a regular file, opened here; NULL = /dev/null */
    const char *output_path; /* made here, removed again when the job fails; NULL = none */
    int64_t output_bytes;    /* at most so large */
    size_t answer_bytes;     /* at most so long */
    int cpu_seconds;         /* 0 = 30 */
    int wall_seconds;        /* 0 = 60 */
    int64_t memory_bytes;    /* of addresses; 0 = 768 MB */
};

/*
 * Run one child; *answer is all that it answered, to be judged like any other
 * stranger's text.  ERR_INVALID: the file is refused (the child said why, or it
 * crashed, or a limit ended it).  ERR_BROKEN: it could not be started, or the
 * output could not be made.
 */
MUST_CHECK bool confine_run(struct arena *arena, const struct confine_job *job,
                            struct str *answer, struct err *err);

/* --- what this machine offers --- */

enum confine_layer {
    CONFINE_LIMITS = 1,
    CONFINE_IDENTITY = 2,
    CONFINE_NAMESPACES = 4,
    CONFINE_LANDLOCK = 8,
    CONFINE_SECCOMP = 16,
    CONFINE_ALL = 31,
};

/*
 * A child with only these layers tries "openat", "socket", "clone" or "execve"; *escaped when
 * that came through.  *held = the layers that it could put on.  ERR_BROKEN when no child can be
 * started.
 */
MUST_CHECK bool confine_try(struct arena *arena, const char *attempt, unsigned layers,
                            unsigned *held, bool *escaped, struct err *err);
/* Every attempt with every layer: *escaped is the first that came through, "" = none. */
MUST_CHECK bool confine_self_test(struct arena *arena, unsigned *held, struct str *escaped,
                                  struct err *err);
/* "landlock, seccomp": the names of these layers. */
struct str confine_layer_names(struct arena *arena, unsigned layers);

#endif
