/** Probability that Student's t of `freedom` degrees is farther from 0 than `distance`; they need not be whole. */
export function tTails(distance: number, freedom: number): number {
  if (!Number.isFinite(distance)) return 0;
  return incompleteBeta(freedom / (freedom + distance * distance), freedom / 2);
}

/** The distance beyond which Student's t lies with probability `level` on both sides together; by bisection. */
export function tDistance(level: number, freedom: number): number {
  let [low, high] = [0, 2];
  while (tTails(high, freedom) > level) [low, high] = [high, 2 * high];
  for (let round = 0; round < 60; round += 1) {
    const middle = (low + high) / 2;
    if (tTails(middle, freedom) > level) low = middle;
    else high = middle;
  }
  return high;
}

/** The regularized incomplete beta function I(x; a, ½), by its continued fraction. */
function incompleteBeta(x: number, a: number): number {
  const b = 0.5;
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x),
  );
  return x < (a + 1) / (a + b + 2)
    ? (front * fraction(x, a, b)) / a
    : 1 - (front * fraction(1 - x, b, a)) / b;
}

/** Lentz's evaluation of the continued fraction (Numerical Recipes, §6.4). */
function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const apart = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / apart(1 - ((a + b) * x) / (a + 1));
  let product = d;
  for (let m = 1; m < 500; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / apart(1 + even * d);
    c = apart(1 + even / c);
    product *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / apart(1 + odd * d);
    c = apart(1 + odd / c);
    product *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return product;
}

/** Stirling's series, after the recurrence has brought the argument to 10; relative error below 1e-14. */
function logGamma(x: number): number {
  let shift = 0;
  let value = x;
  for (; value < 10; value += 1) shift -= Math.log(value);
  const inverse = 1 / (value * value);
  const series =
    (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) /
    value;
  return shift + (value - 0.5) * Math.log(value) - value + Math.log(2 * Math.PI) / 2 + series;
}
