#ifndef ROI_FIGURE_H
#define ROI_FIGURE_H

#include "roi/roi.h"

/*
 * The figures of the report by name, in words: what each is made of.  One
 * table for the report, the explanations and docs/roi.md, which a test
 * compares.
 */
enum roi_rows_of { ROI_OF_SPEND, ROI_OF_LEADS, ROI_OF_SALES, ROI_OF_OTHERS };

struct roi_figure {
    const char *name;
    const char *formula;   /* NULL: a plain count or sum, `sentence` says of what */
    const char *sentence;  /* in words */
    enum roi_rows_of rows; /* what it is added up from; OTHERS: made from `inputs` */
    const char *inputs[3]; /* names of figures; NULL-ended */
};
extern const struct roi_figure roi_figures[]; /* ends with a NULL name */

const struct roi_figure *roi_figure_find(struct str name); /* NULL when there is none */

/* The figure of a row as a number; false when it is unknown.  Money in micros. */
struct roi_value {
    enum { ROI_COUNT, ROI_MONEY, ROI_RATIO } kind;
    bool known;
    int64_t number;
    double ratio;
};
struct roi_value roi_value_of(const struct roi_report *report, const struct roi_row *row,
                              struct str name);

#endif
