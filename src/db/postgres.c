/* postgres.c - the PostgreSQL driver. */

#include "db/driver.h"

static bool postgres_open(struct database *database, struct str place, struct err *err)
{
    (void)database, (void)place;
    return err_set(err, ERR_BROKEN, "this build has no PostgreSQL driver yet");
}

const struct driver postgres_driver = {.open = postgres_open};
