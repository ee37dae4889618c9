/* lock.c - what takes the child's rights away, layer by layer. */

#include "media/lock.h"

#include "base/str.h"
#include "media/confine.h"

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

#define NOBODY 65534

static bool limit(__rlimit_resource_t what, int64_t most)
{
    struct rlimit limits = {(rlim_t)most, (rlim_t)most};

    return setrlimit(what, &limits) == 0;
}

void lock_limits(const struct lock_limits *limits)
{
    /* The soft limit says why (SIGXCPU); the hard one, a second later, is SIGKILL. */
    struct rlimit cpu = {(rlim_t)limits->cpu_seconds, (rlim_t)limits->cpu_seconds + 1};

    (void)setrlimit(RLIMIT_CPU, &cpu);
    (void)limit(RLIMIT_FSIZE, limits->output_bytes);
    (void)limit(RLIMIT_CORE, 0);
    if (!SANITIZED)
        (void)limit(RLIMIT_AS, limits->memory_bytes);
}

/* --- identity and namespaces --- */

/* The new user namespace is left without a map: nobody there, no right anywhere else. */
static bool leave_network(bool as_root)
{
    int spaces = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWNS;

    return unshare(as_root ? spaces : spaces | CLONE_NEWUSER) == 0;
}

static bool become_nobody(void)
{
    return geteuid() != 0 ||
           (setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
            setresuid(NOBODY, NOBODY, NOBODY) == 0);
}

/* Changing who we are forgets the signal, so it is asked for last. */
static bool die_with_parent(pid_t parent)
{
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && getppid() == parent;
}

/* --- Landlock --- */

/* Debian 12's header knows the first two of the interface's versions; the kernel says which it
 * has. */
struct landlock_rules {
    uint64_t files, network, scope;
};

static const struct {
    int64_t version;
    struct landlock_rules handled;
    size_t bytes; /* of struct landlock_rules that this version knows */
} landlock_versions[] = {
    {6, {0xFFFF, 3, 3}, 24}, /* abstract sockets and signals */
    {5, {0xFFFF, 3, 0}, 16}, /* ioctl on devices */
    {4, {0x7FFF, 3, 0}, 16}, /* TCP bind and connect */
    {3, {0x7FFF, 0, 0}, 8},  /* truncate */
    {2, {0x3FFF, 0, 0}, 8},  /* linking and renaming across folders */
    {1, {0x1FFF, 0, 0}, 8},
};

/* Everything is handled and nothing is allowed. */
static bool forbid_paths(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);

    for (size_t i = 0; i < countof(landlock_versions); i++) {
        if (version < landlock_versions[i].version)
            continue;

        long rules = syscall(SYS_landlock_create_ruleset, &landlock_versions[i].handled,
                             landlock_versions[i].bytes, 0);
        bool held = rules >= 0 && syscall(SYS_landlock_restrict_self, rules, 0) == 0;

        if (rules >= 0)
            close((int)rules);
        return held;
    }
    return false;
}

/* --- seccomp --- */

static const int plain_calls[] = {
    SCMP_SYS(read),
    SCMP_SYS(pread64),
    SCMP_SYS(readv),
    SCMP_SYS(lseek),
    SCMP_SYS(fstat),
    SCMP_SYS(close),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(brk),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(getrandom),
    SCMP_SYS(getrusage), /* the speech engine times itself */
    SCMP_SYS(sysinfo),   /* qsort asks how much memory there is */
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
#if SANITIZED
    SCMP_SYS(sigaltstack),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
#endif
};

static bool allow_calls(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp no_code =
        SCMP_A2(SCMP_CMP_MASKED_EQ, (scmp_datum_t)PROT_EXEC, (scmp_datum_t)0);
    const struct scmp_arg_cmp ours = SCMP_A0(SCMP_CMP_LE, (scmp_datum_t)3);
    const struct scmp_arg_cmp output = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)3);
    bool ok = true;

    for (size_t i = 0; i < countof(plain_calls); i++)
        ok = ok && seccomp_rule_add(filter, SCMP_ACT_ALLOW, plain_calls[i], 0) == 0;
    return ok &&
           seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, &no_code) == 0 &&
           seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, &no_code) ==
               0 &&
           seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, &ours) == 0 &&
           seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(writev), 1, &ours) == 0 &&
           seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(pwrite64), 1, &output) ==
               0 &&
           seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(ftruncate), 1, &output) == 0;
}

static bool forbid_calls(void)
{
    uint32_t otherwise = SANITIZED ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_KILL_PROCESS;
    scmp_filter_ctx filter = seccomp_init(otherwise);
    bool held;

    if (!filter)
        return false;
    held = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
           allow_calls(filter) && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return held;
}

unsigned lock_down(unsigned wanted)
{
    pid_t parent = getppid();
    bool left = (wanted & CONFINE_NAMESPACES) && geteuid() == 0 && leave_network(true);
    unsigned held = 0;

    if ((wanted & CONFINE_IDENTITY) && become_nobody())
        held |= CONFINE_IDENTITY;
    if (left || ((wanted & CONFINE_NAMESPACES) && leave_network(false)))
        held |= CONFINE_NAMESPACES;
    if (!die_with_parent(parent))
        _exit(2);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        held &= ~(unsigned)CONFINE_IDENTITY;
    if ((wanted & CONFINE_LANDLOCK) && forbid_paths())
        held |= CONFINE_LANDLOCK;
    if ((wanted & CONFINE_LIMITS) && limit(RLIMIT_NOFILE, 0) && limit(RLIMIT_NPROC, 0))
        held |= CONFINE_LIMITS;
    if ((wanted & CONFINE_SECCOMP) && forbid_calls())
        held |= CONFINE_SECCOMP;
    return held;
}
