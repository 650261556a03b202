/** The verdicts on one thing, one for each repeat; null if unreadable. */
export type Votes = readonly (boolean | null)[];

/** The majority; the first verdict on a tie; undefined if none was readable. Like ragas' ensembler. */
export function majority(votes: Votes): boolean | undefined {
  const read = votes.filter((vote) => vote !== null);
  const yes = read.filter(Boolean).length;
  return yes * 2 === read.length ? read[0] : yes * 2 > read.length;
}

/** Share of yes among the verdicts; undefined without any. */
export function shareOfYes(verdicts: readonly boolean[]): number | undefined {
  return verdicts.length === 0 ? undefined : verdicts.filter(Boolean).length / verdicts.length;
}

/**
 * Agreement of repeats: over the things with at least two readable verdicts, the mean share of agreeing pairs of
 * repeats (Fleiss 1971); undefined if there is no such thing.
 */
export function agreement(things: readonly Votes[]): number | undefined {
  const shares = things.flatMap((votes) => {
    const read = votes.filter((vote) => vote !== null);
    const yes = read.filter(Boolean).length;
    const no = read.length - yes;
    return read.length < 2
      ? []
      : [(yes * (yes - 1) + no * (no - 1)) / (read.length * (read.length - 1))];
  });
  return shares.length === 0 ? undefined : mean(shares);
}

/** A question made from an answer. */
export interface MadeQuestion {
  /** Its cosine with the real question. */
  readonly similarity: number;
  /** The answer is noncommittal. */
  readonly noncommittal: boolean;
}

/** Mean cosine of the questions; 0 if each comes from a noncommittal answer; undefined without any. */
export function answerRelevancy(made: readonly MadeQuestion[]): number | undefined {
  if (made.length === 0) return undefined;
  return made.every(({ noncommittal }) => noncommittal)
    ? 0
    : mean(made.map(({ similarity }) => similarity));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
