/** Milliseconds that a shard should take at least: queueing it and handing its items over takes some 0.1 s. */
const shortest = 1_000;
/** Halvings of what is left, each shared by all workers. */
const mostRounds = 5;

/** The keys of a shard, as fractions of all keys. */
interface KeyRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The shards of a rest that takes so many milliseconds on one worker: in rounds, each half of what is left, until shards
 * become short; the last round takes it all. Large ones first, so that all workers end at about the same time, whatever
 * their speed. Empty: it is not worth it.
 */
export function shardsOf(ms: number, workers: number): readonly KeyRange[] {
  const shards: KeyRange[] = [];
  let from = 0;
  for (let round = 1; from < 1; round += 1) {
    const left = 1 - from;
    const half = left / 2 / workers;
    const isLast = round === mostRounds || half * ms < shortest;
    const share = isLast ? left / workers : half;
    for (let worker = 1; worker <= workers; worker += 1) {
      const to = isLast && worker === workers ? 1 : from + share;
      shards.push({ from, to });
      from = to;
    }
  }
  return ms / workers < shortest ? [] : shards;
}
