/* Currency rates from outside: the bank's feed (first byte even) and CSV files (odd). */
#include "base/arena.h"
#include "metric/rate_read.h"
#include "text/money.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new("fuzz");
    struct currency_rates rates = {0};
    struct err err = {0};

    if (size > 0) {
        struct str text = {(const char *)data + 1, size - 1};
        bool ok = data[0] % 2 ? rate_csv_read(arena, text, &rates, &err)
                              : rate_feed_read(arena, text, STR("2026-11-24"), &rates, &err);
        if (ok == (err.kind != ERR_NONE))
            abort();
        for (size_t i = 0; ok && i < rates.n; i++)
            if (rates.at[i].rate_micros <= 0 || !money_currency_known(rates.at[i].base) ||
                !day_valid(rates.at[i].day))
                abort();
    }
    arena_free(arena);
    return 0;
}
