/* confined.c - the child: begin, lock down, work, end. */

#include "base/arena.h"
#include "media/confine.h"
#include "media/lock.h"
#include "media/self_test.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { WORD_CONFINED = 1, WORD_WORK, WORD_LIMITS, WORDS };

void confine_answer(const void *bytes, size_t n)
{
    const char *p = bytes;

    while (n) {
        ssize_t done = write(1, p, n);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            _exit(2);
        p += done;
        n -= (size_t)done;
    }
}

bool confine_refuse(const char *fmt, ...)
{
    char text[300];
    va_list args;
    int n;

    va_start(args, fmt);
    n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (n > 0)
        confine_answer(text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
    return false;
}

/* "30 805306368 0 31": seconds, bytes of memory, bytes of output, layers. */
static bool read_limits(const char *word, struct lock_limits *limits, unsigned *layers)
{
    int64_t numbers[4];
    struct str rest = str(word);

    for (size_t i = 0; i < countof(numbers); i++)
        if (!str_int(str_cut(&rest, ' '), &numbers[i]) || numbers[i] < 0)
            return false;
    *limits = (struct lock_limits){numbers[0], numbers[1], numbers[2]};
    *layers = (unsigned)numbers[3];
    return true;
}

static _Noreturn void work_and_end(const struct confine_work *work, int argc, char **argv)
{
    struct confine_call call = {.argc = argc - WORDS, .argv = argv + WORDS};
    struct lock_limits limits;
    struct stat input;
    unsigned layers, held;

    if (!read_limits(argv[WORD_LIMITS], &limits, &layers) || fstat(0, &input) != 0)
        _exit(2);
    lock_limits(&limits);
    tzset(); /* so that no date makes libc open the zone's file later */
    call.arena = arena_new("confined");
    call.input_bytes = S_ISREG(input.st_mode) ? input.st_size : 0;
    call.output_bytes = limits.output_bytes;
    if (work->warm_up && !work->warm_up(&call))
        _exit(2);
    held = lock_down(layers);

    char said[32];
    int n = snprintf(said, sizeof said, "layers %u\n", held);

    if (write(2, said, (size_t)n) != n)
        _exit(2);
    _exit(work->work(&call) ? 0 : 2);
}

void confine_main(int argc, char **argv, const struct confine_work *works)
{
    if (argc < WORDS || strcmp(argv[WORD_CONFINED], "confined") != 0)
        return;
    if (strcmp(argv[WORD_WORK], self_test_work.name) == 0)
        work_and_end(&self_test_work, argc, argv);
    for (; works->name; works++)
        if (strcmp(argv[WORD_WORK], works->name) == 0)
            work_and_end(works, argc, argv);
}
