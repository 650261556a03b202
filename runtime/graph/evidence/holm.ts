/**
 * Holm's step-down correction: adjusted p in the order given. Where those ≤ 5 % are taken for differences, the
 * probability that any of them is none is at most 5 %, however the tests depend on each other.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, at) => at).sort((a, b) => (ps[a] ?? 1) - (ps[b] ?? 1));
  const adjusted = ps.map(() => 1);
  let greatest = 0;
  for (const [rank, at] of order.entries()) {
    greatest = Math.max(greatest, Math.min(1, (ps.length - rank) * (ps[at] ?? 1)));
    adjusted[at] = greatest;
  }
  return adjusted;
}
