/* confine.c - the parent: start the child, hear it out, bury it, say what happened. */

#include "media/confine.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "media/self_test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CPU_SECONDS  30
#define WALL_SECONDS 60
#define MEMORY_BYTES (768LL * 1024 * 1024)
#define MOST_WORDS   32
#define LOG_BYTES    8192
#define ABOVE_STDIO  10 /* our ends, so that no number meets 0 to 3 in the child */

/* Nothing of our environment goes to the child. */
#if defined(__SANITIZE_ADDRESS__)
static char sanitizer[] = "ASAN_OPTIONS=detect_leaks=0"; /* its end gives all back */
static char *child_environment[] = {sanitizer, NULL};
#else
static char *child_environment[] = {NULL};
#endif

struct child {
    pid_t pid;
    int input, output;     /* the files it gets; output -1 = none */
    int answer[2], log[2]; /* pipes: ours, its */
    int status;            /* of waitpid */
    bool late, talkative;  /* why we ended it */
    unsigned held;         /* layers */
    struct buf said, logged;
};

/* --- starting --- */

static int above_stdio(int fd)
{
    int moved = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, ABOVE_STDIO);

    if (fd >= 0)
        close(fd);
    return moved;
}

static bool open_input(const char *path, int *fd, struct err *err)
{
    struct stat st;

    *fd = above_stdio(
        open(path ? path : "/dev/null", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (*fd < 0)
        return err_set(err, ERR_INVALID, "the file cannot be opened: %s", strerror(errno));
    if (path && (fstat(*fd, &st) != 0 || !S_ISREG(st.st_mode)))
        return err_set(err, ERR_INVALID, "it is not a plain file");
    return true;
}

static bool open_output(const char *path, int *fd, struct err *err)
{
    if (!path)
        return true;
    (void)unlink(path); /* what an attempt before a crash left */
    *fd = above_stdio(open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    return *fd >= 0 ||
           err_set(err, ERR_BROKEN, "cannot make the file %s: %s", path, strerror(errno));
}

static bool open_pipe(int ends[2], struct err *err)
{
    if (pipe2(ends, O_CLOEXEC) != 0) {
        ends[0] = ends[1] = -1;
        return err_set(err, ERR_BROKEN, "cannot make a pipe: %s", strerror(errno));
    }
    ends[1] = above_stdio(ends[1]);
    return ends[1] >= 0 || err_set(err, ERR_BROKEN, "cannot make a pipe: too many files");
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_all(struct child *child)
{
    close_fd(&child->input);
    close_fd(&child->output);
    for (int i = 0; i < 2; i++) {
        close_fd(&child->answer[i]);
        close_fd(&child->log[i]);
    }
}

/* Standard files in their places, all others closed; no signal blocked or ignored. */
static int spawn_with(posix_spawn_file_actions_t *files, posix_spawnattr_t *how,
                      struct child *child, char *const argv[])
{
    sigset_t none, all;
    int failed = 0;

    sigemptyset(&none);
    sigfillset(&all);
    failed |= posix_spawnattr_setflags(how, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    failed |= posix_spawnattr_setsigdefault(how, &all);
    failed |= posix_spawnattr_setsigmask(how, &none);
    failed |= posix_spawn_file_actions_adddup2(files, child->input, 0);
    failed |= posix_spawn_file_actions_adddup2(files, child->answer[1], 1);
    failed |= posix_spawn_file_actions_adddup2(files, child->log[1], 2);
    if (child->output >= 0)
        failed |= posix_spawn_file_actions_adddup2(files, child->output, 3);
    failed |= posix_spawn_file_actions_addclosefrom_np(files, child->output >= 0 ? 4 : 3);
    return failed ? ENOMEM
                  : posix_spawn(&child->pid, "/proc/self/exe", files, how, argv,
                                child_environment);
}

static bool start(struct child *child, char *const argv[], struct err *err)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    int failed;

    if (posix_spawn_file_actions_init(&files) != 0)
        return err_set(err, ERR_BROKEN, "no memory to start the confined child");
    if (posix_spawnattr_init(&how) != 0) {
        posix_spawn_file_actions_destroy(&files);
        return err_set(err, ERR_BROKEN, "no memory to start the confined child");
    }
    failed = spawn_with(&files, &how, child, argv);
    posix_spawnattr_destroy(&how);
    posix_spawn_file_actions_destroy(&files);
    close_fd(&child->input);
    close_fd(&child->output);
    close_fd(&child->answer[1]);
    close_fd(&child->log[1]);
    return !failed ||
           err_set(err, ERR_BROKEN, "cannot start the confined child: %s", strerror(failed));
}

/* --- hearing it out --- */

/* What is there now; closes the pipe at its end.  More than the ceiling of the log is dropped.
 */
static void take(int *fd, struct buf *buf)
{
    char piece[65536];
    ssize_t n = read(*fd, piece, sizeof piece);

    if (n > 0)
        buf_add(buf, (struct str){piece, (size_t)n});
    else if (n == 0 || errno != EINTR)
        close_fd(fd);
}

/* Until it has closed both pipes, or has earned its end. */
static void hear(struct child *child, int64_t deadline)
{
    while (child->answer[0] >= 0 || child->log[0] >= 0) {
        struct pollfd waiting[2] = {{child->answer[0], POLLIN, 0}, {child->log[0], POLLIN, 0}};
        int64_t left = deadline - clock_mono_ms();

        child->late = left <= 0;
        child->talkative = child->said.full;
        if (child->late || child->talkative)
            return;
        if (poll(waiting, 2, (int)left) <= 0)
            continue;
        if (waiting[0].revents)
            take(&child->answer[0], &child->said);
        if (waiting[1].revents)
            take(&child->log[0], &child->logged);
    }
}

/* Having closed its pipes it should be gone; one that stays on is ended by the clock. */
static void bury(struct child *child, int64_t deadline)
{
    bool ending = child->late || child->talkative;

    for (;;) {
        if (ending)
            kill(child->pid, SIGKILL);

        pid_t buried = waitpid(child->pid, &child->status, ending ? 0 : WNOHANG);

        if (buried == child->pid)
            return;
        if (buried < 0 && errno != EINTR) {
            child->status = -1;
            return;
        }
        ending = child->late = ending || clock_mono_ms() >= deadline;
        if (!ending)
            (void)poll(NULL, 0, 1);
    }
}

/* --- what happened --- */

static const struct {
    unsigned layer;
    const char *name;
} layers[] = {
    {CONFINE_LIMITS, "limits"},         {CONFINE_IDENTITY, "identity"},
    {CONFINE_NAMESPACES, "namespaces"}, {CONFINE_LANDLOCK, "landlock"},
    {CONFINE_SECCOMP, "seccomp"},
};

struct str confine_layer_names(struct arena *arena, unsigned which)
{
    struct buf buf;

    buf_init(&buf, arena, 256);
    for (size_t i = 0; i < countof(layers); i++)
        if (which & layers[i].layer)
            buf_fmt(&buf, "%s%s", buf.n ? ", " : "", layers[i].name);
    return buf_str(&buf);
}

/* The child's first line says what it put on; true when there was one. */
static bool read_layers(struct child *child)
{
    struct str log = buf_str(&child->logged);
    struct str line = str_cut(&log, '\n');
    int64_t held;

    if (!str_starts(line, STR("layers ")) || !str_int(str_sub(line, 7, 20), &held))
        return false;
    child->held = (unsigned)held & CONFINE_ALL;
    return true;
}

static void log_missing(struct arena *arena, unsigned held)
{
    static unsigned logged; /* layers */
    unsigned missing = CONFINE_ALL & ~held;

    if ((__atomic_fetch_or(&logged, missing, __ATOMIC_RELAXED) & missing) != missing)
        log_warn("confine.layers_missing",
                 LOG_TEXT("layers", confine_layer_names(arena, missing)));
}

static const struct {
    int signal;
    const char *clause;
} ends[] = {
    {SIGXCPU, "it takes too much processor time"},
    {SIGKILL, "it takes too much of the machine"},
    {SIGXFSZ, "what is made of it grows too large"},
    {SIGSYS, "its reader was led to do what it must not"},
};

static const char *clause_of(const struct child *child)
{
    if (child->late)
        return "it takes too long";
    if (child->talkative)
        return "what is in it is too large";
    for (size_t i = 0; WIFSIGNALED(child->status) && i < countof(ends); i++)
        if (WTERMSIG(child->status) == ends[i].signal)
            return ends[i].clause;
    return "its reader crashed";
}

static bool judge(struct child *child, const char *work, struct str *answer, struct err *err)
{
    struct str said = buf_str(&child->said);
    bool ended = !child->late && !child->talkative && WIFEXITED(child->status);

    if (ended && WEXITSTATUS(child->status) == 0) {
        *answer = said;
        return true;
    }
    if (ended && WEXITSTATUS(child->status) == 2 && said.n && said.n < 300 && str_utf8(said))
        return err_set(err, ERR_INVALID, STR_FMT, STR_ARG(said));
    log_warn("confine.ended", LOG_CSTR("work", work),
             LOG_INT("signal", WIFSIGNALED(child->status) ? WTERMSIG(child->status) : 0),
             LOG_CSTR("why", clause_of(child)), LOG_TEXT("log", buf_str(&child->logged)));
    return err_set(err, ERR_INVALID, "%s", clause_of(child));
}

/* --- the whole of it --- */

static char *limits_word(struct arena *arena, const struct confine_job *job, unsigned wanted)
{
    return (char *)str_fmt(arena, "%d %lld %lld %u",
                           job->cpu_seconds ? job->cpu_seconds : CPU_SECONDS,
                           (long long)(job->memory_bytes ? job->memory_bytes : MEMORY_BYTES),
                           (long long)(job->output_path ? job->output_bytes : 0), wanted)
        .p;
}

static bool run(struct arena *arena, const struct confine_job *job, unsigned wanted,
                struct child *child, struct err *err)
{
    int64_t wall_ms = (job->wall_seconds ? job->wall_seconds : WALL_SECONDS) * INT64_C(1000);
    char *argv[MOST_WORDS + 5] = {(char *)"adwright", (char *)"confined", (char *)job->work,
                                  limits_word(arena, job, wanted)};

    for (size_t i = 0; job->words && job->words[i]; i++) {
        must(i < MOST_WORDS);
        argv[4 + i] = (char *)job->words[i];
    }
    *child = (struct child){.input = -1, .output = -1, .answer = {-1, -1}, .log = {-1, -1}};
    buf_init(&child->said, arena, job->answer_bytes);
    buf_init(&child->logged, arena, LOG_BYTES);

    bool ok = open_input(job->input_path, &child->input, err) &&
              open_output(job->output_path, &child->output, err) &&
              open_pipe(child->answer, err) && open_pipe(child->log, err) &&
              start(child, argv, err);

    if (ok) {
        int64_t deadline = clock_mono_ms() + wall_ms;

        hear(child, deadline);
        bury(child, deadline);
    }
    close_all(child);
    return ok;
}

bool confine_run(struct arena *arena, const struct confine_job *job, struct str *answer,
                 struct err *err)
{
    struct child child;
    bool ok = run(arena, job, CONFINE_ALL, &child, err);

    if (ok && read_layers(&child))
        log_missing(arena, child.held);
    ok = ok && judge(&child, job->work, answer, err);
    if (!ok && job->output_path)
        (void)unlink(job->output_path);
    return ok;
}

/* --- self test --- */

bool confine_try(struct arena *arena, const char *attempt, unsigned wanted, unsigned *held,
                 bool *escaped, struct err *err)
{
    const char *words[] = {attempt, NULL};
    struct confine_job job = {
        .work = self_test_work.name, .words = words, .answer_bytes = 100, .wall_seconds = 10};
    struct child child;

    if (!run(arena, &job, wanted, &child, err))
        return false;
    if (!read_layers(&child))
        return err_set(err, ERR_BROKEN, "the confined child did not come up");
    *held = child.held;
    *escaped = !WIFSIGNALED(child.status) && !str_eq(buf_str(&child.said), STR("refused"));
    return true;
}

bool confine_self_test(struct arena *arena, unsigned *held, struct str *escaped,
                       struct err *err)
{
    *escaped = STR("");
    for (const char *const *attempt = self_test_attempts; *attempt; attempt++) {
        bool out;

        if (!confine_try(arena, *attempt, CONFINE_ALL, held, &out, err))
            return false;
        if (out && !escaped->n)
            *escaped = str(*attempt);
    }
    return true;
}
