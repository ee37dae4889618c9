/* inputs.c - the stored facts of an execution, to JSON and back. */
#include "brain/inputs.h"

#include "text/json.h"
#include "text/zone.h"

/* Bounds that keep every sum of ours inside 64 bits; far above any real account. */
#define MOST_MONEY      INT64_C(1000000000000000) /* micros: a thousand million units */
#define MOST_COUNT      INT64_C(1000000000000)
#define MOST_SUM        INT64_C(1000000000000000000)
#define MOST_MS         INT64_C(4102444800000) /* 2100-01-01 */
#define MOST_GROUPS     5000
#define MOST_ADS        20000
#define MOST_DIRECTIONS 500

static int64_t plus(int64_t a, int64_t b)
{
    return a > MOST_SUM - b ? MOST_SUM : a + b;
}

void inputs_add(struct brain_counts *sum, const struct brain_counts *more)
{
    sum->spend_micros = plus(sum->spend_micros, more->spend_micros);
    sum->impressions = plus(sum->impressions, more->impressions);
    sum->clicks = plus(sum->clicks, more->clicks);
    sum->conversions = plus(sum->conversions, more->conversions);
    sum->video_views = plus(sum->video_views, more->video_views);
    sum->leads = plus(sum->leads, more->leads);
    sum->qualified = plus(sum->qualified, more->qualified);
}

struct brain_counts inputs_sum_ad(const struct brain_ad *ad, int first, int last)
{
    struct brain_counts sum = {0};

    for (int day = first; day <= last && day < BRAIN_DAYS; day++)
        inputs_add(&sum, &ad->day[day]);
    if (last >= BRAIN_DAYS)
        inputs_add(&sum, &ad->older);
    return sum;
}

struct brain_counts inputs_sum(const struct brain_group *group, int first, int last)
{
    struct brain_counts sum = {0};

    for (size_t i = 0; i < group->ads.n; i++) {
        struct brain_counts one = inputs_sum_ad(&group->ads.at[i], first, last);
        inputs_add(&sum, &one);
    }
    return sum;
}

const struct brain_direction *inputs_direction(const struct brain_inputs *inputs, struct str id)
{
    for (size_t i = 0; i < inputs->directions.n; i++) {
        if (str_eq(inputs->directions.at[i].id, id))
            return &inputs->directions.at[i];
    }
    return NULL;
}

int64_t inputs_cap(const struct brain_inputs *inputs)
{
    int64_t sum = 0;

    if (inputs->cap_micros > 0)
        return inputs->cap_micros;
    for (size_t i = 0; i < inputs->directions.n; i++) {
        if (inputs->directions.at[i].active)
            sum += inputs->directions.at[i].budget_micros;
    }
    return sum;
}

int64_t result_count(enum result_kind kind, const struct brain_counts *counts)
{
    switch (kind) {
    case RESULT_LEADS:
        return counts->leads;
    case RESULT_CLICKS:
        return counts->clicks;
    case RESULT_CONVERSIONS:
        return counts->conversions;
    case RESULT_VIEWS:
        return counts->video_views;
    case RESULT_NONE:
        break;
    }
    return 0;
}

const char *result_word(enum result_kind kind, int64_t n)
{
    switch (kind) {
    case RESULT_LEADS:
        return n == 1 ? "lead" : "leads";
    case RESULT_CLICKS:
        return n == 1 ? "click" : "clicks";
    case RESULT_CONVERSIONS:
        return n == 1 ? "conversion" : "conversions";
    case RESULT_VIEWS:
        return n == 1 ? "video view" : "video views";
    case RESULT_NONE:
        break;
    }
    return n == 1 ? "result" : "results";
}

/* --- printing -------------------------------------------------------------- */

static void print_counts(struct json_writer *w, const struct brain_counts *c)
{
    json_list(w);
    json_put_int(w, c->spend_micros);
    json_put_int(w, c->impressions);
    json_put_int(w, c->clicks);
    json_put_int(w, c->conversions);
    json_put_int(w, c->video_views);
    json_put_int(w, c->leads);
    json_put_int(w, c->qualified);
    json_end(w);
}

static void print_ad(struct json_writer *w, const struct brain_ad *ad)
{
    json_object(w);
    json_text_member(w, "id", ad->id);
    json_text_member(w, "name", ad->name);
    json_bool_member(w, "live", ad->live);
    json_int_member(w, "changed_ms", ad->changed_ms);
    json_bool_member(w, "uncertain", ad->uncertain);
    json_key(w, "days");
    json_list(w);
    for (int i = 0; i < BRAIN_DAYS; i++)
        print_counts(w, &ad->day[i]);
    json_end(w);
    json_key(w, "older");
    print_counts(w, &ad->older);
    json_end(w);
}

static void print_group(struct json_writer *w, const struct brain_group *g)
{
    json_object(w);
    json_text_member(w, "id", g->id);
    json_text_member(w, "name", g->name);
    json_text_member(w, "campaign_id", g->campaign_id);
    json_text_member(w, "campaign_name", g->campaign_name);
    json_text_member(w, "direction_id", g->direction_id);
    json_bool_member(w, "live", g->live);
    json_bool_member(w, "daily", g->daily);
    json_bool_member(w, "mixed_currency", g->mixed_currency);
    json_bool_member(w, "uncertain", g->uncertain);
    json_int_member(w, "budget_micros", g->budget_micros);
    json_int_member(w, "day_start_micros", g->day_start_micros);
    json_int_member(w, "created_ms", g->created_ms);
    json_int_member(w, "changed_ms", g->changed_ms);
    json_key(w, "ads");
    json_list(w);
    for (size_t i = 0; i < g->ads.n; i++)
        print_ad(w, &g->ads.at[i]);
    json_end(w);
    json_end(w);
}

static void print_direction(struct json_writer *w, const struct brain_direction *d)
{
    json_object(w);
    json_text_member(w, "id", d->id);
    json_text_member(w, "name", d->name);
    json_text_member(w, "objective", d->objective);
    json_bool_member(w, "active", d->active);
    json_int_member(w, "budget_micros", d->budget_micros);
    json_int_member(w, "target_micros", d->target_micros);
    json_int_member(w, "freed_micros", d->freed_micros);
    json_int_member(w, "launched_ms", d->launched_ms);
    json_bool_member(w, "launching", d->launching);
    json_key(w, "unused_creatives");
    json_list(w);
    for (size_t i = 0; i < d->unused_creatives.n; i++)
        json_put_text(w, d->unused_creatives.at[i]);
    json_end(w);
    json_end(w);
}

bool inputs_print(struct arena *arena, const struct brain_inputs *in, struct str *text,
                  struct err *err)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, LIMIT_JSON_TEXT);
    json_writer(&w, &buf);
    json_object(&w);
    json_text_member(&w, "format", STR("brain-inputs/1"));
    json_int_member(&w, "as_of_ms", in->as_of_ms);
    json_text_member(&w, "today", in->today);
    json_int_member(&w, "local_minutes", in->local_minutes);
    json_text_member(&w, "zone", in->zone);
    json_text_member(&w, "platform", in->platform);
    json_text_member(&w, "currency", in->currency);
    json_int_member(&w, "unit_micros", in->unit_micros);
    json_int_member(&w, "minimum_micros", in->minimum_micros);
    json_int_member(&w, "cap_micros", in->cap_micros);
    json_bool_member(&w, "deliverable", in->deliverable);
    json_text_member(&w, "account_status", in->account_status);
    json_int_member(&w, "collected_ms", in->collected_ms);
    json_key(&w, "covered");
    json_list(&w);
    for (int i = 1; i <= BRAIN_DAYS_KNOWN; i++)
        json_put_int(&w, in->covered[i] ? 1 : 0);
    json_end(&w);
    json_key(&w, "directions");
    json_list(&w);
    for (size_t i = 0; i < in->directions.n; i++)
        print_direction(&w, &in->directions.at[i]);
    json_end(&w);
    json_key(&w, "groups");
    json_list(&w);
    for (size_t i = 0; i < in->groups.n; i++)
        print_group(&w, &in->groups.at[i]);
    json_end(&w);
    json_end(&w);
    return buf_done(&buf, "the snapshot of this account", text, err);
}

/* --- parsing --------------------------------------------------------------- */

static int64_t bounded(const struct json *value, const char *path, int64_t most)
{
    int64_t v = 0;

    if (!json_int(value, path, &v) || v < 0)
        return 0;
    return v > most ? most : v;
}

static int64_t money(const struct json *value, const char *path)
{
    return bounded(value, path, MOST_MONEY);
}

static struct str text(const struct json *value, const char *path)
{
    return json_text(value, path, STR(""));
}

static bool flag(const struct json *value, const char *path)
{
    return json_bool(value, path, false);
}

static struct brain_counts parse_counts(const struct json *list)
{
    return (struct brain_counts){
        .spend_micros = bounded(json_item(list, 0), "", MOST_MONEY),
        .impressions = bounded(json_item(list, 1), "", MOST_COUNT),
        .clicks = bounded(json_item(list, 2), "", MOST_COUNT),
        .conversions = bounded(json_item(list, 3), "", MOST_COUNT),
        .video_views = bounded(json_item(list, 4), "", MOST_COUNT),
        .leads = bounded(json_item(list, 5), "", MOST_COUNT),
        .qualified = bounded(json_item(list, 6), "", MOST_COUNT),
    };
}

static void parse_ad(const struct json *v, struct brain_ad *ad)
{
    const struct json *days = json_at(v, "days");

    ad->id = text(v, "id");
    ad->name = text(v, "name");
    ad->live = flag(v, "live") && ad->id.n > 0;
    ad->changed_ms = bounded(v, "changed_ms", MOST_MS);
    ad->uncertain = flag(v, "uncertain");
    for (size_t i = 0; i < BRAIN_DAYS; i++)
        ad->day[i] = parse_counts(json_item(days, i));
    ad->older = parse_counts(json_at(v, "older"));
}

static bool parse_group(struct arena *arena, const struct json *v, size_t *ads_left,
                        struct brain_group *g, struct err *err)
{
    const struct json *ads = json_at(v, "ads");

    g->id = text(v, "id");
    if (!g->id.n)
        return err_set(err, ERR_INVALID, "an ad group of the inputs has no id");
    g->name = text(v, "name");
    g->campaign_id = text(v, "campaign_id");
    g->campaign_name = text(v, "campaign_name");
    g->direction_id = text(v, "direction_id");
    g->live = flag(v, "live");
    g->daily = flag(v, "daily");
    g->mixed_currency = flag(v, "mixed_currency");
    g->uncertain = flag(v, "uncertain");
    g->budget_micros = money(v, "budget_micros");
    g->day_start_micros = money(v, "day_start_micros");
    g->created_ms = bounded(v, "created_ms", MOST_MS);
    g->changed_ms = bounded(v, "changed_ms", MOST_MS);
    if (json_count(ads) > *ads_left)
        return err_set(err, ERR_INVALID, "the inputs hold more than %d ads", MOST_ADS);
    *ads_left -= json_count(ads);
    for (size_t i = 0; i < json_count(ads); i++)
        parse_ad(json_item(ads, i), brain_ads_add(&g->ads, arena));
    return true;
}

static void parse_direction(struct arena *arena, const struct json *v,
                            struct brain_direction *d)
{
    const struct json *unused = json_at(v, "unused_creatives");

    d->id = text(v, "id");
    d->name = text(v, "name");
    d->objective = text(v, "objective");
    d->active = flag(v, "active") && d->id.n > 0;
    d->budget_micros = money(v, "budget_micros");
    d->target_micros = money(v, "target_micros");
    d->freed_micros = money(v, "freed_micros");
    d->launched_ms = bounded(v, "launched_ms", MOST_MS);
    d->launching = flag(v, "launching");
    for (size_t i = 0; i < json_count(unused); i++) {
        struct str id = text(json_item(unused, i), "");
        if (id.n)
            *strs_add(&d->unused_creatives, arena) = id;
    }
}

static bool parse_lists(struct arena *arena, const struct json *v, struct brain_inputs *out,
                        struct err *err)
{
    const struct json *directions = json_at(v, "directions");
    const struct json *groups = json_at(v, "groups");
    size_t ads_left = MOST_ADS;

    if (json_count(directions) > MOST_DIRECTIONS || json_count(groups) > MOST_GROUPS)
        return err_set(err, ERR_INVALID,
                       "the inputs hold more than %d directions or %d ad groups",
                       MOST_DIRECTIONS, MOST_GROUPS);
    for (size_t i = 0; i < json_count(directions); i++)
        parse_direction(arena, json_item(directions, i),
                        brain_directions_add(&out->directions, arena));
    for (size_t i = 0; i < json_count(groups); i++) {
        if (!parse_group(arena, json_item(groups, i), &ads_left,
                         brain_groups_add(&out->groups, arena), err))
            return false;
    }
    return true;
}

bool inputs_parse(struct arena *arena, struct str source, struct brain_inputs *out,
                  struct err *err)
{
    const struct json *v;
    struct brain_inputs in = {0};

    if (!json_parse(arena, source, &v, err))
        return err_while(err, "reading the inputs of an execution");
    if (!str_eq(text(v, "format"), STR("brain-inputs/1")))
        return err_set(err, ERR_INVALID, "the inputs are not of the format brain-inputs/1");
    in.as_of_ms = bounded(v, "as_of_ms", MOST_MS);
    in.today = text(v, "today");
    if (!day_valid(in.today))
        return err_set(err, ERR_INVALID, "the inputs name no valid day of today");
    in.local_minutes = bounded(v, "local_minutes", 24 * 60 - 1);
    in.zone = text(v, "zone");
    in.platform = text(v, "platform");
    in.currency = text(v, "currency");
    in.unit_micros = money(v, "unit_micros");
    if (in.unit_micros < 1)
        in.unit_micros = 1;
    in.minimum_micros = money(v, "minimum_micros");
    in.cap_micros = money(v, "cap_micros");
    in.deliverable = flag(v, "deliverable");
    in.account_status = text(v, "account_status");
    in.collected_ms = bounded(v, "collected_ms", MOST_MS);
    for (size_t i = 1; i <= BRAIN_DAYS_KNOWN; i++)
        in.covered[i] = bounded(json_item(json_at(v, "covered"), i - 1), "", 1) == 1;
    if (!parse_lists(arena, v, &in, err))
        return false;
    *out = in;
    return true;
}
