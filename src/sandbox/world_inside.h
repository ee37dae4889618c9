#ifndef SANDBOX_WORLD_INSIDE_H
#define SANDBOX_WORLD_INSIDE_H

#include "sandbox/world.h"
#include "sandbox/world_people.h"
#include "sandbox/world_random.h"

#include "text/json.h"

/*
 * What the files of the world share, and nobody else sees.  Parameters come
 * from world_file.c (given) and world_archetype.c (drawn); world_lever.c
 * changes what the advertiser owns; world_hour.c plays hours; world_lead.c
 * decides the fate of a lead; world_report.c tells; world_truth.c judges;
 * world_save.c keeps.  Amounts in parameters are currency units (double), in
 * state and ledger micros (int64).
 */

enum {
    HOURS_A_DAY = 24,
    DAYS_A_WEEK = 7,
    MS_A_MINUTE = 60 * 1000,
    MS_AN_HOUR = 60 * MS_A_MINUTE,
    CENT = 10000,       /* micros: spend is booked in hundredths */
    LATE_DAYS = 64,     /* conversions later than this teach nobody */
    CREDIT_HOURS = 128, /* a credit comes within 72 hours */

    /* Ceilings that only an absurd world file meets: of an ad, or of a group, in an hour. */
    MOST_IMPRESSIONS = 100000000,
    MOST_LEADS = 5000,
    MOST_AN_HOUR = 1000000000, /* units of money */
    LONGEST_DAYS = 10000,      /* of any delay */
};
#define MS_A_DAY ((int64_t)HOURS_A_DAY * MS_AN_HOUR)

/* --- parameters ------------------------------------------------------------- */

struct account {
    char currency[4];
    char tz[WORLD_KEY_SIZE]; /* for readers: the setup's offset counts */
    double min_daily_budget;
    double daily_cap; /* the user's limit, for judges; the platform does not know it */
    double review_median_h, review_p99_h;
    double review_reject; /* share of new ads */
};

struct market {
    double cpm_ref;
    double phi, sd;             /* AR(1) of the log price, per day */
    double hour_sd;             /* supply of an hour */
    double hour_w[HOURS_A_DAY]; /* as given: any scale */
    double dow_supply[DAYS_A_WEEK], dow_cvr[DAYS_A_WEEK];
};

struct desk {
    double open_h, close_h;
    double works[DAYS_A_WEEK]; /* 1 or 0 */
};

struct direction {
    char id[WORLD_KEY_SIZE];
    double ctr0, cvr0;
    double invalid, repeat;
    double q0, r0;
    double call_back; /* q0 is for those called in time; this much of it is left */
    double margin_mean, margin_cv, margin_share; /* share: margin / amount */
    double qualified_median_d, qualified_sd;
    double sale_median_d, sale_sd;
    double refund;
    double crm_mark, crm_delay_d;
    double user_target_cpl, user_margin;
};

struct traits {
    char id[WORLD_KEY_SIZE];
    bool live;
    double hook, conv, qual;
    double tau; /* days; 0 = never ages */
    double eta;
};

struct audience {
    char id[WORLD_KEY_SIZE];
    int direction;
    double budget, b_ref, cpm_ref, f_ref, sigma, freq7;
    double appeal; /* multiplies CTR */
    double cvr;    /* multiplies CVR */
    double fatigue_k;
    double ageless;          /* 1 = creatives do not age here */
    double delta, n0, reset; /* learning; reset 0 = no change of budget resets */
    double noise_sd, noise_phi;
    struct traits *ads;
    size_t ad_count;
};

enum event_kind { EVENT_REGIME, EVENT_FX, EVENT_TRACKING_LOSS, EVENT_FREEZE, EVENT_TEAM_OFF };

struct event {
    enum event_kind kind;
    double day, days;           /* days 0 = from then on */
    char group[WORLD_KEY_SIZE]; /* "" = all */
    double cpm, cvr, quality;   /* multipliers; quality of the odds to qualify */
};

struct role {
    char creative[WORLD_KEY_SIZE], role[WORLD_KEY_SIZE];
};

struct fault {
    double webhook_loss;
    double credit;             /* most that is credited of a day's spend and clicks */
    double report_gap_days[8]; /* nothing of these days is shown until a day later; -1 = none */
};

struct parameters {
    char name[WORLD_KEY_SIZE];
    const struct archetype *archetype;
    uint64_t seed;
    double days, burn_in_days;
    struct account account;
    struct market market;
    struct desk desk;
    double people[WORLD_COUNTRIES];
    struct direction *directions;
    size_t direction_count;
    struct audience *groups;
    size_t group_count;
    struct event *events;
    size_t event_count;
    struct role *roles; /* of the world file */
    size_t role_count;
    struct fault fault;
};

/* --- archetypes: the draws (world_archetype.c) -------------------------------- */

struct archetype {
    const char *name;
    double pi_median, pi_sd; /* worth of a sale against its cost */
    double groups_low, groups_high;
    double budget_low, budget_high; /* times the cost of a lead, a day */
    double rho;                     /* hook against quality */
    double hook_sd, conv_sd, qual_sd;
    double tau_median, evergreen;
    double fatigue_k;
    double bench_low, bench_high;
    double sale_low_d, sale_high_d;
    enum twist {
        TWIST_NONE,
        TWIST_ONE_WINNER,      /* one ad is far better than the rest */
        TWIST_LATE_BLOOMER,    /* half the groups learn slowly and are good in the end */
        TWIST_WEEKEND,         /* people convert at weekends, the sales team is off */
        TWIST_REGIME,          /* each group changes for good or bad on some day */
        TWIST_CURRENCY,        /* everything gets dearer on some day */
        TWIST_BROKEN_TRACKING, /* some days nobody counts leads */
        TWIST_DEMO,            /* calm, quick sales, clear differences */
    } twist;
};

const struct archetype *world_archetype_find(struct str name);
void world_draw_account(const struct parameters *p, struct account *account);
void world_draw_market(const struct parameters *p, struct market *market);
void world_draw_desk(const struct parameters *p, struct desk *desk);
void world_draw_people(const struct parameters *p, double people[WORLD_COUNTRIES]);
size_t world_draw_direction_count(const struct parameters *p);
void world_draw_direction(const struct parameters *p, struct direction *d);
/* What follows from the direction's other members, which a file may have given. */
void world_draw_direction_worth(const struct parameters *p, struct direction *d);
size_t world_draw_group_count(const struct parameters *p);
void world_draw_group(const struct parameters *p, struct audience *g);
void world_draw_ad_counts(const struct parameters *p, const struct audience *g, size_t *live,
                          size_t *bench);
void world_draw_traits(const struct parameters *p, struct traits *t);
/* False when there is no such role. */
bool world_draw_role(const struct parameters *p, struct str role, struct traits *t);
/* Events of the archetype for the whole world, and those of one group. At most 4 each. */
size_t world_draw_world_events(const struct parameters *p, struct event out[4]);
size_t world_draw_group_events(const struct parameters *p, struct str group,
                               struct event out[4]);
void world_draw_fault(const struct parameters *p, struct fault *fault);
/* Cost of a lead at the reference price, without learning and fatigue. */
double world_base_cpl(const struct parameters *p, const struct direction *d);

/* --- world files (world_file.c) ------------------------------------------------ */

MUST_CHECK bool world_parameters_read(struct arena *arena, const struct world_setup *setup,
                                      struct parameters *out, struct err *err);
struct str world_parameters_print(const struct parameters *p, struct arena *arena);

/* --- state -------------------------------------------------------------------- */

struct campaign {
    uint32_t entity;
    bool on;
    enum world_budget_mode mode;
    bool shared;
    int64_t budget, spent_today, spent_week, spent;
    int64_t last_edit_ms;
};

LIST(members, int);

struct group {
    int campaign;
    struct members ads; /* handles, by entity */
    struct str key;
    uint32_t entity;
    const struct audience *audience;
    const struct direction *direction;
    struct event *events; /* regimes and prices that touch this group */
    size_t event_count;
    bool on, website, fast;
    enum world_budget_mode mode;
    int64_t budget;
    int64_t start_ms, end_ms;
    uint8_t daypart[WORLD_DAYPARTS / 8];
    bool dayparted;

    double supply; /* K_g: auctions on an average day */
    double price;  /* m_g: median clearing price, units per impression */
    double core;   /* people reached in a week */

    int mood_day; /* of `mood`; -1 = not worked out */
    double mood;  /* the day's luck with leads, standard normal */
    int64_t spent_today, spent_week, spent;
    int first_day;  /* of delivery; -1 = none yet */
    double learned; /* leads the platform saw since the last reset */
    double late_learned[LATE_DAYS];
    int64_t last_edit_ms;
    int last_lead; /* newest lead of the group; -1 */
};

/* What is the same for an ad all day. */
struct ad_day {
    int day; /* -1 = not worked out */
    uint32_t entity;
    double click_noise;
    double hook, story; /* for video figures */
    int64_t worth;      /* of a lead */
    double credit;      /* share that is given back */
    int64_t credit_ms;  /* when; 0 = nothing is */
};

struct ad {
    struct ad_day today;
    int group;
    struct str creative;
    uint32_t entity;
    struct traits traits;
    bool on;
    uint32_t reviews;
    int64_t review_ms;
    bool rejected;

    int first_day;
    double exposure; /* xi */
    int64_t impressions, impressions_today;
};

LIST(campaigns, struct campaign);
LIST(groups, struct group);
LIST(ads, struct ad);
LIST(roles, struct role);

/* One ad in one hour, final. */
struct ledger_row {
    uint32_t hour;
    int ad;
    int64_t spend, credit;
    int32_t impressions, clicks, credit_clicks, leads;
    int32_t plays, v2, v6, p25, p50, p75, p100;
    int32_t likes, comments, shares, follows, visits;
    int64_t play_ms;
    int64_t shown_ms, credit_ms; /* when it appears, when it is corrected */
    int64_t worth;               /* expected margin of its leads */
};
LIST(ledger, struct ledger_row);

LIST(lead_list, struct world_lead);
LIST(lead_rows, size_t); /* beside lead_list: the row of the click in the ledger */

/* Something the advertiser did, for world_save. */
struct deed {
    char op;
    int64_t at_ms;
    int a, b;
    int64_t x, y;
    struct str text, text2;
};
LIST(deeds, struct deed);

struct world {
    struct arena *arena;
    struct arena *scratch;    /* of one hour */
    struct world_setup setup; /* texts copied */
    struct parameters p;
    double hour_w[HOURS_A_DAY]; /* sums to 1 */
    int64_t start_ms;
    int64_t first_local_hour; /* since 1970, local */
    uint32_t hour;            /* the next to play */

    struct campaigns campaigns;
    struct groups groups;
    struct ads ads;
    struct roles roles;
    struct deeds deeds;
    struct ledger ledger;
    struct lead_list leads;
    struct lead_rows lead_rows;

    double log_price; /* ln X of the running day */
    int64_t balance, daily_cap, spent_today;
    int64_t credit_due[CREDIT_HOURS]; /* by hour: money that comes back then */
    uint64_t hash;
};

/* --- calendar and chance (world.c) ------------------------------------------------- */

int64_t world_hour_ms(const struct world *w, uint32_t hour); /* its beginning */
int world_day_of(const struct world *w, uint32_t hour);      /* 0 = the day of the first hour */
int world_hour_of_day(const struct world *w, uint32_t hour);
int world_weekday_of_day(const struct world *w, int day); /* 0 = Monday */
int64_t world_day_begins_ms(const struct world *w, int day);
int world_day_at(const struct world *w, int64_t ms); /* may be negative */
int64_t world_to_micros(double units);
int64_t world_to_cents(int64_t micros); /* micros, rounded down to hundredths */

struct world_draw world_draw_for(const struct world *w, enum world_stream stream,
                                 uint32_t entity, uint32_t time, uint32_t index);
/* Stir one more word into a hash. */
uint64_t world_stir(uint64_t hash, uint64_t word);

/* --- the market of a group (world_market.c) ------------------------------------------ */

struct split { /* one ad's part in the group now */
    int ad;
    double share, ctr, cvr;
};
LIST(splits, struct split);

struct conditions {
    double supply; /* K: auctions of the period */
    double price;  /* m: median clearing price */
    double sigma;
    double most; /* S_max, units */
    double learning, weekday_cvr;
    double score; /* how the platform likes the group, for a shared campaign budget */
};

bool world_event_on(const struct event *e, int day);
bool world_account_frozen(const struct world *w, int day);
bool world_tracking_lost(const struct world *w, int64_t ms);

/* What weariness and age leave of the click rate. */
double world_fatigue(const struct group *g, const struct ad *ad, int day);
/* Click rate and leads per click now, before learning and weekday. */
void world_ad_rates(const struct group *g, const struct ad *ad, int day, double *ctr,
                    double *cvr);
/* Shares and rates of the ads that may deliver in that hour; out->n may be 0. */
void world_market_split(const struct world *w, const struct group *g, uint32_t hour,
                        struct arena *arena, struct splits *out);
/* The market for `part` of a day's supply; `mood` multiplies it. */
void world_market_conditions(const struct world *w, const struct group *g, uint32_t hour,
                             double part, double mood, const struct splits *splits,
                             struct conditions *out);
/* Impressions for a spend of at most c->most. */
double world_market_impressions(const struct conditions *c, double spend);

/* --- levers (world_lever.c) ------------------------------------------------------------- */

void world_populate(struct world *w);
bool world_ad_may_deliver(const struct world *w, const struct ad *ad, uint32_t hour);
/* Part of the hour in which schedule and dayparts let the group run, 0 to 1. */
double world_group_open(const struct world *w, const struct group *g, uint32_t hour);
/* What may still be spent today. */
int64_t world_group_left(const struct world *w, const struct group *g);
int64_t world_campaign_left(const struct world *w, const struct campaign *c);
int64_t world_account_left(const struct world *w);

/* --- hours (world_hour.c) ---------------------------------------------------------------- */

void world_play_hour(struct world *w);
/* Midnight: new price, nothing spent yet, people a day less tired. */
void world_begin_day(struct world *w, int day);

/* --- leads (world_lead.c) ------------------------------------------------------------------
 */

double world_lead_valid(const struct direction *d); /* real and new */
double world_lead_qualified(const struct group *g, const struct ad *ad, int day);
double world_lead_sold(const struct group *g, const struct ad *ad);
/* Expected margin of one lead bought on that day, units. */
double world_lead_worth(const struct group *g, const struct ad *ad, int day);
/* Lead number `index` of the ad in this hour. */
void world_lead_make(struct world *w, int ad, uint32_t hour, uint32_t index);

#endif
