/* result.c - what each objective is judged by. */

#include "metric/result.h"

enum result_kind result_kind_of(struct str objective)
{
    static const struct {
        struct str objective;
        enum result_kind kind;
    } table[] = {
        {STR_INIT("lead_generation"), RESULT_LEADS},
        {STR_INIT("whatsapp"), RESULT_LEADS},
        {STR_INIT("traffic"), RESULT_CLICKS},
        {STR_INIT("engagement"), RESULT_CLICKS},
        {STR_INIT("conversions"), RESULT_CONVERSIONS},
        {STR_INIT("app_promotion"), RESULT_CONVERSIONS},
        {STR_INIT("product_sales"), RESULT_CONVERSIONS},
        {STR_INIT("video_views"), RESULT_VIEWS},
    };

    for (size_t i = 0; i < countof(table); i++) {
        if (str_eq(objective, table[i].objective))
            return table[i].kind;
    }
    return RESULT_NONE;
}

static const struct str names[] = {
    [RESULT_NONE] = STR_INIT(""),
    [RESULT_LEADS] = STR_INIT("leads"),
    [RESULT_CLICKS] = STR_INIT("clicks"),
    [RESULT_CONVERSIONS] = STR_INIT("conversions"),
    [RESULT_VIEWS] = STR_INIT("video_views"),
};

struct str result_kind_name(enum result_kind kind)
{
    return names[kind];
}

enum result_kind result_kind_by_name(struct str name)
{
    for (enum result_kind kind = RESULT_LEADS; kind <= RESULT_VIEWS; kind++)
        if (str_eq(name, names[kind]))
            return kind;
    return RESULT_NONE;
}

int64_t result_of_platform(enum result_kind kind, int64_t clicks, int64_t conversions,
                           int64_t video_views)
{
    switch (kind) {
    case RESULT_LEADS:
    case RESULT_CONVERSIONS:
        return conversions;
    case RESULT_CLICKS:
        return clicks;
    case RESULT_VIEWS:
        return video_views;
    case RESULT_NONE:
        break;
    }
    return 0;
}
