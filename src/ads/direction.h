#ifndef ADS_DIRECTION_H
#define ADS_DIRECTION_H

#include "ads/account.h"

/*
 * Directions: a line of business being advertised on one platform.  `both` is
 * a word of requests only and makes two rows of one name.
 */
struct direction {
    struct str id, ad_account_id, platform, name;
    struct str objective; /* the platform's objectives in our words; see platform.h */
    struct str currency;
    int64_t daily_budget_micros, target_cpl_micros; /* target 0 = the account's default */
    struct str adgroup_mode;                        /* use_existing, create_new */
    struct str pixel_id, optimization_event, identity_id, instant_page_id, campaign_id;
    struct str settings; /* default ad settings, JSON object */
    bool is_active;
    int64_t created_ms, updated_ms;
    int64_t archived_ms; /* 0 = it is not */
};
LIST(directions, struct direction);

/* What money of a direction counts in: Facebook's in dollars, as founding clients send cents.
 */
struct str direction_currency(struct str platform, struct str account_currency);

/* The default ad settings (D4), read from the JSON.  The founding names are read too: cities,
 * locales, description, site_url.  `target_names` keeps what the chosen ids were called. */
struct direction_settings {
    struct platform_audience audience; /* without the country */
    struct str landing_page_url;
    struct str utm_tag; /* query to append to landing pages; "" = the usual one */
    struct str ad_text, call_to_action;
    struct str app_id, app_os;
};
MUST_CHECK bool direction_settings_read(struct arena *arena, struct str json,
                                        struct direction_settings *out, struct err *err);

/* What a request says of one platform's direction. */
struct direction_part {
    struct str objective; /* any word for it; "" = traffic */
    int64_t daily_budget_micros, target_cpl_micros;
    bool target_is_kzt;      /* given as tenge: right only where the account counts in KZT */
    struct str adgroup_mode; /* "" = create_new */
    struct str pixel_id, optimization_event, identity_id, instant_page_id, campaign_id;
    struct str settings; /* "" = {} */
};
struct direction_wish {
    struct str platform; /* tiktok, facebook, both */
    struct str ad_account_id;
    struct str name;
    struct direction_part tiktok, facebook;
    struct str actor;
};

/*
 * One row, or two for `both`, or none.  Refuses, by field: an unknown place,
 * a budget below the minimum of the account's currency, a name that is taken
 * (ERR_CONFLICT), more than LIMIT_DIRECTIONS_PER_ACCOUNT active ones.
 */
MUST_CHECK bool direction_add(struct db *db, struct arena *arena,
                              const struct direction_wish *wish, int64_t now_ms,
                              struct directions *out, struct err *err);

/* Archived ones are not found. */
MUST_CHECK bool direction_get(struct db *db, struct arena *arena, struct str id,
                              struct direction *out, struct err *err);
/* "" = all.  In the order of their names. */
MUST_CHECK bool direction_list(struct db *db, struct arena *arena, struct str ad_account_id,
                               struct str platform, bool active_only, struct directions *out,
                               struct err *err);
/* The archived ones, last archived first. */
MUST_CHECK bool direction_list_archived(struct db *db, struct arena *arena,
                                        struct str ad_account_id, struct str platform,
                                        struct directions *out, struct err *err);

struct direction_change {
    bool set_name, set_objective, set_daily_budget, set_target_cpl, set_adgroup_mode, set_pixel,
        set_event, set_identity, set_page, set_campaign, set_settings, set_active;
    struct str name;
    struct direction_part part;
    bool is_active;
};
/* Switching off pauses the direction's campaign, switching on resumes it: by a recorded job in
 * the same transaction.  A new budget counts from the next launch on. */
MUST_CHECK bool direction_update(struct db *db, struct arena *arena, struct str id,
                                 const struct direction_change *change, struct str actor,
                                 int64_t now_ms, struct direction *out, struct err *err);
/* Archives: soft; pauses the campaign like switching off. */
MUST_CHECK bool direction_delete(struct db *db, struct arena *arena, struct str id,
                                 struct str actor, int64_t now_ms, struct err *err);

/* Back from the archive: switched off, or on as `active` says (then like switching on). An
 * archived one only; ERR_CONFLICT on `name` when another took its name meanwhile. */
MUST_CHECK bool direction_restore(struct db *db, struct arena *arena, struct str id,
                                  bool active, struct str actor, int64_t now_ms,
                                  struct direction *out, struct err *err);

/* --- what became of a direction: direction_figures_db.c --- */

/* Of one ad account, by direction; the days are the account's own. */
struct direction_figure {
    struct str direction_id;
    int64_t creatives, ads, ads_enabled;
    int64_t leads, qualified; /* persons */
    int64_t spend_micros;
    bool has_spend; /* figures of its creatives were collected in the days */
};
LIST(direction_figures, struct direction_figure);
struct direction_span {
    struct str ad_account_id;
    struct str first_day, last_day;
    int64_t from_ms, to_ms; /* the same, as instants */
};
MUST_CHECK bool direction_figures_read(struct db *db, struct arena *arena,
                                       const struct direction_span *span,
                                       struct direction_figures *out, struct err *err);

/* Rows, private to ads/. */
MUST_CHECK bool direction_get_archived(struct db *db, struct arena *arena, struct str id,
                                       struct direction *out, struct err *err);
MUST_CHECK bool direction_mark_restored(struct db *db, struct str id, bool active,
                                        int64_t now_ms, bool *changed, struct err *err);
MUST_CHECK bool direction_insert(struct db *db, const struct direction *direction, bool *added,
                                 struct err *err);
MUST_CHECK bool direction_store(struct db *db, const struct direction *direction,
                                int64_t now_ms, bool *changed, struct err *err);
MUST_CHECK bool direction_count_active(struct db *db, struct arena *arena,
                                       struct str ad_account_id, int64_t *out, struct err *err);
/* Is the name free on the platform, but for this direction? */
MUST_CHECK bool direction_name_free(struct db *db, struct arena *arena,
                                    const struct direction *direction, bool *is_free,
                                    struct err *err);
MUST_CHECK bool direction_mark_deleted(struct db *db, struct str id, int64_t now_ms,
                                       bool *changed, struct err *err);
/* Remember the campaign of the first launch; one that is set already stays. */
MUST_CHECK bool direction_set_campaign(struct db *db, struct str id, struct str campaign_id,
                                       struct str replaces, int64_t now_ms, struct err *err);

#endif
