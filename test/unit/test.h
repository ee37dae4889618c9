#ifndef TEST_UNIT_TEST_H
#define TEST_UNIT_TEST_H

/*
 * The harness: CHECK(condition, format, ...) counts, RUN(function) names,
 * `return test_report()` prints "N passed, N failed" (one per RUN).
 *
 * Environment: TEST_ONLY=name runs the functions whose name contains it;
 * TEST_POSTGRES=postgres://... is the server for tests that need one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int test_passed, test_failed, test_failures_now;

#define CHECK(condition, ...)                                                                  \
    do {                                                                                       \
        if (!(condition)) {                                                                    \
            test_failures_now++;                                                               \
            fprintf(stderr, "%s:%d: not %s: ", __FILE__, __LINE__, #condition);                \
            fprintf(stderr, __VA_ARGS__);                                                      \
            fprintf(stderr, "\n");                                                             \
        }                                                                                      \
    } while (0)

#define RUN(function) test_run(#function, function)

static inline void test_run(const char *name, void (*function)(void))
{
    const char *only = getenv("TEST_ONLY");

    if (only && !strstr(name, only))
        return;
    test_failures_now = 0;
    function();
    if (test_failures_now)
        test_failed++;
    else
        test_passed++;
    if (test_failures_now)
        fprintf(stderr, "FAILED %s\n", name);
}

static inline int test_report(void)
{
    printf("%d passed, %d failed\n", test_passed, test_failed);
    return test_failed ? 1 : 0;
}

#endif
