/* loop.c - a thread that takes turns until it is stopped. */

#include "work/thread.h"
#include "work/work.h"

#include <stdatomic.h>
#include <stdlib.h>

struct work_loop {
    void (*turn)(void *arg);
    void (*wake)(void *arg);
    void *arg;
    atomic_bool stopping;
    pthread_t thread;
};

static void *take_turns(void *arg)
{
    struct work_loop *loop = arg;

    while (!atomic_load(&loop->stopping))
        loop->turn(loop->arg);
    return NULL;
}

bool work_loop_start(const char *name, void (*turn)(void *arg), void (*wake)(void *arg),
                     void *arg, struct work_loop **out, struct err *err)
{
    struct work_loop *loop = thread_array(1, sizeof *loop);

    *loop = (struct work_loop){.turn = turn, .wake = wake, .arg = arg};
    if (!thread_start(&loop->thread, name, -1, take_turns, loop, err)) {
        free(loop);
        return false;
    }
    *out = loop;
    return true;
}

void work_loop_stop(struct work_loop *loop)
{
    if (!loop)
        return;
    atomic_store(&loop->stopping, true);
    if (loop->wake)
        loop->wake(loop->arg);
    must(!pthread_join(loop->thread, NULL));
    free(loop);
}
