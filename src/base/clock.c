/* clock.c - the wall clock and the monotonic clock. */

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static _Atomic int64_t own_offset_ms;
static _Atomic int64_t *offset_ms = &own_offset_ms;
static _Atomic int64_t frozen_ms; /* 0 = the clock runs */

static int64_t read_us(clockid_t id)
{
    struct timespec ts;

    must(clock_gettime(id, &ts) == 0);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_wall_ms(void)
{
    int64_t frozen = atomic_load(&frozen_ms);

    return frozen ? frozen : read_us(CLOCK_REALTIME) / 1000 + atomic_load(offset_ms);
}

int64_t clock_mono_ms(void)
{
    return read_us(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_mono_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

void clock_sleep_ms(int64_t ms)
{
    struct timespec left = {ms / 1000, ms % 1000 * 1000000};

    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
}

void clock_set_wall(int64_t wall_ms)
{
    if (atomic_load(&frozen_ms))
        atomic_store(&frozen_ms, wall_ms);
    atomic_store(offset_ms, wall_ms - read_us(CLOCK_REALTIME) / 1000);
}

void clock_freeze(bool frozen)
{
    int64_t now_ms = clock_wall_ms();

    atomic_store(&frozen_ms, frozen ? now_ms : 0);
    if (!frozen)
        clock_set_wall(now_ms);
}

bool clock_follow_file(const char *path, struct err *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return err_set(err, ERR_INVALID, "cannot open the clock file %s: %s", path,
                       strerror(errno));
    if (fstat(fd, &st) != 0 || st.st_size < 8) {
        close(fd);
        return err_set(err, ERR_INVALID, "the clock file %s holds fewer than 8 bytes", path);
    }
    void *p = mmap(NULL, 8, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (p == MAP_FAILED)
        return err_set(err, ERR_BROKEN, "cannot map the clock file %s: %s", path,
                       strerror(errno));
    offset_ms = p;
    return true;
}
