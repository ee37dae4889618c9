/* sealing.c - contacts stored in the open become sealed ones. */

#include "lead/sealing.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/strs.h"
#include "db/db.h"
#include "lead/lead_db.h"

#define PAGE 200

static bool seal_page(struct db *db, struct arena *arena, size_t *n, struct err *err)
{
    struct leads page = {0};

    if (!db_begin(db, err))
        return false;
    bool ok = lead_lock_org(db, err) && lead_list_unsealed(db, arena, PAGE, &page, err);
    for (size_t i = 0; ok && i < page.n; i++)
        ok = lead_seal_contact(db, arena, &page.at[i], err);
    *n = page.n;
    return db_end(db, ok, err);
}

bool lead_run_seal(struct job *job, struct err *err)
{
    int64_t sealed = 0;
    size_t n;

    do {
        struct arena_mark mark = arena_mark(job->arena);
        bool ok = seal_page(job->db, job->arena, &n, err);
        arena_rewind(job->arena, mark);
        if (!ok)
            return false;
        sealed += (int64_t)n;
    } while (n == PAGE);
    log_info("lead.contacts_sealed", LOG_INT("leads", sealed));
    return true;
}

bool lead_sealing_sweep(struct db *db, struct arena *arena, struct err *err)
{
    struct strs orgs = {0};
    struct db_rows rows;

    db_select(db, arena, &rows, "SELECT DISTINCT org_id FROM leads WHERE contact_sealed = ''");
    while (db_next(&rows))
        *strs_add(&orgs, arena) = db_text(&rows, 0);
    bool ok = db_done(&rows, err);
    for (size_t i = 0; ok && i < orgs.n; i++) {
        db_scope(db, orgs.at[i]);
        ok = job_add(db, &(struct job_wish){.kind = "lead.seal", .unique_key = STR("seal")},
                     NULL, err);
    }
    db_scope_system(db);
    return ok;
}
