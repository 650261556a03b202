import type { TextPair } from '@graft/graph';
import { stepsPerEpoch } from '../data/epoch.ts';
import type { RunShapes } from '../loop/loop-state.ts';
import type { Objective } from '../loop/objective.ts';
import type { TrainingTask } from '../loop/training-loop.ts';
import { passagesOf } from './pair-batches.ts';
import { chooseLayouts, paddedTokens, roomOf, shapeOf } from './pair-layouts.ts';
import { checkPairs, pairObjective } from './pair-objective.ts';
import { buildPairProgram, pairFeeds, type PairShape } from './pair-program.ts';
import { checkLengths, encoderOptions, encoderTask, type EncoderTraining } from './row-task.ts';

/** Raise it when the same request would give other numbers: earlier checkpoints are then not resumed. */
const encoderVersion = 3;

/**
 * Trains an encoder on questions and their passages, a whole batch at once, because each question picks its own from
 * the batch.
 */
export function embedderTask(training: EncoderTraining<TextPair>): TrainingTask<PairShape> {
  const { model, request } = training;
  const { train, evaluation, batch } = request;
  checkPairs(request);
  checkLengths('A text', [...train, ...evaluation].flatMap(textsOf), model);
  const room = roomOf(request);
  const objective = ({ pairs: layouts = [], recompute }: RunShapes): Objective<PairShape> => {
    const options = encoderOptions(request, recompute);
    return pairObjective(request, {
      sizes: layouts.map((rows) => ({ ...room, ...rows })),
      build: (kind, shape) => buildPairProgram(model.config, { ...shape, ...options }, kind),
      sizesOf: (pairs) => shapeOf(pairs, layouts, room),
      feeds: pairFeeds,
      tokensOf: (pairs) => pairs.flatMap(textsOf).reduce((sum, { length }) => sum + length, 0),
    });
  };
  return encoderTask(training, {
    version: { encoderVersion },
    numbersOf(pair) {
      const texts = textsOf(pair);
      const lengths = texts.map(({ length }) => length);
      return [Int32Array.of(texts.length, ...lengths), Int32Array.from(texts.flat())];
    },
    // Parameters, their gradients, and two moments.
    copies: 4,
    candidates() {
      const several = chooseLayouts(request, model.config.context);
      return [false, true].flatMap((recompute) =>
        [several, several.slice(-1)].map((pairs): RunShapes => {
          const buckets = pairs.flatMap(({ passages }) => passages.slice(-1));
          return { size: batch, buckets: buckets.map(({ length }) => length), pairs, recompute };
        }),
      );
    },
    remedies: ['a smaller batch'],
    describe(shapes) {
      const { batches } = objective(shapes);
      const epoch = Array.from({ length: stepsPerEpoch(train.length, batch) }, (_, step) =>
        batches(step),
      ).flat();
      const tokens = epoch.reduce((sum, each) => sum + (each.tokens ?? 0), 0);
      const padded = epoch.reduce((sum, { sizes }) => sum + paddedTokens(sizes), 0);
      const share = (100 * (1 - tokens / padded)).toFixed(0);
      return `${share} % of the computed tokens are padding`;
    },
    objective,
  });
}

function textsOf(pair: TextPair): readonly (readonly number[])[] {
  return [pair.question, ...passagesOf(pair)];
}
