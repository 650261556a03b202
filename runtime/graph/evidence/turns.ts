/**
 * Work in parts, each a few dozen milliseconds at most: many variants over many items take seconds, in which a server has
 * others to answer.
 */
export type Turns<Result> = Generator<undefined, Result>;

/** Does it in one go. */
export function atOnce<Result>(work: Turns<Result>): Result {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** Does it with a pause after each part. */
export async function byTurns<Result>(
  work: Turns<Result>,
  pause: () => Promise<void>,
): Promise<Result> {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    await pause();
  }
}
