/* world_math.c - elementary functions with the same bits everywhere. */

#include "sandbox/world_math.h"

#include <math.h>
#include <string.h>

/* Square root is exactly rounded by IEEE 754: the one library function we trust. */
double world_sqrt(double x)
{
    return sqrt(x);
}

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double of_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* ln 2 in two parts: the high one has trailing zeros, so that k * high is exact. */
static const double LN2_HIGH = 6.93147180369123816490e-01;
static const double LN2_LOW = 1.90821492927058770002e-10;

/* Horner's rule, highest power first. */
static double polynomial(const double *c, int n, double x)
{
    double sum = c[0];
    for (int i = 1; i < n; i++)
        sum = sum * x + c[i];
    return sum;
}

/* x = k ln 2 + r with |r| <= ln 2 / 2; the series of e^r needs 14 terms there. */
double world_exp(double x)
{
    static const double series[] = {1 / 87178291200.0,
                                    1 / 6227020800.0,
                                    1 / 479001600.0,
                                    1 / 39916800.0,
                                    1 / 3628800.0,
                                    1 / 362880.0,
                                    1 / 40320.0,
                                    1 / 5040.0,
                                    1 / 720.0,
                                    1 / 120.0,
                                    1 / 24.0,
                                    1 / 6.0,
                                    1 / 2.0,
                                    1,
                                    1};
    if (x < -708)
        return 0;
    if (x > 709)
        x = 709;
    int k = (int)(x * 1.44269504088896338700 + (x < 0 ? -0.5 : 0.5));
    double r = (x - k * LN2_HIGH) - k * LN2_LOW;
    return polynomial(series, 15, r) * of_bits((uint64_t)(k + 1023) << 52);
}

/* x = 2^k m with m near 1; ln m = 2 atanh(f), f = (m - 1)/(m + 1), |f| < 0.172. */
double world_log(double x)
{
    static const double series[] = {1.0 / 25, 1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15,
                                    1.0 / 13, 1.0 / 11, 1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3};
    uint64_t bits = bits_of(x);
    int k = (int)(bits >> 52) - 1023;
    if (k == -1023) { /* subnormal */
        bits = bits_of(x * 0x1p54);
        k = (int)(bits >> 52) - 1023 - 54;
    }
    double m = of_bits((bits & 0xfffffffffffffu) | 0x3ff0000000000000u);
    if (m > 1.41421356237309514547) {
        m /= 2;
        k++;
    }
    double f = (m - 1) / (m + 1);
    double rest = polynomial(series, 12, f * f) * f * f;
    return (k * LN2_LOW + 2 * f * rest) + 2 * f + k * LN2_HIGH;
}

double world_pow(double x, double y)
{
    return world_exp(y * world_log(x));
}

/*
 * The complementary error function for y >= 0, after W. J. Cody's rational
 * Chebyshev approximations (Mathematics of Computation 23, 1969).
 */
static double erfc_positive(double y)
{
    static const double a[] = {1.85777706184603153e-1, 3.16112374387056560e0,
                               1.13864154151050156e2, 3.77485237685302021e2,
                               3.20937758913846947e3};
    static const double b[] = {1, 2.36012909523441209e1, 2.44024637934444173e2,
                               1.28261652607737228e3, 2.84423683343917062e3};
    static const double c[] = {
        2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0,
        6.61191906371416295e1,  2.98635138197400131e2,  8.81952221241769090e2,
        1.71204761263407058e3,  2.05107837782607147e3,  1.23033935479799725e3};
    static const double d[] = {1,
                               1.57449261107098347e1,
                               1.17693950891312499e2,
                               5.37181101862009858e2,
                               1.62138957456669019e3,
                               3.29079923573345963e3,
                               4.36261909014324716e3,
                               3.43936767414372164e3,
                               1.23033935480374942e3};
    static const double p[] = {1.63153871373020978e-2, 3.05326634961232344e-1,
                               3.60344899949804439e-1, 1.25781726111229246e-1,
                               1.60837851487422766e-2, 6.58749161529837803e-4};
    static const double q[] = {1,
                               2.56852019228982242e0,
                               1.87295284992346725e0,
                               5.27905102951428412e-1,
                               6.05183413124413191e-2,
                               2.33520497626869185e-3};

    if (y <= 0.46875)
        return 1 - y * polynomial(a, 5, y * y) / polynomial(b, 5, y * y);

    double value;
    if (y <= 4) {
        value = polynomial(c, 9, y) / polynomial(d, 9, y);
    } else {
        double z = 1 / (y * y);
        value = z * polynomial(p, 6, z) / polynomial(q, 6, z);
        value = (5.6418958354775628695e-1 - value) / y;
    }
    /* e^(-y^2) with y split, so that the square loses nothing */
    double head = (double)(int64_t)(y * 16) / 16;
    double rest = (y - head) * (y + head);
    return world_exp(-head * head) * world_exp(-rest) * value;
}

double world_phi(double x)
{
    double half = erfc_positive((x < 0 ? -x : x) * 0.70710678118654752440) / 2;
    return x < 0 ? half : 1 - half;
}

/* After M. J. Wichura, algorithm AS 241 (Applied Statistics 37, 1988). */
double world_phi_inverse(double p)
{
    static const double a[] = {2.5090809287301226727e3, 3.3430575583588128105e4,
                               6.7265770927008700853e4, 4.5921953931549871457e4,
                               1.3731693765509461125e4, 1.9715909503065514427e3,
                               1.3314166789178437745e2, 3.3871328727963666080e0};
    static const double b[] = {5.2264952788528545610e3, 2.8729085735721942674e4,
                               3.9307895800092710610e4, 2.1213794301586595867e4,
                               5.3941960214247511077e3, 6.8718700749205790830e2,
                               4.2313330701600911252e1, 1};
    static const double c[] = {7.74545014278341407640e-4, 2.27238449892691845833e-2,
                               2.41780725177450611770e-1, 1.27045825245236838258e0,
                               3.64784832476320460504e0,  5.76949722146069140550e0,
                               4.63033784615654529590e0,  1.42343711074968357734e0};
    static const double d[] = {1.05075007164441684324e-9, 5.47593808499534494600e-4,
                               1.51986665636164571966e-2, 1.48103976427480074590e-1,
                               6.89767334985100004550e-1, 1.67638483018380384940e0,
                               2.05319162663775882187e0,  1};
    static const double e[] = {2.01033439929228813265e-7, 2.71155556874348757815e-5,
                               1.24266094738807843860e-3, 2.65321895265761230930e-2,
                               2.96560571828504891230e-1, 1.78482653991729133580e0,
                               5.46378491116411436990e0,  6.65790464350110377720e0};
    static const double f[] = {2.04426310338993978564e-15, 1.42151175831644588870e-7,
                               1.84631831751005468180e-5,  7.86869131145613259100e-4,
                               1.48753612908506148525e-2,  1.36929880922735805310e-1,
                               5.99832206555887937690e-1,  1};

    double q = p - 0.5;
    if (q >= -0.425 && q <= 0.425) {
        double r = 0.180625 - q * q;
        return q * polynomial(a, 8, r) / polynomial(b, 8, r);
    }
    double r = world_sqrt(-world_log(q < 0 ? p : 1 - p));
    double x;
    if (r <= 5) {
        r -= 1.6;
        x = polynomial(c, 8, r) / polynomial(d, 8, r);
    } else {
        r -= 5;
        x = polynomial(e, 8, r) / polynomial(f, 8, r);
    }
    return q < 0 ? -x : x;
}

double world_logistic(double x)
{
    return 1 / (1 + world_exp(-x));
}

double world_logit(double p)
{
    return world_log(p / (1 - p));
}

enum { POISSON_EXACT = 64 };

/* Above this the sum of the probabilities is lost in its own rounding. */
static const double U_LARGEST = 1 - 1e-12;

/* Walk up the distribution until it covers u. */
static int64_t poisson_walk(double mean, double u)
{
    if (u > U_LARGEST)
        u = U_LARGEST;
    double p = world_exp(-mean);
    double sum = p;
    int64_t n = 0;
    while (sum < u && n < 4 * POISSON_EXACT) {
        n++;
        p *= mean / (double)n;
        sum += p;
    }
    return n;
}

int64_t world_poisson(double mean, double u)
{
    if (!(mean > 0))
        return 0;
    if (mean <= POISSON_EXACT)
        return poisson_walk(mean, u);

    /* Rises with the mean as long as sqrt(mean) > -z/2, and |z| < 8.3 by our uniforms. */
    double z = world_phi_inverse(u);
    double x = mean + z * world_sqrt(mean) + (z * z + 2) / 6;
    int64_t n = x < 0 ? 0 : (int64_t)x;

    /* Just above the seam the expansion must not fall below the exact count at the seam. */
    if (mean < 2 * POISSON_EXACT) {
        int64_t least = poisson_walk(POISSON_EXACT, u);
        return n < least ? least : n;
    }
    return n;
}

int64_t world_round(double x, double u)
{
    return (int64_t)(x + u);
}

double world_lognormal(double median, double sd, double z)
{
    return median * world_exp(sd * z);
}

double world_noise(double sd, double z)
{
    return world_exp(sd * z - sd * sd / 2);
}
