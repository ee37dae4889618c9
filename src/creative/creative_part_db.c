/* creative_part_db.c - the only file that knows creative_posters, _transcripts and _cards. */

#include "creative/creative_db.h"

#include "base/arena.h"
#include "db/db.h"

/* --- posters --- */

bool creative_posters(struct db *db, struct arena *arena, const struct creative *creative,
                      struct creative_poster_list *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT position, source, path, at_ms FROM creative_posters"
              " WHERE org_id = $1 AND creative_id = $2 ORDER BY position",
              TEXT(db_scope_org(db)), TEXT(creative->id));
    while (db_next(&rows)) {
        struct creative_poster *poster = creative_poster_list_add(out, arena);

        *poster = (struct creative_poster){.position = db_int(&rows, 0),
                                           .source = db_text(&rows, 1),
                                           .path = db_text(&rows, 2),
                                           .at_ms = db_int(&rows, 3)};
        poster->chosen = poster->position == creative->poster;
    }
    return db_done(&rows, err);
}

bool creative_poster_store(struct db *db, struct str creative_id,
                           const struct creative_poster *poster, int64_t now_ms,
                           struct err *err)
{
    return db_run(db, NULL, err,
                  "INSERT INTO creative_posters (org_id, creative_id, position, source, at_ms,"
                  " path, created_ms) VALUES ($1, $2, $3, $4, $5, $6, $7)"
                  " ON CONFLICT (org_id, creative_id, position) DO UPDATE SET"
                  " source = excluded.source, at_ms = excluded.at_ms, path = excluded.path,"
                  " created_ms = excluded.created_ms",
                  TEXT(db_scope_org(db)), TEXT(creative_id), INT(poster->position),
                  TEXT(poster->source), INT(poster->at_ms), TEXT(poster->path), INT(now_ms));
}

/* --- transcripts --- */

bool creative_transcript_get(struct db *db, struct arena *arena, struct str id, bool *found,
                             struct creative_transcript *out, struct err *err)
{
    struct db_rows rows;

    *found = false;
    db_select(db, arena, &rows,
              "SELECT state, reason, text, language, provider, segments, attempts, updated_ms"
              " FROM creative_transcripts WHERE org_id = $1 AND creative_id = $2",
              TEXT(db_scope_org(db)), TEXT(id));
    while (db_next(&rows)) {
        *out = (struct creative_transcript){
            .state = db_text(&rows, 0),
            .reason = db_text(&rows, 1),
            .text = db_text(&rows, 2),
            .language = db_text(&rows, 3),
            .provider = db_text(&rows, 4),
            .segments = db_text(&rows, 5),
            .attempts = db_int(&rows, 6),
            .updated_ms = db_int(&rows, 7),
        };
        *found = true;
    }
    return db_done(&rows, err);
}

bool creative_transcript_store(struct db *db, struct str creative_id,
                               const struct creative_transcript *transcript, int64_t now_ms,
                               struct err *err)
{
    return db_run(
        db, NULL, err,
        "INSERT INTO creative_transcripts (org_id, creative_id, state, reason, text, language,"
        " provider, segments, attempts, updated_ms)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        " ON CONFLICT (org_id, creative_id) DO UPDATE SET state = excluded.state,"
        " reason = excluded.reason, text = excluded.text, language = excluded.language,"
        " provider = excluded.provider, segments = excluded.segments,"
        " attempts = excluded.attempts, updated_ms = excluded.updated_ms",
        TEXT(db_scope_org(db)), TEXT(creative_id), TEXT(transcript->state),
        TEXT(transcript->reason), TEXT(transcript->text), TEXT(transcript->language),
        TEXT(transcript->provider),
        TEXT(transcript->segments.n ? transcript->segments : STR("[]")),
        INT(transcript->attempts), INT(now_ms));
}

/* --- cards --- */

bool creative_cards(struct db *db, struct arena *arena, struct str id,
                    struct creative_card_list *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT card_id, title, landing_page_url FROM creative_cards"
              " WHERE org_id = $1 AND creative_id = $2 ORDER BY position",
              TEXT(db_scope_org(db)), TEXT(id));
    while (db_next(&rows))
        *creative_card_list_add(out, arena) =
            (struct creative_card){db_text(&rows, 0), db_text(&rows, 1), db_text(&rows, 2)};
    return db_done(&rows, err);
}

bool creative_card_store(struct db *db, struct str creative_id, int64_t position,
                         const struct creative_card *card, struct err *err)
{
    return db_run(db, NULL, err,
                  "INSERT INTO creative_cards (org_id, creative_id, position, card_id, title,"
                  " landing_page_url) VALUES ($1, $2, $3, $4, $5, $6)",
                  TEXT(db_scope_org(db)), TEXT(creative_id), INT(position), TEXT(card->card_id),
                  TEXT(card->title), TEXT(card->landing_page_url));
}
