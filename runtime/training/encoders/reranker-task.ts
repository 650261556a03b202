import { GraphError, type TextList } from '@graft/graph';
import { chooseBuckets } from '../data/buckets.ts';
import { rowsOfStep } from '../data/epoch.ts';
import type { RunShapes } from '../loop/loop-state.ts';
import type { Batch, Objective } from '../loop/objective.ts';
import type { TrainingTask } from '../loop/training-loop.ts';
import { buildListProgram, listFeeds, type ListShape } from './list-program.ts';
import {
  checkLengths,
  encoderOptions,
  encoderTask,
  type EncoderRequest,
  type EncoderTraining,
} from './row-task.ts';
import { newHead } from './score-head.ts';

/** Raise it when the same request would give other numbers: earlier checkpoints are then not resumed. */
const rerankerVersion = 2;

/** Most lengths to compile programs for. */
const mostLengths = 3;

/** Lists at once, if memory allows: more are no faster on a CPU, and need more padding. */
const mostAtOnce = 4;

/** Trains an encoder with a new head to score a question and a passage, on lists of one relevant passage and others. */
export function rerankerTask(training: EncoderTraining<TextList>): TrainingTask<ListShape> {
  const { model, request } = training;
  const { train, evaluation, batch } = request;
  checkLists(request);
  const texts = [...train, ...evaluation].flat().map(({ ids }) => ids);
  checkLengths('A question with its passage', texts, model);
  // The head starts untrained.
  const head = newHead(model.config, request.seed);
  return encoderTask(training, {
    version: { rerankerVersion },
    given: (name) => head.get(name),
    numbersOf: (list) => [
      Int32Array.of(list.length, ...list.flatMap(({ ids }) => [ids.length, ids.length])),
      ...list.map(({ ids, segments }) =>
        Int32Array.from([...ids, ...ids.map((_, at) => segments[at] ?? 0)]),
      ),
    ],
    // Parameters, two moments, and the gradients of a run beside their sum.
    copies: 5,
    *candidates() {
      const longest = [...train, ...evaluation].map(longestOf);
      const several = chooseBuckets(longest, { most: mostLengths, limit: model.config.context });
      for (const recompute of [false, true]) {
        for (const buckets of [several, several.slice(-1)]) {
          for (let size = Math.min(mostAtOnce, batch); size >= 1; size = Math.floor(size / 2)) {
            yield { size, buckets, recompute };
          }
        }
      }
    },
    remedies: [],
    describe: ({ size, buckets }) =>
      `${size} of ${batch} lists at once, padded to ${buckets.join(', ')} tokens`,
    objective: (shapes) => listObjective(training, shapes),
  });
}

/** Lists are independent, so a step is split into as many runs as memory requires. */
function listObjective(
  { model: { config }, request }: EncoderTraining<TextList>,
  { size, buckets, recompute }: RunShapes,
): Objective<ListShape> {
  const { train, evaluation } = request;
  const candidates = [...train, ...evaluation].reduce(
    (most, list) => Math.max(most, list.length),
    1,
  );
  const options = encoderOptions(request, recompute);
  const sizesOf = (length: number): ListShape => ({ lists: size, candidates, length });
  /** Longest first, each padded to the shortest length that fits. */
  const batchesOf = (lists: readonly TextList[]): Batch<ListShape>[] => {
    const sorted = lists.toSorted((a, b) => longestOf(b) - longestOf(a));
    return Array.from({ length: Math.ceil(sorted.length / size) }, (_, at) => {
      const own = sorted.slice(at * size, (at + 1) * size);
      const longest = own[0] === undefined ? 1 : longestOf(own[0]);
      const sizes = sizesOf(buckets.find((bucket) => bucket >= longest) ?? longest);
      return {
        sizes,
        feeds: () => listFeeds(own, sizes, 1 / lists.length),
        tokens: own.flat().reduce((sum, { ids }) => sum + ids.length, 0),
      };
    });
  };
  return {
    sizes: buckets.map(sizesOf),
    build: (kind, sizes) => buildListProgram(config, { ...options, ...sizes }, kind),
    batches: (step) => batchesOf(rowsOfStep(train, step, request)),
    evaluation: evaluation.length > 0 ? [batchesOf(evaluation)] : [],
  };
}

function longestOf(list: TextList): number {
  return list.reduce((most, { ids }) => Math.max(most, ids.length), 0);
}

/** Throws `bad-input` for lists without anything to learn. */
function checkLists({ train }: EncoderRequest<TextList>): void {
  if (train.length === 0) {
    throw new GraphError('bad-input', 'There are no questions with passages to train on.');
  }
  if (train.every((list) => list.length < 2)) {
    throw new GraphError(
      'bad-input',
      'No question has a passage besides the right one, so there is nothing to compare. Retrieve more hits for each.',
    );
  }
}
