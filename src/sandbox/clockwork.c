/* clockwork.c - moving the clock that the sandbox lives by. */

#include "sandbox/clockwork.h"

#include "base/arena.h"
#include "base/clock.h"
#include "conf/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define STEP_MOST_MS (INT64_C(20) * 366 * 86400000)

static bool move_file(const char *path, int64_t by_ms, struct err *err)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    int64_t offset = 0;
    bool ok;

    if (fd < 0)
        return err_set(err, ERR_BROKEN, "cannot open the clock file %s: %s", path,
                       strerror(errno));
    ok = pread(fd, &offset, sizeof offset, 0) == (ssize_t)sizeof offset;
    offset += by_ms;
    ok = ok && pwrite(fd, &offset, sizeof offset, 0) == (ssize_t)sizeof offset;
    close(fd);
    return ok || err_set(err, ERR_BROKEN, "cannot write the clock file %s", path);
}

bool clockwork_move(struct sandbox *box, int64_t to_ms, struct err *err)
{
    int64_t by_ms = to_ms - clock_wall_ms();
    struct arena *arena;
    bool ok;

    if (by_ms <= 0)
        return true;
    if (by_ms > STEP_MOST_MS)
        return err_input(err, "to", "move it in smaller steps", "this is too far away");
    if (!box->conf->clock_file.n) {
        clock_set_wall(to_ms);
        return true;
    }
    arena = arena_new("sandbox clock");
    ok = move_file(str_c(arena, box->conf->clock_file), by_ms, err);
    arena_free(arena);
    return ok;
}
