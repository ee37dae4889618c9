/* creative_carousel.c - an ordered set of creatives that runs as one ad, on Facebook. */

#include "creative/creative_db.h"
#include "creative/creative_parts.h"

#include "base/limits.h"
#include "base/random.h"
#include "db/db.h"
#include "text/url.h"

#define CARDS_LEAST 2

static bool check_shape(const struct creative_wish *wish,
                        const struct creative_card_list *cards, struct err *err)
{
    if (!wish->title.n || str_length(wish->title) > LIMIT_TITLE)
        return err_input(err, "title", "1 to 200 characters",
                         "the carousel has no title, or a longer one");
    if (cards->n < CARDS_LEAST || cards->n > LIMIT_CARDS)
        return err_input(err, "cards", "2 to 10 cards", "a carousel of %zu cards", cards->n);
    return true;
}

static bool check_place(struct db *db, struct arena *arena, const struct creative_wish *wish,
                        struct err *err)
{
    struct str platform;

    if (!wish->direction_id.n)
        return err_input(err, "direction_id", "a direction on Facebook",
                         "a carousel needs a direction");
    if (!creative_check_direction(db, arena, wish->direction_id, &platform, err))
        return false;
    if (!str_eq(platform, STR("facebook")))
        return err_input(err, "media_type", "videos, one by one",
                         "a TikTok direction takes videos, not \"carousel\"");
    return creative_check_texts(platform, wish->ad_text, wish->call_to_action,
                                wish->landing_page_url, err);
}

static bool check_card(struct db *db, struct arena *arena, const struct creative_wish *wish,
                       const struct creative_card *card, struct err *err)
{
    struct creative creative;
    struct url url;

    if (str_length(card->title) > LIMIT_TITLE)
        return err_input(err, "cards", "at most 200 characters", "its title is too long");
    if (card->landing_page_url.n && !url_parse(arena, card->landing_page_url, &url, err))
        return err_field(err, "cards");
    if (!creative_get(db, arena, card->card_id, &creative, err))
        return err_field(err, "cards");
    if (str_eq(creative.media_type, STR("carousel")))
        return err_input(err, "cards", "images and videos",
                         "a carousel cannot be a card of another");
    if (!str_eq(creative.direction_id, wish->direction_id))
        return err_input(err, "cards", "creatives of the carousel's direction",
                         "creative " STR_FMT " belongs elsewhere", STR_ARG(creative.id));
    if (str_eq(creative.status, STR("failed")))
        return err_input(err, "cards", "retry or replace it",
                         "creative " STR_FMT " failed: " STR_FMT, STR_ARG(creative.id),
                         STR_ARG(creative.error_text));
    return true;
}

static bool check_cards(struct db *db, struct arena *arena, const struct creative_wish *wish,
                        const struct creative_card_list *cards, struct err *err)
{
    for (size_t i = 0; i < cards->n; i++)
        if (!check_card(db, arena, wish, &cards->at[i], err))
            return err_while(err, "card %zu", i + 1);
    return true;
}

static bool store(struct db *db, struct arena *arena, struct creative *carousel,
                  const struct creative_card_list *cards, struct str actor, struct err *err)
{
    if (!creative_start(db, arena, carousel, actor, err))
        return false;
    for (size_t i = 0; i < cards->n; i++)
        if (!creative_card_store(db, carousel->id, (int64_t)i + 1, &cards->at[i], err))
            return false;
    return true;
}

bool creative_add_carousel(struct db *db, struct arena *arena, const struct creative_wish *wish,
                           const struct creative_card_list *cards, int64_t now_ms,
                           struct str *id, struct err *err)
{
    struct creative carousel = {
        .id = id_new(arena),
        .direction_id = wish->direction_id,
        .group_id = wish->group_id,
        .title = wish->title,
        .media_type = STR("carousel"),
        .status = STR("processing"),
        .ad_text = wish->ad_text,
        .call_to_action = wish->call_to_action,
        .landing_page_url = wish->landing_page_url,
        .version = 1,
        .created_ms = now_ms,
        .updated_ms = now_ms,
    };

    *id = carousel.id;
    return check_shape(wish, cards, err) && check_place(db, arena, wish, err) &&
           check_cards(db, arena, wish, cards, err) && db_begin(db, err) &&
           db_end(db, store(db, arena, &carousel, cards, wish->actor, err), err);
}
