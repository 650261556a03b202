/**
 * Work in parts of at most a few dozen milliseconds: many variants over many items take seconds, during which a server
 * must answer others.
 */
export type Turns<Result> = Generator<undefined, Result>;

/** Runs it without pauses. */
export function atOnce<Result>(work: Turns<Result>): Result {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/** Runs it with a pause after each part. */
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
