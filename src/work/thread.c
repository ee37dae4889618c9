/* thread.c - starting threads and waiting with a deadline. */

#include "work/thread.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

bool thread_start(pthread_t *out, const char *name, int index, void *(*run)(void *arg),
                  void *arg, struct err *err)
{
    char full[16];
    sigset_t all, before;

    sigfillset(&all);
    must(!pthread_sigmask(SIG_SETMASK, &all, &before)); /* inherited by the new thread */
    int failed = pthread_create(out, NULL, run, arg);
    must(!pthread_sigmask(SIG_SETMASK, &before, NULL));
    if (failed) {
        err_set(err, ERR_BROKEN, "cannot start a thread: %s", strerror(failed));
        return err_hint(err,
                        "raise the limit of processes (ulimit -u), or ask for fewer threads");
    }
    if (index < 0)
        (void)snprintf(full, sizeof full, "%.15s", name);
    else
        (void)snprintf(full, sizeof full, "%.11s-%d", name, index % 1000);
    (void)pthread_setname_np(*out, full); /* for people only */
    return true;
}

void thread_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
}

void thread_cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t mono_ms)
{
    struct timespec until = {.tv_sec = mono_ms / 1000, .tv_nsec = mono_ms % 1000 * 1000000};

    (void)pthread_cond_timedwait(cond, lock, &until); /* the caller looks again either way */
}

void *thread_array(size_t n, size_t size)
{
    void *p = calloc(n, size);

    must(p);
    return p;
}
