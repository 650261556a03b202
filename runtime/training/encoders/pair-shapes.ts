import { GraphError } from '@graft/graph';
import { memoryOfPrograms } from '../architectures/training-memory.ts';
import type { TrainingProgram } from '../architectures/training-program.ts';
import type { RunShapes } from '../loop/loop-state.ts';
import type { EncoderModel } from './encoder-model.ts';
import type { EncoderRequest } from './encoder-request.ts';
import type { EncoderOptions } from './encoder.ts';
import { stepCounts } from './encoder-steps.ts';
import {
  evaluationBatches,
  firstBatches,
  mostNegatives,
  passagesOf,
  trainingBatch,
  type PairBatch,
} from './pair-batches.ts';
import type { PairRoom } from './pair-places.ts';
import { buildPairLossProgram, buildPairProgram, type PairShape } from './pair-program.ts';
import { cutRows, envelopeOf, rowsTokens, sortedLengths, takesAll } from './text-rows.ts';

/** The share of the batches that a second program of shorter rows may be for. */
const shares = [0.5, 0.75, 0.9];
/** It must save this share of the padded tokens: each costs a compilation and its memory. */
const worthwhile = 0.05;

/** The rows that a program has. */
type PairRows = Pick<PairShape, 'questions' | 'passages'>;

/** How a training is cut into programs. */
export interface PairShapes {
  /** Those of fewer tokens first; the last takes every batch. */
  readonly layouts: readonly PairRows[];
  /** Layers are computed again in the backward pass, to save memory. */
  readonly recompute: boolean;
}

/** What of a request programs and their memory depend on. */
export interface ShapeRequest {
  readonly model: EncoderModel;
  readonly request: EncoderRequest;
  /** Bytes that the process may take. */
  readonly memory: number;
}

export interface ChosenShapes {
  readonly shapes: PairShapes;
  /** Bytes that the process is expected to take. */
  readonly memory: number;
}

/**
 * Those of before where they fit; else what layers compute is kept and there are two programs, as far as that fits: fewer
 * programs, and layers that are computed again, take less. Throws `out-of-memory`.
 */
export function chooseShapes(asked: ShapeRequest, before: PairShapes | undefined): ChosenShapes {
  const { request, memory } = asked;
  const several = chooseLayouts(request, asked.model.config.context);
  const candidates = [false, true].flatMap((recompute) =>
    [several, several.slice(-1)].map((layouts): PairShapes => ({ layouts, recompute })),
  );
  let least = Infinity;
  for (const shapes of before === undefined ? candidates : [before, ...candidates]) {
    const bytes = memoryOf(asked, shapes);
    if (bytes <= memory) return { shapes, memory: bytes };
    least = Math.min(least, bytes);
  }
  throw new GraphError(
    'out-of-memory',
    `This training needs about ${gigabytes(least)} of memory and ${gigabytes(memory)} are free, even with layers recomputed. What helps: a smaller batch, fewer negatives, shorter texts${request.method.kind === 'full' ? ', a LoRA instead of all weights' : ''}.`,
    { audience: 'operator' },
  );
}

/** As they are kept in a checkpoint. */
export function toRunShapes(shapes: PairShapes, { batch }: EncoderRequest): RunShapes {
  const { layouts, recompute } = shapes;
  const longest = layouts.flatMap(({ passages }) => passages.slice(-1).map(({ length }) => length));
  return { size: batch, buckets: longest, pairs: layouts, recompute };
}

export function fromRunShapes({ pairs, recompute }: RunShapes): PairShapes | undefined {
  return pairs && { layouts: pairs, recompute };
}

/** The program that a batch runs in. Throws `internal` where none has room for it. */
export function shapeOf(
  { pairs }: Pick<PairBatch, 'pairs'>,
  { layouts }: Pick<PairShapes, 'layouts'>,
  request: Pick<EncoderRequest, 'train' | 'evaluation' | 'batch'>,
): PairShape {
  const room = roomOf(request);
  const lengths = lengthsOf(pairs, room);
  const rows = layouts.find((layout) => hasRoom(layout, lengths)) ?? layouts.at(-1);
  if (rows === undefined) {
    throw new GraphError('internal', 'a training has no program', { audience: 'developer' });
  }
  return { ...room, ...rows };
}

/** Share of padding among the tokens of an epoch. */
export function paddingOf(request: EncoderRequest, shapes: PairShapes): number {
  const room = roomOf(request);
  let [tokens, padded] = [0, 0];
  for (const batch of firstBatches(request)) {
    tokens += tokensOf(lengthsOf(batch.pairs, room));
    padded += paddedTokens(shapeOf(batch, shapes, request));
  }
  return 1 - tokens / padded;
}

/** What the method asks of a program. */
export function encoderOptions(
  { method }: Pick<EncoderRequest, 'method'>,
  recompute: boolean,
): EncoderOptions {
  const trained = method.kind === 'full' ? { full: true } : { lora: method };
  return { ...trained, checkpoint: recompute };
}

/** The lengths of a batch's texts, ascending, of all rows that a program has. */
interface BatchLengths {
  readonly questions: readonly number[];
  readonly passages: readonly number[];
}

function roomOf(request: Pick<EncoderRequest, 'train' | 'evaluation' | 'batch'>): PairRoom {
  return { pairs: request.batch, negatives: mostNegatives(request) };
}

function lengthsOf(batch: PairBatch['pairs'], { pairs, negatives }: PairRoom): BatchLengths {
  return {
    questions: sortedLengths(
      batch.map(({ question }) => question),
      pairs,
    ),
    passages: sortedLengths(batch.flatMap(passagesOf), pairs * (1 + negatives)),
  };
}

function hasRoom(rows: PairRows, lengths: BatchLengths): boolean {
  return takesAll(rows.questions, lengths.questions) && takesAll(rows.passages, lengths.passages);
}

/**
 * Rows that take every batch of the training and its evaluation, which are all known beforehand; and before them shorter
 * ones for most batches, where that is less work.
 */
function chooseLayouts(request: EncoderRequest, limit: number): readonly PairRows[] {
  const room = roomOf(request);
  const { steps } = stepCounts(request);
  const batches = [
    ...Array.from({ length: steps }, (_, step) => trainingBatch(request, step)),
    ...evaluationBatches(request),
  ]
    .map(({ pairs }) => lengthsOf(pairs, room))
    .sort((a, b) => tokensOf(a) - tokensOf(b));
  const rowsOf = (some: readonly BatchLengths[]): PairRows => ({
    questions: cutRows(envelopeOf(some.map(({ questions }) => questions)), { limit }),
    passages: cutRows(envelopeOf(some.map(({ passages }) => passages)), { limit }),
  });
  const all = rowsOf(batches);
  const wholly = batches.length * paddedTokens(all);
  let best = { layouts: [all], tokens: wholly * (1 - worthwhile) };
  for (const share of shares) {
    const some = batches.slice(0, Math.floor(share * batches.length));
    if (some.length === 0) continue;
    const shorter = rowsOf(some);
    const taken = batches.filter((lengths) => hasRoom(shorter, lengths)).length;
    const tokens = taken * paddedTokens(shorter) + (batches.length - taken) * paddedTokens(all);
    if (tokens < best.tokens) best = { layouts: [shorter, all], tokens };
  }
  return best.layouts;
}

function paddedTokens({ questions, passages }: PairRows): number {
  return rowsTokens(questions) + rowsTokens(passages);
}

function tokensOf({ questions, passages }: BatchLengths): number {
  return [...questions, ...passages].reduce((sum, length) => sum + length, 0);
}

function memoryOf({ model, request }: ShapeRequest, shapes: PairShapes): number {
  function* programs(): Generator<TrainingProgram> {
    for (const rows of shapes.layouts) {
      const options = {
        ...{ ...roomOf(request), ...rows },
        ...encoderOptions(request, shapes.recompute),
      };
      yield buildPairProgram(model.config, options);
      if (request.evaluation.length > 0) yield buildPairLossProgram(model.config, options);
    }
  }
  // Parameters, their gradients, and two moments.
  return memoryOfPrograms(programs(), { weights: model.weights, copies: 4 });
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
