/* objects_db.c - campaigns, ad groups and ads as they are stored, and their leads. */

#include "roi/objects_db.h"

#include "base/arena.h"
#include "db/db.h"
#include "text/json.h"

bool objects_db_accounts(struct db *db, struct arena *arena,
                         const struct object_question *question, struct object_accounts *out,
                         struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT c.ad_account_id, a.name, c.platform, c.state, c.currency, c.zone,"
              " COALESCE((SELECT max(m.finished_ms) FROM metric_collections m"
              "  WHERE m.org_id = c.org_id AND m.ad_account_id = c.ad_account_id"
              "  AND m.platform = c.platform AND m.state = 'done'), 0)"
              " FROM ad_account_connections c JOIN ad_accounts a ON a.org_id = c.org_id"
              "  AND a.ad_account_id = c.ad_account_id"
              " WHERE c.org_id = $1 AND ($2 = '' OR c.ad_account_id = $2)"
              " AND ($3 = '' OR c.platform = $3) ORDER BY c.ad_account_id, c.platform",
              TEXT(db_scope_org(db)), TEXT(question->ad_account_id), TEXT(question->platform));
    while (db_next(&rows))
        *object_accounts_add(out, arena) = (struct object_account){
            .ad_account_id = db_text(&rows, 0),
            .name = db_text(&rows, 1),
            .platform = db_text(&rows, 2),
            .state = db_text(&rows, 3),
            .currency = db_text(&rows, 4),
            .zone = db_text(&rows, 5),
            .collected_ms = db_int(&rows, 6),
        };
    return db_done(&rows, err);
}

/* --- objects ----------------------------------------------------------------------- */

static void read_rows(struct db_rows *rows, struct arena *arena,
                      const struct object_account *account, enum platform_level level,
                      struct object_rows *out)
{
    while (db_next(rows))
        *object_rows_add(out, arena) = (struct object_row){
            .level = level,
            .ad_account_id = account->ad_account_id,
            .ad_account_name = account->name,
            .platform = account->platform,
            .currency = account->currency,
            .id = db_text(rows, 0),
            .campaign_id = db_text(rows, 1),
            .adgroup_id = db_text(rows, 2),
            .direction_id = db_text(rows, 3),
            .creative_id = db_text(rows, 4),
            .name = db_text(rows, 5),
            .objective = db_text(rows, 6),
            .status = db_text(rows, 7),
            .platform_status = db_text(rows, 8),
            .budget_micros = db_int(rows, 9),
            .launch_id = db_text(rows, 10),
            .created_ms = db_int(rows, 11),
            .updated_ms = db_int(rows, 12),
        };
}

bool objects_db_list(struct db *db, struct arena *arena, const struct object_account *account,
                     enum platform_level level, struct object_rows *out, struct err *err)
{
    struct db_value org = TEXT(db_scope_org(db)), id = TEXT(account->ad_account_id),
                    platform = TEXT(account->platform);
    struct db_rows rows;

    if (level == LEVEL_CAMPAIGN)
        db_select(db, arena, &rows,
                  "SELECT campaign_id, '', '', direction_id, '', name, objective, status,"
                  " platform_status, budget_micros, workflow_id, created_ms, updated_ms"
                  " FROM campaigns WHERE org_id = $1 AND ad_account_id = $2 AND platform = $3",
                  org, id, platform);
    else if (level == LEVEL_ADGROUP)
        db_select(db, arena, &rows,
                  "SELECT adgroup_id, campaign_id, '', direction_id, '', name, '', status,"
                  " platform_status, daily_budget_micros, workflow_id, created_ms, updated_ms"
                  " FROM adgroups WHERE org_id = $1 AND ad_account_id = $2 AND platform = $3",
                  org, id, platform);
    else
        db_select(db, arena, &rows,
                  "SELECT ad_id, campaign_id, adgroup_id, direction_id, creative_id, name, '',"
                  " status, platform_status, 0, workflow_id, created_ms, updated_ms"
                  " FROM ads WHERE org_id = $1 AND ad_account_id = $2 AND platform = $3",
                  org, id, platform);
    read_rows(&rows, arena, account, level, out);
    return db_done(&rows, err);
}

/* --- leads ----------------------------------------------------------------------------- */

#define OF_ACCOUNT                                                                             \
    " FROM lead_facts f WHERE f.org_id = $1 AND f.ad_account_id = $2 AND f.created_ms >= $3"   \
    " AND f.created_ms < $4 AND f.platform = $5"

/* SQLite would sort the facts to group them, which costs more than handing them out: there an
 * ad may come several times. */
bool objects_db_leads(struct db *db, struct arena *arena, const struct object_account *account,
                      int64_t from_ms, int64_t to_ms, struct object_leads_list *out,
                      struct err *err)
{
    struct db_value org = TEXT(db_scope_org(db)), id = TEXT(account->ad_account_id),
                    platform = TEXT(account->platform);
    struct db_rows rows;

    if (db_is_postgres(db))
        db_select(db, arena, &rows,
                  ONLY_POSTGRES "SELECT f.ad_id, CAST(sum(f.person) AS BIGINT),"
                                " CAST(sum(f.qualified) AS BIGINT)" OF_ACCOUNT
                                " GROUP BY f.ad_id",
                  org, id, INT(from_ms), INT(to_ms), platform);
    else
        db_select(db, arena, &rows,
                  ONLY_SQLITE "SELECT f.ad_id, f.person, f.qualified" OF_ACCOUNT, org, id,
                  INT(from_ms), INT(to_ms), platform);
    while (db_next(&rows))
        *object_leads_list_add(out, arena) = (struct object_leads){
            .ad_id = db_text(&rows, 0),
            .leads = db_int(&rows, 1),
            .qualified = db_int(&rows, 2),
        };
    return db_done(&rows, err);
}

/* --- names ------------------------------------------------------------------------------- */

/* The ids of a column of the rows as a JSON list, each once where neighbours share it. */
#define ID_LIST(arena, rows, column)                                                           \
    id_list((arena), (rows), offsetof(struct object_row, column))

static struct str column_of(const struct object_row *row, size_t offset)
{
    struct str value;

    memcpy(&value, (const char *)row + offset, sizeof(value));
    return value;
}

static struct str id_list(struct arena *arena, const struct object_rows *rows, size_t offset)
{
    struct str last = STR("");
    struct buf buf;
    struct json_writer w;

    buf_init(&buf, arena, LIMIT_JSON_TEXT);
    json_writer(&w, &buf);
    json_list(&w);
    for (size_t i = 0; i < rows->n; i++) {
        struct str id = column_of(&rows->at[i], offset);
        if (id.n && !str_eq(id, last))
            json_put_text(&w, id);
        last = id;
    }
    json_end(&w);
    return buf_str(&buf);
}

static bool name_directions(struct db *db, struct arena *arena, struct object_rows *list,
                            struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT direction_id, name FROM directions WHERE org_id = $1"
              " AND direction_id IN {members $2}",
              TEXT(db_scope_org(db)), TEXT(ID_LIST(arena, list, direction_id)));
    while (db_next(&rows)) {
        struct str id = db_text(&rows, 0), name = db_text(&rows, 1);
        for (size_t i = 0; i < list->n; i++)
            if (str_eq(list->at[i].direction_id, id))
                list->at[i].direction_name = name;
    }
    return db_done(&rows, err);
}

static bool title_creatives(struct db *db, struct arena *arena, struct object_rows *list,
                            struct err *err)
{
    struct db_rows rows;

    db_select(db, arena, &rows,
              "SELECT creative_id, title FROM creatives WHERE org_id = $1"
              " AND creative_id IN {members $2}",
              TEXT(db_scope_org(db)), TEXT(ID_LIST(arena, list, creative_id)));
    while (db_next(&rows)) {
        struct str id = db_text(&rows, 0), title = db_text(&rows, 1);
        for (size_t i = 0; i < list->n; i++)
            if (str_eq(list->at[i].creative_id, id))
                list->at[i].creative_title = title;
    }
    return db_done(&rows, err);
}

bool objects_db_names(struct db *db, struct arena *arena, struct object_rows *rows,
                      struct err *err)
{
    return !rows->n ||
           (name_directions(db, arena, rows, err) && title_creatives(db, arena, rows, err));
}
