/* brain/guard: limits that nothing passes. */
#include "base/arena.h"
#include "brain/guard.h"
#include "test.h"

#define U    INT64_C(1000000)
#define HOUR INT64_C(3600000)
#define NOW  (1000 * HOUR)

/* A group at 10 000 a day, old and rested, with room for 100 000 more. */
static struct guard_case usual(void)
{
    return (struct guard_case){
        .policy = policy_find(STR("p1")),
        .now_ms = NOW,
        .local_minutes = 8 * 60,
        .unit_micros = U,
        .minimum_micros = 2500 * U,
        .budget_micros = 10000 * U,
        .day_start_micros = 10000 * U,
        .created_ms = 0,
        .changed_ms = 0,
        .daily = true,
        .judged = true,
        .direction_room_micros = 100000 * U,
        .account_room_micros = 100000 * U,
    };
}

struct change {
    int64_t budget, day_start, spent, direction_room, account_room; /* 0 = as usual; -1 = 0 */
    int64_t age_h, rest_h;                                          /* 0 = long */
    int64_t minutes;
    bool not_daily, uncertain, by_person, restoring;
};

static const struct {
    const char *name;
    int64_t wish, to;
    enum guard bound;
    struct change change;
} table[] = {
    {"a raise inside the step", 13000, 13000, GUARD_NONE, {0}},
    {"a raise beyond the step is clipped", 20000, 13000, GUARD_STEP_UP, {0}},
    {"the step is of the budget that the day began with",
     13000,
     10400,
     GUARD_STEP_UP,
     {.day_start = 8000}},
    {"the day's step is used up",
     12000,
     10400,
     GUARD_STEP_UP,
     {.day_start = 8000, .budget = 10400}},
    {"a cut inside the step", 5000, 5000, GUARD_NONE, {0}},
    {"a cut beyond the step is clipped", 1000, 5000, GUARD_STEP_DOWN, {0}},
    {"cuts of a day add up", 5000, 10000, GUARD_STEP_DOWN, {.day_start = 20000}},
    {"never below the minimum", 2000, 2500, GUARD_MINIMUM, {.budget = 4000, .day_start = 4000}},
    {"the direction's cap", 13000, 11000, GUARD_DIRECTION_CAP, {.direction_room = 1000}},
    {"a full direction", 13000, 10000, GUARD_DIRECTION_CAP, {.direction_room = -1}},
    {"the account's cap", 13000, 10500, GUARD_ACCOUNT_CAP, {.account_room = 500}},
    {"over the cap already: no raise", 13000, 10000, GUARD_ACCOUNT_CAP, {.account_room = -500}},
    {"not below 105 % of what is spent", 5000, 8400, GUARD_SPENT, {.spent = 8000}},
    {"rest after a change holds a raise", 13000, 10000, GUARD_COOL_DOWN, {.rest_h = 47}},
    {"after 48 h it may", 13000, 13000, GUARD_NONE, {.rest_h = 48}},
    {"rest does not hold a cut", 5000, 5000, GUARD_NONE, {.rest_h = 1}},
    {"a person may raise without rest",
     13000,
     13000,
     GUARD_NONE,
     {.rest_h = 1, .by_person = true}},
    {"a person meets the step too", 20000, 13000, GUARD_STEP_UP, {.by_person = true}},
    {"learning: no raise", 13000, 10000, GUARD_LEARNING, {.age_h = 47}},
    {"learning: cuts are gentle", 5000, 7500, GUARD_STEP_DOWN, {.age_h = 47}},
    {"an unknown write holds all", 5000, 10000, GUARD_UNCERTAIN, {.uncertain = true}},
    {"no daily budget, no change", 5000, 10000, GUARD_NOT_DAILY, {.not_daily = true}},
    {"23:55 to midnight is closed", 5000, 10000, GUARD_LOCKED_HOUR, {.minutes = 23 * 60 + 55}},
    {"23:54 is open", 5000, 5000, GUARD_NONE, {.minutes = 23 * 60 + 54}},
    {"an undo is not bound by the step",
     20000,
     20000,
     GUARD_NONE,
     {.by_person = true, .restoring = true}},
    {"an undo is bound by the cap",
     20000,
     11000,
     GUARD_DIRECTION_CAP,
     {.by_person = true, .restoring = true, .direction_room = 1000}},
};

static void set(int64_t *value, int64_t change)
{
    if (change)
        *value = change == -1 ? 0 : change * U;
}

static struct guard_case changed(const struct change *change)
{
    struct guard_case c = usual();

    set(&c.budget_micros, change->budget);
    set(&c.day_start_micros, change->day_start);
    set(&c.spent_today_micros, change->spent);
    set(&c.direction_room_micros, change->direction_room);
    set(&c.account_room_micros, change->account_room);
    if (change->age_h)
        c.created_ms = NOW - change->age_h * HOUR;
    if (change->rest_h)
        c.changed_ms = NOW - change->rest_h * HOUR;
    if (change->minutes)
        c.local_minutes = change->minutes;
    c.daily = !change->not_daily;
    c.uncertain = change->uncertain;
    c.judged = !change->by_person;
    c.restoring = change->restoring;
    return c;
}

static void clips_wishes_to_what_is_allowed(void)
{
    for (size_t i = 0; i < countof(table); i++) {
        struct guard_case c = changed(&table[i].change);
        enum guard bound = GUARD_NONE;
        int64_t to = guard_budget(&c, table[i].wish * U, &bound);
        CHECK(to == table[i].to * U, "%s: %lld", table[i].name, (long long)(to / U));
        CHECK(bound == table[i].bound, "%s: %s", table[i].name, guard_name(bound));
        /* What the guard gives passes the guard; what it clipped does not. */
        CHECK(to == c.budget_micros || guard_check_budget(&c, to) == GUARD_NONE, "%s",
              table[i].name);
        CHECK(to == table[i].wish * U ||
                  guard_check_budget(&c, table[i].wish * U) != GUARD_NONE,
              "%s: the wish passed", table[i].name);
    }
}

static void rounds_to_the_units_of_the_currency(void)
{
    struct guard_case c = usual();
    enum guard bound;

    c.budget_micros = c.day_start_micros = 3333 * U;
    CHECK(guard_budget(&c, 3999600000, &bound) == 3999 * U, "down for raises");
    CHECK(guard_budget(&c, 2600400000, &bound) == 2600 * U, "down for cuts");
    CHECK(guard_budget(&c, 1 * U, &bound) == 2500 * U, "never below the minimum");
    c.unit_micros = U / 100;
    CHECK(guard_budget(&c, 3999618888, &bound) == 3999610000, "hundredths");
}

static void resuming_and_starting_need_room(void)
{
    struct guard_case c = usual();

    CHECK(guard_check_resume(&c) == GUARD_NONE, "room");
    c.direction_room_micros = 9999 * U;
    CHECK(guard_check_resume(&c) == GUARD_DIRECTION_CAP, "direction");
    CHECK(guard_check_launch(&c, 9999 * U) == GUARD_NONE, "launch fits");
    CHECK(guard_check_launch(&c, 10000 * U) == GUARD_DIRECTION_CAP, "launch does not");
    CHECK(guard_check_launch(&c, 2499 * U) == GUARD_MINIMUM, "launch too small");
    c.account_room_micros = 5000 * U;
    CHECK(guard_check_launch(&c, 9000 * U) == GUARD_ACCOUNT_CAP, "account");
    c.uncertain = true;
    CHECK(guard_check_resume(&c) == GUARD_UNCERTAIN, "uncertain");
}

static void every_guard_has_words(void)
{
    struct arena *arena = arena_new("test");
    struct guard_case c = usual();

    for (int g = GUARD_MINIMUM; g <= GUARD_LAST_AD; g++) {
        CHECK(guard_words(arena, &c, (enum guard)g, STR("KZT")).n > 0, "guard %d", g);
        CHECK(guard_name((enum guard)g)[0], "guard %d", g);
        struct says says = guard_says(&c, (enum guard)g);
        CHECK(str_eq(str(says.code), str_fmt(arena, "guard_%s", guard_name((enum guard)g))),
              "guard %d says %s", g, says.code);
    }
    arena_free(arena);
}

int main(void)
{
    RUN(clips_wishes_to_what_is_allowed);
    RUN(rounds_to_the_units_of_the_currency);
    RUN(resuming_and_starting_need_room);
    RUN(every_guard_has_words);
    return test_report();
}
