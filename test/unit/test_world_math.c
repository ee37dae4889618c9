/* The world's own mathematics against libm, and its random numbers against the published
 * values. */

#include "test.h"

#include "sandbox/world_math.h"
#include "sandbox/world_random.h"

#include <inttypes.h>
#include <math.h>

static double off(double got, double want)
{
    return want == 0 ? fabs(got) : fabs(got - want) / fabs(want);
}

static void exp_agrees_with_libm(void)
{
    for (int i = -70000; i <= 70900; i += 7) {
        double x = i / 100.0 + 1e-4 * (i % 13);
        CHECK(off(world_exp(x), exp(x)) < 1e-13, "exp(%.17g) = %.17g", x, world_exp(x));
    }
    CHECK(world_exp(0) == 1, "exp(0)");
    CHECK(world_exp(-1e9) == 0, "far below");
    CHECK(isfinite(world_exp(1e9)), "far above");
}

static void log_agrees_with_libm(void)
{
    for (double x = 1e-300; x < 1e300; x *= 1.37)
        CHECK(off(world_log(x), log(x)) < 1e-13, "log(%.17g) = %.17g", x, world_log(x));
    for (double x = 0.5; x < 2; x += 0.00037)
        CHECK(fabs(world_log(x) - log(x)) < 1e-13 * fabs(log(x)) + 1e-300, "log(%.17g)", x);
    CHECK(world_log(1) == 0, "log(1)");
    CHECK(off(world_log(5e-324), log(5e-324)) < 1e-13, "smallest subnormal");
}

static void pow_and_logistic_agree_with_libm(void)
{
    for (double x = 0.01; x < 50; x *= 1.19)
        for (double y = -3; y < 3; y += 0.17)
            CHECK(off(world_pow(x, y), pow(x, y)) < 1e-12, "pow(%g, %g)", x, y);
    for (double x = -30; x < 30; x += 0.31) {
        CHECK(off(world_logistic(x), 1 / (1 + exp(-x))) < 1e-12, "logistic(%g)", x);
        CHECK(fabs(world_logit(world_logistic(x)) - x) < 1e-2 + fabs(x) * 1e-3, "logit(%g)", x);
    }
}

static void phi_agrees_with_erfc(void)
{
    for (double x = -36; x < 9; x += 0.0113)
        CHECK(off(world_phi(x), 0.5 * erfc(-x / sqrt(2))) < 1e-12, "phi(%g) = %.17g", x,
              world_phi(x));
    CHECK(world_phi(0) == 0.5, "phi(0) = %.17g", world_phi(0));
}

static void phi_inverse_is_the_inverse(void)
{
    for (double p = 1e-16; p < 0.5; p *= 1.07)
        CHECK(off(world_phi(world_phi_inverse(p)), p) < 1e-12, "p = %g", p);
    for (double p = 0.0007; p < 1; p += 0.0007)
        CHECK(off(world_phi(world_phi_inverse(p)), p) < 1e-12, "p = %g", p);
    CHECK(fabs(world_phi_inverse(0.5)) < 1e-16, "median");
    CHECK(off(world_phi_inverse(0.975), 1.9599639845400542355) < 1e-14, "97.5 %%");
}

/* P(N <= n) for a Poisson variable, summed the slow way. */
static double poisson_cdf(double mean, int64_t n)
{
    double p = exp(-mean), sum = p;
    for (int64_t k = 1; k <= n; k++) {
        p *= mean / (double)k;
        sum += p;
    }
    return sum;
}

static void poisson_is_the_inverse_distribution(void)
{
    for (double mean = 0.01; mean < 400; mean *= 1.31)
        for (double u = 0.0005; u < 1; u += 0.0137) {
            int64_t n = world_poisson(mean, u);
            int64_t slack = mean > 64 ? 1 : 0;
            CHECK(poisson_cdf(mean, n + slack) >= u - 1e-9, "mean %g u %g: %" PRId64, mean, u,
                  n);
            CHECK(n <= slack || poisson_cdf(mean, n - 1 - slack) < u + 1e-9,
                  "mean %g u %g: %" PRId64, mean, u, n);
        }
    CHECK(world_poisson(0, 0.999) == 0, "no mean, no events");
    CHECK(world_poisson(-1, 0.999) == 0, "a negative mean is none");
}

static void poisson_never_falls_when_the_mean_rises(void)
{
    const double edge = 0x1p-53;
    const double us[] = {edge, 1e-9, 0.001, 0.03,     0.2,     0.5,
                         0.77, 0.95, 0.999, 1 - 1e-9, 1 - edge};
    for (size_t i = 0; i < countof(us); i++) {
        int64_t before = 0;
        for (double mean = 0.001; mean < 5000; mean *= 1.0019) {
            int64_t n = world_poisson(mean, us[i]);
            CHECK(n >= before, "u %g mean %g: %" PRId64 " after %" PRId64, us[i], mean, n,
                  before);
            before = n;
        }
    }
}

static void poisson_has_the_right_mean_and_spread(void)
{
    const double means[] = {0.3, 5, 63, 65, 129, 2500};
    for (size_t i = 0; i < countof(means); i++) {
        double sum = 0, squares = 0;
        enum { N = 4000 };
        for (int k = 0; k < N; k++) {
            double n = (double)world_poisson(means[i], (k + 0.5) / N);
            sum += n;
            squares += n * n;
        }
        double mean = sum / N, variance = squares / N - mean * mean;
        CHECK(off(mean, means[i]) < 0.01, "mean %g: %g", means[i], mean);
        CHECK(off(variance, means[i]) < 0.05, "variance at %g: %g", means[i], variance);
    }
}

static void philox_gives_the_published_check_values(void)
{
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < countof(known); i++) {
        uint32_t out[4];
        world_philox(known[i].counter, known[i].key, out);
        for (int k = 0; k < 4; k++)
            CHECK(out[k] == known[i].out[k], "case %zu word %d: %08x", i, k, out[k]);
    }
}

static void uniforms_stay_inside_and_spread_evenly(void)
{
    struct world_draw draw = {.seed = 7, .stream = STREAM_MARKET};
    int bins[10] = {0};
    enum { N = 20000 };
    for (uint32_t i = 0; i < N; i++) {
        draw.index = i;
        double u = world_uniform(&draw, 3);
        CHECK(u > 0 && u < 1, "u = %g", u);
        bins[(int)(u * 10)]++;
        CHECK(world_below(&draw, 4, 7) < 7, "below");
    }
    for (int b = 0; b < 10; b++)
        CHECK(abs(bins[b] - N / 10) < 200, "bin %d has %d", b, bins[b]);
}

static void every_coordinate_changes_the_draw(void)
{
    struct world_draw base = {5, STREAM_LEAD, 11, 12, 13};
    struct world_draw other[5] = {base, base, base, base, base};
    other[0].seed = 6;
    other[1].stream = STREAM_PERSON;
    other[2].entity++;
    other[3].time++;
    other[4].index++;
    for (int i = 0; i < 5; i++)
        CHECK(world_uniform(&base, 1) != world_uniform(&other[i], 1), "coordinate %d", i);
    CHECK(world_uniform(&base, 1) != world_uniform(&base, 2), "process");
    CHECK(world_uniform(&base, 1) == world_uniform(&base, 1), "the same draw is the same");
}

static void entities_are_named_by_key_and_repetition(void)
{
    CHECK(world_entity(STR("g1"), 0) == world_entity(STR("g1"), 0), "same key");
    CHECK(world_entity(STR("g1"), 0) != world_entity(STR("g2"), 0), "another key");
    CHECK(world_entity(STR("g1"), 0) != world_entity(STR("g1"), 1), "second of that key");
    CHECK(world_entity_join(1, 2) != world_entity_join(2, 1), "order of a join");
}

int main(void)
{
    RUN(exp_agrees_with_libm);
    RUN(log_agrees_with_libm);
    RUN(pow_and_logistic_agree_with_libm);
    RUN(phi_agrees_with_erfc);
    RUN(phi_inverse_is_the_inverse);
    RUN(poisson_is_the_inverse_distribution);
    RUN(poisson_never_falls_when_the_mean_rises);
    RUN(poisson_has_the_right_mean_and_spread);
    RUN(philox_gives_the_published_check_values);
    RUN(uniforms_stay_inside_and_spread_evenly);
    RUN(every_coordinate_changes_the_draw);
    RUN(entities_are_named_by_key_and_repetition);
    return test_report();
}
