/*
 * capability.c - what TikTok lets us combine, as data.
 *
 * A wrong combination is refused here, by the name of our own field, before
 * any call.  The founding words and the retired ones are accepted and mapped;
 * what is sent is what the platform takes today.
 */

#include "platform/tiktok/tiktok.h"

#include "base/limits.h"
#include "text/money.h"

#include <inttypes.h>

#define NAME_LENGTH 512

/* --- objectives: words --- */

static const struct {
    const char *word;
    const char *ours;
} objective_words[] = {
    {"traffic", "traffic"},
    {"whatsapp", "traffic"}, /* a click to wa.me is traffic to TikTok */
    {"instagram_traffic", "traffic"},
    {"conversions", "conversions"},
    {"conversion", "conversions"},
    {"sales", "conversions"},
    {"site_leads", "conversions"},
    {"web_conversions", "conversions"},
    {"lead_generation", "lead_generation"},
    {"lead_forms", "lead_generation"},
    {"reach", "reach"},
    {"video_views", "video_views"},
    {"engagement", "engagement"},
    {"app_promotion", "app_promotion"},
    {"app_install", "app_promotion"},
};

bool tiktok_objective(struct str word, struct str *ours, struct err *err)
{
    for (size_t i = 0; i < countof(objective_words); i++)
        if (str_eq_nocase(word, str(objective_words[i].word))) {
            *ours = str(objective_words[i].ours);
            return true;
        }
    return err_input(err, "tiktok_objective",
                     "traffic, conversions, lead_generation, reach, video_views, engagement or "
                     "app_promotion",
                     "TikTok has no objective \"" STR_FMT "\"", STR_ARG(str_sub(word, 0, 60)));
}

/* --- objectives: the matrix (TikTok: objective x goal x billing) --- */

static const struct tiktok_capability matrix[] = {
    {"traffic", "website", "TRAFFIC", "CLICK", "CPC", "WEBSITE", "", "", "LEARN_MORE",
     .needs_landing = true},
    {"conversions", "website_event", "WEB_CONVERSIONS", "CONVERT", "OCPM", "WEBSITE", "",
     "FORM", "LEARN_MORE", .needs_landing = true, .needs_pixel = true},
    {"lead_generation", "instant_page", "LEAD_GENERATION", "LEAD_GENERATION", "OCPM",
     "LEAD_GENERATION", "INSTANT_PAGE", "", "SIGN_UP", .needs_page = true},
    {"lead_generation", "website_event", "LEAD_GENERATION", "CONVERT", "OCPM",
     "LEAD_GENERATION", "EXTERNAL_WEBSITE", "FORM", "SIGN_UP", .needs_landing = true,
     .needs_pixel = true},
    {"lead_generation", "website", "LEAD_GENERATION", "CLICK", "CPC", "LEAD_GENERATION",
     "EXTERNAL_WEBSITE", "", "SIGN_UP", .needs_landing = true},
    {"reach", "none", "REACH", "REACH", "CPM", "", "", "", "LEARN_MORE", .frequency = true},
    {"reach", "website", "REACH", "REACH", "CPM", "WEBSITE_OR_DISPLAY", "", "", "LEARN_MORE",
     .needs_landing = true, .frequency = true},
    {"video_views", "none", "VIDEO_VIEWS", "ENGAGED_VIEW", "CPV", "", "", "", "LEARN_MORE",
     .cpv_display = true},
    {"video_views", "website", "VIDEO_VIEWS", "ENGAGED_VIEW", "CPV", "WEBSITE_OR_DISPLAY", "",
     "", "LEARN_MORE", .needs_landing = true, .cpv_display = true},
    {"engagement", "none", "ENGAGEMENT", "FOLLOWERS", "OCPM", "", "", "", "VIEW_PROFILE",
     .needs_landing = false},
    {"app_promotion", "app", "APP_PROMOTION", "INSTALL", "OCPM", "APP_ANDROID", "", "",
     "DOWNLOAD_NOW", .needs_app = true},
};

/* Which way of running the objective the plan describes. */
static const char *destination_of(const struct platform_plan *plan)
{
    bool landing = plan->landing_page_url.n > 0;

    if (str_eq(plan->objective, STR("lead_generation"))) {
        if (plan->page_id.n || !landing)
            return "instant_page";
        return plan->pixel_id.n ? "website_event" : "website";
    }
    if (str_eq(plan->objective, STR("conversions")))
        return "website_event";
    if (str_eq(plan->objective, STR("traffic")))
        return "website";
    if (str_eq(plan->objective, STR("app_promotion")))
        return "app";
    if (str_eq(plan->objective, STR("engagement")))
        return "none";
    return landing ? "website" : "none";
}

const struct tiktok_capability *tiktok_capability_of(const struct platform_plan *plan)
{
    struct str destination = str(destination_of(plan));

    for (size_t i = 0; i < countof(matrix); i++)
        if (str_eq(plan->objective, str(matrix[i].objective)) &&
            str_eq(destination, str(matrix[i].destination)))
            return &matrix[i];
    return NULL;
}

const struct platform_objective *tiktok_objectives(size_t *n)
{
    static const struct platform_objective objectives[] = {
        {"traffic", "TRAFFIC", "website", "landing_page_url", "LEARN_MORE",
         "clicks,ctr,cpc,landing_page_views", "tiktok"},
        {"conversions", "WEB_CONVERSIONS", "website", "landing_page_url,pixel_id", "LEARN_MORE",
         "conversions,cost_per_conversion,conversion_rate", "tiktok"},
        {"lead_generation", "LEAD_GENERATION", "instant_page", "page_id", "SIGN_UP",
         "leads,cpl,qualified,cpql", "tiktok"},
        {"reach", "REACH", "none", "", "LEARN_MORE", "reach,frequency,cpm", "tiktok"},
        {"video_views", "VIDEO_VIEWS", "none", "", "LEARN_MORE",
         "video_views,video_views_100,average_play_ms", "tiktok"},
        {"engagement", "ENGAGEMENT", "none", "", "VIEW_PROFILE", "follows,engagement_rate",
         "tiktok"},
        {"app_promotion", "APP_PROMOTION", "app", "app_id,app_os", "DOWNLOAD_NOW",
         "installs,cost_per_install", "tiktok"},
    };

    *n = countof(objectives);
    return objectives;
}

/* --- events --- */

/* Events API names and our stages to optimization_event; TikTok's own words pass. */
static const struct {
    const char *name;
    const char *word;
} events[] = {
    {"Purchase", "SHOPPING"},
    {"CompletePayment", "SHOPPING"},
    {"PlaceAnOrder", "INITIATE_ORDER"}, /* its own optimization event is retired */
    {"InitiateCheckout", "INITIATE_ORDER"},
    {"AddPaymentInfo", "ADD_BILLING"},
    {"AddToCart", "ON_WEB_CART"},
    {"AddToWishlist", "ON_WEB_ADD_TO_WISHLIST"},
    {"ViewContent", "ON_WEB_DETAIL"},
    {"CompleteRegistration", "ON_WEB_REGISTER"},
    {"Lead", "FORM"},
    {"SubmitForm", "FORM"},
    {"Contact", "CONSULT"},
    {"Subscribe", "ON_WEB_SUBSCRIBE"},
    {"Search", "ON_WEB_SEARCH"},
    {"Download", "DOWNLOAD_START"},
};

struct str tiktok_event_word(struct str event)
{
    for (size_t i = 0; i < countof(events); i++)
        if (str_eq_nocase(event, str(events[i].name)) || str_eq(event, str(events[i].word)))
            return str(events[i].word);
    return STR("");
}

/* One name for each word. */
const char *const *tiktok_event_names(size_t *n)
{
    static const char *const names[] = {
        "Lead",          "CompleteRegistration", "Contact",        "Subscribe",
        "Purchase",      "InitiateCheckout",     "AddPaymentInfo", "AddToCart",
        "AddToWishlist", "ViewContent",          "Search",         "Download"};

    *n = countof(names);
    return names;
}

/* --- budgets (TikTok: budget verification ratio) --- */

#define ADGROUP_DAILY_MINIMUM 20 /* currency units, times the ratio */

static const struct {
    const char *currencies;
    int ratio;
} ratios[] = {
    {"USD EUR GBP MYR AED SAR HUF AUD CAD NZD SGD CHF ARS BRL ILS PEN QAR RON", 1},
    {"PLN", 4},
    {"HKD ZAR DKK SEK NOK TRY MXN THB CNY BOB CZK EGP GTQ HNL MOP TWD NIO UAH UYU", 10},
    {"PHP", 50},
    {"JPY RUB DZD BDT ISK INR KES NGN PKR", 100},
    {"KRW CLP COP CRC", 1000},
    {"IDR PYG VND", 10000},
    {"VEF", 100000},
};

int64_t tiktok_minimum_budget(struct str currency)
{
    /* Not in the published table; the figure that live accounts work with. */
    if (str_eq(currency, STR("KZT")))
        return 2500 * MICROS_PER_UNIT;
    if (currency.n != 3)
        return 0;
    for (size_t i = 0; i < countof(ratios); i++)
        if (str_has(str(ratios[i].currencies), currency))
            return (int64_t)ADGROUP_DAILY_MINIMUM * ratios[i].ratio * MICROS_PER_UNIT;
    return 0;
}

bool tiktok_check_budget(struct str currency, int64_t daily_micros, struct err *err)
{
    int64_t minimum = tiktok_minimum_budget(currency);

    if (daily_micros > 0 && daily_micros >= minimum)
        return true;
    err_set(err, ERR_INVALID, "the daily budget is below TikTok's minimum");
    if (minimum)
        err_hint(err, "at least %" PRId64 " " STR_FMT " a day", minimum / MICROS_PER_UNIT,
                 STR_ARG(currency));
    else
        err_hint(err, "an amount in " STR_FMT ", above zero", STR_ARG(currency));
    return err_field(err, "daily_budget");
}

/* --- texts --- */

/* The code point at *i, which moves past it; malformed bytes count one each. */
static uint32_t code_point(struct str s, size_t *i)
{
    const unsigned char *p = (const unsigned char *)s.p + *i;
    size_t left = s.n - *i;
    size_t more = p[0] >= 0xF0 ? 3 : p[0] >= 0xE0 ? 2 : p[0] >= 0xC0 ? 1 : 0;
    uint32_t c = more == 3   ? p[0] & 0x07
                 : more == 2 ? p[0] & 0x0F
                 : more == 1 ? p[0] & 0x1F
                             : p[0];

    if (more >= left)
        more = 0;
    for (size_t k = 1; k <= more; k++)
        c = c << 6 | (p[k] & 0x3F);
    *i += more + 1;
    return c;
}

static bool is_emoji(uint32_t c)
{
    return (c >= 0x1F000 && c <= 0x1FFFF) || (c >= 0x2600 && c <= 0x27BF) ||
           (c >= 0x2B00 && c <= 0x2BFF) || (c >= 0xE0020 && c <= 0xE007F) || c == 0x200D ||
           c == 0x20E3 || c == 0xFE0F || c == 0x231A || c == 0x231B || c == 0x23F0 ||
           c == 0x23F3;
}

bool tiktok_has_emoji(struct str s)
{
    for (size_t i = 0; i < s.n;)
        if (is_emoji(code_point(s, &i)))
            return true;
    return false;
}

/* Wide characters count two in names. */
static size_t width_of(uint32_t c)
{
    return c >= 0x1100 && ((c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
                           (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
                           (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60))
               ? 2
               : 1;
}

struct str tiktok_clean_name(struct arena *arena, struct str name)
{
    struct buf buf;
    size_t width = 0;

    buf_init(&buf, arena, name.n + 1);
    for (size_t i = 0; i < name.n;) {
        size_t from = i;
        uint32_t c = code_point(name, &i);

        if (is_emoji(c) || c < 0x20)
            continue;
        width += width_of(c);
        if (width > NAME_LENGTH)
            break;
        buf_add(&buf, str_sub(name, from, i - from));
    }
    return str_trim(buf_str(&buf));
}

static const char *const calls_to_action[] = {
    "APPLY_NOW",      "BOOK_NOW",   "CALL_NOW",      "CONTACT_US",      "DOWNLOAD_NOW",
    "EXPERIENCE_NOW", "GET_QUOTE",  "GET_SHOWTIMES", "GET_TICKETS_NOW", "INSTALL_NOW",
    "INTERESTED",     "LEARN_MORE", "LISTEN_NOW",    "ORDER_NOW",       "PLAY_GAME",
    "PREORDER_NOW",   "READ_MORE",  "SEND_MESSAGE",  "SHOP_NOW",        "SIGN_UP",
    "SUBSCRIBE",      "VIEW_NOW",   "VIEW_PROFILE",  "VISIT_STORE",     "WATCH_LIVE",
    "WATCH_NOW",
};

const char *const *tiktok_calls_to_action(size_t *n)
{
    *n = countof(calls_to_action);
    return calls_to_action;
}

static bool check_call_to_action(struct str word, struct err *err)
{
    if (!word.n)
        return true;
    for (size_t i = 0; i < countof(calls_to_action); i++)
        if (str_eq(word, str(calls_to_action[i])))
            return true;
    return err_input(err, "call_to_action", "for example LEARN_MORE, SIGN_UP or SHOP_NOW",
                     "TikTok has no button \"" STR_FMT "\"", STR_ARG(str_sub(word, 0, 60)));
}

static bool https_address(struct str s)
{
    struct str rest = str_sub(s, 8, s.n);
    struct str host = str_cut(&rest, '/');

    if (!str_starts(s, STR("https://")) || s.n > LIMIT_URL_TEXT || !str_has(host, STR(".")))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ')
            return false;
    return true;
}

static bool check_landing(struct str address, struct err *err)
{
    return !address.n || https_address(address) ||
           err_input(err, "landing_page_url", "an address that starts with https://",
                     "TikTok takes only https landing pages");
}

bool tiktok_check_ad(struct str text, struct str call_to_action, struct str landing_page_url,
                     struct err *err)
{
    if (str_length(text) > TIKTOK_AD_TEXT_MOST)
        return err_input(err, "ad_text", "1 to 100 characters",
                         "the ad text has %zu characters", str_length(text));
    if (tiktok_has_emoji(text))
        return err_input(err, "ad_text", "letters, digits and punctuation only",
                         "TikTok refuses emoji in ad texts");
    return check_call_to_action(call_to_action, err) && check_landing(landing_page_url, err);
}

/* --- the whole plan --- */

static bool digits_only(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0 && s.n <= 20;
}

static bool check_needs(const struct tiktok_capability *way, const struct platform_plan *plan,
                        struct err *err)
{
    const char *objective = way->objective;

    if (way->needs_page && !plan->page_id.n)
        return err_input(err, "page_id",
                         "choose an instant page (GET /tiktok/instant-pages), or give a "
                         "landing_page_url",
                         "%s needs an instant page", objective);
    if (way->needs_landing && !plan->landing_page_url.n)
        return err_input(err, "landing_page_url", "the https address that the ad leads to",
                         "%s needs a landing page", objective);
    if (way->needs_pixel && !plan->pixel_id.n)
        return err_input(err, "pixel_id", "the numeric pixel id of the site",
                         "%s needs a pixel", objective);
    if (way->needs_app && !plan->app_id.n)
        return err_input(err, "app_id", "TikTok's id of the app", "%s needs an app", objective);
    if (way->needs_app && !str_eq(plan->app_os, STR("android")) &&
        !str_eq(plan->app_os, STR("ios")))
        return err_input(err, "app_os", "android or ios", "%s needs the app's system",
                         objective);
    return true;
}

static bool check_refused_extras(const struct tiktok_capability *way,
                                 const struct platform_plan *plan, struct err *err)
{
    if (plan->pixel_id.n && !way->needs_pixel)
        return err_input(err, "pixel_id", "remove the pixel, or choose conversions",
                         "TikTok takes no pixel with %s to this destination", way->objective);
    if (plan->page_id.n && !way->needs_page)
        return err_input(err, "page_id", "remove the page, or choose lead_generation",
                         "TikTok takes no instant page with %s", way->objective);
    return true;
}

bool tiktok_check_plan(struct arena *arena, const struct platform_plan *plan, struct err *err)
{
    const struct tiktok_capability *way = tiktok_capability_of(plan);

    if (!way)
        return err_input(
            err, "objective",
            "traffic, conversions, lead_generation, reach, video_views, engagement "
            "or app_promotion",
            "TikTok cannot run \"" STR_FMT "\"", STR_ARG(str_sub(plan->objective, 0, 60)));
    if (!check_needs(way, plan, err) || !check_refused_extras(way, plan, err))
        return false;
    if (plan->page_id.n && !digits_only(plan->page_id))
        return err_input(err, "page_id", "the id as TikTok shows it", "a page id is a number");
    if (plan->pixel_id.n && !digits_only(plan->pixel_id))
        return err_input(err, "pixel_id", "the numeric id, not the pixel's code",
                         "a pixel id is a number");
    if (way->needs_pixel && plan->optimization_event.n &&
        !tiktok_event_word(plan->optimization_event).n)
        return err_input(err, "optimization_event", "for example Lead, Purchase or SHOPPING",
                         "TikTok cannot optimise for \"" STR_FMT "\"",
                         STR_ARG(str_sub(plan->optimization_event, 0, 60)));
    /* Today's accounts may not run free-name identities on TikTok's own placement. */
    if (str_eq(plan->identity_type, STR("CUSTOMIZED_USER")))
        return err_input(err, "tiktok_account_id",
                         "choose a TikTok account (TT_USER or BC_AUTH_TT)",
                         "TikTok refuses custom identities on its own placement");
    return tiktok_check_ad(plan->ad_text, plan->call_to_action, plan->landing_page_url, err) &&
           tiktok_check_budget(plan->currency, plan->daily_budget_micros, err) &&
           tiktok_check_audience(arena, &plan->audience, err);
}
