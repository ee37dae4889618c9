#ifndef CONF_SETTING_H
#define CONF_SETTING_H

#include "conf/conf.h"

/* The table as data, for conf.c and conf_text.c. */
enum setting_kind { SETTING_IS_TEXT, SETTING_IS_SECRET, SETTING_IS_INT, SETTING_IS_BOOL };

struct setting {
    const char *name;
    enum setting_kind kind;
    size_t offset;     /* in struct conf */
    struct str text;   /* default of a text or secret */
    int64_t number;    /* default of an int or bool */
    int64_t low, high; /* of an int */
    const char *unit;  /* of an int */
    const char *sentence;
};

extern const struct setting conf_settings[];
extern const size_t conf_settings_n;

/* By its name, dashes for underscores allowed; NULL when there is none. */
const struct setting *setting_find(struct str name);

#endif
