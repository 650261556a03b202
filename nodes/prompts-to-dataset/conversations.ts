import { type Example, type Prompt, seededOrder } from '@graft/graph';
import { type AnswerForm, answerOf, holdingPassages } from './answer-of.ts';

/** A prompt, what is answered to it, and the side on which it stands. */
export interface Asked {
  readonly prompt: Prompt;
  readonly kind: 'answer' | 'abstention';
  readonly answer: string;
  readonly split: Example['split'];
}

/** The prompts of a conversation: the passages of the first are those that all are asked of. */
export type Conversation = readonly [Asked, ...Asked[]];

/**
 * Gathers prompts into conversations of up to `size`, each prompt in one: after the first come others of its side that
 * its passages answer as their own do, and questions about these passages that none answers. Which of them is a matter
 * of the seed; each passage of the first gives one in turn.
 */
export function* conversations(
  asked: readonly Asked[],
  { size, seed, form }: { readonly size: number; readonly seed: number; readonly form: AnswerForm },
): Generator<Conversation> {
  /** Chunks that hold the answer of each, found once: there are as many looks as pairs. */
  const holding = new Map(
    asked.map((one) => [one, holdingPassages(one.prompt).map(({ chunkId }) => chunkId)]),
  );
  const holdingOf = (one: Asked): readonly string[] => holding.get(one) ?? [];
  /** The chunks that a prompt is asked of: those that hold its answer, or where none does, all. */
  const chunksOf = (one: Asked): readonly string[] =>
    holdingOf(one).length > 0 ? holdingOf(one) : one.prompt.passages.map(({ chunkId }) => chunkId);
  const waiting = new Map<string, Set<Asked>>();
  const place = new Map(
    seededOrder(
      asked.map(({ prompt }) => prompt.id),
      seed,
    ).map((id, at) => [id, at]),
  );
  const placeOf = ({ prompt }: Asked): number => place.get(prompt.id) ?? 0;
  for (const one of asked.toSorted((a, b) => placeOf(a) - placeOf(b))) {
    for (const chunk of chunksOf(one)) {
      waiting.set(chunk, (waiting.get(chunk) ?? new Set()).add(one));
    }
  }
  const left = new Set(asked);
  const take = (one: Asked): void => {
    left.delete(one);
    for (const chunk of chunksOf(one)) waiting.get(chunk)?.delete(one);
  };
  for (const first of asked) {
    if (!left.has(first)) continue;
    take(first);
    const conversation: [Asked, ...Asked[]] = [first];
    const { passages } = first.prompt;
    const chunks = new Set(passages.map(({ chunkId }) => chunkId));
    for (const next of inTurns(passages.map(({ chunkId }) => waiting.get(chunkId) ?? []))) {
      if (conversation.length >= size) break;
      if (!left.has(next) || next.split !== first.split) continue;
      if (!holdingOf(next).every((chunk) => chunks.has(chunk))) continue;
      const told = answerOf({ ...next.prompt, passages }, form);
      if (told.kind !== next.kind) continue;
      take(next);
      conversation.push({ ...next, answer: told.text });
    }
    yield conversation;
  }
}

/** The next of each in turn, until all are at their end. */
function* inTurns<T>(lists: readonly Iterable<T>[]): Generator<T> {
  let open = lists.map((list) => list[Symbol.iterator]());
  while (open.length > 0) {
    const still: Iterator<T>[] = [];
    for (const iterator of open) {
      const { done, value } = iterator.next();
      if (done === true) continue;
      yield value;
      still.push(iterator);
    }
    open = still;
  }
}
