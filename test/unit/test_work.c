/* work/: pools and loops. */
#include "work/work.h"
#include "base/clock.h"
#include "base/str.h"
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <unistd.h>

/* A gate that holds the workers until the test opens it. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool open;
    int inside;
} gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, true, 0};

static void gate_set(bool open)
{
    pthread_mutex_lock(&gate.lock);
    gate.open = open;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
}

static void gate_pass(void)
{
    pthread_mutex_lock(&gate.lock);
    gate.inside++;
    pthread_cond_broadcast(&gate.changed);
    while (!gate.open)
        pthread_cond_wait(&gate.changed, &gate.lock);
    gate.inside--;
    pthread_mutex_unlock(&gate.lock);
}

static void gate_wait_inside(int n)
{
    pthread_mutex_lock(&gate.lock);
    while (gate.inside < n)
        pthread_cond_wait(&gate.changed, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
}

static _Atomic int64_t sum;
static _Atomic int items_run, calls, largest_batch, started, stopped, dropped;

static void clear(void)
{
    sum = 0;
    items_run = calls = largest_batch = started = stopped = dropped = 0;
    gate_set(true);
}

static void *start(void *shared, int index)
{
    (void)index;
    started++;
    return shared;
}

static void run(void *state, void **items, size_t n)
{
    must(state == &sum);
    gate_pass();
    calls++;
    items_run += (int)n;
    if ((int)n > largest_batch)
        largest_batch = (int)n;
    for (size_t i = 0; i < n; i++)
        sum += (intptr_t)items[i];
}

static void stop(void *state)
{
    must(state == &sum);
    stopped++;
}

static void drop(void *item)
{
    (void)item;
    dropped++;
}

static struct work_pool *pool_of(int threads, size_t batch, size_t limit)
{
    struct work_settings s = {.name = "test",
                              .threads = threads,
                              .batch = batch,
                              .queue_limit = limit,
                              .start = start,
                              .run = run,
                              .stop = stop,
                              .shared = &sum};
    struct work_pool *pool = NULL;
    struct err err = {0};

    CHECK(work_start(&s, &pool, &err), "%s", err.text);
    return pool;
}

static void every_item_is_run_once(void)
{
    clear();
    struct work_pool *pool = pool_of(4, 1, 10000);
    int64_t expected = 0;

    for (int i = 1; i <= 10000; i++) {
        CHECK(work_push(pool, (void *)(intptr_t)i), "item %d", i);
        expected += i;
    }
    work_stop(pool, clock_mono_ms() + 10000, drop);
    CHECK(sum == expected && items_run == 10000, "sum %lld of %d items", (long long)sum,
          items_run);
    CHECK(largest_batch == 1 && dropped == 0, "batch %d, dropped %d", largest_batch, dropped);
    CHECK(started == 4 && stopped == 4, "%d states made, %d ended", started, stopped);
}

static void a_batch_takes_all_that_wait(void)
{
    clear();
    gate_set(false);
    struct work_pool *pool = pool_of(1, 128, 1000);

    CHECK(work_push(pool, (void *)1), "the first");
    gate_wait_inside(1);
    for (int i = 0; i < 200; i++)
        CHECK(work_push(pool, (void *)1), "item %d", i);
    CHECK(work_waiting(pool) == 200, "%zu wait", work_waiting(pool));
    gate_set(true);
    work_stop(pool, clock_mono_ms() + 10000, drop);
    CHECK(calls == 3, "201 items in %d calls", calls); /* 1, 128, 72 */
    CHECK(largest_batch == 128 && items_run == 201, "%d, %d", largest_batch, items_run);
}

static void the_queue_is_never_longer_than_its_limit(void)
{
    clear();
    gate_set(false);
    struct work_pool *pool = pool_of(1, 1, 3);
    void *five[5] = {(void *)1, (void *)1, (void *)1, (void *)1, (void *)1};

    CHECK(work_push(pool, (void *)1), "taken by the thread");
    gate_wait_inside(1);
    CHECK(work_push_many(pool, five, 5) == 3, "three places");
    CHECK(!work_push(pool, (void *)1), "full");
    gate_set(true);
    work_stop(pool, clock_mono_ms() + 10000, drop);
    CHECK(items_run == 4, "%d items", items_run);
}

static void the_age_of_the_oldest_is_visible(void)
{
    clear();
    gate_set(false);
    struct work_pool *pool = pool_of(1, 1, 10);

    CHECK(work_oldest_ms(pool) == 0, "nothing waits");
    CHECK(work_push(pool, (void *)1), "in hand");
    gate_wait_inside(1);
    CHECK(work_push(pool, (void *)1), "waits");
    int64_t deadline = clock_mono_ms() + 10000;
    while (work_oldest_ms(pool) < 5 && clock_mono_ms() < deadline)
        usleep(1000);
    CHECK(work_oldest_ms(pool) >= 5, "%lld ms", (long long)work_oldest_ms(pool));
    gate_set(true);
    work_stop(pool, clock_mono_ms() + 10000, drop);
}

static void open_the_gate_soon(void *arg)
{
    (void)arg;
    usleep(20000);
    gate_set(true);
}

static void what_waits_past_the_deadline_is_dropped(void)
{
    clear();
    gate_set(false);
    struct work_pool *pool = pool_of(2, 1, 100);
    struct work_loop *opener = NULL;
    struct err err = {0};

    for (int i = 0; i < 10; i++)
        CHECK(work_push(pool, (void *)1), "item %d", i);
    gate_wait_inside(2);
    CHECK(work_loop_start("opener", open_the_gate_soon, NULL, NULL, &opener, &err), "%s",
          err.text);
    work_stop(pool, clock_mono_ms(), drop); /* returns when the two in hand are done */
    work_loop_stop(opener);
    CHECK(items_run == 2 && dropped == 8, "run %d, dropped %d", items_run, dropped);
}

static _Atomic int turns, wakes;

static void turn(void *arg)
{
    (void)arg;
    turns++;
    usleep(500);
}

static void wake(void *arg)
{
    (void)arg;
    wakes++;
}

static void a_loop_turns_until_stopped(void)
{
    struct work_loop *loop = NULL;
    struct err err = {0};
    int64_t deadline = clock_mono_ms() + 10000;

    CHECK(work_loop_start("turner", turn, wake, NULL, &loop, &err), "%s", err.text);
    while (turns < 3 && clock_mono_ms() < deadline)
        usleep(500);
    work_loop_stop(loop);
    int at_stop = turns;
    usleep(5000);
    CHECK(at_stop >= 3 && turns == at_stop, "%d turns, then %d", at_stop, turns);
    CHECK(wakes == 1, "woken %d times", wakes);
}

int main(void)
{
    RUN(every_item_is_run_once);
    RUN(a_batch_takes_all_that_wait);
    RUN(the_queue_is_never_longer_than_its_limit);
    RUN(the_age_of_the_oldest_is_visible);
    RUN(what_waits_past_the_deadline_is_dropped);
    RUN(a_loop_turns_until_stopped);
    return test_report();
}
