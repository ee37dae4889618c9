/* Currency rates: files, the bank's feed, and money that is never mixed. */
#include "job/job.h"
#include "metric/metric.h"
#include "metric/rate_read.h"
#include "test_ground.h"
#include "text/money.h"
#include "text/zone.h"

#define UNIT INT64_C(1000000)

/* --- reading --------------------------------------------------------------------------------
 */

static void csv_is_read_whole_or_not_at_all(void)
{
    static const struct {
        const char *text;
        size_t n;          /* rates, where it is read */
        const char *field; /* "" = it is read */
    } cases[] = {
        {"base,quote,day,rate\nUSD,KZT,2026-11-20,523.17\n", 1, ""},
        {"\xef\xbb\xbf"
         "Day;x,RATE,quote,base,day\r\n,\"523,17\",kzt, usd ,2026-11-20\r\n",
         1, ""},
        {"base,quote,day,rate\n\nUSD,KZT,2026-11-20,1\nEUR,KZT,2026-11-20,2\n", 2, ""},
        {"base,quote,day,rate\n", 0, ""},
        {"", 0, "file"},
        {"base,quote,rate\nUSD,KZT,1\n", 0, "file"},
        {"base,quote,day,rate\nUSD,KZT,2026-11-20,1\nUSD,KZT,2026-11-31,1\n", 0, "day"},
        {"base,quote,day,rate\nUSD,KZT,2026-11-20,0\n", 0, "rate"},
        {"base,quote,day,rate\nUSD,KZT,2026-11-20,-1\n", 0, "rate"},
        {"base,quote,day,rate\nUSD,KZT,2026-11-20,1.2345678\n", 0, "rate"},
        {"base,quote,day,rate\nUSD,USD,2026-11-20,1\n", 0, "quote"},
        {"base,quote,day,rate\nABC,KZT,2026-11-20,1\n", 0, "base"},
        {"base,quote,day,rate\nUSD,KZT,2026-11-20\n", 0, "rate"},
    };

    for (size_t i = 0; i < countof(cases); i++) {
        struct arena *arena = arena_new("test");
        struct currency_rates rates = {0};
        struct err err = {0};
        bool ok = rate_csv_read(arena, str(cases[i].text), &rates, &err);
        CHECK(ok == !cases[i].field[0] && (!ok || rates.n == cases[i].n), "%zu: %zu rates, %s",
              i, rates.n, err.text);
        CHECK(ok || (err.kind == ERR_INVALID && IS(str(err.field), cases[i].field)),
              "%zu: %s %s", i, err.field, err.text);
        if (ok && rates.n)
            CHECK(IS(rates.at[0].base, "USD") && IS(rates.at[0].quote, "KZT"), "%zu", i);
        arena_free(arena);
    }
}

static void the_feed_names_the_day_and_the_units(void)
{
    static const char day[] =
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><rates><title>Rates</title>"
        "<date>20.11.2026</date><item><fullname>ДОЛЛАР США</fullname><title>USD</title>"
        "<description>523.17</description><quant>1</quant><change>+1.2</change></item>"
        "<item><title>UZS</title><description>4.31</description><quant>100</quant></item>"
        "<item><title>ABC</title><description>1</description></item>"
        "<item><title>EUR</title><description>none</description></item></rates>";
    static const char channel[] =
        "<rss><channel><date>x</date><item><title>USD</title><pubDate>19.11.2026</pubDate>"
        "<description>520,5</description></item></channel></rss>";
    struct arena *arena = arena_new("test");
    struct currency_rates rates = {0};
    struct err err = {0};

    CHECK_OK(rate_feed_read(arena, str(day), STR("2026-11-22"), &rates, &err), err);
    CHECK(rates.n == 2 && rates.at[0].rate_micros == 523170000 &&
              IS(rates.at[0].day, "2026-11-20") && IS(rates.at[0].quote, "KZT"),
          "%zu rates, %" PRId64, rates.n, rates.at[0].rate_micros);
    CHECK(rates.at[1].rate_micros == 43100, "4.31 for a hundred: %" PRId64,
          rates.at[1].rate_micros);
    rates = (struct currency_rates){0};
    CHECK_OK(rate_feed_read(arena, str(channel), STR("2026-11-22"), &rates, &err), err);
    CHECK(rates.n == 1 && IS(rates.at[0].day, "2026-11-19") &&
              rates.at[0].rate_micros == 520500000,
          "the item's own day");
    rates = (struct currency_rates){0};
    CHECK(!rate_feed_read(arena, STR("<html>maintenance</html>"), STR("2026-11-22"), &rates,
                          &err) &&
              err.kind == ERR_INVALID,
          "no rates, no answer");
    arena_free(arena);
}

/* --- keeping --------------------------------------------------------------------------------
 */

static void what_a_person_set_stays(struct database *database, struct db *db)
{
    struct ground g;
    struct currency_rate offer = {.base = STR("USD"),
                                  .quote = STR("KZT"),
                                  .day = STR("2026-11-20"),
                                  .rate_micros = 520 * UNIT,
                                  .source = STR("nationalbank.kz")};
    int64_t n = 0;

    ground_begin(&g, database, db);
    CHECK_OK(currency_rate_offer(db, &offer, &n, &g.err), g.err);
    CHECK(n == 1, "stored");
    CHECK_OK(currency_rate_offer(db, &offer, &n, &g.err), g.err);
    CHECK(n == 1, "the same again is nothing new");
    offer.rate_micros = 521 * UNIT;
    CHECK_OK(currency_rate_offer(db, &offer, &n, &g.err), g.err);
    CHECK(n == 2, "a correction is");
    CHECK_OK(currency_rate_import(db, g.arena,
                                  STR("base,quote,day,rate\nUSD,KZT,2026-11-20,500\n"),
                                  STR("test"), &n, &g.err),
             g.err);
    CHECK(n == 1, "imported");
    offer.rate_micros = 522 * UNIT;
    CHECK_OK(currency_rate_offer(db, &offer, &n, &g.err), g.err);
    CHECK(IS(ground_ask(&g, "SELECT rate_micros FROM currency_rates WHERE org_id = $1",
                        TEXT(g.org)),
             "500000000"),
          "by hand");
    struct err err = {0};
    CHECK(!currency_rate_import(
              db, g.arena,
              STR("base,quote,day,rate\nEUR,KZT,2026-11-20,600\nEUR,KZT,2026-11-21,x\n"),
              STR("test"), &n, &err) &&
              IS(str(err.field), "rate") && str_has(str(err.text), STR("line 3")),
          "%s", err.text);
    CHECK(
        IS(ground_ask(&g, "SELECT count(*) FROM currency_rates WHERE org_id = $1", TEXT(g.org)),
           "1"),
        "and none of that file is stored");
    ground_end(&g);
}

/* Asked for once a day, where a feed is set. */
static void the_feed_is_asked_once_a_day(struct database *database, struct db *db)
{
    struct ground g;

    ground_begin(&g, database, db);
    db_scope_system(db);
    for (int i = 0; i < 3; i++)
        CHECK_OK(rate_schedule(&g.app, db, g.arena, GROUND_NOW, &g.err), g.err);
    CHECK(IS(ground_ask(&g, "SELECT count(*) FROM jobs"), "0"), "off by default");
    g.conf.rates_feed_url = STR("http://127.0.0.1:1/rates");
    for (int i = 0; i < 3; i++)
        CHECK_OK(rate_schedule(&g.app, db, g.arena, GROUND_NOW, &g.err), g.err);
    CHECK_OK(rate_schedule(&g.app, db, g.arena, GROUND_NOW + DAY_MS, &g.err), g.err);
    CHECK(IS(ground_ask(&g, "SELECT count(*) FROM jobs WHERE kind = 'rates.fetch'"), "2"),
          "two days, two jobs: " STR_FMT,
          STR_ARG(ground_ask(&g, "SELECT max(slot) FROM schedule_slots")));
    ground_end(&g);
}

/* --- converting: properties
 * ------------------------------------------------------------------- */

static uint64_t state = 99;
static int64_t draw(int64_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (int64_t)(state % (uint64_t)n);
}

static void amounts_are_converted_exactly_and_alike_in_both_directions(void)
{
    static const char *const codes[] = {"USD", "EUR", "RUB"};
    struct arena *arena = arena_new("test");
    struct currency_rates rates = {0};
    int64_t out, opposite, again;

    for (int day = 1; day <= 9; day += 2)
        for (size_t c = 0; c < countof(codes); c++)
            *currency_rates_add(&rates, arena) =
                (struct currency_rate){.base = str(codes[c]),
                                       .quote = STR("KZT"),
                                       .day = str_fmt(arena, "2026-11-%02d", day),
                                       .rate_micros = UNIT + draw(600 * UNIT)};
    for (int i = 0; i < 20000; i++) {
        const char *code = codes[draw(3)];
        int day = 1 + (int)draw(12);
        struct str text = str_fmt(arena, "2026-11-%02d", day);
        int64_t micros = draw(1000000 * UNIT);
        const struct currency_rate *rate =
            currency_rate_find(&rates, str(code), STR("KZT"), text);
        if (!rate) {
            CHECK(false, "no rate on %d", day);
            break;
        }
        /* The last one that is not later, of this pair. */
        CHECK(IS(rate->base, code) && str_cmp(rate->day, text) <= 0 &&
                  day_diff(text, rate->day) < (day > 9 ? 4 : 2),
              STR_FMT " for " STR_FMT, STR_ARG(rate->day), STR_ARG(text));
        CHECK(
            currency_convert_by(&rates, micros, str(code), STR("KZT"), text, &out) &&
                currency_convert_by(&rates, -micros, str(code), STR("KZT"), text, &opposite) &&
                out == -opposite,
            "a refund is its sale with the other sign");
        /* Half a micro at most is rounded, away from zero. */
        __int128 exact = (__int128)micros * rate->rate_micros, got = (__int128)out * UNIT;
        __int128 off = got - exact;
        CHECK(off * 2 <= UNIT && off * 2 > -UNIT, "%" PRId64 " at %" PRId64, micros,
              rate->rate_micros);
        /* There and back is the same, but for what half a micro of KZT is worth. */
        CHECK(currency_convert_by(&rates, out, STR("KZT"), str(code), text, &again) &&
                  again - micros <= 1 && micros - again <= 1,
              "%" PRId64 " comes back as %" PRId64, micros, again);
    }
    CHECK(!currency_convert_by(&rates, 1, STR("USD"), STR("EUR"), STR("2026-11-09"), &out),
          "no way from one to the other: never guessed by a third");
    CHECK(!currency_convert_by(&rates, 1, STR("USD"), STR("KZT"), STR("2026-10-31"), &out),
          "no rate of a later day");
    CHECK(currency_convert_by(&rates, 5, STR("GBP"), STR("GBP"), STR("2020-01-01"), &out) &&
              out == 5,
          "its own currency needs none");
    arena_free(arena);
}

int main(void)
{
    log_setup(LOG_ERROR, 0);
    RUN(csv_is_read_whole_or_not_at_all);
    RUN(the_feed_names_the_day_and_the_units);
    RUN(amounts_are_converted_exactly_and_alike_in_both_directions);
    RUN_ON_DATABASES(what_a_person_set_stays);
    RUN_ON_DATABASES(the_feed_is_asked_once_a_day);
    ring_free(ground_ring);
    return test_report();
}
