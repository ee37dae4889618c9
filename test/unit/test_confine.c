/*
 * The confined child: what it cannot do, layer by layer; how its end is told;
 * and that nothing is left of it.
 */

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "media/confine.h"
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#define KILLED    60
#else
#define SANITIZED 0
#define KILLED    300
#endif

static struct arena *arena;
static char folder[] = "/tmp/adwright_confine_XXXXXX";

/* --- works of this test's own --- */

static bool warm(struct confine_call *call)
{
    static char kept[20];
    int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

    if (call->argc != 1 || fd < 0 || read(fd, kept, 4) != 4)
        return confine_refuse("nothing to warm up with");
    close(fd);
    call->warm = kept;
    return true;
}

static bool echo(struct confine_call *call)
{
    char bytes[100];
    ssize_t n = read(0, bytes, sizeof bytes);

    confine_answer(call->warm, strlen(call->warm));
    confine_answer(call->argv[0], strlen(call->argv[0]));
    if (n > 0)
        confine_answer(bytes, (size_t)n);
    if (call->output_bytes && pwrite(3, "written", 7, 0) != 7)
        return confine_refuse("cannot write");
    return n == call->input_bytes;
}

static bool refuse(struct confine_call *call)
{
    (void)call;
    return confine_refuse("it has %d legs", 5);
}

static bool crash(struct confine_call *call)
{
    (void)call;
    __builtin_trap();
}

static bool burn(struct confine_call *call)
{
    for (volatile uint64_t i = 0; i < UINT64_MAX; i++)
        (void)call;
    return true;
}

/* Says goodbye and stays. */
static bool hide(struct confine_call *call)
{
    close(1);
    close(2);
    return burn(call);
}

static bool eat(struct confine_call *call)
{
    (void)call;
    for (int i = 0; i < 100; i++) {
        char *p =
            mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (p == MAP_FAILED)
            return confine_refuse("no more memory");
    }
    return true;
}

static bool flood(struct confine_call *call)
{
    static const char much[4096];

    (void)call;
    for (int i = 0; i < 1000; i++)
        confine_answer(much, sizeof much);
    return true;
}

static bool overflow(struct confine_call *call)
{
    static const char much[65536];

    (void)call;
    for (int i = 0; i < 100; i++)
        if (pwrite(3, much, sizeof much, i * (off_t)sizeof much) != (ssize_t)sizeof much)
            return confine_refuse("no room");
    return true;
}

/* Only what was handed over is open. */
static bool count_files(struct confine_call *call)
{
    char open_ones[16] = "";

    (void)call;
    for (int fd = 0; fd < 15; fd++)
        open_ones[fd] = lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF ? '1' : '0';
    confine_answer(open_ones, 15);
    return true;
}

static bool make_code(struct confine_call *call)
{
    (void)call;
    void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    confine_answer(p == MAP_FAILED ? "refused" : "escaped", 7);
    return true;
}

static bool signal_parent(struct confine_call *call)
{
    (void)call;
    confine_answer(kill(getppid(), 0) != 0 ? "refused" : "escaped", 7);
    return true;
}

static const struct confine_work works[] = {
    {"echo", warm, echo},
    {"refuse", NULL, refuse},
    {"crash", NULL, crash},
    {"burn", NULL, burn},
    {"eat", NULL, eat},
    {"hide", NULL, hide},
    {"flood", NULL, flood},
    {"overflow", NULL, overflow},
    {"files", NULL, count_files},
    {"code", NULL, make_code},
    {"signal", NULL, signal_parent},
    {0},
};

static const char *in_folder(const char *name)
{
    return str_fmt(arena, "%s/%s", folder, name).p;
}

static const char *input(void)
{
    const char *path = in_folder("input");
    FILE *file = fopen(path, "wb");

    CHECK(file && fputs("stranger", file) >= 0, "writing %s", path);
    if (file)
        fclose(file);
    return path;
}

/* --- tests --- */

static void the_self_test_finds_every_layer_and_no_way_out(void)
{
    struct str escaped = {0};
    struct err err = {0};
    unsigned held = 0;

    CHECK(confine_self_test(arena, &held, &escaped, &err), "%s", err.text);
    CHECK(escaped.n == 0, "%.*s came through", STR_ARG(escaped));
    CHECK((held & CONFINE_SECCOMP) && (held & CONFINE_LIMITS) && (held & CONFINE_IDENTITY),
          "only %s", confine_layer_names(arena, held).p);
}

/* What each layer refuses without the others' help, where the machine offers it. */
static void each_layer_holds_alone(void)
{
    static const struct {
        const char *attempt;
        unsigned layer;
        bool escapes;
    } rows[] = {
        {"openat", 0, true},
        {"socket", 0, true},
        {"clone", 0, true},
        {"execve", 0, true},
        {"openat", CONFINE_LANDLOCK, false},
        {"execve", CONFINE_LANDLOCK, false},
        {"socket", CONFINE_NAMESPACES, false},
        {"openat", CONFINE_LIMITS, false},
        {"clone", CONFINE_LIMITS | CONFINE_IDENTITY, false},
        {"openat", CONFINE_SECCOMP, false},
        {"socket", CONFINE_SECCOMP, false},
        {"clone", CONFINE_SECCOMP, false},
        {"execve", CONFINE_SECCOMP, false},
    };

    for (size_t i = 0; i < countof(rows); i++) {
        struct err err = {0};
        unsigned held = 0;
        bool escaped = false;

        CHECK(confine_try(arena, rows[i].attempt, rows[i].layer, &held, &escaped, &err), "%s",
              err.text);
        if (held != rows[i].layer) {
            printf("  %s is not offered here\n", confine_layer_names(arena, rows[i].layer).p);
            continue;
        }
        CHECK(escaped == rows[i].escapes, "%s with %s: %s", rows[i].attempt,
              rows[i].layer ? confine_layer_names(arena, rows[i].layer).p : "nothing",
              escaped ? "came through" : "refused");
    }
}

static void a_child_warms_up_reads_answers_and_writes(void)
{
    static const char *const words[] = {"-word-", NULL};
    struct confine_job job = {.work = "echo",
                              .words = words,
                              .input_path = input(),
                              .output_path = in_folder("output"),
                              .output_bytes = 100,
                              .answer_bytes = 1000};
    struct str answer = {0};
    struct err err = {0};
    char written[20] = "";
    int fd;

    CHECK(confine_run(arena, &job, &answer, &err), "%s", err.text);
    CHECK(str_eq(answer, STR("root-word-stranger")), "%.*s", STR_ARG(answer));
    fd = open(job.output_path, O_RDONLY);
    CHECK(fd >= 0 && read(fd, written, 19) == 7 && strcmp(written, "written") == 0, "%s",
          written);
    close(fd);
    CHECK(unlink(job.output_path) == 0, "no output");
}

static void only_what_was_handed_over_is_open(void)
{
    struct confine_job job = {.work = "files", .input_path = input(), .answer_bytes = 1000};
    struct str answer = {0};
    struct err err = {0};
    int extra = open("/etc/passwd", O_RDONLY); /* without O_CLOEXEC: forgotten by a library */

    CHECK(confine_run(arena, &job, &answer, &err), "%s", err.text);
    CHECK(str_eq(answer, STR("111000000000000")), "%.*s", STR_ARG(answer));
    close(extra);
}

static void its_end_is_told_in_plain_words(void)
{
    static const struct {
        const char *work, *says;
        bool output;
    } rows[] = {
        {"refuse", "it has 5 legs", false},
        {"crash", "crashed", false},
        {"burn", "processor time", false},
        {"flood", "too large", false},
        {"overflow", "grows too large", true},
#if !SANITIZED
        {"eat", "no more memory", false},
        {"code", "must not", false},
        {"signal", "must not", false},
#endif
    };

    for (size_t i = 0; i < countof(rows); i++) {
        struct confine_job job = {.work = rows[i].work,
                                  .input_path = input(),
                                  .output_path = rows[i].output ? in_folder("output") : NULL,
                                  .output_bytes = 1 << 20,
                                  .answer_bytes = 10000,
                                  .cpu_seconds = 1};
        struct str answer = {0};
        struct err err = {0};

        CHECK(!confine_run(arena, &job, &answer, &err) && err.kind == ERR_INVALID &&
                  strstr(err.text, rows[i].says),
              "%s: %s", rows[i].work, err.text);
        CHECK(access(in_folder("output"), F_OK) != 0, "%s leaves its output", rows[i].work);
    }
}

static void one_that_takes_long_is_ended_by_the_clock(void)
{
    static const char *const works_of[] = {"burn", "hide"};

    for (size_t i = 0; i < countof(works_of); i++) {
        struct confine_job job = {
            .work = works_of[i], .answer_bytes = 1000, .cpu_seconds = 20, .wall_seconds = 1};
        struct str answer = {0};
        struct err err = {0};
        int64_t began = clock_mono_ms();

        CHECK(!confine_run(arena, &job, &answer, &err) && strstr(err.text, "too long"),
              "%s: %s", job.work, err.text);
        CHECK(clock_mono_ms() - began < 8000, "took %lld ms",
              (long long)(clock_mono_ms() - began));
    }
}

static void what_is_no_plain_file_is_refused_before_a_child_starts(void)
{
    static const char *const paths[] = {"/dev/zero", "/tmp", "/tmp/no/such/file"};
    const char *link = in_folder("link"), *fifo = in_folder("fifo");

    CHECK(symlink("/etc/passwd", link) == 0 && mkfifo(fifo, 0600) == 0, "making them");
    for (size_t i = 0; i < countof(paths) + 2; i++) {
        struct confine_job job = {.work = "files",
                                  .input_path = i < countof(paths)    ? paths[i]
                                                : i == countof(paths) ? link
                                                                      : fifo,
                                  .answer_bytes = 1000};
        struct str answer = {0};
        struct err err = {0};

        CHECK(!confine_run(arena, &job, &answer, &err) && err.kind == ERR_INVALID, "%s",
              job.input_path);
    }
}

/* --- killed at any moment --- */

static int count_entries(const char *path)
{
    DIR *dir = opendir(path);
    int n = 0;

    while (dir && readdir(dir))
        n++;
    if (dir)
        closedir(dir);
    return n;
}

static bool is_child(const char *pid)
{
    char path[300], stat[400] = "";
    int fd, parent = 0;

    (void)snprintf(path, sizeof path, "/proc/%s/stat", pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, stat, sizeof stat - 1);
    close(fd);
    char *end = n > 0 ? strrchr(stat, ')') : NULL;
    return end && sscanf(end, ") %*c %d", &parent) == 1 && parent == getpid();
}

static void *killer(void *arg)
{
    volatile bool *stop = arg;
    unsigned seed = 7;

    while (!*stop) {
        DIR *dir = opendir("/proc");

        for (struct dirent *e; dir && (e = readdir(dir));)
            if (e->d_name[0] >= '1' && e->d_name[0] <= '9' && is_child(e->d_name))
                kill((pid_t)strtol(e->d_name, NULL, 10), SIGKILL);
        if (dir)
            closedir(dir);
        usleep((useconds_t)(rand_r(&seed) % 20000));
    }
    return NULL;
}

static void children_killed_at_random_leave_nothing(void)
{
    int before, after, killed = 0;
    volatile bool stop = false;
    const char *path = input();
    pthread_t thread;

    log_setup(LOG_ERROR, -1);
    before = count_entries("/proc/self/fd");
    CHECK(pthread_create(&thread, NULL, killer, (void *)(uintptr_t)&stop) == 0, "no thread");
    for (int i = 0; i < KILLED; i++) {
        static const char *const words[] = {"-", NULL};
        struct confine_job job = {.work = i % 2 ? "echo" : "burn",
                                  .words = words,
                                  .input_path = path,
                                  .output_path = in_folder("output"),
                                  .output_bytes = 100,
                                  .answer_bytes = 1000,
                                  .wall_seconds = 5};
        struct arena_mark mark = arena_mark(arena);
        struct str answer;
        struct err err = {0};

        if (confine_run(arena, &job, &answer, &err))
            CHECK(unlink(job.output_path) == 0, "no output");
        else
            killed += err.kind == ERR_INVALID;
        arena_rewind(arena, mark);
    }
    stop = true;
    pthread_join(thread, NULL);
    after = count_entries("/proc/self/fd");
    CHECK(killed >= KILLED / 2, "only %d of %d were killed", killed, KILLED);
    CHECK(after == before, "%d open files became %d", before, after);
    CHECK(access(in_folder("output"), F_OK) != 0, "an output is left");
    CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "a zombie is left");
}

int main(int argc, char **argv)
{
    confine_main(argc, argv, works);
    arena = arena_new("test");
    if (!mkdtemp(folder))
        return 1;
    RUN(the_self_test_finds_every_layer_and_no_way_out);
    RUN(each_layer_holds_alone);
    RUN(a_child_warms_up_reads_answers_and_writes);
    RUN(only_what_was_handed_over_is_open);
    RUN(its_end_is_told_in_plain_words);
    RUN(one_that_takes_long_is_ended_by_the_clock);
    RUN(what_is_no_plain_file_is_refused_before_a_child_starts);
    RUN(children_killed_at_random_leave_nothing);
    const char *remove_folder = str_fmt(arena, "rm -rf %s", folder).p;
    if (system(remove_folder) != 0)
        return 1;
    arena_free(arena);
    return test_report();
}
