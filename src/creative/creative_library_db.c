/* creative_library_db.c - what stands around the creatives of a page: one statement for each
 * kind of it, whatever the length of the page. */

#include "creative/creative_library_db.h"

#include "base/arena.h"
#include "db/db.h"

/* A page has at most some hundred rows. */
static struct creative_row *row_of(struct creative_page *page, struct str id)
{
    for (size_t i = 0; i < page->rows->n; i++)
        if (str_eq(page->rows->at[i].creative.id, id))
            return &page->rows->at[i];
    return NULL;
}

/* The next row of the answer that is about a creative of the page. */
static struct creative_row *next_of(struct db_rows *rows, struct creative_page *page)
{
    while (db_next(rows)) {
        struct creative_row *row = row_of(page, db_text(rows, 0));
        if (row)
            return row;
    }
    return NULL;
}

bool creative_page_directions(struct db *db, struct arena *arena, struct creative_page *page,
                              struct err *err)
{
    struct creative_row *row;
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT c.creative_id, d.platform, d.ad_account_id, d.name FROM creatives c"
              " JOIN directions d ON d.org_id = c.org_id AND d.direction_id = c.direction_id"
              " WHERE c.org_id = $1 AND c.creative_id IN {members $2}",
              TEXT(db_scope_org(db)), TEXT(page->ids));
    while ((row = next_of(&rows, page))) {
        row->platform = db_text(&rows, 1);
        row->ad_account_id = db_text(&rows, 2);
        row->direction_name = db_text(&rows, 3);
    }
    return db_done(&rows, err);
}

bool creative_page_tags(struct db *db, struct arena *arena, struct creative_page *page,
                        struct err *err)
{
    struct creative_row *row;
    struct db_rows rows;

    db_select(
        db, arena, &rows,
        "SELECT creative_id, tag FROM creative_tags"
        " WHERE org_id = $1 AND creative_id IN {members $2} ORDER BY creative_id, tag_key",
        TEXT(db_scope_org(db)), TEXT(page->ids));
    while ((row = next_of(&rows, page)))
        *strs_add(&row->tags, arena) = db_text(&rows, 1);
    return db_done(&rows, err);
}

bool creative_page_siblings(struct db *db, struct arena *arena, struct creative_page *page,
                            struct err *err)
{
    struct creative_row *row;
    struct db_rows rows;

    db_select(
        db, arena, &rows,
        "SELECT c.creative_id, s.creative_id, COALESCE(d.platform, ''), s.status"
        " FROM creatives c JOIN creatives s ON s.org_id = c.org_id"
        " AND s.creative_group_id = c.creative_group_id AND s.creative_group_id <> ''"
        " AND s.creative_id <> c.creative_id AND s.deleted_ms = 0"
        " LEFT JOIN directions d ON d.org_id = s.org_id AND d.direction_id = s.direction_id"
        " WHERE c.org_id = $1 AND c.creative_group_id <> ''"
        " AND c.creative_id IN {members $2} ORDER BY c.creative_id, s.creative_id",
        TEXT(db_scope_org(db)), TEXT(page->ids));
    while ((row = next_of(&rows, page)))
        *creative_siblings_add(&row->siblings, arena) = (struct creative_sibling){
            .id = db_text(&rows, 1),
            .platform = db_text(&rows, 2),
            .status = db_text(&rows, 3),
        };
    return db_done(&rows, err);
}

bool creative_page_duplicates(struct db *db, struct arena *arena, struct creative_page *page,
                              struct err *err)
{
    struct creative_row *row;
    struct db_rows rows;

    db_select(
        db, arena, &rows,
        "SELECT c.creative_id, (SELECT o.creative_id FROM creatives o LEFT JOIN directions od"
        " ON od.org_id = o.org_id AND od.direction_id = o.direction_id"
        " WHERE o.org_id = c.org_id AND o.content_sha256 = c.content_sha256"
        " AND o.creative_id <> c.creative_id AND o.deleted_ms = 0 AND o.status <> 'failed'"
        " AND (o.creative_group_id = '' OR o.creative_group_id <> c.creative_group_id)"
        " AND COALESCE(od.ad_account_id, '') = COALESCE(d.ad_account_id, '')"
        " ORDER BY o.created_ms, o.creative_id LIMIT 1)"
        " FROM creatives c"
        " LEFT JOIN directions d ON d.org_id = c.org_id AND d.direction_id = c.direction_id"
        " WHERE c.org_id = $1 AND c.content_sha256 <> '' AND c.creative_id IN {members $2}",
        TEXT(db_scope_org(db)), TEXT(page->ids));
    while ((row = next_of(&rows, page)))
        row->duplicate_of = db_text(&rows, 1);
    return db_done(&rows, err);
}

bool creative_page_uses(struct db *db, struct arena *arena, struct creative_page *page,
                        struct err *err)
{
    struct creative_row *row;
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT creative_id, count(*),"
              " CAST(sum(CASE WHEN status = 'enabled' THEN 1 ELSE 0 END) AS BIGINT),"
              " count(DISTINCT campaign_id) FROM ads"
              " WHERE org_id = $1 AND status <> 'deleted' AND creative_id IN {members $2}"
              " GROUP BY creative_id",
              TEXT(db_scope_org(db)), TEXT(page->ids));
    while ((row = next_of(&rows, page))) {
        row->ads = db_int(&rows, 1);
        row->active_ads = db_int(&rows, 2);
        row->campaigns = db_int(&rows, 3);
    }
    return db_done(&rows, err);
}

bool creative_page_posters(struct db *db, struct arena *arena, struct creative_page *page,
                           struct err *err)
{
    struct creative_row *row;
    struct db_rows rows;

    db_select(
        db, arena, &rows,
        "SELECT creative_id, position, source, at_ms, path FROM creative_posters"
        " WHERE org_id = $1 AND creative_id IN {members $2} ORDER BY creative_id, position",
        TEXT(db_scope_org(db)), TEXT(page->ids));
    while ((row = next_of(&rows, page)))
        *creative_poster_rows_add(&row->posters, arena) = (struct creative_poster_row){
            .position = db_int(&rows, 1),
            .source = db_text(&rows, 2),
            .at_ms = db_int(&rows, 3),
            .path = db_text(&rows, 4),
        };
    return db_done(&rows, err);
}

bool creative_page_copies(struct db *db, struct arena *arena, struct creative_page *page,
                          struct err *err)
{
    struct creative_row *row;
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT creative_id, platform, advertiser_id, video_id, image_id, usable,"
              " uploaded_ms, sent_bytes FROM creative_platform_files"
              " WHERE org_id = $1 AND creative_id IN {members $2}"
              " ORDER BY creative_id, platform, advertiser_id",
              TEXT(db_scope_org(db)), TEXT(page->ids));
    while ((row = next_of(&rows, page)))
        *creative_copy_rows_add(&row->copies, arena) = (struct creative_copy_row){
            .platform = db_text(&rows, 1),
            .advertiser_id = db_text(&rows, 2),
            .video_id = db_text(&rows, 3),
            .image_id = db_text(&rows, 4),
            .usable = db_int(&rows, 5) != 0,
            .uploaded_ms = db_int(&rows, 6),
            .sent_bytes = db_int(&rows, 7),
        };
    return db_done(&rows, err);
}

bool creative_page_transcripts(struct db *db, struct arena *arena, struct creative_page *page,
                               int64_t most, bool whole, struct err *err)
{
    struct creative_row *row;
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT creative_id, state, reason, language, provider,"
              " substr(text, 1, CAST($3 AS INTEGER)),"
              " CASE WHEN CAST($4 AS BIGINT) = 1 THEN segments ELSE '' END"
              " FROM creative_transcripts"
              " WHERE org_id = $1 AND creative_id IN {members $2}",
              TEXT(db_scope_org(db)), TEXT(page->ids), INT(most), INT(whole));
    while ((row = next_of(&rows, page))) {
        row->transcript_state = db_text(&rows, 1);
        row->transcript_reason = db_text(&rows, 2);
        row->transcript_language = db_text(&rows, 3);
        row->transcript_provider = db_text(&rows, 4);
        row->transcript = db_text(&rows, 5);
        row->segments = db_text(&rows, 6);
    }
    return db_done(&rows, err);
}

static void add_place(struct strs *places, struct arena *arena, struct str place,
                      const char *ending)
{
    if (place.n)
        *strs_add(places, arena) = str_fmt(arena, STR_FMT "%s", STR_ARG(place), ending);
}

bool creative_deleted_places(struct db *db, struct arena *arena, struct str id,
                             struct strs *out, struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT c.media_path, c.original_path, p.path FROM creatives c"
              " LEFT JOIN creative_posters p ON p.org_id = c.org_id"
              " AND p.creative_id = c.creative_id"
              " WHERE c.org_id = $1 AND c.creative_id = $2 AND c.deleted_ms > 0",
              TEXT(db_scope_org(db)), TEXT(id));
    while (db_next(&rows)) {
        if (!out->n) {
            add_place(out, arena, db_text(&rows, 0), "");
            add_place(out, arena, db_text(&rows, 0), ".jpg");
            add_place(out, arena, db_text(&rows, 1), "");
        }
        add_place(out, arena, db_text(&rows, 2), "");
    }
    return db_done(&rows, err);
}
