/* ad_days_db.c - the figures of every ad, a day in a row (table ad_metrics_days). */

#include "base/arena.h"
#include "db/db.h"
#include "metric/key_index.h"
#include "metric/metric_db.h"

/* Days read at once: what they hold is given back before the next ones. */
#define DAYS_AT_ONCE 31

/* --- writing ---------------------------------------------------------------------- */

#define INSERT_DAYS                                                                            \
    "INSERT INTO ad_metrics_days (org_id, ad_account_id, platform, day, currency,"             \
    " spend_micros, impressions, clicks, platform_leads, fetched_ms, figures)"                 \
    " SELECT org_id, ad_account_id, platform, day, currency, CAST(sum(spend_micros) AS "       \
    "BIGINT),"                                                                                 \
    " CAST(sum(impressions) AS BIGINT), CAST(sum(clicks) AS BIGINT),"                          \
    " CAST(sum(CASE WHEN result_kind = 'leads' THEN results ELSE 0 END) AS BIGINT),"           \
    " max(fetched_ms), "
#define LINE                                                                                   \
    "ad_id || ' ' || spend_micros || ' ' || impressions || ' ' || clicks || ' '"               \
    " || CASE WHEN result_kind = 'leads' THEN results ELSE 0 END"
#define OF_DAYS                                                                                \
    " FROM creative_metrics_history WHERE org_id = $1 AND ad_account_id = $2"                  \
    " AND platform = $3 AND source = $6 AND day >= $4 AND day <= $5"                           \
    " GROUP BY org_id, ad_account_id, platform, day, currency"

bool ad_days_roll_up(struct db *db, const struct metric_run *run, struct str first_day,
                     struct str last_day, struct err *err)
{
    struct db_value org = TEXT(db_scope_org(db)), account = TEXT(run->ad_account_id),
                    platform = TEXT(run->platform), first = TEXT(first_day),
                    last = TEXT(last_day), source = TEXT(metric_source(run->platform));

    if (!db_run(db, NULL, err,
                "DELETE FROM ad_metrics_days WHERE org_id = $1 AND ad_account_id = $2"
                " AND platform = $3 AND day >= $4 AND day <= $5",
                org, account, platform, first, last))
        return false;
    if (db_is_postgres(db))
        return db_run(db, NULL, err,
                      ONLY_POSTGRES INSERT_DAYS "string_agg(" LINE ", chr(10))" OF_DAYS, org,
                      account, platform, first, last, source);
    return db_run(db, NULL, err,
                  ONLY_SQLITE INSERT_DAYS "group_concat(" LINE ", char(10))" OF_DAYS, org,
                  account, platform, first, last, source);
}

/* --- reading ------------------------------------------------------------------------ */

/* The number up to the next space or the end; the line was written above. */
static int64_t number(const char **at, const char *end)
{
    bool negative = *at < end && **at == '-';
    int64_t n = 0;

    *at += negative;
    for (; *at < end && **at != ' '; ++*at)
        n = n * 10 + (**at - '0');
    *at += *at < end;
    return negative ? -n : n;
}

static void add_line(struct str line, const struct key_index *ads, struct metric_ad_sum *sums,
                     struct metric_ad_sum *others)
{
    struct str ad_id = str_cut(&line, ' ');
    const char *at = line.p, *end = line.p + line.n;
    size_t position = key_index_find(ads, ad_id);
    struct metric_ad_sum *sum = position == KEY_NONE ? others : &sums[position];

    sum->days++;
    sum->spend_micros += number(&at, end);
    sum->impressions += number(&at, end);
    sum->clicks += number(&at, end);
    sum->platform_leads += number(&at, end);
}

static bool add_days(struct db *db, struct arena *arena, struct db_values values,
                     const struct key_index *ads, struct metric_ad_sum *sums,
                     struct metric_ad_sum *others, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT figures FROM ad_metrics_days WHERE org_id = $1 AND ad_account_id = $2"
              " AND platform = $3 AND day >= $4 AND day <= $5",
              values.at[0], values.at[1], values.at[2], values.at[3], values.at[4]);
    while (db_next(&rows)) {
        struct str figures = db_text(&rows, 0);
        while (figures.n)
            add_line(str_cut(&figures, '\n'), ads, sums, others);
    }
    return db_done(&rows, err);
}

bool metric_ad_sums(struct db *db, struct str ad_account_id, struct str platform,
                    struct str first_day, struct str last_day, const struct key_index *ads,
                    struct metric_ad_sum *sums, struct metric_ad_sum *others, struct err *err)
{
    struct arena *arena = arena_new("days of ads");
    struct metric_ad_sum nobody = {0};
    bool ok = true;

    for (struct day day = day_add(first_day, 0); ok && str_cmp(day_str(&day), last_day) <= 0;
         day = day_add(day_str(&day), DAYS_AT_ONCE)) {
        struct day end = day_add(day_str(&day), DAYS_AT_ONCE - 1);
        struct str last = str_cmp(day_str(&end), last_day) < 0 ? day_str(&end) : last_day;
        ok = add_days(db, arena,
                      DB_VALUES(TEXT(db_scope_org(db)), TEXT(ad_account_id), TEXT(platform),
                                TEXT(day_str(&day)), TEXT(last)),
                      ads, sums, others ? others : &nobody, err);
        arena_reset(arena);
    }
    arena_free(arena);
    return ok;
}
