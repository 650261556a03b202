import { GraphError, type TextList } from '@graft/graph';
import { createHash } from 'node:crypto';
import { runDefinition, type RunDefinition } from '../loop/run-definition.ts';
import type { EncoderModel } from './encoder-model.ts';
import type { EncoderRequest } from './encoder-request.ts';

/** Raised when the same request would lead to other numbers: checkpoints of before are not continued then. */
const version = 2;

/** What a training of a reranker is asked for; steps are of `batch` lists. */
export interface RerankerRequest extends Omit<EncoderRequest, 'train' | 'evaluation'> {
  readonly train: readonly TextList[];
  /** May be empty: there is no evaluation loss then. */
  readonly evaluation: readonly TextList[];
}

/** Throws `bad-input` for lists that nothing can be learned from. */
export function checkLists({ train, evaluation }: RerankerRequest, context: number): void {
  if (train.length === 0) {
    throw new GraphError('bad-input', 'There is no question with passages to train on.');
  }
  if (train.every((list) => list.length < 2)) {
    throw new GraphError(
      'bad-input',
      'No question has a passage beside the wanted one: there is nothing to tell it from. Retrieve more hits for each.',
    );
  }
  const longest = [...train, ...evaluation]
    .flat()
    .reduce((most, { ids }) => Math.max(most, ids.length), 0);
  if (longest > context) {
    throw new GraphError(
      'bad-input',
      `A question and its passage have ${String(longest)} tokens; the encoder reads ${String(context)}. Cut texts before.`,
    );
  }
}

/** Everything that decides the numbers; the digest is the sha256 of the model's weights. */
export function defineReranker(
  request: RerankerRequest,
  { config, digest }: Pick<EncoderModel, 'config'> & { readonly digest: string },
): RunDefinition {
  const { train, evaluation, method, checkpoints: _, checkpointEvery: __, ...others } = request;
  return runDefinition({
    rerankerVersion: version,
    base: digest,
    config,
    ...others,
    ...Object.fromEntries(Object.entries(method).map(([key, value]) => [`method.${key}`, value])),
    train: listsDigest(train),
    evaluation: listsDigest(evaluation),
  });
}

function listsDigest(lists: readonly TextList[]): string {
  const hash = createHash('sha256');
  for (const list of lists) {
    const lengths = list.flatMap(({ ids, segments }) => [ids.length, segments.length]);
    hash.update(Int32Array.of(list.length, ...lengths));
    for (const { ids, segments } of list) hash.update(Int32Array.from([...ids, ...segments]));
  }
  return hash.digest('hex');
}
