/** What was said of one thing in each repeat; null where that could not be read. */
export type Votes = readonly (boolean | null)[];

/** What most of them say, and of as many on both sides the first; undefined where none could be read. As ragas' ensembler. */
export function majority(votes: Votes): boolean | undefined {
  const read = votes.filter((vote) => vote !== null);
  const yes = read.filter(Boolean).length;
  return yes * 2 === read.length ? read[0] : yes * 2 > read.length;
}

/** The share of verdicts that are yes; undefined of none. */
export function shareOfYes(verdicts: readonly boolean[]): number | undefined {
  return verdicts.length === 0 ? undefined : verdicts.filter(Boolean).length / verdicts.length;
}

/**
 * How far repeats agree: over the things of which two could be read or more, the mean share of pairs of repeats that say
 * the same, as Fleiss has it (1971); undefined where there is no such thing.
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

/** A question made of an answer. */
export interface MadeQuestion {
  /** Its cosine with the question that was asked. */
  readonly similarity: number;
  /** The answer commits itself to nothing. */
  readonly noncommittal: boolean;
}

/** The mean cosine of the questions; 0 where each is of an answer that commits itself to nothing; undefined of none. */
export function answerRelevancy(made: readonly MadeQuestion[]): number | undefined {
  if (made.length === 0) return undefined;
  return made.every(({ noncommittal }) => noncommittal)
    ? 0
    : mean(made.map(({ similarity }) => similarity));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
