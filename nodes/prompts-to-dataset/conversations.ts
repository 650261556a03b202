import { type Example, type Prompt, seededOrder, type Passage } from '@graft/graph';

/** A prompt, its answer, and its split. */
export interface Asked {
  readonly prompt: Prompt;
  readonly kind: 'answer' | 'abstention';
  readonly answer: string;
  readonly split: Example['split'];
}

/** The prompts of a conversation: all use the passages of the first. */
export type Conversation = readonly [Asked, ...Asked[]];

/**
 * Groups prompts into conversations of up to `size`, each prompt in one. The first is followed by prompts of its split
 * that its passages answer as their own do, and by unanswerable questions about these passages. The seed decides which;
 * the first's passages take turns in supplying one.
 */
export function* conversations(
  asked: readonly Asked[],
  { size, seed, form }: { readonly size: number; readonly seed: number; readonly form: AnswerForm },
): Generator<Conversation> {
  /** Chunks that contain the answer of each, computed once, because every pair looks them up. */
  const holding = new Map(
    asked.map((question) => [
      question,
      holdingPassages(question.prompt).map(({ chunkId }) => chunkId),
    ]),
  );
  const holdingOf = (question: Asked): readonly string[] => holding.get(question) ?? [];
  /** The chunks that a prompt is about: those that contain its answer or, if none does, all. */
  const chunksOf = (question: Asked): readonly string[] =>
    holdingOf(question).length > 0
      ? holdingOf(question)
      : question.prompt.passages.map(({ chunkId }) => chunkId);
  const waiting = new Map<string, Set<Asked>>();
  const place = new Map(
    seededOrder(
      asked.map(({ prompt }) => prompt.id),
      seed,
    ).map((id, at) => [id, at]),
  );
  const placeOf = ({ prompt }: Asked): number => place.get(prompt.id) ?? 0;
  for (const question of asked.toSorted((a, b) => placeOf(a) - placeOf(b))) {
    for (const chunk of chunksOf(question)) {
      waiting.set(chunk, (waiting.get(chunk) ?? new Set()).add(question));
    }
  }
  const left = new Set(asked);
  const take = (question: Asked): void => {
    left.delete(question);
    for (const chunk of chunksOf(question)) waiting.get(chunk)?.delete(question);
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
      const taught = answerOf({ ...next.prompt, passages }, form);
      if (taught.kind !== next.kind) continue;
      take(next);
      conversation.push({ ...next, answer: taught.text });
    }
    yield conversation;
  }
}

/** Takes from each in turn, until all are exhausted. */
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

export type Taught =
  | { readonly kind: 'answer' | 'abstention'; readonly text: string }
  | { readonly kind: 'left-out' | 'no-reference' };

interface AnswerForm {
  readonly unsupported: 'abstain' | 'leave-out' | 'answer';
  readonly abstention: string;
  readonly citations: boolean;
}

/** The passages of a prompt from the documents that contain its answer. */
function holdingPassages({ question, passages }: Prompt): Passage[] {
  const wanted = new Set(question.documents);
  return passages.filter(({ source }) => wanted.has(source.path));
}

/**
 * The target reply to a prompt: the reference with the numbers of the passages that contain it, or that the passages do
 * not. The passages contain an answer if each of its documents has one among them; for a question without documents the
 * reference counts, without citations.
 */
export function answerOf(prompt: Prompt, form: AnswerForm): Taught {
  const { reference, documents, answerable } = prompt.question;
  if (answerable === false) return { kind: 'abstention', text: form.abstention };
  if (reference === undefined || reference.trim() === '') return { kind: 'no-reference' };
  const holding = holdingPassages(prompt);
  const held = new Set(holding.map(({ source }) => source.path));
  if (held.size < new Set(documents).size && form.unsupported !== 'answer') {
    return form.unsupported === 'abstain'
      ? { kind: 'abstention', text: form.abstention }
      : { kind: 'left-out' };
  }
  const cited = form.citations ? holding.map(({ number }) => `[${number}]`) : [];
  return { kind: 'answer', text: [reference.trim(), cited.join('')].filter(Boolean).join(' ') };
}
