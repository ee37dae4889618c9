/* touch_db.c - what the browser knew of a lead; the table lead_touches. */

#include "lead/touch.h"
#include "base/arena.h"
#include "db/db.h"
#include "lead/fact.h"
#include "seal/seal.h"

#include <stddef.h>

#define TOUCH_CEILING (32 * 1024)

static const struct {
    const char *name;
    size_t offset;
} members[] = {
    {"ttclid", offsetof(struct lead_touch, ttclid)},
    {"ttp", offsetof(struct lead_touch, ttp)},
    {"fbclid", offsetof(struct lead_touch, fbclid)},
    {"fbc", offsetof(struct lead_touch, fbc)},
    {"fbp", offsetof(struct lead_touch, fbp)},
    {"gclid", offsetof(struct lead_touch, gclid)},
    {"yclid", offsetof(struct lead_touch, yclid)},
    {"ip", offsetof(struct lead_touch, ip)},
    {"user_agent", offsetof(struct lead_touch, user_agent)},
    {"page_url", offsetof(struct lead_touch, page_url)},
    {"referrer", offsetof(struct lead_touch, referrer)},
    {"utm", offsetof(struct lead_touch, utm)},
    {"first_touch", offsetof(struct lead_touch, first_touch)},
    {"consent", offsetof(struct lead_touch, consent)},
    {"consent_text", offsetof(struct lead_touch, consent_text)},
    {"event_id", offsetof(struct lead_touch, event_id)},
};

static struct str *member(struct lead_touch *touch, size_t i)
{
    return (struct str *)((char *)touch + members[i].offset);
}

static struct str member_of(const struct lead_touch *touch, size_t i)
{
    return *(const struct str *)((const char *)touch + members[i].offset);
}

bool lead_touch_empty(const struct lead_touch *touch)
{
    for (size_t i = 0; i < countof(members); i++)
        if (member_of(touch, i).n)
            return false;
    return true;
}

struct str lead_touch_print(struct arena *arena, const struct lead_touch *touch)
{
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, TOUCH_CEILING);
    json_writer(&w, &buf);
    json_object(&w);
    for (size_t i = 0; i < countof(members); i++)
        if (member_of(touch, i).n)
            json_text_member(&w, members[i].name, member_of(touch, i));
    json_end(&w);
    return buf_str(&buf);
}

bool lead_touch_read(struct arena *arena, struct str json, struct lead_touch *out,
                     struct err *err)
{
    const struct json *doc;

    *out = (struct lead_touch){0};
    if (json.n == 0)
        return true;
    if (!json_parse(arena, json, &doc, err))
        return false;
    for (size_t i = 0; i < countof(members); i++)
        *member(out, i) = json_text(doc, members[i].name, STR(""));
    return true;
}

static struct seal_place place_of(struct db *db, struct str lead_id)
{
    return (struct seal_place){db_scope_org(db), "lead_touches", "touch_sealed", lead_id};
}

bool lead_touch_store(const struct ring *ring, struct db *db, struct arena *arena,
                      struct str lead_id, const struct lead_touch *touch, int64_t now_ms,
                      struct err *err)
{
    struct str sealed;

    if (lead_touch_empty(touch))
        return true;
    sealed = ring_seal(ring, arena, place_of(db, lead_id), lead_touch_print(arena, touch));
    return lead_note_click(db, lead_id, lead_click_ms(touch->fbc), err) &&
           db_run(db, NULL, err,
                  "INSERT INTO lead_touches (org_id, lead_id, touch_sealed, created_ms)"
                  " VALUES ($1, $2, $3, $4) ON CONFLICT (org_id, lead_id) DO NOTHING",
                  TEXT(db_scope_org(db)), TEXT(lead_id), TEXT(sealed), INT(now_ms));
}

bool lead_touch_find(const struct ring *ring, struct db *db, struct arena *arena,
                     struct str lead_id, struct lead_touch *out, struct err *err)
{
    struct str sealed = STR("");
    struct secret opened;
    struct db_rows rows;

    *out = (struct lead_touch){0};
    db_select(db, arena, &rows,
              "SELECT touch_sealed FROM lead_touches WHERE org_id = $1 AND lead_id = $2",
              TEXT(db_scope_org(db)), TEXT(lead_id));
    while (db_next(&rows))
        sealed = db_text(&rows, 0);
    if (!db_done(&rows, err))
        return false;
    return sealed.n == 0 ||
           (ring_unseal(ring, arena, place_of(db, lead_id), sealed, &opened, err) &&
            lead_touch_read(arena, seal_reveal(opened), out, err));
}

bool lead_touch_erase(struct db *db, struct str lead_id, struct err *err)
{
    return db_run(db, NULL, err, "DELETE FROM lead_touches WHERE org_id = $1 AND lead_id = $2",
                  TEXT(db_scope_org(db)), TEXT(lead_id));
}
