/** 95 % intervals of a paired difference of shares that were not chosen: of so many wins and losses among `n` pairs. */
export type PairInterval = (
  wins: number,
  losses: number,
  n: number,
) => readonly [low: number, high: number];

const z = 1.959964;

/** The plain normal interval, which resampled percentiles come to as well. */
export const wald: PairInterval = (wins, losses, n) => {
  const mean = (wins - losses) / n;
  const half = z * Math.sqrt(((wins + losses) / n - mean * mean) / n);
  return [mean - half, mean + half];
};

/** Tango's score interval (1998), by halving. */
export const tango: PairInterval = (wins, losses, n) => {
  const mean = (wins - losses) / n;
  const end = (from: number, to: number, sign: number): number => {
    let [inside, outside] = [from, to];
    for (let round = 0; round < 40; round += 1) {
      const middle = (inside + outside) / 2;
      if (sign * tangoScore(wins, losses, { n, difference: middle }) < z) inside = middle;
      else outside = middle;
    }
    return inside;
  };
  return [end(mean, -1, 1), end(mean, 1, -1)];
};

function tangoScore(
  wins: number,
  losses: number,
  { n, difference }: { n: number; difference: number },
): number {
  const b = -wins - losses + (2 * n - wins + losses) * difference;
  const c = -losses * difference * (1 - difference);
  const share = (Math.sqrt(Math.max(0, b * b - 8 * n * c)) - b) / (4 * n);
  const variance = n * (2 * share + difference * (1 - difference));
  const distance = wins - losses - n * difference;
  return variance <= 0 ? Math.sign(distance) * Number.MAX_VALUE : distance / Math.sqrt(variance);
}
