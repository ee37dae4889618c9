/*
 * fuzz_decide - whatever the inputs of an execution are, decisions come out or
 * a refusal, the same twice, and the caps hold (decide asserts them).
 *
 * The bytes are taken as the text of the inputs; where that is none, as the
 * numbers of an account that is printed first, so that the arithmetic sees
 * amounts of every size.
 */
#include "base/arena.h"
#include "brain/decide.h"
#include "brain/inputs.h"
#include "text/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

struct source {
    const uint8_t *p;
    size_t n;
};

static int64_t byte(struct source *s)
{
    if (!s->n)
        return 0;
    s->n--;
    return *s->p++;
}

/* One byte of mantissa, one of size: zero, small, huge. */
static int64_t amount(struct source *s)
{
    int64_t mantissa = byte(s);

    return mantissa << (byte(s) % 55);
}

static bool flag(struct source *s)
{
    return byte(s) & 1;
}

static struct brain_counts counts(struct source *s)
{
    return (struct brain_counts){amount(s), amount(s), amount(s), amount(s),
                                 amount(s), amount(s), amount(s)};
}

static struct str small_id(struct arena *arena, struct source *s)
{
    return str_fmt(arena, "%d", (int)(byte(s) % 4));
}

static void fill_group(struct arena *arena, struct source *s, struct brain_group *g)
{
    *g = (struct brain_group){
        .id = small_id(arena, s),
        .direction_id = small_id(arena, s),
        .live = flag(s),
        .daily = flag(s),
        .uncertain = flag(s),
        .budget_micros = amount(s),
        .day_start_micros = amount(s),
        .created_ms = amount(s),
        .changed_ms = amount(s),
    };
    for (int64_t i = byte(s) % 4; i > 0; i--) {
        struct brain_ad *ad = brain_ads_add(&g->ads, arena);
        ad->id = small_id(arena, s);
        ad->live = flag(s);
        for (int day = 0; day < BRAIN_DAYS; day++)
            ad->day[day] = counts(s);
        ad->older = counts(s);
    }
}

static void fill_direction(struct arena *arena, struct source *s, struct brain_direction *d)
{
    static const char *const objectives[] = {"lead_generation", "traffic", "conversions",
                                             "reach"};

    *d = (struct brain_direction){
        .id = small_id(arena, s),
        .objective = str(objectives[byte(s) % 4]),
        .active = flag(s),
        .budget_micros = amount(s),
        .target_micros = amount(s),
        .freed_micros = amount(s),
        .launched_ms = amount(s),
        .launching = flag(s),
    };
    for (int64_t i = byte(s) % 3; i > 0; i--)
        *strs_add(&d->unused_creatives, arena) = small_id(arena, s);
}

static struct str account(struct arena *arena, const uint8_t *bytes, size_t n)
{
    struct source s = {bytes, n};
    struct brain_inputs in = {
        .as_of_ms = amount(&s),
        .today = STR("2026-11-24"),
        .local_minutes = amount(&s),
        .currency = flag(&s) ? STR("KZT") : STR("USD"),
        .unit_micros = amount(&s),
        .minimum_micros = amount(&s),
        .cap_micros = amount(&s),
        .deliverable = byte(&s) < 250,
        .collected_ms = amount(&s),
    };
    struct str text = {0};
    struct err err = {0};

    for (int i = 1; i <= BRAIN_DAYS_KNOWN; i++)
        in.covered[i] = byte(&s) < 250;
    for (int64_t i = byte(&s) % 3; i > 0; i--)
        fill_direction(arena, &s, brain_directions_add(&in.directions, arena));
    for (int64_t i = byte(&s) % 6; i > 0; i--)
        fill_group(arena, &s, brain_groups_add(&in.groups, arena));
    must(inputs_print(arena, &in, &text, &err));
    return text;
}

static void check(struct arena *arena, struct str inputs, bool *decided)
{
    struct str first, second;
    const struct json *root;
    struct err err = {0};

    *decided = decide(arena, inputs, STR("p1"), &first, &err);
    if (!*decided) {
        must(err.kind == ERR_INVALID);
        return;
    }
    must(json_parse(arena, first, &root, &err));
    must(decide(arena, inputs, STR("p1"), &second, &err) && str_eq(first, second));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct arena *arena = arena_new("fuzz");
    bool decided;

    check(arena, (struct str){(const char *)bytes, n}, &decided);
    if (!decided)
        check(arena, account(arena, bytes, n), &decided);
    arena_free(arena);
    return 0;
}
