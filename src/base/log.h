#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/str.h"

/*
 * One line per event on stderr: JSON lines, or words where stderr is a
 * terminal.  Levels by audience: error = a person must act, warn = look when
 * you have time, info = what the product did, debug = how.
 *
 *     log_info("lead.stored", LOG_TEXT("lead_id", id), LOG_INT("ms", took));
 *
 * Every line carries the correlation id of the thread's current work (request,
 * job), set by the worker with log_correlation.  Phones and e-mails go through
 * LOG_PHONE and LOG_EMAIL, which mask them; secrets have no macro at all.
 */
enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

enum log_kind { LOG_KIND_TEXT, LOG_KIND_INT, LOG_KIND_PHONE, LOG_KIND_EMAIL };

struct log_field {
    const char *name;
    enum log_kind kind;
    struct str text;
    int64_t number;
};

#define LOG_TEXT(name, s)  ((struct log_field){(name), LOG_KIND_TEXT, (s), 0})
#define LOG_CSTR(name, s)  ((struct log_field){(name), LOG_KIND_TEXT, str(s), 0})
#define LOG_INT(name, v)   ((struct log_field){(name), LOG_KIND_INT, {0}, (v)})
#define LOG_PHONE(name, s) ((struct log_field){(name), LOG_KIND_PHONE, (s), 0})
#define LOG_EMAIL(name, s) ((struct log_field){(name), LOG_KIND_EMAIL, (s), 0})

#define LOG_FIELDS(...)                                                                        \
    (const struct log_field[])                                                                 \
    {                                                                                          \
        __VA_ARGS__ __VA_OPT__(, )                                                             \
        {                                                                                      \
            0                                                                                  \
        }                                                                                      \
    }
#define log_debug(event, ...) log_write(LOG_DEBUG, (event), LOG_FIELDS(__VA_ARGS__))
#define log_info(event, ...)  log_write(LOG_INFO, (event), LOG_FIELDS(__VA_ARGS__))
#define log_warn(event, ...)  log_write(LOG_WARN, (event), LOG_FIELDS(__VA_ARGS__))
#define log_error(event, ...) log_write(LOG_ERROR, (event), LOG_FIELDS(__VA_ARGS__))

/* Fields end with one whose name is NULL. */
void log_write(enum log_level level, const char *event, const struct log_field *fields);

/* An err as a warn (the caller's fault) or error (ours) line, with file and line. */
void log_err(const char *event, const struct err *err);

/* The id that every line of this thread carries from now on; "" for none. Copied. */
void log_correlation(struct str id);
struct str log_correlation_now(void);

/* Where and how: the lowest level written; -1 in `json` = decide by isatty. */
void log_setup(enum log_level lowest, int json);

/* Lines lost because the sink was full or stuck (writes never block). */
uint64_t log_dropped(void);

/* "+7701***45 67" -> first 4 and last 2 digits; "a***@b.kz".  Into `out` (n >= 8). */
void log_mask_phone(struct str phone, char *out, size_t n);
void log_mask_email(struct str email, char *out, size_t n);

#endif
