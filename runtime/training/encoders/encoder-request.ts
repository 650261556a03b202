import { GraphError, type EncoderMethod } from '@graft/graph';
import { createHash } from 'node:crypto';
import { runDefinition, type RunDefinition } from '../loop/run-definition.ts';
import type { LoopRequest } from '../loop/training-plan.ts';
import type { EncoderModel } from './encoder-model.ts';
import { passagesOf, type PairData } from './pair-batches.ts';
import type { TokenPair } from './text-feeds.ts';

/** Raised when the same request would lead to other numbers: checkpoints of before are not continued then. */
const version = 3;

/** How the steps of a training on pairs are made. */
export type PairSteps = Pick<
  LoopRequest,
  | ('epochs' | 'maxSteps' | 'learningRate' | 'schedule' | 'warmup' | 'weightDecay')
  | ('clip' | 'evaluateEvery' | 'patience' | 'checkpointEvery' | 'checkpoints')
>;

/** What a training is asked for; steps are of `batch` pairs. */
export interface EncoderRequest extends PairSteps, PairData {
  readonly method: EncoderMethod;
}

/** Throws `bad-input` for pairs that nothing can be learned from. */
export function checkPairs<Text>({ train, batch }: Pick<PairData<Text>, 'train' | 'batch'>): void {
  if (train.length === 0) {
    throw new GraphError('bad-input', 'There is no pair of a question and a passage to train on.');
  }
  const texts = new Set(train.flatMap((pair) => passagesOf(pair).map(String)));
  const alone = batch < 2 && train.some(({ negatives }) => negatives.length === 0);
  if (texts.size < 2 || alone) {
    throw new GraphError(
      'bad-input',
      `${alone ? 'One pair a step, and pairs without a negative' : 'All pairs have the same passage, and no negative'}: a question has nothing to tell its passage from. Give pairs with other passages, a batch of at least 2, or negatives.`,
    );
  }
}

/** Throws `bad-input` for a text that is longer than the encoder reads. */
export function checkLengths(
  { train, evaluation }: Pick<PairData, 'train' | 'evaluation'>,
  context: number,
): void {
  const longest = [...train, ...evaluation]
    .flatMap((pair) => [pair.question, ...passagesOf(pair)])
    .reduce((length, text) => Math.max(length, text.length), 0);
  if (longest > context) {
    throw new GraphError(
      'bad-input',
      `A text has ${String(longest)} tokens; the encoder reads ${String(context)}. Cut texts before.`,
    );
  }
}

/** Everything that decides the numbers; the digest is the sha256 of the model's weights. */
export function definitionOf(
  request: EncoderRequest,
  { config, digest }: Pick<EncoderModel, 'config'> & { readonly digest: string },
): RunDefinition {
  const { train, evaluation, method, checkpoints: _, checkpointEvery: __, ...others } = request;
  return runDefinition({
    encoderVersion: version,
    base: digest,
    config,
    ...others,
    ...Object.fromEntries(Object.entries(method).map(([key, value]) => [`method.${key}`, value])),
    train: pairsDigest(train),
    evaluation: pairsDigest(evaluation),
  });
}

function pairsDigest(pairs: readonly TokenPair[]): string {
  const hash = createHash('sha256');
  for (const pair of pairs) {
    const texts = [pair.question, ...passagesOf(pair)];
    hash.update(Int32Array.of(texts.length, ...texts.map((text) => text.length)));
    hash.update(Int32Array.from(texts.flat()));
  }
  return hash.digest('hex');
}
