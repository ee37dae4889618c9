#ifndef SANDBOX_WORLD_H
#define SANDBOX_WORLD_H

#include "base/list.h"
#include "base/str.h"

/*
 * The market behind the sandbox: people who watch, click, leave their phone
 * and sometimes buy, and the auction that sells their attention.  Closed,
 * seeded and pure: no I/O, no clock, no thread.  The same setup and the same
 * calls give the same world, bit for bit, on every machine.
 *
 * One world is one ad account.  Several accounts are several worlds.
 *
 * Time.  Instants are milliseconds UTC.  The world begins at `start_ms`
 * rounded down to a full local hour and moves in whole hours: world_step(t)
 * plays every hour that has ended by t.  What is set at 10:40 counts for the
 * whole hour 10:00-11:00 (nothing of that hour has been shown to anybody, so
 * nobody can notice).  Days are local and have 24 hours.
 *
 * Chance.  Every draw is a function of (seed, kind of draw, entity, hour,
 * index), never of the order of calls; the entity is the hash of the `key`
 * that the caller gives.  So one changed decision leaves everything else in
 * the world as it was.  Handles (int, from 0 in order of creation) are only
 * names for the caller's convenience.
 *
 * Money is micros of the account's currency.
 */
struct world;

enum { WORLD_ID_SIZE = 24, WORLD_KEY_SIZE = 64, WORLD_DAYPARTS = 336 };

/* --- life ----------------------------------------------------------------- */

struct world_setup {
    uint64_t seed;
    struct str archetype; /* see world_archetypes; "" = "mixed" */
    struct str file;      /* a world file (JSON, format "adwright-world/1"), or "" */
    int64_t start_ms;
    int utc_offset_s;    /* the account's zone at start_ms; whole quarter hours */
    struct str currency; /* "" = KZT */
    bool populate;       /* begin with the file's groups and live ads; else empty */
    bool review;         /* new ads wait for review (hours), some are rejected */
};

/*
 * A new world; it owns its memory.  Members that the file leaves out are drawn
 * from the archetype by the seed.  Where the file has an archetype, a seed or a
 * currency, the setup's do not count.  ERR_INVALID names the member.
 */
MUST_CHECK bool world_new(const struct world_setup *setup, struct world **out, struct err *err);
void world_free(struct world *world); /* NULL does nothing */

/* Names of the archetypes, NULL-ended. */
extern const char *const world_archetypes[];

/* The full world file: every member that was given or drawn. */
struct str world_expand(const struct world *world, struct arena *arena);

/*
 * The state as JSON text, and back: the setup and everything that was done to
 * the world, which world_load does again.  Continues identically.  Empty when
 * it would pass LIMIT_JSON_TEXT (some 50,000 deeds).
 * ERR_CONFLICT when this program's model no longer gives the same history.
 */
struct str world_save(const struct world *world, struct arena *arena);
MUST_CHECK bool world_load(struct str saved, struct world **out, struct err *err);

/* Play all hours that end at or before `to_ms`; going back does nothing. */
void world_step(struct world *world, int64_t to_ms);

int64_t world_start_ms(const struct world *world); /* first hour */
int64_t world_now_ms(const struct world *world);   /* end of the last played hour */
struct str world_currency(const struct world *world);
int world_utc_offset_s(const struct world *world);
uint64_t world_seed(const struct world *world);
struct str world_archetype(const struct world *world);

/* Hash of the whole ledger (all ad-hours, credits and leads so far). */
uint64_t world_hash(const struct world *world);

/* --- what the advertiser owns --------------------------------------------- */

enum world_budget_mode {
    WORLD_BUDGET_NONE,    /* no limit at this level */
    WORLD_BUDGET_DAY,     /* hard, per local day */
    WORLD_BUDGET_DYNAMIC, /* a day <= 125 %, a week from Monday <= 7 x */
    WORLD_BUDGET_TOTAL,   /* over the whole life */
};

/* A lever may be refused as the platform would; nothing has changed then. */
enum world_answer {
    WORLD_DONE,
    WORLD_BELOW_MINIMUM, /* under the currency's daily minimum */
    WORLD_BELOW_SPENT,   /* under 105 % of what is spent (today, or in all for TOTAL) */
    WORLD_LOCKED,        /* no budget changes from 23:55 to 00:00 local */
};

/* An instant `at_ms` below is the caller's now; it must not lie before world_now_ms. */

struct world_campaign {
    bool on;
    enum world_budget_mode mode; /* without budget_shared: a cap over its groups */
    int64_t budget_micros;
    bool budget_shared; /* campaign budget optimisation: groups' own budgets are ignored */
};
int world_campaign_add(struct world *world, const struct world_campaign *campaign,
                       int64_t at_ms);

struct world_group {
    int campaign;   /* handle */
    struct str key; /* who is reached, e.g. a direction's name or the targeting; when the
                       world file has a group with this id, it is that group.  A second
                       group with the same key is another draw of the same audience. */
    bool on;
    bool website; /* leads through the advertiser's site, days late; else instant form */
    bool fast;    /* spend as early in the day as can be, not evenly */
    enum world_budget_mode mode;
    int64_t budget_micros;
    int64_t start_ms, end_ms; /* schedule; 0 = none */
    /* Half hours from Monday 00:00, low bit first; all 0 = always. */
    uint8_t daypart[WORLD_DAYPARTS / 8];
};
int world_group_add(struct world *world, const struct world_group *group, int64_t at_ms);

/* `creative` is the identity of what is shown (MD5 of the video, or an ad id of the
   world file): equal creatives have equal hidden traits wherever they run. */
int world_ad_add(struct world *world, int group, struct str creative, bool on, int64_t at_ms);

/*
 * Give a creative a role by name before its first use: "winner", "average",
 * "bad-leads", "weak".  Without it, traits are drawn by seed and creative.
 * False when the role is unknown.
 */
bool world_creative_role(struct world *world, struct str creative, struct str role,
                         int64_t at_ms);

void world_campaign_set_on(struct world *world, int campaign, bool on, int64_t at_ms);
void world_group_set_on(struct world *world, int group, bool on, int64_t at_ms);
void world_ad_set_on(struct world *world, int ad, bool on, int64_t at_ms);
enum world_answer world_campaign_set_budget(struct world *world, int campaign, int64_t micros,
                                            int64_t at_ms);
enum world_answer world_group_set_budget(struct world *world, int group, int64_t micros,
                                         int64_t at_ms);
void world_group_set_schedule(struct world *world, int group, int64_t start_ms, int64_t end_ms,
                              int64_t at_ms);
/* Another creative in the ad; reviewed again. */
void world_ad_set_creative(struct world *world, int ad, struct str creative, int64_t at_ms);

/* The account: money left (negative = no limit) and the most a day (0 = no limit). */
void world_set_balance(struct world *world, int64_t micros, int64_t at_ms);
void world_set_daily_cap(struct world *world, int64_t micros, int64_t at_ms);
int64_t world_balance_micros(const struct world *world);
int64_t world_min_daily_micros(const struct world *world);

/* Why something does or does not deliver, now (for secondary_status). */
enum world_state {
    WORLD_DELIVERING,
    WORLD_OFF,        /* itself */
    WORLD_PARENT_OFF, /* its group or campaign */
    WORLD_IN_REVIEW,
    WORLD_REJECTED,
    WORLD_NOT_STARTED,
    WORLD_ENDED,
    WORLD_BUDGET_SPENT,   /* own budget of the day (or in all) */
    WORLD_CAMPAIGN_SPENT, /* the campaign's */
    WORLD_BALANCE_OUT,    /* account money or daily cap used up */
    WORLD_FROZEN,         /* account frozen for a day */
    WORLD_NO_ADS,         /* a group without ads */
};
enum world_state world_campaign_state(const struct world *world, int campaign);
enum world_state world_group_state(const struct world *world, int group);
enum world_state world_ad_state(const struct world *world, int ad);
/* When the review of the ad ends (known to the world beforehand) and how. */
int64_t world_ad_review_ms(const struct world *world, int ad, bool *rejected);

int world_campaign_count(const struct world *world);
int world_group_count(const struct world *world);
int world_ad_count(const struct world *world);
int world_group_campaign(const struct world *world, int group);
int world_ad_group(const struct world *world, int ad);
struct str world_group_key(const struct world *world, int group);
struct str world_ad_creative(const struct world *world, int ad);
int64_t world_group_budget_micros(const struct world *world, int group);

/* True spend of the local day that is running (gross, at once: what budgets are held to). */
int64_t world_group_spent_today(const struct world *world, int group);
int64_t world_campaign_spent_today(const struct world *world, int campaign);
int64_t world_spent_today(const struct world *world);

/* --- reports: as shown at an instant -------------------------------------- */

struct world_figures {
    int64_t spend_micros;
    int64_t impressions;
    int64_t clicks;
    int64_t reach;       /* people; 16 h late; not a sum of rows */
    int64_t conversions; /* leads as the platform saw them, on the hour of the click */
    int64_t real_time_conversions; /* the same, on the hour when they happened */
    int64_t video_plays, video_2s, video_6s;
    int64_t video_p25, video_p50, video_p75, video_p100;
    int64_t video_play_ms; /* summed watch time */
    int64_t likes, comments, shares, follows, profile_visits;
};

enum world_level { WORLD_BY_AD, WORLD_BY_GROUP, WORLD_BY_CAMPAIGN, WORLD_BY_ACCOUNT };
enum world_bucket { WORLD_PER_HOUR, WORLD_PER_DAY, WORLD_IN_ALL };

struct world_query {
    enum world_level level;
    enum world_bucket bucket;
    int64_t from_ms, to_ms; /* hours that begin in [from, to) */
    int64_t as_of_ms;       /* what an observer was shown then; at most world_now_ms counts */
    bool truth;             /* ignore lag and show what really happened, net of credits */
};

struct world_row {
    int id;            /* handle of the level; 0 for the account */
    int64_t begins_ms; /* of the hour or local day; from_ms for WORLD_IN_ALL */
    struct world_figures figures;
};
LIST(world_rows, struct world_row);

/*
 * Rows with delivery only, by id, then time.  Spend, impressions, clicks and
 * video figures of an hour appear 0.5-2 h after its end; conversions when they
 * happen (days later on websites) plus that lag; up to 3 % of spend and clicks
 * is credited within 72 h; reach counts hours older than 16 h.  For equal
 * arguments the answer is the same for ever.
 */
void world_report(const struct world *world, const struct world_query *query,
                  struct arena *arena, struct world_rows *out);

/* --- leads and what becomes of them --------------------------------------- */

struct world_person {
    char name[96];  /* as typed: Cyrillic, Latin or Arabic script */
    char phone[48]; /* as typed; may be nonsense */
    char e164[20];  /* what the phone means; "" when it is not a number */
    char email[96]; /* as typed; may be nonsense */
    char city[48];
    char country[3]; /* ISO 3166 alpha-2 */
};

struct world_lead {
    char id[WORLD_ID_SIZE]; /* 19 digits, unique */
    int ad, group, campaign;
    int64_t click_ms;
    int64_t at_ms;     /* the form was sent; the webhook may carry it from now on */
    bool website;      /* no webhook: the advertiser's own site has it */
    bool webhook_lost; /* the platform never delivers it by itself: only the export has it */
    bool unseen;       /* tracking was broken: the platform did not count it */
    struct world_person person;

    /* The truth, which only the sales desk finds out. */
    bool valid;            /* a real person who can be reached */
    int duplicate_of;      /* position of the earlier lead of the same person; -1 = none */
    bool repeat;           /* this person was known already: never qualifies again */
    int64_t qualified_ms;  /* 0 = never */
    int64_t sold_ms;       /* 0 = never */
    int64_t amount_micros; /* of the sale */
    int64_t margin_micros; /* what is left of it before advertising */
    int64_t refunded_ms;   /* 0 = never */
    /* When the desk writes it into the CRM; 0 = it happened but nobody wrote it down. */
    int64_t qualified_marked_ms;
    int64_t sold_marked_ms;
};

/*
 * Leads whose at_ms lies in [from, to), by (at_ms, id).  `to` is cut to
 * world_now_ms, because later hours have not been played: continue from there,
 * not from the wall clock.  The list belongs to the arena; the leads belong to
 * the world and may move when it is stepped.
 */
LIST(world_leads, const struct world_lead *);
void world_leads_between(const struct world *world, int64_t from_ms, int64_t to_ms,
                         struct arena *arena, struct world_leads *out);

/* All leads ever drawn, in position order (also those whose at_ms is still to come). */
size_t world_lead_count(const struct world *world);
const struct world_lead *world_lead(const struct world *world, size_t position);

/* What the sales desk writes into the CRM in [from, to), in order of time; `to` is cut
 * likewise. */
enum world_desk { WORLD_QUALIFIED, WORLD_SOLD, WORLD_REFUNDED };
struct world_desk_event {
    enum world_desk kind;
    int64_t at_ms;
    const struct world_lead *lead;
};
LIST(world_desk_events, struct world_desk_event);
void world_desk_between(const struct world *world, int64_t from_ms, int64_t to_ms,
                        struct arena *arena, struct world_desk_events *out);

/* --- the truth, for judges only ------------------------------------------- */

struct world_ad_truth {
    double ctr, cvr;      /* now: with fatigue, learning, regime and weekday of now_ms */
    double valid;         /* share of leads that are real and new */
    double qualified;     /* P(qualified | valid) */
    double sold;          /* P(sold | qualified) */
    double margin_micros; /* mean per sale, net of expected refunds */
    double worth_micros;  /* expected margin of one lead bought now */
    double share;         /* of the group's impressions, now */
};
void world_ad_truth(const struct world *world, int ad, struct world_ad_truth *out);

/* Expected day of the group at a budget, all else as now, noise at its mean. */
struct world_day {
    double spend_micros, impressions, clicks, leads, margin_micros;
};
void world_group_expect(const struct world *world, int group, int64_t budget_micros,
                        struct world_day *out);

/* Expected margin of all leads bought so far, judged when bought, and spend net of credits. */
void world_score(const struct world *world, int64_t from_ms, int64_t to_ms,
                 double *margin_micros, int64_t *spend_micros);

#endif
