/* figure.c - the figures in words, and their values by name. */

#include "roi/figure.h"

#include <stddef.h>

const struct roi_figure roi_figures[] = {
    {"spend", NULL, "what the platform charged, by the day it reports", ROI_OF_SPEND, {0}},
    {"impressions", NULL, "as the platform counts them", ROI_OF_SPEND, {0}},
    {"clicks", NULL, "as the platform counts them", ROI_OF_SPEND, {0}},
    {"platform_leads", NULL, "leads as the platform counts them", ROI_OF_SPEND, {0}},
    {"ctr", "clicks / impressions", "", ROI_OF_OTHERS, {"clicks", "impressions"}},
    {"cpc", "spend / clicks", "", ROI_OF_OTHERS, {"spend", "clicks"}},
    {"leads",
     "persons by phone or e-mail; further forms are duplicate_leads",
     "each person once",
     ROI_OF_LEADS,
     {0}},
    {"duplicate_leads", NULL, "further forms of persons known already", ROI_OF_LEADS, {0}},
    {"cpl", "spend / leads", "", ROI_OF_OTHERS, {"spend", "leads"}},
    {"qualified",
     "leads that ever reached qualified, scheduled or purchase",
     "persons, by any of their leads",
     ROI_OF_LEADS,
     {0}},
    {"qualified_share",
     "qualified / leads",
     "under 30 leads only its 95 % interval",
     ROI_OF_OTHERS,
     {"qualified", "leads"}},
    {"cpql", "spend / qualified", "", ROI_OF_OTHERS, {"spend", "qualified"}},
    {"sales", NULL, "purchases that are no refunds", ROI_OF_SALES, {0}},
    {"sold_share",
     "sales / qualified",
     "under 30 qualified leads only its 95 % interval",
     ROI_OF_OTHERS,
     {"sales", "qualified"}},
    {"cac", "spend / sales", "", ROI_OF_OTHERS, {"spend", "sales"}},
    {"revenue", "sales - refunds", "amounts paid, net of refunds", ROI_OF_SALES, {0}},
    {"refunds", NULL, "amounts paid back", ROI_OF_SALES, {0}},
    {"profit", "revenue - spend", "", ROI_OF_OTHERS, {"revenue", "spend"}},
    {"margin",
     "revenue - goods_percent of revenue - spend",
     "",
     ROI_OF_OTHERS,
     {"revenue", "spend"}},
    {"roi",
     "(revenue - spend) / spend",
     "0 is money back",
     ROI_OF_OTHERS,
     {"revenue", "spend"}},
    {"roas", "revenue / spend", "", ROI_OF_OTHERS, {"revenue", "spend"}},
    {"romi", "margin / spend", "", ROI_OF_OTHERS, {"margin", "spend"}},
    {0},
};

const struct roi_figure *roi_figure_find(struct str name)
{
    for (const struct roi_figure *figure = roi_figures; figure->name; figure++)
        if (str_eq(name, str(figure->name)))
            return figure;
    return NULL;
}

/* Where a figure stands in a row. */
static const struct {
    const char *name;
    int kind;      /* ROI_COUNT, ROI_MONEY, ROI_RATIO; 3 = a share */
    bool ours;     /* no platform knows it */
    bool measured; /* known where the platform reported */
    size_t at;
} places[] = {
    {"spend", ROI_MONEY, false, true, offsetof(struct roi_row, spend)},
    {"impressions", ROI_COUNT, false, true, offsetof(struct roi_row, impressions)},
    {"clicks", ROI_COUNT, false, true, offsetof(struct roi_row, clicks)},
    {"platform_leads", ROI_COUNT, false, true, offsetof(struct roi_row, platform_leads)},
    {"ctr", ROI_RATIO, false, false, offsetof(struct roi_row, ctr)},
    {"cpc", ROI_MONEY, false, false, offsetof(struct roi_row, cpc)},
    {"leads", ROI_COUNT, true, false, offsetof(struct roi_row, leads)},
    {"duplicate_leads", ROI_COUNT, true, false, offsetof(struct roi_row, duplicate_leads)},
    {"cpl", ROI_MONEY, false, false, offsetof(struct roi_row, cpl)},
    {"qualified", ROI_COUNT, true, false, offsetof(struct roi_row, qualified)},
    {"qualified_share", 3, true, false, offsetof(struct roi_row, qualified_share)},
    {"cpql", ROI_MONEY, false, false, offsetof(struct roi_row, cpql)},
    {"sales", ROI_COUNT, true, false, offsetof(struct roi_row, sales)},
    {"sold_share", 3, true, false, offsetof(struct roi_row, sold_share)},
    {"cac", ROI_MONEY, false, false, offsetof(struct roi_row, cac)},
    {"revenue", ROI_MONEY, true, false, offsetof(struct roi_row, revenue)},
    {"refunds", ROI_MONEY, true, false, offsetof(struct roi_row, refunds)},
    {"profit", ROI_MONEY, false, false, offsetof(struct roi_row, profit)},
    {"margin", ROI_MONEY, false, false, offsetof(struct roi_row, margin)},
    {"roi", ROI_RATIO, false, false, offsetof(struct roi_row, roi)},
    {"roas", ROI_RATIO, false, false, offsetof(struct roi_row, roas)},
    {"romi", ROI_RATIO, false, false, offsetof(struct roi_row, romi)},
};

static struct roi_value read_place(const void *at, int kind)
{
    if (kind == ROI_COUNT)
        return (struct roi_value){ROI_COUNT, true, *(const int64_t *)at, 0};
    if (kind == ROI_MONEY) {
        const struct roi_money *money = at;
        return (struct roi_value){ROI_MONEY, money->known, money->micros, 0};
    }
    if (kind == ROI_RATIO) {
        const struct roi_ratio *ratio = at;
        return (struct roi_value){ROI_RATIO, ratio->known, 0, ratio->value};
    }
    const struct roi_share *share = at;
    return (struct roi_value){ROI_RATIO, share->known && share->events >= ROI_FEW_EVENTS, 0,
                              share->value};
}

struct roi_value roi_value_of(const struct roi_report *report, const struct roi_row *row,
                              struct str name)
{
    struct roi_value value = {0};

    for (size_t i = 0; i < countof(places); i++) {
        if (!str_eq(name, str(places[i].name)))
            continue;
        value = read_place((const char *)row + places[i].at, places[i].kind);
        if ((places[i].ours && report->basis == ROI_BY_IMPRESSION) ||
            (places[i].measured && !row->measured))
            value.known = false;
    }
    return value;
}
