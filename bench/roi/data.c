/*
 * data - a seeded market, written straight into the real schema.
 *
 *     data DB_URL METRIC_ROWS LEADS PURCHASES     a fresh, migrated database of ours
 *     data csv:FOLDER METRIC_ROWS LEADS PURCHASES  the same for DuckDB: only the columns that
 *                                                 the question needs, with integers as keys
 *
 * One org, ten ad accounts, two hundred creatives in each, all days of DAYS; the metric rows
 * are spread over so many ads a creative.  Rows come in the order of the primary keys;
 * secondary indexes are made at the end.  Then the roll-ups are built by the product's own
 * code, as `adwright roi rebuild` does.
 */
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "db/db.h"
#include "lead/fact.h"
#include "metric/metric.h"
#include "seal/seal.h"
#include "text/day.h"

#include <inttypes.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ACCOUNTS = 10, CREATIVES = 200, DAYS = 400 };
#define LAST_DAY "2026-11-14"
#define DAY_MS   INT64_C(86400000)
#define ORG      "00000000-0000-7000-8000-000000000001"

static void stop(const char *what, const char *why)
{
    fprintf(stderr, "data: %s: %s\n", what, why);
    exit(1);
}

/* --- chance: a number depends on its place alone --------------------------------------------
 */

static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static int64_t draw(uint64_t a, uint64_t b, int64_t n) /* 0 to n - 1 */
{
    return (int64_t)(mix(mix(a) ^ b) % (uint64_t)n);
}

/* --- where rows go
 * ---------------------------------------------------------------------------- */

struct value {
    const char *text; /* NULL = the number */
    int64_t number;
};
#define T(s) ((struct value){.text = (s)})
#define N(v) ((struct value){.number = (v)})

struct sink {
    sqlite3 *sqlite;
    sqlite3_stmt *insert;
    PGconn *postgres;
    FILE *csv;
    const char *folder;
    char *copy; /* a buffer of COPY's text form */
    size_t n;
};
enum { COPY_ROOM = 1 << 20 };

static void sqlite_do(struct sink *s, const char *sql)
{
    char *why = NULL;

    if (sqlite3_exec(s->sqlite, sql, NULL, NULL, &why) != SQLITE_OK)
        stop(sql, why);
}

static void postgres_do(struct sink *s, const char *sql, ExecStatusType expected)
{
    PGresult *result = PQexec(s->postgres, sql);

    if (PQresultStatus(result) != expected)
        stop(sql, PQerrorMessage(s->postgres));
    PQclear(result);
}

static void begin_table(struct sink *s, const char *table, const char *columns, int n)
{
    char sql[2000];

    if (s->folder) {
        snprintf(sql, sizeof sql, "%s/%s.csv", s->folder, table);
        if (!(s->csv = fopen(sql, "w")))
            stop(sql, "cannot be written");
        fprintf(s->csv, "%s\n", columns);
    } else if (s->sqlite) {
        int at = snprintf(sql, sizeof sql, "INSERT INTO %s (%s) VALUES (", table, columns);
        for (int i = 0; i < n; i++)
            at += snprintf(sql + at, sizeof sql - (size_t)at, i ? ",?" : "?");
        snprintf(sql + at, sizeof sql - (size_t)at, ")");
        sqlite_do(s, "BEGIN");
        if (sqlite3_prepare_v2(s->sqlite, sql, -1, &s->insert, NULL) != SQLITE_OK)
            stop(sql, sqlite3_errmsg(s->sqlite));
    } else {
        snprintf(sql, sizeof sql, "COPY %s (%s) FROM STDIN", table, columns);
        postgres_do(s, sql, PGRES_COPY_IN);
    }
}

static void flush_copy(struct sink *s)
{
    if (s->n && PQputCopyData(s->postgres, s->copy, (int)s->n) != 1)
        stop("COPY", PQerrorMessage(s->postgres));
    s->n = 0;
}

static void put(struct sink *s, const struct value *row, int n)
{
    if (s->sqlite) {
        for (int i = 0; i < n; i++)
            if (row[i].text)
                sqlite3_bind_text(s->insert, i + 1, row[i].text, -1, SQLITE_STATIC);
            else
                sqlite3_bind_int64(s->insert, i + 1, row[i].number);
        if (sqlite3_step(s->insert) != SQLITE_DONE)
            stop("insert", sqlite3_errmsg(s->sqlite));
        sqlite3_reset(s->insert);
        return;
    }
    if (!s->csv && s->n > COPY_ROOM - 4096)
        flush_copy(s);
    for (int i = 0; i < n; i++) {
        char end = i + 1 < n ? (s->csv ? ',' : '\t') : '\n';
        if (s->csv && row[i].text)
            fprintf(s->csv, "%s%c", row[i].text, end);
        else if (s->csv)
            fprintf(s->csv, "%" PRId64 "%c", row[i].number, end);
        else if (row[i].text)
            s->n += (size_t)snprintf(s->copy + s->n, 1000, "%s%c", row[i].text, end);
        else
            s->n += (size_t)snprintf(s->copy + s->n, 1000, "%" PRId64 "%c", row[i].number, end);
    }
}
#define PUT(s, ...)                                                                            \
    put((s), (const struct value[]){__VA_ARGS__},                                              \
        (int)countof(((const struct value[]){__VA_ARGS__})))

static void end_table(struct sink *s)
{
    if (s->csv) {
        if (fclose(s->csv) != 0)
            stop("csv", "the disk is full");
        s->csv = NULL;
    } else if (s->sqlite) {
        sqlite3_finalize(s->insert);
        sqlite_do(s, "COMMIT");
    } else {
        flush_copy(s);
        if (PQputCopyEnd(s->postgres, NULL) != 1)
            stop("COPY", PQerrorMessage(s->postgres));
        PGresult *result = PQgetResult(s->postgres);
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            stop("COPY", PQerrorMessage(s->postgres));
        PQclear(result);
        while ((result = PQgetResult(s->postgres)))
            PQclear(result);
    }
}

/* --- the market
 * --------------------------------------------------------------------------------- */

struct market {
    int64_t metric_rows, leads, purchases;
    int64_t last_day; /* as a number */
    char days[DAYS][11];
};

/* The prefix, then the number in so many digits. */
static const char *digits(char *out, const char *prefix, int64_t number, int n)
{
    size_t at = strlen(prefix);

    memcpy(out, prefix, at);
    out[at + (size_t)n] = 0;
    for (int i = n; i-- > 0; number /= 10)
        out[at + (size_t)i] = (char)('0' + number % 10);
    return out;
}

enum { ID_ROOM = 80 };

static const char *account_id(int account, char *out)
{
    return digits(out, "00000000-0000-7000-8000-1", account, 11);
}

static const char *creative_id(int64_t creative, char *out)
{
    return digits(out, "00000000-0000-7000-8000-2", creative, 11);
}

static const char *lead_id(int64_t lead, char *out)
{
    return digits(out, "00000000-0000-7000-8000-3", lead, 11);
}

static const char *ad_id(int64_t creative, int64_t ad, char *out)
{
    return digits(out, "17", creative * 1000 + ad, 15);
}

/* How many ads a creative has, so that all of them make about METRIC_ROWS days of ads. */
static int64_t ads_of(const struct market *m, int64_t creative)
{
    int64_t all = m->metric_rows / DAYS, each = all / (ACCOUNTS * CREATIVES);
    int64_t more = all % (ACCOUNTS * CREATIVES);

    return each + (creative % (ACCOUNTS * CREATIVES) < more);
}

static void put_objects(struct sink *s, const struct market *m)
{
    char account[ID_ROOM], creative[ID_ROOM], direction[ID_ROOM], text[ID_ROOM], ad[ID_ROOM];

    begin_table(s, "orgs", "org_id, name, country, currency, created_ms", 5);
    PUT(s, T(ORG), T("Bench"), T("KZ"), T("KZT"), N(0));
    end_table(s);
    begin_table(s, "ad_accounts",
                "org_id, ad_account_id, name, is_default, created_ms, updated_ms", 6);
    for (int a = 0; a < ACCOUNTS; a++)
        PUT(s, T(ORG), T(account_id(a, account)), T(account), N(a == 0), N(a), N(0));
    end_table(s);
    begin_table(
        s, "ad_account_connections",
        "org_id, ad_account_id, platform, state, advertiser_id, currency, zone, country,"
        " token_sealed, connected_ms, last_sync_ms, updated_ms",
        12);
    for (int a = 0; a < ACCOUNTS; a++)
        PUT(s, T(ORG), T(account_id(a, account)), T("tiktok"), T("connected"), T(account),
            T("KZT"), T("Asia/Almaty"), T("KZ"), T("none"), N(0), N(1), N(0));
    end_table(s);
    begin_table(s, "directions",
                "org_id, direction_id, ad_account_id, platform, name, objective, currency,"
                " daily_budget_micros, created_ms, updated_ms",
                10);
    for (int a = 0; a < ACCOUNTS; a++)
        PUT(s, T(ORG), T(account_id(a, direction)), T(account_id(a, account)), T("tiktok"),
            T(account), T("lead_generation"), T("KZT"), N(1), N(0), N(0));
    end_table(s);
    begin_table(s, "creatives",
                "org_id, creative_id, direction_id, title, media_type, status, created_ms,"
                " updated_ms",
                8);
    for (int64_t c = 0; c < ACCOUNTS * CREATIVES; c++) {
        digits(text, "Creative ", c, 4);
        PUT(s, T(ORG), T(creative_id(c, creative)),
            T(account_id((int)(c / CREATIVES), direction)), T(text), T("video"), T("ready"),
            N(0), N(0));
    }
    end_table(s);
    begin_table(s, "ads",
                "org_id, platform, ad_id, adgroup_id, campaign_id, ad_account_id, direction_id,"
                " creative_id, name, status, created_ms, updated_ms",
                12);
    for (int64_t c = 0; c < ACCOUNTS * CREATIVES; c++)
        for (int64_t k = 0; k < ads_of(m, c); k++) {
            ad_id(c, k, ad);
            account_id((int)(c / CREATIVES), account);
            PUT(s, T(ORG), T("tiktok"), T(ad), T("1800000000000001"), T("1900000000000001"),
                T(account), T(account), T(creative_id(c, creative)), T("ad"), T("enabled"),
                N(0), N(0));
        }
    end_table(s);
}

static void put_metrics(struct sink *s, const struct market *m)
{
    char account[ID_ROOM], creative[ID_ROOM], ad[ID_ROOM], adgroup[ID_ROOM];
    int64_t fetched_ms = m->last_day * DAY_MS;

    if (s->folder)
        begin_table(s, "metrics", "account,creative,day,spend,impressions,clicks,leads", 7);
    else
        begin_table(s, "creative_metrics_history",
                    "org_id, ad_account_id, platform, source, advertiser_id, campaign_id,"
                    " adgroup_id, ad_id, creative_id, day, currency, spend_micros, impressions,"
                    " clicks, reach, conversions, result_kind, results, video_views,"
                    " average_play_ms, revision, fetched_ms",
                    22);
    for (int64_t c = 0; c < ACCOUNTS * CREATIVES; c++) {
        int a = (int)(c / CREATIVES);
        account_id(a, account);
        creative_id(c, creative);
        for (int64_t k = 0; k < ads_of(m, c); k++) {
            ad_id(c, k, ad);
            digits(adgroup, "18", c, 15);
            for (int d = 0; d < DAYS; d++) {
                uint64_t at = (uint64_t)((c * 1000 + k) * DAYS + d);
                int64_t spend = 1000000 + draw(1, at, 500000) * 10000;
                int64_t impressions = 100 + draw(2, at, 20000), clicks = draw(3, at, 300);
                int64_t leads = clicks / 20;
                if (s->folder)
                    PUT(s, N(a), N(c), T(m->days[d]), N(spend), N(impressions), N(clicks),
                        N(leads));
                else
                    PUT(s, T(ORG), T(account), T("tiktok"), T("tiktok_batch"),
                        T("7000000000000000001"), T("1900000000000001"), T(adgroup), T(ad),
                        T(creative), T(m->days[d]), T("KZT"), N(spend), N(impressions),
                        N(clicks), N(impressions / 2), N(leads), T("leads"), N(leads),
                        N(impressions / 3), N(3000), N(1), N(fetched_ms));
            }
        }
    }
    end_table(s);
}

/* Leads by time; one in seven is a further form of an earlier person of the same creative. */
static int64_t lead_creative(int64_t lead, int64_t *of)
{
    int64_t back = lead > 50000 && draw(10, (uint64_t)lead, 7) == 0
                       ? 1 + draw(11, (uint64_t)lead, 40000)
                       : 0;

    *of = back ? lead - back : -1;
    /* Only a first lead is named: one that is a duplicate itself stands for none. */
    if (back && lead - back > 50000 && draw(10, (uint64_t)(lead - back), 7) == 0)
        *of = -1;
    return draw(12, (uint64_t)(*of >= 0 ? *of : lead), ACCOUNTS * CREATIVES);
}

static int64_t lead_ms(const struct market *m, int64_t lead)
{
    int64_t first_ms = (m->last_day - DAYS + 1) * DAY_MS, span = (int64_t)DAYS * DAY_MS;

    return first_ms + (int64_t)((__int128)span * lead / m->leads);
}

static bool lead_qualified(int64_t lead)
{
    return draw(13, (uint64_t)lead, 10) < 3;
}

/* Of each person, by any of its leads: DuckDB gets the answer, we find it out. */
static bool *persons_qualified(const struct market *m)
{
    bool *qualified = calloc((size_t)m->leads, 1);
    int64_t of;

    if (!qualified)
        stop("memory", "none left");
    for (int64_t i = 0; i < m->leads; i++) {
        (void)lead_creative(i, &of);
        if (lead_qualified(i))
            qualified[of >= 0 ? of : i] = true;
    }
    return qualified;
}

static void put_leads(struct sink *s, const struct market *m)
{
    bool *persons = persons_qualified(m);
    char id[ID_ROOM], first[ID_ROOM], account[ID_ROOM], creative[ID_ROOM], phone[ID_ROOM];
    char hash[ID_ROOM], number[ID_ROOM];
    int64_t of;

    if (s->folder)
        begin_table(s, "leads", "lead,account,creative,created_ms,duplicate_of,qualified", 6);
    else
        begin_table(
            s, "leads",
            "org_id, lead_id, platform, source, platform_lead_id, ad_account_id,"
            " advertiser_id, ad_id, direction_id, creative_id, state, stage, name, phone,"
            " phone_hash, duplicate_of, created_ms, received_ms, updated_ms",
            19);
    for (int64_t i = 0; i < m->leads; i++) {
        int64_t c = lead_creative(i, &of);
        bool qualified = lead_qualified(i);
        if (s->folder) {
            PUT(s, N(i), N(c / CREATIVES), N(c), N(lead_ms(m, i)), N(of), N(persons[i]));
            continue;
        }
        account_id((int)(c / CREATIVES), account);
        digits(number, "", i, 18);
        digits(phone, "+7701", of >= 0 ? of : i, 7);
        digits(hash, "", of >= 0 ? of : i, 64);
        PUT(s, T(ORG), T(lead_id(i, id)), T("tiktok"), T("tiktok_form"), T(number), T(account),
            T("7000000000000000001"), T("1700000000000000"), T(account),
            T(creative_id(c, creative)), T("linked"), T(qualified ? "qualified" : "interest"),
            T("Name"), T(phone), T(hash), T(of >= 0 ? lead_id(of, first) : ""),
            N(lead_ms(m, i)), N(lead_ms(m, i)), N(lead_ms(m, i)));
    }
    end_table(s);
    free(persons);
    if (s->folder)
        return;
    begin_table(s, "lead_transitions",
                "org_id, lead_id, sequence, at_ms, actor, kind, from_value, to_value, cause",
                9);
    for (int64_t i = 0; i < m->leads; i++)
        if (lead_qualified(i))
            PUT(s, T(ORG), T(lead_id(i, id)), N(1), N(lead_ms(m, i)), T("bench"), T("stage"),
                T("interest"), T("qualified"), T(""));
    end_table(s);
}

/* Every twentieth purchase pays a part of the one before back. */
static void put_purchases(struct sink *s, const struct market *m)
{
    char id[ID_ROOM], sale[ID_ROOM], lead[ID_ROOM], account[ID_ROOM], creative[ID_ROOM];
    int64_t end_ms = (m->last_day + 1) * DAY_MS, of, last_lead = 0, last_paid = 0,
            last_amount = 0;

    if (s->folder)
        begin_table(s, "purchases", "account,creative,lead_ms,paid_ms,refund,amount", 6);
    else
        begin_table(s, "purchases",
                    "org_id, purchase_id, external_id, lead_id, creative_id, ad_account_id,"
                    " lead_ms, kind, refund_of, amount_micros, currency, paid_ms, match_cause,"
                    " created_ms",
                    14);
    for (int64_t i = 0; i < m->purchases; i++) {
        bool refund = i % 20 == 19;
        int64_t who = refund ? last_lead : draw(20, (uint64_t)i, m->leads);
        int64_t paid =
            refund ? last_paid + DAY_MS : lead_ms(m, who) + draw(21, (uint64_t)i, 60) * DAY_MS;
        int64_t amount =
            refund ? -last_amount / 4 : (1000 + draw(22, (uint64_t)i, 90000)) * 1000000;
        int64_t c = lead_creative(who, &of);
        paid = paid < end_ms ? paid : end_ms - 1;
        last_lead = who, last_paid = paid, last_amount = amount;
        if (s->folder) {
            PUT(s, N(c / CREATIVES), N(c), N(lead_ms(m, who)), N(paid), N(refund), N(amount));
            continue;
        }
        digits(id, "00000000-0000-7000-8000-4", i, 11);
        digits(sale, "00000000-0000-7000-8000-4", i ? i - 1 : 0, 11);
        PUT(s, T(ORG), T(id), T(id), T(lead_id(who, lead)), T(creative_id(c, creative)),
            T(account_id((int)(c / CREATIVES), account)), N(lead_ms(m, who)),
            T(refund ? "refund" : "sale"), T(refund ? sale : ""), N(amount), T("KZT"), N(paid),
            T("lead_id"), N(paid));
    }
    end_table(s);
}

/* --- loading
 * --------------------------------------------------------------------------------------- */

enum { MOST_INDEXES = 60 };
static char *indexes[MOST_INDEXES];
static int indexes_n;

static const char large[] =
    "('creative_metrics_history', 'leads', 'lead_transitions', 'purchases')";

static void drop_sqlite_indexes(struct sink *s)
{
    char sql[300], drops[8000] = "";
    sqlite3_stmt *stmt;

    snprintf(sql, sizeof sql,
             "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
             " AND tbl_name IN %s",
             large);
    if (sqlite3_prepare_v2(s->sqlite, sql, -1, &stmt, NULL) != SQLITE_OK)
        stop(sql, sqlite3_errmsg(s->sqlite));
    while (sqlite3_step(stmt) == SQLITE_ROW && indexes_n < MOST_INDEXES) {
        size_t n = strlen(drops);
        snprintf(drops + n, sizeof drops - n, "DROP INDEX %s;",
                 (const char *)sqlite3_column_text(stmt, 0));
        indexes[indexes_n++] = strdup((const char *)sqlite3_column_text(stmt, 1));
    }
    sqlite3_finalize(stmt);
    sqlite_do(s, drops);
}

static void drop_postgres_indexes(struct sink *s)
{
    char sql[500], drop[200];

    snprintf(sql, sizeof sql,
             "SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.tablename IN %s"
             " AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = i.indexname)",
             large);
    PGresult *result = PQexec(s->postgres, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        stop(sql, PQerrorMessage(s->postgres));
    for (int i = 0; i < PQntuples(result) && indexes_n < MOST_INDEXES; i++) {
        snprintf(drop, sizeof drop, "DROP INDEX %s", PQgetvalue(result, i, 0));
        postgres_do(s, drop, PGRES_COMMAND_OK);
        indexes[indexes_n++] = strdup(PQgetvalue(result, i, 1));
    }
    PQclear(result);
}

static void put_all(struct sink *s, const struct market *m)
{
    if (!s->folder)
        put_objects(s, m);
    put_metrics(s, m);
    put_leads(s, m);
    put_purchases(s, m);
}

static void load_sqlite(const char *path, const struct market *m)
{
    struct sink s = {0};

    if (sqlite3_open(path, &s.sqlite) != SQLITE_OK)
        stop(path, sqlite3_errmsg(s.sqlite));
    sqlite_do(&s, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-400000;"
                  "PRAGMA foreign_keys=OFF; PRAGMA temp_store=MEMORY");
    drop_sqlite_indexes(&s);
    put_all(&s, m);
    for (int i = 0; i < indexes_n; i++)
        sqlite_do(&s, indexes[i]);
    sqlite_do(&s, "PRAGMA journal_mode=WAL");
    sqlite3_close(s.sqlite);
}

static void load_postgres(const char *url, const struct market *m)
{
    struct sink s = {.postgres = PQconnectdb(url), .copy = malloc(COPY_ROOM)};

    if (PQstatus(s.postgres) != CONNECTION_OK || !s.copy)
        stop("connecting", PQerrorMessage(s.postgres));
    postgres_do(&s, "SET maintenance_work_mem = '512MB'", PGRES_COMMAND_OK);
    postgres_do(&s, "SET synchronous_commit = off", PGRES_COMMAND_OK);
    drop_postgres_indexes(&s);
    put_all(&s, m);
    for (int i = 0; i < indexes_n; i++)
        postgres_do(&s, indexes[i], PGRES_COMMAND_OK);
    postgres_do(&s, "ANALYZE", PGRES_COMMAND_OK); /* autovacuum does so by itself, later */
    PQfinish(s.postgres);
    free(s.copy);
}

static void vacuum_postgres(const char *url)
{
    struct sink s = {.postgres = PQconnectdb(url)};

    postgres_do(&s, "VACUUM ANALYZE", PGRES_COMMAND_OK);
    PQfinish(s.postgres);
}

static bool rebuild(const char *url, struct err *err)
{
    struct arena *arena = arena_new("data");
    struct database *database;
    struct fact_counts counts;
    struct db *db;
    int64_t blocks, begin_ms = clock_mono_ms();

    if (!database_open(str(url), &database, err) || !db_open(database, &db, err))
        return false;
    db_scope(db, STR(ORG));
    if (!metric_rebuild(db, arena, &blocks, err))
        return false;
    int64_t middle_ms = clock_mono_ms();
    if (!fact_rebuild(db, arena, &counts, err))
        return false;
    fprintf(stderr,
            "  roll-ups made anew: %" PRId64 " blocks of metrics in %.1f s, %" PRId64
            " leads and %" PRId64 " purchases in %.1f s\n",
            blocks, (double)(middle_ms - begin_ms) / 1000, counts.leads, counts.purchases,
            (double)(clock_mono_ms() - middle_ms) / 1000);
    db_close(db);
    database_close(database);
    arena_free(arena);
    return true;
}

static bool migrate(const char *url, struct err *err)
{
    struct database *database;

    if (!database_open(str(url), &database, err) || !database_migrate(database, NULL, err))
        return false;
    database_close(database);
    return true;
}

static int64_t count(const char *text)
{
    int64_t n = 0;

    if (!str_int(str(text), &n) || n < 1)
        stop(text, "is not a number of rows");
    return n;
}

int main(int argc, char **argv)
{
    static struct market m;
    struct err err = {0};

    log_setup(LOG_WARN, 0);
    if (argc != 5)
        stop("usage", "data URL METRIC_ROWS LEADS PURCHASES");
    const char *url = argv[1];
    m.metric_rows = count(argv[2]);
    m.leads = count(argv[3]);
    m.purchases = count(argv[4]);
    if (!day_to_days(STR(LAST_DAY), &m.last_day) || !seal_setup(&err))
        stop("start", err.text);
    for (int d = 0; d < DAYS; d++) {
        struct day day = day_from_days(m.last_day - DAYS + 1 + d);
        memcpy(m.days[d], day.text, sizeof day.text);
    }
    if (strncmp(url, "csv:", 4) == 0) {
        put_all(&(struct sink){.folder = url + 4}, &m);
        return 0;
    }
    if (!migrate(url, &err))
        stop(url, err.text);
    if (strncmp(url, "sqlite:", 7) == 0)
        load_sqlite(url + 7, &m);
    else
        load_postgres(url, &m);
    if (!rebuild(url, &err))
        stop(url, err.text);
    if (strncmp(url, "sqlite:", 7) != 0)
        vacuum_postgres(url);
    return 0;
}
