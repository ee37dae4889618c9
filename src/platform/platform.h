#ifndef PLATFORM_PLATFORM_H
#define PLATFORM_PLATFORM_H

#include "base/list.h"
#include "base/strs.h"
#include "seal/seal.h"

struct net;
struct conf;
struct json;

/*
 * One interface to the advertising platforms; `tiktok/` and `meta/` behind it.
 * The platform's words stop here: what crosses this face is ours (struct
 * fields below), and money is micros, instants ms, ids text.
 *
 * A function that a platform does not offer is NULL.  Uploads and connecting
 * are there on every platform; for the rest ask platform_can first.
 *
 * Errors: ERR_REFUSED carries the platform's code, message and request id
 * verbatim, and our hint; ERR_DENIED for a dead or foreign token (hint:
 * reconnect); ERR_BUSY for throttling and for what surely did not arrive (safe
 * to repeat later); ERR_UNCERTAIN when a write's answer was lost.  Reads are
 * retried inside (2 s, 5 s, 10 s by the job; here only once); writes never.
 */
struct platform_session {
    struct net *net;
    struct arena *arena;
    const struct conf *conf;
    struct secret token;
    struct str advertiser_id;
    struct str identity_id; /* the connection's TikTok account or Facebook page; "" = none */
    struct str currency;
    struct str zone;
    int64_t deadline_ms;                       /* of a write that is no file; 0 = net/'s own */
    void (*on_sent)(void *arg, int64_t bytes); /* told now and then while a file is sent */
    void *on_sent_arg;
};

/* What an authorization's code was changed for. */
struct platform_token {
    struct secret secret;
    int64_t expires_ms; /* 0 = does not */
};

struct platform_advertiser {
    struct str id, name, currency, zone, status, country;
    bool deliverable; /* may spend now */
};
LIST(platform_advertisers, struct platform_advertiser);

struct platform_identity {
    struct str id, type, bc_id, display_name;
    bool available, can_push_video;
};
LIST(platform_identities, struct platform_identity);

struct platform_page { /* instant page or form */
    struct str id, name, type, status;
};
LIST(platform_pages, struct platform_page);

/* One entry of the platform's own lists of what ads are aimed at. */
enum platform_target_kind { TARGET_PLACES, TARGET_INTERESTS, TARGET_LANGUAGES };
struct platform_target {
    struct str id;        /* what an audience names it by */
    struct str parent_id; /* "" = at the top */
    struct str kind;      /* country, region, city, district; interest; language */
    struct str country;   /* of a place: ISO 3166 alpha-2 */
    struct str name;      /* in English */
    struct str within;    /* what it lies in, for people: "California, United States" */
};
LIST(platform_targets, struct platform_target);

struct platform_pixel {
    struct str id, name;
};
LIST(platform_pixels, struct platform_pixel);

struct platform_video {
    struct str id, cover_url, signature, name;
    double duration_s;
    int64_t width, height, size, bit_rate;
    bool usable; /* metadata and cover are there */
};
LIST(platform_videos, struct platform_video);

struct platform_object { /* a campaign, ad group or ad as the platform shows it */
    struct str id, parent_id, campaign_id, name;
    struct str status;           /* enabled, disabled, deleted: ours */
    struct str secondary_status; /* the platform's own word */
    struct str objective;        /* ours; campaigns */
    int64_t budget_micros;
    struct str budget_mode; /* the platform's own word */
    struct str video_id;    /* ads */
    int64_t created_ms;
};
LIST(platform_objects, struct platform_object);

struct platform_metric_row { /* one ad, one day of the account's zone */
    struct str ad_id, adgroup_id, campaign_id, day;
    int64_t spend_micros, impressions, clicks, reach, conversions;
    int64_t video_views, video_views_25, video_views_50, video_views_75, video_views_100;
    int64_t average_play_ms;
};
LIST(platform_metric_rows, struct platform_metric_row);

enum platform_level { LEVEL_CAMPAIGN, LEVEL_ADGROUP, LEVEL_AD };

/*
 * Whom an ad group is shown to, as people say it.  Places are city or country
 * names, two-letter country codes, or the platform's own location ids (all
 * digits); no place at all means the whole of `country`.  A place that is not
 * known is refused, never left out: leaving it out would widen the spend.
 */
struct platform_audience {
    struct strs places;
    struct str country;    /* of the ad account, ISO 3166 alpha-2 */
    int64_t age_min;       /* 0 = 18 */
    int64_t age_max;       /* 0 = 65, which means 65 and older */
    struct str gender;     /* "" or "all", "male", "female" */
    struct strs languages; /* two-letter codes; none = all */
    struct strs interests; /* the platform's ids; none = all */
};

/*
 * What a launch asks for, in our words.  `objective` is one of ours:
 * traffic, conversions, lead_generation, reach, video_views, engagement,
 * app_promotion.
 */
struct platform_plan {
    struct str objective;
    struct str currency;
    int64_t daily_budget_micros; /* of the ad group: campaigns have none of their own */
    struct platform_audience audience;
    struct str landing_page_url; /* "" = none */
    struct str page_id;          /* instant page or form; "" = none */
    struct str pixel_id;
    struct str
        optimization_event;    /* ours or the platform's word; "" = the objective's usual one */
    struct str app_id, app_os; /* app_promotion: "android" or "ios" */
    struct str ad_text;
    struct str call_to_action; /* "" = the objective's usual one */
    struct str identity_type;  /* "" = not resolved yet */
};

/* One objective as this platform offers it: for people and for forms. */
struct platform_objective {
    const char *name;        /* ours */
    const char *label;       /* the platform's own word */
    const char *destination; /* instant_page, website, app, none */
    const char *needs;       /* comma-separated fields of the direction */
    const char *call_to_action;
    const char *metrics;    /* comma-separated: what to judge it by */
    const char *placements; /* comma-separated, ours */
};

/* The names under which a launch makes its objects.  They carry a tag that no other launch has,
 * so that reading back by name is exact. */
struct platform_names {
    struct str campaign;
    struct str adgroup;
    struct str request_seed; /* the same for every repeat of the same create */
};

struct platform_ad {
    struct str name;
    struct str text;             /* "" = the plan's */
    struct str call_to_action;   /* "" = the plan's */
    struct str landing_page_url; /* "" = the plan's */
    struct str video_id;
    struct str image_id; /* the poster */
    struct platform_identity identity;
};

/* What a write asks for.  Requests are built once, stored, then sent: the JSON text is exactly
 * what goes to the platform. */
struct platform_write {
    struct str path; /* the platform's path */
    struct str body; /* JSON */
};

/*
 * A conversion as it is told to a platform.  Hashes are SHA-256 in hex of the
 * form that the platform hashes: an e-mail in lower case, a phone as
 * `event_phone` writes it.  "" is left out.
 */
struct platform_event {
    struct str event_id; /* the platform drops a second event with it */
    struct str name;     /* as the platform calls it: CompleteRegistration */
    int64_t at_ms;
    struct str email_hash, phone_hash, external_id_hash;
    struct str ttclid, ttp; /* TikTok's click and browser id */
    struct str fbc, fbp;    /* Meta's */
    struct str ip, user_agent, page_url, referrer;
    struct str platform_lead_id; /* of a platform's own form */
    int64_t value_micros;
    struct str currency; /* "" = no value */
    struct str order_id;
};

/* Where the events of a direction go. */
struct platform_event_target {
    struct str source;    /* web, crm */
    struct str code;      /* pixel code; crm: the event set; Meta: the dataset */
    struct str test_code; /* "" = they count */
};

/* A lead that a form of the platform took, read from it. */
struct platform_lead_field {
    struct str name;  /* the form's key: full_name, phone_number, a custom slug */
    struct str value; /* several answers stand with ", " between */
};
LIST(platform_lead_fields, struct platform_lead_field);

struct platform_lead {
    struct str id, form_id, page_id;
    struct str campaign_id, campaign_name, adgroup_id, adgroup_name, ad_id, ad_name;
    struct platform_lead_fields fields;
    bool organic; /* came without an ad: then it has none of the ids above */
    int64_t created_ms;
};
LIST(platform_leads, struct platform_lead);

struct platform {
    const char *name; /* "tiktok", "facebook" */

    /* Where to send the browser; `state` is ours, signed. */
    struct str (*authorize_url)(const struct conf *conf, struct arena *arena, struct str state,
                                struct str redirect_uri);
    /* ERR_CONFLICT when the settings lack what authorizing needs: the app's id and secret. */
    bool (*check_settings)(const struct conf *conf, struct err *err);
    /* The one-time code for a token (and the advertisers it reaches); `redirect_uri` is the one
     * that authorize_url was given.  session->token is unset. */
    bool (*exchange)(struct platform_session *s, struct str code, struct str redirect_uri,
                     struct platform_token *token, struct platform_advertisers *advertisers,
                     struct err *err);
    bool (*advertiser)(struct platform_session *s, struct platform_advertiser *out,
                       struct err *err); /* of session->advertiser_id */
    bool (*identities)(struct platform_session *s, struct platform_identities *out,
                       struct err *err);
    /* The identity to advertise as when nobody chose one; NULL when none will do. */
    const struct platform_identity *(*best_identity)(const struct platform_identities *list);
    /* May ads run as it?  Says why not. */
    bool (*check_identity)(const struct platform_identity *identity, struct err *err);
    /* See to it that leads of session->advertiser_id (Facebook: of the identity's page, to the
     * app's own address) are sent to the address.  Reads first, so it is safe to repeat; *added
     * tells whether something had to be asked. */
    bool (*subscribe_leads)(struct platform_session *s, struct str callback_url, bool *added,
                            struct err *err);
    bool (*pages)(struct platform_session *s, struct platform_pages *out, struct err *err);
    /* The pixels or datasets of session->advertiser_id. */
    bool (*pixels)(struct platform_session *s, struct platform_pixels *out, struct err *err);

    /*
     * What ads may be aimed at, from the platform's own lists.  Where
     * targets_whole, the whole list is read and `question` is not used; else
     * the platform answers questions only, and an empty one finds nothing.
     */
    bool targets_whole;
    bool (*targets)(struct platform_session *s, enum platform_target_kind kind,
                    struct str question, struct platform_targets *out, struct err *err);
    /* Places that this program knows without asking, by a beginning of any of their names; ""
     * = all.  NULL where there are none. */
    void (*known_places)(struct arena *arena, struct str question,
                         struct platform_targets *out);

    /* Where its API is.  What it serves from there may be private, for it may be our sandbox.
     */
    struct str (*base_url)(const struct conf *conf);

    /* Files.  The write is uncertain like any other: find_video reads back by file name.
     * A file name that is taken is refused: then it is there.  md5_hex "" = not known: where
     * the platform wants it, it is made while sending. */
    bool (*upload_video)(struct platform_session *s, const char *path, struct str file_name,
                         struct str md5_hex, int64_t size, struct str *video_id,
                         struct err *err);
    bool (*find_video)(struct platform_session *s, struct str file_name, bool *found,
                       struct platform_video *out, struct err *err);
    bool (*video)(struct platform_session *s, struct str video_id, bool *found,
                  struct platform_video *out, struct err *err);
    /* Addresses of at most `most` covers that the platform proposes, good for an hour. */
    bool (*covers)(struct platform_session *s, struct str video_id, size_t most,
                   struct strs *urls, struct err *err);
    bool (*upload_image)(struct platform_session *s, struct str bytes, struct str file_name,
                         struct str md5_hex, struct str *image_id, struct err *err);
    bool (*find_image)(struct platform_session *s, struct str file_name, bool *found,
                       struct str *image_id, struct err *err);

    /* Send a stored write; *data = the answer's data as JSON. */
    bool (*send)(struct platform_session *s, const struct platform_write *write,
                 const struct json **data, struct err *err);
    /* Everything of a level, paged to the end; filter by ids of the level above ("" members =
     * all of the advertiser), or by exact name (read-back of creates). */
    bool (*objects)(struct platform_session *s, enum platform_level level,
                    const struct strs *campaign_ids, struct str name,
                    struct platform_objects *out, struct err *err);
    bool (*object)(struct platform_session *s, enum platform_level level, struct str id,
                   bool *found, struct platform_object *out, struct err *err);
    /* How an object does, from the platform's own word (secondary_status): delivering, review,
     * rejected, budget_used, no_balance, not_started, ended, no_ads, above_off, off, deleted,
     * problem; "" for a word that is not known. */
    const char *(*delivery)(struct str word);

    /*
     * What is legal, as data: refused here by field name before any call.
     * Money is judged by the currency's own table; where the platform
     * publishes no minimum, only it can tell.
     */
    /* Any word for an objective (ours, the founding ones, the platform's) to ours. */
    bool (*objective)(struct str word, struct str *ours, struct err *err);
    bool (*check_budget)(struct str currency, int64_t daily_micros, struct err *err);
    int64_t (*minimum_budget)(struct str currency); /* micros a day; 0 = not published */
    bool (*check_audience)(struct arena *arena, const struct platform_audience *audience,
                           struct err *err);
    /* Everything that a launch by this plan would be refused for. */
    bool (*check_plan)(struct arena *arena, const struct platform_plan *plan, struct err *err);
    /* Texts of one ad. */
    bool (*check_ad)(struct str text, struct str call_to_action, struct str landing_page_url,
                     struct err *err);
    const struct platform_objective *(*objectives)(size_t *n);
    /* What a form offers: buttons, and events to optimise for (NULL: none are chosen). */
    const char *const *(*calls_to_action)(size_t *n);
    const char *const *(*event_names)(size_t *n);
    int ad_text_most; /* characters; 0 = not published */
    bool ad_text_emoji;
    /* Without what the platform refuses in names (emoji), cut to its length. */
    struct str (*clean_name)(struct arena *arena, struct str name);

    /* Builders of creates.  Campaigns and ad groups are made disabled, ads enabled: nothing
     * spends until the ad group and the campaign are enabled, last. */
    struct platform_write (*write_campaign)(struct platform_session *s,
                                            const struct platform_plan *plan,
                                            const struct platform_names *names);
    struct platform_write (*write_adgroup)(struct platform_session *s,
                                           const struct platform_plan *plan,
                                           const struct platform_names *names,
                                           struct str campaign_id, int64_t now_ms);
    struct platform_write (*write_ad)(struct platform_session *s,
                                      const struct platform_plan *plan, struct str adgroup_id,
                                      const struct platform_ad *ad);
    /* The id of the object that a create's answer names; ERR_UNCERTAIN when it names none. */
    bool (*made_id)(struct platform_session *s, enum platform_level level,
                    const struct json *data, struct str *id, struct err *err);

    /* Builders of changes. */
    struct platform_write (*write_status)(struct platform_session *s, enum platform_level level,
                                          struct str id, bool enabled);
    struct platform_write (*write_adgroup_budget)(struct platform_session *s, struct str id,
                                                  int64_t daily_micros);

    /*
     * Conversions.  check_event says what the platform would refuse, naming
     * the field.  event_body builds one request for up to event_batch events;
     * `shown` leaves out whatever could identify a person, for the log.
     * send_events sends a body as it was built: a refusal that concerns the
     * target and not an event has the field "pixel_code"; after ERR_UNCERTAIN
     * the same body is sent again, since the platform drops known event ids.
     */
    size_t event_batch;
    struct str (*event_phone)(struct arena *arena, struct str e164); /* as it is hashed */
    bool (*check_event)(const struct platform_event_target *target,
                        const struct platform_event *event, int64_t now_ms, struct err *err);
    struct str (*event_body)(struct arena *arena, const struct platform_event_target *target,
                             const struct platform_event *const *events, size_t n, bool shown);
    bool (*send_events)(struct platform_session *s, const struct platform_event_target *target,
                        struct str body, struct str *answer, struct err *err);
    /* What events name a pixel by, from the id that ad groups name it by. */
    bool (*pixel_code)(struct platform_session *s, struct str pixel_id, struct str *code,
                       struct err *err);

    /* Daily figures by ad, first to last day inclusive, paged and split as the platform needs.
     */
    bool (*metrics)(struct platform_session *s, struct str first_day, struct str last_day,
                    struct platform_metric_rows *out, struct err *err);

    /* One lead by id; `page_id` = whose form it was, "" = not known. */
    bool (*lead)(struct platform_session *s, struct str page_id, struct str lead_id,
                 bool *found, struct platform_lead *out, struct err *err);
    /* The leads of one form since an instant, paged to the end. */
    bool (*leads)(struct platform_session *s, struct str page_id, struct str form_id,
                  int64_t since_ms, struct platform_leads *out, struct err *err);
};

/* "tiktok" or "facebook"; NULL for a platform that this build does not speak. */
const struct platform *platform_find(struct str name);

/* What not every platform offers, as groups of functions. */
enum platform_ability {
    PLATFORM_LAUNCHES, /* objectives, checks, builders of creates */
    PLATFORM_CHANGES,  /* objects, statuses, budgets, send */
    PLATFORM_MEASURES, /* metrics */
};
/* NULL (a platform that this build does not speak) can nothing; `name` is for the error,
 * ERR_INVALID on field "platform". */
MUST_CHECK bool platform_can(const struct platform *platform, struct str name,
                             enum platform_ability ability, struct err *err);

extern const struct platform platform_tiktok;
extern const struct platform platform_meta; /* "facebook" */

/* The daily budget of an ad group; 0 where its money is set otherwise (on the campaign, for its
 * whole life). */
int64_t platform_daily_budget(const struct platform_object *adgroup);

/* Tests only: this one answers platform_find for its own name from now on; NULL takes it away.
 * Call before other threads look. */
void platform_register_for_tests(const struct platform *platform);

#endif
