/* pool.c - threads that take items from one bounded queue. */

#include "work/work.h"
#include "base/clock.h"
#include "work/thread.h"

#include <stdlib.h>

struct entry {
    void *item;
    int64_t since_ms; /* monotonic, when it was pushed */
};

struct work_pool {
    struct work_settings settings;
    pthread_mutex_t lock;
    pthread_cond_t arrived;  /* an item, or the end */
    pthread_cond_t finished; /* a thread left */

    struct entry *ring; /* settings.queue_limit entries */
    size_t head;
    size_t waiting;
    bool stopping; /* takes no new items; what waits is still run */
    bool dropping; /* what waits is not run any more */

    struct worker *workers;
    int started;
    int running;
};

struct worker {
    struct work_pool *pool;
    pthread_t thread;
    int index;
};

/* Up to `batch` items, waiting for the first; 0 when the thread shall leave. */
static size_t take(struct work_pool *pool, void **items)
{
    size_t n = 0;

    pthread_mutex_lock(&pool->lock);
    while (!pool->waiting && !pool->stopping)
        pthread_cond_wait(&pool->arrived, &pool->lock);
    while (pool->waiting && !pool->dropping && n < pool->settings.batch) {
        items[n++] = pool->ring[pool->head].item;
        pool->head = (pool->head + 1) % pool->settings.queue_limit;
        pool->waiting--;
    }
    pthread_mutex_unlock(&pool->lock);
    return n;
}

static void *work(void *arg)
{
    struct worker *worker = arg;
    struct work_pool *pool = worker->pool;
    const struct work_settings *s = &pool->settings;
    void **items = thread_array(s->batch, sizeof *items);
    void *state = s->start ? s->start(s->shared, worker->index) : NULL;
    size_t n;

    while ((n = take(pool, items)))
        s->run(state, items, n);
    if (s->stop)
        s->stop(state);
    free(items);

    pthread_mutex_lock(&pool->lock);
    pool->running--;
    pthread_cond_signal(&pool->finished);
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static bool start_threads(struct work_pool *pool, struct err *err)
{
    for (int i = 0; i < pool->settings.threads; i++) {
        struct worker *worker = &pool->workers[i];

        *worker = (struct worker){.pool = pool, .index = i};
        pool->running++;
        if (!thread_start(&worker->thread, pool->settings.name, i, work, worker, err)) {
            pool->running--;
            return false;
        }
        pool->started++;
    }
    return true;
}

bool work_start(const struct work_settings *settings, struct work_pool **out, struct err *err)
{
    struct work_pool *pool = thread_array(1, sizeof *pool);

    must(settings->threads > 0 && settings->queue_limit > 0 && settings->run);
    pool->settings = *settings;
    if (!pool->settings.batch)
        pool->settings.batch = 1;
    pool->ring = thread_array(settings->queue_limit, sizeof *pool->ring);
    pool->workers = thread_array((size_t)settings->threads, sizeof *pool->workers);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->arrived, NULL);
    thread_cond_init(&pool->finished);

    pthread_mutex_lock(&pool->lock);
    bool ok = start_threads(pool, err);
    pthread_mutex_unlock(&pool->lock);
    if (!ok)
        work_stop(pool, 0, NULL);
    else
        *out = pool;
    return ok;
}

bool work_push(struct work_pool *pool, void *item)
{
    return work_push_many(pool, &item, 1) == 1;
}

size_t work_push_many(struct work_pool *pool, void **items, size_t n)
{
    int64_t now = clock_mono_ms();
    size_t limit = pool->settings.queue_limit;
    size_t pushed = 0;

    pthread_mutex_lock(&pool->lock);
    while (pushed < n && !pool->stopping && pool->waiting < limit) {
        pool->ring[(pool->head + pool->waiting) % limit] = (struct entry){items[pushed], now};
        pool->waiting++;
        pushed++;
    }
    if (pushed > 1 && pool->settings.batch < pushed)
        pthread_cond_broadcast(&pool->arrived);
    else if (pushed)
        pthread_cond_signal(&pool->arrived);
    pthread_mutex_unlock(&pool->lock);
    return pushed;
}

int64_t work_oldest_ms(struct work_pool *pool)
{
    int64_t age = 0;

    pthread_mutex_lock(&pool->lock);
    if (pool->waiting)
        age = clock_mono_ms() - pool->ring[pool->head].since_ms;
    pthread_mutex_unlock(&pool->lock);
    return age;
}

size_t work_waiting(struct work_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    size_t n = pool->waiting;
    pthread_mutex_unlock(&pool->lock);
    return n;
}

/* Called with the lock: until all threads left, or only what is in hand may still run. */
static void wait_finished(struct work_pool *pool, int64_t deadline_mono_ms)
{
    while (pool->running && pool->waiting && clock_mono_ms() < deadline_mono_ms)
        thread_cond_wait_until(&pool->finished, &pool->lock, deadline_mono_ms);
    pool->dropping = true;
}

void work_stop(struct work_pool *pool, int64_t deadline_mono_ms, void (*drop)(void *item))
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->arrived);
    wait_finished(pool, deadline_mono_ms);
    pthread_mutex_unlock(&pool->lock);

    for (int i = 0; i < pool->started; i++)
        must(!pthread_join(pool->workers[i].thread, NULL));
    for (; pool->waiting; pool->waiting--) {
        if (drop)
            drop(pool->ring[pool->head].item);
        pool->head = (pool->head + 1) % pool->settings.queue_limit;
    }
    pthread_cond_destroy(&pool->finished);
    pthread_cond_destroy(&pool->arrived);
    pthread_mutex_destroy(&pool->lock);
    free(pool->workers);
    free(pool->ring);
    free(pool);
}
