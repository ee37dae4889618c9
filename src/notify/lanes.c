/* lanes.c - several webhooks of one endpoint at once. */

#include "notify/lanes.h"

#include "base/arena.h"
#include "base/clock.h"
#include "net/net.h"
#include "work/work.h"

static void *take_lane(void *shared, int thread_index)
{
    struct lanes *lanes = shared;

    return &lanes->lane[thread_index];
}

static void run_lane(void *state, void **items, size_t n)
{
    struct lane *lane = state;

    for (size_t i = 0; i < n; i++) {
        struct letter *letter = items[i];
        lane->sender.now_ms = clock_wall_ms();
        letter->ok = send_any(&lane->sender, letter->handoff->handoff_id, &letter->handed,
                              &letter->verdict, &letter->why);
        letter->tried = true;
    }
}

static bool open_lanes(struct lanes *lanes, const struct sender *s, struct err *err)
{
    for (; lanes->open < LANES; lanes->open++) {
        struct lane *lane = &lanes->lane[lanes->open];
        if (!net_open(&lane->net, err))
            return false;
        lane->arena = arena_new("handoff lane");
        lane->sender = *s;
        lane->sender.net = lane->net;
        lane->sender.arena = lane->arena;
    }
    return true;
}

bool lanes_send(struct lanes *lanes, const struct sender *s, struct letter *letters, size_t n,
                struct err *err)
{
    struct work_settings settings = {.name = "handoff",
                                     .threads = LANES,
                                     .queue_limit = n,
                                     .start = take_lane,
                                     .run = run_lane,
                                     .shared = lanes};
    int64_t rounds = (int64_t)(n + LANES - 1) / LANES;
    struct work_pool *pool;

    if (!open_lanes(lanes, s, err) || !work_start(&settings, &pool, err))
        return false;
    for (size_t i = 0; i < n; i++)
        must(work_push(pool, &letters[i]));
    work_stop(pool, clock_mono_ms() + rounds * HANDOFF_TIMEOUT_MS, NULL);
    return true;
}

void lanes_clear(struct lanes *lanes)
{
    for (int i = 0; i < lanes->open; i++)
        arena_reset(lanes->lane[i].arena);
}

void lanes_close(struct lanes *lanes)
{
    while (lanes->open > 0) {
        struct lane *lane = &lanes->lane[--lanes->open];
        net_close(lane->net);
        arena_free(lane->arena);
    }
}
