import type { Asked, Reply } from './ask-judge.ts';

/** Asks in rounds: gives prompts, gets their replies, in order. */
export type Rounds<Result> = Generator<readonly Asked[], Result, readonly Reply[]>;

/** Goes through several at once: the prompts of one round of all of them are asked together. */
export async function inRounds<Result>(
  all: readonly Rounds<Result>[],
  ask: (asked: readonly Asked[]) => Promise<readonly Reply[]>,
): Promise<Result[]> {
  const results: Result[] = [];
  let open = all.map((rounds, at) => ({ rounds, at, step: rounds.next() }));
  for (;;) {
    const asking = open.flatMap(({ rounds, at, step }) => {
      if (step.done !== true) return [{ rounds, at, asked: step.value }];
      results[at] = step.value;
      return [];
    });
    if (asking.length === 0) return results;
    const replies = await ask(asking.flatMap(({ asked }) => asked));
    let next = 0;
    open = asking.map(({ rounds, at, asked }) => {
      const own = replies.slice(next, (next += asked.length));
      return { rounds, at, step: rounds.next(own) };
    });
  }
}
