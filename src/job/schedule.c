/* schedule.c - who fires a slot; the only file that inserts into its table. */

#include "base/clock.h"
#include "db/db.h"
#include "job/job.h"

bool schedule_claim(struct db *db, struct str schedule, struct str slot, bool *mine,
                    struct err *err)
{
    int64_t changed = 0;

    if (!db_run(db, &changed, err,
                "INSERT INTO schedule_slots (schedule, slot, taken_ms) VALUES ($1, $2, $3)"
                " ON CONFLICT (schedule, slot) DO NOTHING",
                TEXT(schedule), TEXT(slot), INT(clock_wall_ms())))
        return false;
    *mine = changed == 1;
    return true;
}
