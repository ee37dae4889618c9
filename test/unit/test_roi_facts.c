/* roi/: whatever happens, the roll-ups are the sums of the stored rows. */
#include "lead/fact.h"
#include "lead/lead.h"
#include "lead/purchase.h"
#include "metric/metric.h"
#include "platform/platform.h"
#include "roi/days.h"
#include "roi/figure.h"
#include "roi/roi.h"
#include "roi/span.h"
#include "test_ground.h"
#include "text/json.h"
#include "text/zone.h"

/* --- a random history ----------------------------------------------------------------- */

static struct platform_metric_rows said;

static bool say_metrics(struct platform_session *s, struct str first_day, struct str last_day,
                        struct platform_metric_rows *out, struct err *err)
{
    (void)first_day, (void)last_day, (void)err;
    for (size_t i = 0; i < said.n; i++)
        *platform_metric_rows_add(out, s->arena) = said.at[i];
    return true;
}

static bool say_nothing(struct platform_session *s, enum platform_level level,
                        const struct strs *campaign_ids, struct str name,
                        struct platform_objects *out, struct err *err)
{
    (void)s, (void)level, (void)campaign_ids, (void)name, (void)out, (void)err;
    return true;
}

static const struct platform speaker = {
    .name = "tiktok", .metrics = say_metrics, .objects = say_nothing};

#define UNIT INT64_C(1000000)

static uint64_t state;
static uint64_t draw(uint64_t n) /* 0 to n - 1 */
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % n;
}

struct history {
    struct ground g;
    struct str accounts[2];
    struct strs leads;
    int64_t made, sales;
};

/* Eight ads of four creatives in two accounts; ads 5 to 8 are mapped later, perhaps. */
static void begin(struct history *h, struct database *database, struct db *db)
{
    struct ground *g = &h->g;

    memset(h, 0, sizeof *h);
    platform_register_for_tests(&speaker);
    ground_begin(g, database, db);
    h->accounts[0] = ground_account(g, "7000000000000000001", "KZT", "Asia/Almaty", "KZ");
    h->accounts[1] = ground_account(g, "7000000000000000002", "USD", "America/New_York", "US");
    for (int i = 0; i < 4; i++) {
        const char *n = str_c(g->arena, str_fmt(g->arena, "%d", i + 1));
        const char *direction = str_c(g->arena, str_fmt(g->arena, "d%s", n));
        ground_direction(g, direction, h->accounts[i / 2],
                         str_c(g->arena, str_fmt(g->arena, "50%s", n)), "");
        ground_creative(g, str_c(g->arena, str_fmt(g->arena, "v%s", n)), n, direction);
        ground_ad(g, str_c(g->arena, str_fmt(g->arena, "70%s", n)), "501", h->accounts[i / 2],
                  direction, str_c(g->arena, str_fmt(g->arena, "v%s", n)));
    }
    for (int day = 1; day <= 28; day += 3) {
        struct str text = str_fmt(g->arena, "2026-09-%02d", day);
        CHECK_OK(currency_rate_set(db, STR("USD"), STR("KZT"), text,
                                   (450 + (int64_t)draw(100)) * UNIT + (int64_t)draw(UNIT),
                                   STR("t"), &g->err),
                 g->err);
    }
}

static void collect(struct history *h)
{
    struct ground *g = &h->g;
    size_t which = draw(2);
    struct ad_connection connection = ground_connection(g, h->accounts[which]);
    struct metric_counts counts;

    said = (struct platform_metric_rows){0};
    for (uint64_t i = 1 + draw(12); i > 0; i--) {
        struct day today = zone_day(connection.zone, clock_wall_ms());
        struct day day = day_add(day_str(&today), -(int)draw(40));
        *platform_metric_rows_add(&said, g->arena) = (struct platform_metric_row){
            .ad_id = str_fmt(g->arena, "7%02d", (int)(which * 2 + 1 + draw(2) + draw(2) * 4)),
            .day = str_dup(g->arena, day_str(&day)),
            .spend_micros = (int64_t)draw(1000000) * 1000 + (int64_t)draw(1000),
            .impressions = (int64_t)draw(10000),
            .clicks = (int64_t)draw(100)};
    }
    CHECK_OK(metric_collect(&g->app, g->db, NULL, g->arena, &connection, 41, &counts, &g->err),
             g->err);
}

/* An ad that was not mapped is; the next collection gives its figures and leads the creative.
 */
static void map_ad(struct history *h)
{
    struct ground *g = &h->g;
    int i = (int)draw(4);

    CHECK_OK(db_run(g->db, NULL, &g->err,
                    "INSERT INTO ads (org_id, platform, ad_id, adgroup_id, campaign_id,"
                    " ad_account_id, direction_id, creative_id, name, status, created_ms,"
                    " updated_ms) VALUES ($1, 'tiktok', $2, 'g1', '501', $3, $4, $5, 'ad',"
                    " 'enabled', 0, 0) ON CONFLICT (org_id, platform, ad_id) DO NOTHING",
                    TEXT(g->org), TEXT(str_fmt(g->arena, "7%02d", 5 + i)),
                    TEXT(h->accounts[i / 2]), TEXT(str_fmt(g->arena, "d%d", i + 1)),
                    TEXT(str_fmt(g->arena, "v%d", i + 1))),
             g->err);
}

/* Of one of twenty people, by phone, e-mail or both, so that two persons may turn out one;
 * not always in the order of time. */
static void add_lead(struct history *h)
{
    struct ground *g = &h->g;
    uint64_t who = draw(20), contact = draw(4);
    struct lead_wish wish = {
        .ad_id = draw(8) ? str_fmt(g->arena, "7%02d", 1 + (int)draw(8)) : STR(""),
        .phone = contact != 1 ? str_fmt(g->arena, "8701000%04d", (int)who) : STR(""),
        .email = contact != 0 ? str_fmt(g->arena, "p%d@x.kz", (int)(who + draw(2))) : STR(""),
        .created_ms = clock_wall_ms() - (int64_t)draw(draw(5) ? 40 : 300) * DAY_MS -
                      (int64_t)draw(DAY_MS),
        .clicked_ms = draw(2) ? clock_wall_ms() - (int64_t)draw(50) * DAY_MS : 0,
        .actor = STR("test"),
        .now_ms = clock_wall_ms()};
    struct lead lead = {0};
    bool added;

    CHECK_OK(lead_add(&g->app, g->db, g->arena, &wish, &lead, &added, &g->err), g->err);
    *strs_add(&h->leads, g->arena) = lead.lead_id;
}

static void move_lead(struct history *h)
{
    static const char *const stages[] = {"qualified", "scheduled", "lost", "interest"};
    struct ground *g = &h->g;
    struct err refused = {0};
    bool changed;

    if (h->leads.n == 0)
        return;
    struct lead_stage_wish wish = {.lead_id = h->leads.at[draw(h->leads.n)],
                                   .stage = str(stages[draw(4)]),
                                   .actor = STR("test"),
                                   .now_ms = clock_wall_ms()};
    if (!lead_set_stage(g->db, g->arena, &wish, &changed, &refused))
        CHECK(refused.kind == ERR_CONFLICT, "%s", refused.text);
}

/* By lead, by phone (before its lead came, perhaps), or of nobody; or a part of an earlier one
 * is paid back. */
static void pay(struct history *h)
{
    struct ground *g = &h->g;
    uint64_t way = draw(5);
    struct purchase_wish wish = {.external_id = str_fmt(g->arena, "s%" PRId64, h->made++),
                                 .amount_micros = 1 + (int64_t)draw(1000000) * 777,
                                 .currency = draw(3) ? STR("KZT") : STR("USD"),
                                 .paid_ms = clock_wall_ms() - (int64_t)draw(30 * DAY_MS),
                                 .actor = STR("test"),
                                 .now_ms = clock_wall_ms()};
    struct purchase purchase;
    struct err refused = {0};
    bool added;

    if (way == 0 && h->leads.n)
        wish.lead_id = h->leads.at[draw(h->leads.n)];
    else if (way < 3)
        wish.phone = str_fmt(g->arena, "8701000%04d", (int)draw(20));
    else if (way == 4 && h->made > 1) {
        wish.kind = STR("refund");
        wish.refund_of = str_fmt(g->arena, "s%" PRId64, (int64_t)draw((uint64_t)h->made - 1));
        wish.amount_micros = 1 + (int64_t)draw(1000000);
    }
    /* Another currency than the sale's, or a refund of a refund: refused, and nothing counts.
     */
    if (!purchase_add(&g->app, g->db, g->arena, &wish, &purchase, &added, &refused))
        CHECK(refused.kind == ERR_INVALID || refused.kind == ERR_NOT_FOUND, "%s", refused.text);
}

static void something_happens(struct history *h)
{
    uint64_t what = draw(16);

    if (what < 3)
        collect(h);
    else if (what < 8)
        add_lead(h);
    else if (what < 10)
        move_lead(h);
    else if (what < 14)
        pay(h);
    else if (what < 15)
        map_ad(h);
    else
        clock_set_wall(clock_wall_ms() + (int64_t)draw(3 * DAY_MS));
}

/* --- comparing --------------------------------------------------------------------------- */

static bool same_money(struct roi_money a, struct roi_money b)
{
    return a.known == b.known && (!a.known || a.micros == b.micros);
}

static void compare_rows(const struct roi_row *a, const struct roi_row *b, const char *where)
{
    CHECK(str_eq(a->creative_id, b->creative_id) && a->spend_rows == b->spend_rows &&
              a->impressions == b->impressions && a->clicks == b->clicks &&
              a->platform_leads == b->platform_leads,
          "%s: spend of " STR_FMT "/" STR_FMT ": %" PRId64 " or %" PRId64 " rows", where,
          STR_ARG(a->creative_id), STR_ARG(b->creative_id), a->spend_rows, b->spend_rows);
    CHECK(a->leads == b->leads && a->duplicate_leads == b->duplicate_leads &&
              a->qualified == b->qualified,
          "%s: " STR_FMT ": %" PRId64 " or %" PRId64 " leads, %" PRId64 " or %" PRId64
          " qualified",
          where, STR_ARG(a->creative_id), a->leads, b->leads, a->qualified, b->qualified);
    CHECK(a->sales == b->sales && a->refund_count == b->refund_count,
          "%s: " STR_FMT ": %" PRId64 " or %" PRId64 " sales", where, STR_ARG(a->creative_id),
          a->sales, b->sales);
    CHECK(same_money(a->spend, b->spend) && same_money(a->revenue, b->revenue) &&
              same_money(a->refunds, b->refunds),
          "%s: " STR_FMT ": money %" PRId64 " %" PRId64 ", %" PRId64 " %" PRId64, where,
          STR_ARG(a->creative_id), a->spend.micros, b->spend.micros, a->revenue.micros,
          b->revenue.micros);
}

static struct roi_report ask(struct history *h, struct roi_question question, bool from_truth)
{
    struct roi_report out = {0};

    question.from_truth = from_truth;
    question.now_ms = clock_wall_ms();
    CHECK_OK(roi_report(h->g.db, h->g.arena, &question, &out, &h->g.err), h->g.err);
    return out;
}

static void compare(struct history *h, const struct roi_question *question)
{
    struct roi_report rolled = ask(h, *question, false), truth = ask(h, *question, true);
    const char *where =
        str_c(h->g.arena,
              str_fmt(h->g.arena, STR_FMT " to " STR_FMT " basis %d", STR_ARG(rolled.first_day),
                      STR_ARG(rolled.last_day), (int)question->basis));

    CHECK(rolled.rows.n == truth.rows.n, "%s: %zu or %zu rows", where, rolled.rows.n,
          truth.rows.n);
    for (size_t i = 0; i < rolled.rows.n && i < truth.rows.n; i++)
        compare_rows(&rolled.rows.at[i], &truth.rows.at[i], where);
    CHECK(rolled.has_unattributed == truth.has_unattributed, "%s", where);
    compare_rows(&rolled.unattributed, &truth.unattributed, where);
    compare_rows(&rolled.total, &truth.total, where);
}

/* --- what a figure is made of
 * ----------------------------------------------------------------- */

static const struct json *answer(struct history *h, struct buf *buf)
{
    const struct json *json = NULL;

    CHECK_OK(json_parse(h->g.arena, buf_str(buf), &json, &h->g.err), h->g.err);
    return json;
}

/* The values of all pages; false when one of them is unknown. */
static bool add_pages(struct history *h, struct roi_detail_question question, int64_t *sum)
{
    struct json_writer w;
    struct buf buf;
    bool known = true;

    *sum = 0;
    for (int pages = 0; pages < 1000; pages++) {
        buf_init(&buf, h->g.arena, 1000000);
        json_writer(&w, &buf);
        CHECK_OK(roi_put_detail(&w, h->g.db, h->g.arena, &question, &h->g.err), h->g.err);
        const struct json *json = answer(h, &buf);
        const struct json *data = json_at(json, "data");
        CHECK((int64_t)json_count(data) <= question.limit, "a page of %zu", json_count(data));
        for (size_t i = 0; i < json_count(data); i++) {
            int64_t value = 0;
            known = json_int(json_item(data, i), "value", &value) && known;
            *sum += value;
        }
        question.cursor = json_text(json, "next_cursor", STR(""));
        if (question.cursor.n == 0)
            return known;
    }
    CHECK(false, "the pages of " STR_FMT " do not end", STR_ARG(question.figure));
    return false;
}

static int compared; /* figures that were something */

/* Whatever the basis, the model, the currency and the row: its figure is the sum of its rows.
 */
static void compare_details(struct history *h, const struct roi_question *given)
{
    static const char *const figures[] = {"spend", "clicks",          "impressions",
                                          "leads", "duplicate_leads", "qualified",
                                          "sales", "revenue",         "refunds"};
    struct roi_detail_question question = {.of = *given, .limit = 1 + (int64_t)draw(7)};

    question.of.basis = (enum roi_basis)draw(3);
    question.of.model = (enum roi_model)draw(3);
    question.of.now_ms = clock_wall_ms();
    struct roi_report report = ask(h, question.of, false);
    const struct roi_row *row = &report.total;
    if (draw(3) == 0) {
        row = &report.unattributed;
        question.unattributed = true;
    } else if (draw(2) && report.rows.n) {
        row = &report.rows.at[draw(report.rows.n)];
        question.creative_id = row->creative_id;
    }
    question.figure = str(figures[draw(countof(figures))]);
    struct roi_value value = roi_value_of(&report, row, question.figure);
    int64_t sum;
    bool known = add_pages(h, question, &sum);
    compared += known && sum != 0;
    if (!row->measured && roi_figure_find(question.figure)->rows == ROI_OF_SPEND)
        CHECK(known && sum == 0, "no rows, no figure");
    else
        CHECK(known == value.known && (!known || sum == value.number),
              STR_FMT " of \"" STR_FMT "\" basis %d model %d: the rows make %" PRId64
                      ", the report says %" PRId64,
              STR_ARG(question.figure), STR_ARG(question.creative_id), (int)question.of.basis,
              (int)question.of.model, sum, value.number);
}

static int64_t number(const struct json *json, const char *path)
{
    int64_t n = 0;

    (void)json_int(json, path, &n);
    return n;
}

/* Weeks of leads add up to the report of all their days, but for sales without a lead. */
static void compare_cohorts(struct history *h)
{
    struct roi_question question = {.currency = draw(2) ? STR("KZT") : STR("USD"),
                                    .ad_account_id = draw(2) ? h->accounts[draw(2)] : STR(""),
                                    .now_ms = clock_wall_ms()};
    struct json_writer w;
    struct buf buf;
    int64_t spend = 0, leads = 0, qualified = 0, revenue = 0, by_week = 0;

    buf_init(&buf, h->g.arena, 1000000);
    json_writer(&w, &buf);
    CHECK_OK(roi_put_cohorts(&w, h->g.db, h->g.arena, &question, STR(""), &h->g.err), h->g.err);
    const struct json *json = answer(h, &buf), *data = json_at(json, "data");
    CHECK(json_count(data) == 12, "%zu weeks", json_count(data));
    for (size_t i = 0; i < json_count(data); i++) {
        const struct json *week = json_item(data, i);
        const struct json *list = json_at(week, "revenue_by_week_micros");
        spend += number(week, "spend_micros");
        leads += number(week, "leads");
        qualified += number(week, "qualified");
        revenue += number(week, "revenue_micros");
        for (size_t k = 0; k < json_count(list); k++)
            by_week += number(json_item(list, k), "");
    }
    question.first_day = json_text(json, "window.first_day", STR(""));
    question.last_day = json_text(json, "window.last_day", STR(""));
    struct roi_report r = ask(h, question, true);
    int64_t alone = 0; /* what has no lead */
    struct roi_detail_question rest = {
        .of = question, .figure = STR("revenue"), .unattributed = true, .limit = 200};
    buf_init(&buf, h->g.arena, 1000000);
    json_writer(&w, &buf);
    CHECK_OK(roi_put_detail(&w, h->g.db, h->g.arena, &rest, &h->g.err), h->g.err);
    const struct json *rows = json_at(answer(h, &buf), "data");
    for (size_t i = 0; i < json_count(rows); i++)
        if (json_type(json_at(json_item(rows, i), "lead_id")) == JSON_NULL)
            alone += number(json_item(rows, i), "value");
    CHECK(leads == r.total.leads && qualified == r.total.qualified,
          "%" PRId64 " or %" PRId64 " leads", leads, r.total.leads);
    CHECK(!r.total.spend.known || spend == r.total.spend.micros, "spend %" PRId64 " %" PRId64,
          spend, r.total.spend.micros);
    CHECK(!r.total.revenue.known ||
              (revenue == r.total.revenue.micros - alone && by_week == revenue),
          "revenue %" PRId64 " by week %" PRId64 ", %" PRId64, revenue, by_week,
          r.total.revenue.micros - alone);
}

/* Days add up to the report, whose spend is converted by creatives: some micros apart. */
static void compare_days(struct history *h, struct roi_question question)
{
    struct roi_days days;

    question.direction_id = STR("");
    question.basis = ROI_BY_LEAD;
    question.now_ms = clock_wall_ms();
    struct roi_report r = ask(h, question, true);
    CHECK_OK(roi_by_day(h->g.db, h->g.arena, &question, &days, &h->g.err), h->g.err);
    const struct roi_row *a = &days.total, *b = &r.total;
    int64_t apart = a->spend.micros - b->spend.micros;
    CHECK((int)days.days.n == day_diff(r.last_day, r.first_day) + 1, "%zu days", days.days.n);
    CHECK(a->leads == b->leads && a->duplicate_leads == b->duplicate_leads &&
              a->qualified == b->qualified && a->sales == b->sales,
          STR_FMT " to " STR_FMT ": %" PRId64 " or %" PRId64 " leads, %" PRId64 " or %" PRId64
                  " sales",
          STR_ARG(r.first_day), STR_ARG(r.last_day), a->leads, b->leads, a->sales, b->sales);
    CHECK(a->impressions == b->impressions && a->clicks == b->clicks &&
              a->platform_leads == b->platform_leads && a->measured == b->measured,
          "%" PRId64 " or %" PRId64 " impressions", a->impressions, b->impressions);
    CHECK(same_money(a->revenue, b->revenue), "revenue %" PRId64 " or %" PRId64,
          a->revenue.micros, b->revenue.micros);
    CHECK(a->spend.known == b->spend.known &&
              (!a->spend.known || (apart < 200 && apart > -200)),
          "spend %" PRId64 " or %" PRId64, a->spend.micros, b->spend.micros);
}

/* Ranges of all lengths and places, in both currencies, with all filters. */
static void compare_somewhere(struct history *h)
{
    struct day today = zone_day(STR("Asia/Almaty"), clock_wall_ms());
    struct day last = day_add(day_str(&today), 2 - (int)draw(60));
    struct day first = day_add(day_str(&last), -(int)draw(draw(2) ? 10 : 360));
    struct roi_question question = {.first_day = str_dup(h->g.arena, day_str(&first)),
                                    .last_day = str_dup(h->g.arena, day_str(&last)),
                                    .basis = draw(2) ? ROI_BY_LEAD : ROI_BY_PAYMENT,
                                    .currency = draw(2) ? STR("KZT") : STR("USD"),
                                    .platform = draw(4) ? STR("") : STR("tiktok"),
                                    .direction_id = draw(5) ? STR("") : STR("d3"),
                                    .ad_account_id = draw(2) ? STR("") : h->accounts[draw(2)]};

    compare(h, &question);
    compare_details(h, &question);
    compare_days(h, question);
}

/* All derived rows that count something, as one text. */
static struct str derived(struct history *h)
{
    struct ground *g = &h->g;
    struct db_rows rows;

    db_select(
        g->db, g->arena, &rows,
        "SELECT 'lead ' || lead_id || ' ' || ad_account_id || ' ' || creative_id || ' ' ||"
        " direction_id || ' ' || CAST(created_ms AS TEXT) || ' ' || CAST(person AS TEXT) ||"
        " CAST(qualified AS TEXT) FROM lead_facts WHERE org_id = $1"
        " UNION ALL SELECT 'leads ' || ad_account_id || ' ' || creative_id || ' ' ||"
        " CAST(block_days AS TEXT) || ' ' || CAST(block AS TEXT) || ' ' || platform || ' ' || "
        "direction_id || ' ' ||"
        " CAST(leads AS TEXT) || ' ' || CAST(duplicates AS TEXT) || ' ' ||"
        " CAST(qualified AS TEXT) FROM lead_blocks WHERE org_id = $1"
        " AND (leads <> 0 OR duplicates <> 0 OR qualified <> 0)"
        " UNION ALL SELECT 'sale ' || purchase_id || ' ' || ad_account_id || ' ' ||"
        " creative_id || ' ' || direction_id || ' ' || CAST(lead_ms AS TEXT) || ' ' ||"
        " CAST(amount_micros AS TEXT) FROM sale_facts WHERE org_id = $1"
        " UNION ALL SELECT 'sales ' || basis || ' ' || ad_account_id || ' ' || creative_id ||"
        " ' ' || CAST(block_days AS TEXT) || ' ' || CAST(block AS TEXT) || ' ' || platform ||"
        " ' ' || direction_id || ' ' || currency || ' ' || CAST(sales AS TEXT) || ' ' || "
        "CAST(refunds AS TEXT) || ' ' ||"
        " CAST(amount_micros AS TEXT) || ' ' || CAST(refund_micros AS TEXT)"
        " FROM sale_blocks WHERE org_id = $1 AND (sales <> 0 OR refunds <> 0)"
        " UNION ALL SELECT 'days ' || ad_account_id || ' ' || creative_id || ' ' || day || ' '"
        " || currency || ' ' || CAST(spend_micros AS TEXT) || ' ' || CAST(clicks AS TEXT)"
        " FROM creative_metrics_daily WHERE org_id = $1"
        " UNION ALL SELECT 'metrics ' || ad_account_id || ' ' || creative_id || ' ' ||"
        " CAST(block_days AS TEXT) || ' ' || CAST(block AS TEXT) || ' ' || currency || ' ' || "
        "CAST(days AS TEXT) || ' ' ||"
        " CAST(spend_micros AS TEXT) || ' ' || CAST(impressions AS TEXT)"
        " FROM creative_metrics_blocks WHERE org_id = $1 ORDER BY 1",
        TEXT(g->org));
    return ground_lines(g, &rows);
}

static void rebuild(struct history *h)
{
    struct fact_counts counts;
    int64_t blocks;

    CHECK_OK(metric_rebuild(h->g.db, h->g.arena, &blocks, &h->g.err) &&
                 fact_rebuild(h->g.db, h->g.arena, &counts, &h->g.err),
             h->g.err);
    CHECK(counts.leads == (int64_t)h->leads.n, "%" PRId64 " leads", counts.leads);
}

static void the_roll_ups_are_the_truth_whatever_happens(struct database *database,
                                                        struct db *db)
{
    struct history h;

    state = 20261124;
    begin(&h, database, db);
    clock_set_wall(GROUND_NOW - 60 * DAY_MS);
    for (int i = 0; i < 400; i++) {
        something_happens(&h);
        if (i % 8 == 7)
            compare_somewhere(&h);
        if (i % 50 == 49)
            compare_cohorts(&h);
    }
    CHECK(compared > 5, "%d figures of something", compared);
    struct str kept = derived(&h);
    CHECK(str_has(kept, STR("sales payment")) && str_has(kept, STR("metrics ")), "something");
    rebuild(&h);
    struct str again = derived(&h);
    CHECK(str_eq(kept, again), "kept\n" STR_FMT "made anew\n" STR_FMT, STR_ARG(kept),
          STR_ARG(again));
    ground_end(&h.g);
}

/* Derived means derived: what was lost or spoilt comes back. */
static void spoilt_roll_ups_are_made_anew(struct database *database, struct db *db)
{
    struct history h;
    struct err err = {0};

    state = 7;
    begin(&h, database, db);
    clock_set_wall(GROUND_NOW - 60 * DAY_MS);
    for (int i = 0; i < 60; i++)
        something_happens(&h);
    struct str kept = derived(&h);
    CHECK_OK(
        db_run(db, NULL, &err, "DELETE FROM lead_facts WHERE org_id = $1", TEXT(h.g.org)) &&
            db_run(db, NULL, &err, "DELETE FROM sale_facts WHERE org_id = $1", TEXT(h.g.org)) &&
            db_run(db, NULL, &err,
                   "UPDATE lead_blocks SET leads = leads + 1"
                   " WHERE org_id = $1",
                   TEXT(h.g.org)) &&
            db_run(db, NULL, &err,
                   "UPDATE sale_blocks SET amount_micros = 1"
                   " WHERE org_id = $1",
                   TEXT(h.g.org)) &&
            db_run(db, NULL, &err, "DELETE FROM creative_metrics_daily WHERE org_id = $1",
                   TEXT(h.g.org)) &&
            db_run(db, NULL, &err,
                   "UPDATE creative_metrics_blocks SET days = 99"
                   " WHERE org_id = $1",
                   TEXT(h.g.org)),
        err);
    CHECK(!str_eq(kept, derived(&h)), "spoilt");
    rebuild(&h);
    CHECK(str_eq(kept, derived(&h)), "whole again");
    ground_end(&h.g);
}

/* --- ranges ---------------------------------------------------------------------------------
 */

static const int64_t span_days[ROI_SPANS] = {180, 30, 30, 6, 6, 0, 0};

/* How often [from, to) counts each unit, 0 = `origin`; returns how many rows a creative with
 * figures of every day before `now` has to be read. */
static int64_t count_spans(int64_t from, int64_t to, int64_t day, int64_t now, int64_t origin,
                           int8_t *counts)
{
    struct roi_span spans[ROI_SPANS];
    int64_t rows = 0;

    roi_spans(from, to, day, now, spans);
    for (int k = 0; k < ROI_SPANS; k++) {
        int64_t unit = span_days[k] ? span_days[k] * day : 1;
        for (int64_t at = spans[k].from * unit; at < spans[k].to * unit; at++)
            counts[at + origin] = (int8_t)(counts[at + origin] + spans[k].sign);
        for (int64_t at = spans[k].from; at < spans[k].to; at++)
            rows += at * unit < now;
    }
    return rows;
}

/* Every unit of the range once and no other at all, wherever it begins and ends: a year is read
 * as two or three large blocks and at each end three middle ones, two or three small ones and
 * three days at most; fewer where nothing is to be expected behind now. */
static void ranges_are_blocks_and_their_rests(void)
{
    enum { ORIGIN = 700, ROOM = 2000 };

    for (int64_t from = -200; from < 200; from += 1 + (from & 1))
        for (int64_t length = 0; length < 500; length += length < 40 ? 1 : 13) {
            int8_t counts[ROOM] = {0};
            int64_t to = from + length;
            int64_t rows = count_spans(from, to, 1, 1000, ORIGIN, counts);
            for (int64_t at = -ORIGIN; at < ROOM - ORIGIN; at++)
                if (counts[at + ORIGIN] != (at >= from && at < to))
                    CHECK(false, "[%" PRId64 ", %" PRId64 ") at %" PRId64, from, to, at);
            CHECK(rows <= length + 2 && rows <= 21, "[%" PRId64 ", %" PRId64 "): %" PRId64,
                  from, to, rows);
            int8_t again[ROOM] = {0};
            rows = count_spans(from, to, 1, to, ORIGIN, again);
            CHECK(memcmp(counts, again, ROOM) == 0 || length == 0, "until now");
            CHECK(rows <= 13, "[%" PRId64 ", now %" PRId64 "): %" PRId64, from, to, rows);
        }
    /* Units smaller than a day. */
    for (int64_t from = 0; from < 300; from += 7)
        for (int64_t to = from; to < 1900; to += 61) {
            int8_t counts[4 * ROOM] = {0};
            count_spans(from, to, 4, 1500, 0, counts);
            for (int64_t at = 0; at < 4 * ROOM; at++)
                if (counts[at] != (at >= from && at < to))
                    CHECK(false, "[%" PRId64 ", %" PRId64 ") at %" PRId64, from, to, at);
        }
}

int main(void)
{
    log_setup(LOG_ERROR, 0);
    RUN(ranges_are_blocks_and_their_rests);
    RUN_ON_DATABASES(the_roll_ups_are_the_truth_whatever_happens);
    RUN_ON_DATABASES(spoilt_roll_ups_are_made_anew);
    ring_free(ground_ring);
    return test_report();
}
