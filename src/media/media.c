/* media.c - our side of the pipe: start the child, read what it says, bury it. */

#include "media/media.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "text/json.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_DEADLINE_MS 60000

/* Nothing of our environment goes to the child. */
static char child_path[] = "PATH=/usr/bin:/bin";
#if defined(__SANITIZE_ADDRESS__)
static char child_sanitizer[] = "ASAN_OPTIONS=detect_leaks=0";
static char *child_environment[] = {child_path, child_sanitizer, NULL};
#else
static char *child_environment[] = {child_path, NULL};
#endif

static bool spawn(char *const argv[], int out, pid_t *pid, struct err *err)
{
    posix_spawn_file_actions_t actions;
    int failed;

    if (posix_spawn_file_actions_init(&actions) != 0)
        return err_set(err, ERR_BROKEN, "no memory to start the media child");
    failed = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    failed = failed ? failed : posix_spawn_file_actions_adddup2(&actions, out, 1);
    failed = failed ? failed
                    : posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    failed = failed ? failed : posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    failed = failed
                 ? failed
                 : posix_spawn(pid, "/proc/self/exe", &actions, NULL, argv, child_environment);
    posix_spawn_file_actions_destroy(&actions);
    return !failed ||
           err_set(err, ERR_BROKEN, "cannot start the media child: %s", strerror(failed));
}

/* Everything the child writes, until it closes the pipe, the ceiling or the deadline. */
static bool read_all(int fd, struct buf *buf, struct err *err)
{
    int64_t deadline = clock_mono_ms() + CHILD_DEADLINE_MS;
    char piece[65536];

    while (!buf->full) {
        struct pollfd waiting = {.fd = fd, .events = POLLIN};
        int64_t left = deadline - clock_mono_ms();

        if (left <= 0)
            return err_set(err, ERR_INVALID, "the video takes too long to read");
        if (poll(&waiting, 1, (int)left) <= 0)
            continue;

        ssize_t n = read(fd, piece, sizeof piece);

        if (n == 0)
            return true;
        if (n < 0 && errno != EINTR)
            return err_set(err, ERR_BROKEN, "cannot read from the media child: %s",
                           strerror(errno));
        if (n > 0)
            buf_add(buf, (struct str){piece, (size_t)n});
    }
    return err_set(err, ERR_INVALID, "the video's still is too large");
}

static bool bury(pid_t pid, bool kill_it, int *status)
{
    if (kill_it)
        kill(pid, SIGKILL);
    while (waitpid(pid, status, 0) < 0)
        if (errno != EINTR)
            return false;
    return true;
}

/* Run the child; *out is what it wrote, whole. */
static bool ask_child(struct arena *arena, char *const argv[], struct str *out, struct err *err)
{
    int pipe_ends[2], status = 0;
    struct buf buf;
    pid_t pid;

    if (pipe2(pipe_ends, O_CLOEXEC) != 0)
        return err_set(err, ERR_BROKEN, "cannot make a pipe: %s", strerror(errno));
    if (!spawn(argv, pipe_ends[1], &pid, err)) {
        close(pipe_ends[0]);
        close(pipe_ends[1]);
        return false;
    }
    close(pipe_ends[1]);
    buf_init(&buf, arena, LIMIT_POSTER);

    bool ok = read_all(pipe_ends[0], &buf, err);
    bool buried = bury(pid, !ok, &status);

    close(pipe_ends[0]);
    if (!ok)
        return false;
    if (buried && WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        *out = buf_str(&buf);
        return true;
    }
    if (buried && WIFEXITED(status) && buf.n && buf.n < 300)
        return err_input(err, "media", "an MP4, MOV or WebM file with a video track",
                         "the video cannot be read: " STR_FMT, STR_ARG(buf_str(&buf)));
    return err_input(err, "media", "an MP4, MOV or WebM file with a video track",
                     "the video cannot be read");
}

bool media_probe(struct arena *arena, const char *path, struct media_facts *out,
                 struct err *err)
{
    char *argv[] = {(char *)"adwright", (char *)"media-probe", (char *)"facts", (char *)path,
                    NULL};
    const struct json *facts;
    struct str said;

    if (!ask_child(arena, argv, &said, err) || !json_parse(arena, said, &facts, err))
        return false;
    *out = (struct media_facts){
        .container = json_text(facts, "container", STR("")),
        .video_codec = json_text(facts, "video_codec", STR("")),
        .audio_codec = json_text(facts, "audio_codec", STR("")),
        .frame_rate = json_real(facts, "frame_rate", 0),
    };
    if (json_int(facts, "duration_ms", &out->duration_ms) &&
        json_int(facts, "width", &out->width) && json_int(facts, "height", &out->height) &&
        json_int(facts, "size_bytes", &out->size_bytes) &&
        json_int(facts, "bit_rate", &out->bit_rate))
        return true;
    return err_set(err, ERR_BROKEN, "the media child left out a fact");
}

bool media_poster(struct arena *arena, const char *path, int64_t at_ms, struct str *jpeg,
                  struct err *err)
{
    char at[24];
    char *argv[] = {
        (char *)"adwright", (char *)"media-probe", (char *)"poster", (char *)path, at, NULL};

    (void)snprintf(at, sizeof at, "%lld", (long long)at_ms);
    return ask_child(arena, argv, jpeg, err);
}
