#ifndef SANDBOX_SETTINGS_H
#define SANDBOX_SETTINGS_H

#include "text/json.h"

/*
 * Switches of the sandbox, changed by POST /sandbox/settings and kept over
 * restarts with the state.  W(name, default, "words allowed")
 * N(name, default, low, high)  B(name, default)
 */
#define SANDBOX_SETTINGS(W, N, B)                                                              \
    W(rate_level, "advanced", "basic advanced premium ultimate sandbox off")                   \
    W(webhook_signature, "open", "open timestamped plain")                                     \
    W(webhook_shape, "documented", "documented founding")                                      \
    W(lead_region, "any", "any us eu")                                                         \
    W(user_role, "ADMIN", "ADMIN OPERATOR")                                                    \
    N(readiness_ms, 1000, 0, 300000)                                                           \
    N(lead_task_ms, 500, 0, 600000)                                                            \
    N(report_task_ms, 1000, 0, 600000)                                                         \
    N(audience_ready_ms, 3600000, 0, 172800000)                                                \
    N(kzt_minimum, 2500, 1, 1000000)                                                           \
    N(ads_per_adgroup, 20, 1, 1000)                                                            \
    N(adgroup_quota, 5000, 0, 1000000)                                                         \
    N(graph_usage, 0, 0, 100)                                                                  \
    N(webhook_duplicate_every, 0, 0, 1000000)                                                  \
    B(webhook_reorder, false)                                                                  \
    B(webhook_ids_as_numbers, false)                                                           \
    B(webhook_challenge, false)                                                                \
    B(custom_identity, false)                                                                  \
    B(deny_lead_scope, false)                                                                  \
    B(deny_report_scope, false)                                                                \
    B(deny_ads_scope, false)                                                                   \
    B(graph_require_proof, false)                                                              \
    B(graph_no_expires_in, false)                                                              \
    B(graph_short_pages, false)                                                                \
    B(graph_error_data_text, false)

enum { SETTING_WORD_SIZE = 16 };

struct settings {
#define SETTING_W(name, otherwise, words)     char name[SETTING_WORD_SIZE];
#define SETTING_N(name, otherwise, low, high) int64_t name;
#define SETTING_B(name, otherwise)            bool name;
    SANDBOX_SETTINGS(SETTING_W, SETTING_N, SETTING_B)
#undef SETTING_W
#undef SETTING_N
#undef SETTING_B
};

void settings_default(struct settings *settings);
/* Members of `change` over what is set; nothing changes where one is refused. */
MUST_CHECK bool settings_change(struct settings *settings, const struct json *change,
                                struct err *err);
void settings_put(const struct settings *settings, struct json_writer *w);

static inline bool setting_is(const char *word, const char *what)
{
    return str_eq(str(word), str(what));
}

#endif
