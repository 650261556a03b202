/**
 * Quantile of the standard normal distribution, 0 < `share` < 1: Acklam's rational approximation, relative error below
 * 1.2e-9.
 */
export function normalQuantile(share: number): number {
  if (share > 0.5) return -normalQuantile(1 - share);
  if (share < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(share));
    return polynomial(tailNumerator, q) / (q * polynomial(tailDenominator, q) + 1);
  }
  const q = share - 0.5;
  const r = q * q;
  return (q * polynomial(middleNumerator, r)) / (r * polynomial(middleDenominator, r) + 1);
}

const middleNumerator = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2,
  -3.066479806614716e1, 2.506628277459239,
];
const middleDenominator = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1,
  -1.328068155288572e1,
];
const tailNumerator = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734,
  4.374664141464968, 2.938163982698783,
];
const tailDenominator = [
  7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416,
];

/** Coefficients from the highest power down. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

/**
 * Probability that a standard normal variable is farther from 0 than `distance`: erfc(`distance`/√2) by the Chebyshev
 * fit of Numerical Recipes (§6.2), relative error below 1.2e-7.
 */
export function normalTails(distance: number): number {
  const x = Math.abs(distance) / Math.SQRT2;
  const t = 2 / (2 + x);
  return t * Math.exp(-x * x + polynomial(erfcExponent, t));
}

const erfcExponent = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196,
  1.00002368, -1.26551223,
];

/** Probability that `tosses` of a fair coin give at least `heads` or at most `tosses` − `heads` heads. */
export function fairTails(heads: number, tosses: number): number {
  const least = Math.max(heads, tosses - heads);
  // In logarithms: 2^-tosses underflows past 1,074 tosses.
  let logTerm = -tosses * Math.LN2;
  let sum = Math.exp(logTerm);
  for (let k = 1; k <= tosses - least; k += 1) {
    logTerm += Math.log((tosses - k + 1) / k);
    sum += Math.exp(logTerm);
  }
  return Math.min(1, 2 * sum);
}

/** Largest rounding error of a sum or difference, relative to its operands. */
const roundingOf = 1e-12;

/**
 * Returns 0 if a sum or difference of numbers of a `size` is mere rounding: equal means, summed in another order,
 * differ by about 1e-17.
 */
export function withoutRounding(value: number, size: number): number {
  return Math.abs(value) <= roundingOf * size ? 0 : value;
}
