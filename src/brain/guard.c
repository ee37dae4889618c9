/* guard.c - the limits that hold whatever was decided. */
#include "brain/guard.h"

#include "text/money.h"

/* TikTok: budget updates are closed from 23:55 to midnight of the account. */
#define LOCK_FROM_MINUTE (23 * 60 + 55)
/* TikTok: a new budget must be at least 105 % of what is spent already. */
#define SPENT_PERMILLE 1050

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t whole_units_down(const struct guard_case *c, int64_t micros)
{
    return micros - micros % c->unit_micros;
}

static int64_t whole_units_up(const struct guard_case *c, int64_t micros)
{
    return whole_units_down(c, micros + c->unit_micros - 1);
}

static bool learning(const struct guard_case *c)
{
    return c->judged && c->now_ms - c->created_ms < c->policy->learning_ms;
}

/* What forbids any change of the budget. */
static enum guard closed(const struct guard_case *c)
{
    if (c->uncertain)
        return GUARD_UNCERTAIN;
    if (!c->daily)
        return GUARD_NOT_DAILY;
    if (c->local_minutes >= LOCK_FROM_MINUTE)
        return GUARD_LOCKED_HOUR;
    return GUARD_NONE;
}

static int64_t step_top(const struct guard_case *c)
{
    return money_scale(c->day_start_micros, 1000 + c->policy->step_up_permille, 1000);
}

static int64_t step_bottom(const struct guard_case *c)
{
    int64_t down =
        learning(c) ? c->policy->gentle_down_permille : c->policy->step_down_permille;

    return money_scale(c->day_start_micros, 1000 - down, 1000);
}

static int64_t spent_bottom(const struct guard_case *c)
{
    return money_scale(c->spent_today_micros, SPENT_PERMILLE, 1000);
}

/* Lower `*top` to a limit and remember which one it was. */
static void limit_top(int64_t *top, int64_t limit, enum guard guard, enum guard *bound)
{
    if (limit < *top) {
        *top = limit;
        *bound = guard;
    }
}

static void limit_bottom(int64_t *bottom, int64_t limit, enum guard guard, enum guard *bound)
{
    if (limit > *bottom) {
        *bottom = limit;
        *bound = guard;
    }
}

static int64_t raised(const struct guard_case *c, int64_t wish, enum guard *bound)
{
    int64_t to = wish;

    if (learning(c)) {
        *bound = GUARD_LEARNING;
        return c->budget_micros;
    }
    if (c->judged && c->now_ms - c->changed_ms < c->policy->cool_down_ms) {
        *bound = GUARD_COOL_DOWN;
        return c->budget_micros;
    }
    if (!c->restoring)
        limit_top(&to, step_top(c), GUARD_STEP_UP, bound);
    limit_top(&to, c->budget_micros + c->direction_room_micros, GUARD_DIRECTION_CAP, bound);
    limit_top(&to, c->budget_micros + c->account_room_micros, GUARD_ACCOUNT_CAP, bound);
    to = to < 0 ? 0 : whole_units_down(c, to);
    if (to <= c->budget_micros)
        return c->budget_micros;
    if (to < c->minimum_micros) {
        *bound = *bound ? *bound : GUARD_MINIMUM;
        return c->budget_micros;
    }
    return to;
}

static int64_t lowered(const struct guard_case *c, int64_t wish, enum guard *bound)
{
    int64_t to = whole_units_down(c, wish);

    if (!c->restoring)
        limit_bottom(&to, whole_units_up(c, step_bottom(c)), GUARD_STEP_DOWN, bound);
    limit_bottom(&to, whole_units_up(c, c->minimum_micros), GUARD_MINIMUM, bound);
    limit_bottom(&to, whole_units_up(c, spent_bottom(c)), GUARD_SPENT, bound);
    return lesser(to, c->budget_micros);
}

int64_t guard_budget(const struct guard_case *c, int64_t wish, enum guard *bound)
{
    enum guard ignored;

    if (!bound)
        bound = &ignored;
    *bound = GUARD_NONE;
    if (wish == c->budget_micros)
        return wish;
    *bound = closed(c);
    if (*bound)
        return c->budget_micros;
    return wish > c->budget_micros ? raised(c, wish, bound) : lowered(c, wish, bound);
}

enum guard guard_check_budget(const struct guard_case *c, int64_t to)
{
    enum guard bound = GUARD_NONE;

    if (to < c->minimum_micros)
        return GUARD_MINIMUM;
    if (guard_budget(c, to, &bound) == to)
        return GUARD_NONE;
    return bound ? bound : GUARD_MINIMUM;
}

enum guard guard_check_resume(const struct guard_case *c)
{
    if (c->uncertain)
        return GUARD_UNCERTAIN;
    if (c->budget_micros > c->direction_room_micros)
        return GUARD_DIRECTION_CAP;
    if (c->budget_micros > c->account_room_micros)
        return GUARD_ACCOUNT_CAP;
    return GUARD_NONE;
}

enum guard guard_check_launch(const struct guard_case *c, int64_t budget)
{
    if (budget < c->minimum_micros)
        return GUARD_MINIMUM;
    if (budget > c->direction_room_micros)
        return GUARD_DIRECTION_CAP;
    if (budget > c->account_room_micros)
        return GUARD_ACCOUNT_CAP;
    return GUARD_NONE;
}

#define GUARD_NAME(guard_, name_) [guard_] = (name_),

const char *guard_name(enum guard guard)
{
    static const char *const names[] = {[GUARD_NONE] = "none", BRAIN_GUARD(GUARD_NAME)};

    return names[guard];
}

static struct str money(struct arena *arena, int64_t micros, struct str currency)
{
    return str_fmt(arena, STR_FMT " " STR_FMT, STR_ARG(money_show(arena, micros, currency)),
                   STR_ARG(currency));
}

static int64_t room(int64_t micros)
{
    return micros > 0 ? micros : 0;
}

static int down_percent(const struct guard_case *c)
{
    int64_t down =
        learning(c) ? c->policy->gentle_down_permille : c->policy->step_down_permille;

    return (int)(down / 10);
}

static int whole_hours(int64_t ms)
{
    const int64_t hour = 3600000;

    return (int)((ms + hour / 2) / hour);
}

struct str guard_words(struct arena *arena, const struct guard_case *c, enum guard guard,
                       struct str currency)
{
    switch (guard) {
    case GUARD_NONE:
        break;
    case GUARD_MINIMUM:
        return str_fmt(arena, "the platform's least daily budget is " STR_FMT,
                       STR_ARG(money(arena, c->minimum_micros, currency)));
    case GUARD_STEP_UP:
        return str_fmt(arena, "at most +%d %% a day: up to " STR_FMT,
                       (int)(c->policy->step_up_permille / 10),
                       STR_ARG(money(arena, step_top(c), currency)));
    case GUARD_STEP_DOWN:
        return str_fmt(arena, "at most -%d %% a day: down to " STR_FMT, down_percent(c),
                       STR_ARG(money(arena, step_bottom(c), currency)));
    case GUARD_DIRECTION_CAP:
        return str_fmt(arena, "the direction's daily budget leaves " STR_FMT,
                       STR_ARG(money(arena, room(c->direction_room_micros), currency)));
    case GUARD_ACCOUNT_CAP:
        return str_fmt(arena, "the account's daily cap leaves " STR_FMT,
                       STR_ARG(money(arena, room(c->account_room_micros), currency)));
    case GUARD_SPENT:
        return str_fmt(arena, "a new budget must be 5 %% above today's spend of " STR_FMT,
                       STR_ARG(money(arena, c->spent_today_micros, currency)));
    case GUARD_LOCKED_HOUR:
        return STR("the platform takes no budget changes from 23:55 to midnight");
    case GUARD_UNCERTAIN:
        return STR("an earlier change of it has an unknown outcome");
    case GUARD_NOT_DAILY:
        return STR("it has no daily budget of its own");
    case GUARD_COOL_DOWN:
        return str_fmt(arena, "it was changed less than %d h ago",
                       whole_hours(c->policy->cool_down_ms));
    case GUARD_LEARNING:
        return str_fmt(arena, "it is younger than %d h and still learning",
                       whole_hours(c->policy->learning_ms));
    case GUARD_LAST_AD:
        return STR("it is the last running ad of its group");
    }
    return STR("");
}

#define GUARD_CODE(guard_, name_) [guard_] = ("guard_" name_),

struct says guard_says(const struct guard_case *c, enum guard guard)
{
    static const char *const codes[] = {BRAIN_GUARD(GUARD_CODE)};

    switch (guard) {
    case GUARD_NONE:
        break;
    case GUARD_MINIMUM:
        return SAYS(codes[guard], SAYS_NUMBER("minimum_micros", c->minimum_micros));
    case GUARD_STEP_UP:
        return SAYS(codes[guard], SAYS_NUMBER("percent", c->policy->step_up_permille / 10),
                    SAYS_NUMBER("limit_micros", step_top(c)));
    case GUARD_STEP_DOWN:
        return SAYS(codes[guard], SAYS_NUMBER("percent", down_percent(c)),
                    SAYS_NUMBER("limit_micros", step_bottom(c)));
    case GUARD_DIRECTION_CAP:
        return SAYS(codes[guard], SAYS_NUMBER("room_micros", room(c->direction_room_micros)));
    case GUARD_ACCOUNT_CAP:
        return SAYS(codes[guard], SAYS_NUMBER("room_micros", room(c->account_room_micros)));
    case GUARD_SPENT:
        return SAYS(codes[guard], SAYS_NUMBER("spend_micros", c->spent_today_micros));
    case GUARD_COOL_DOWN:
        return SAYS(codes[guard], SAYS_NUMBER("hours", whole_hours(c->policy->cool_down_ms)));
    case GUARD_LEARNING:
        return SAYS(codes[guard], SAYS_NUMBER("hours", whole_hours(c->policy->learning_ms)));
    case GUARD_LOCKED_HOUR:
    case GUARD_UNCERTAIN:
    case GUARD_NOT_DAILY:
    case GUARD_LAST_AD:
        return SAYS(codes[guard]);
    }
    return (struct says){0};
}
