#ifndef SANDBOX_WORLD_MATH_H
#define SANDBOX_WORLD_MATH_H

#include <stdint.h>

/*
 * The mathematics of the world, from + - * / and square root only: libm's
 * functions differ in the last bit between versions and machines, and one bit
 * is another world.  Compiled without fused multiply-add.  Relative errors are
 * below 1e-13 where the result is a normal number; no function looks at errno
 * or rounding modes.
 */

/* e^x; 0 below -708, e^709 above 709. */
double world_exp(double x);
/* Natural logarithm of x > 0. */
double world_log(double x);
/* x^y for x > 0. */
double world_pow(double x, double y);
/* The normal distribution and its inverse (0 < p < 1). */
double world_phi(double x);
double world_phi_inverse(double p);
/* 1 / (1 + e^-x), and its inverse. */
double world_logistic(double x);
double world_logit(double p);
double world_sqrt(double x);

/*
 * A count from one uniform number: the smallest n with P(N <= n) >= u for a
 * Poisson variable of this mean.  Never smaller for a larger mean, so a better
 * decision never loses what a worse one would have got.  Exact up to a mean of
 * 64, a Cornish-Fisher expansion above it.
 */
int64_t world_poisson(double mean, double u);

/* The whole number below or above x, by chance: its mean over u is x. Monotone in x. */
int64_t world_round(double x, double u);

/* Normal to lognormal: median * e^(sd z), and the same with mean 1 (e^(sd z - sd^2/2)). */
double world_lognormal(double median, double sd, double z);
double world_noise(double sd, double z);

#endif
