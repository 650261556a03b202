import { GraphError } from '@graft/graph';
import { memoryOfPrograms } from '../architectures/training-memory.ts';
import type { TrainingProgram } from '../architectures/training-program.ts';
import { chooseBuckets } from '../data/buckets.ts';
import type { RunShapes } from '../loop/loop-state.ts';
import type { EncoderModel } from './encoder-model.ts';
import type { EncoderRequest } from './encoder-request.ts';
import type { EncoderOptions } from './encoder.ts';
import {
  evaluationBatches,
  firstBatches,
  mostNegatives,
  passagesOf,
  type PairBatch,
} from './pair-batches.ts';
import { buildPairLossProgram, buildPairProgram, type PairShape } from './pair-program.ts';

/** Lengths of texts that programs are compiled for: each of a question's with each of a passage's. */
const mostLengths = 2;
/** Lengths are multiples of it: questions are short, and a step of them would be half padding at 32. */
const unit = 16;

/** How a training is cut into programs. */
export interface PairShapes {
  /** Tokens of rows, ascending, that all texts fit. */
  readonly questions: readonly number[];
  readonly passages: readonly number[];
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
 * Those of before where they fit; else what layers compute is kept and lengths are several, as far as that fits: fewer
 * lengths are fewer programs, and layers that are computed again keep the least. Throws `out-of-memory`.
 */
export function chooseShapes(asked: ShapeRequest, before: PairShapes | undefined): ChosenShapes {
  const { request, memory } = asked;
  const several = lengthsOf(request, asked.model.config.context);
  const one = { questions: several.questions.slice(-1), passages: several.passages.slice(-1) };
  const candidates = [false, true].flatMap((recompute) =>
    [several, one].map((lengths): PairShapes => ({ ...lengths, recompute })),
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
  const { questions, passages, recompute } = shapes;
  return { size: batch, buckets: [...passages], questions: [...questions], recompute };
}

export function fromRunShapes({ buckets, questions, recompute }: RunShapes): PairShapes {
  return { questions: questions ?? buckets, passages: buckets, recompute };
}

/** The program that a batch runs in. */
export function shapeOf(
  { pairs }: Pick<PairBatch, 'pairs'>,
  shapes: Pick<PairShapes, 'questions' | 'passages'>,
  request: Pick<EncoderRequest, 'train' | 'evaluation' | 'batch'>,
): PairShape {
  const longest = longestOf(pairs);
  const fit = (lengths: readonly number[], most: number): number =>
    lengths.find((length) => length >= most) ?? most;
  return {
    pairs: request.batch,
    negatives: mostNegatives(request),
    questionLength: fit(shapes.questions, longest.question),
    passageLength: fit(shapes.passages, longest.passage),
  };
}

/** What the method asks of a program. */
export function encoderOptions(
  { method }: Pick<EncoderRequest, 'method'>,
  recompute: boolean,
): EncoderOptions {
  const trained = method.kind === 'full' ? { full: true } : { lora: method };
  return { ...trained, checkpoint: recompute };
}

/** Under which the batches, each as long as its longest text, are padded least. */
function lengthsOf(
  request: EncoderRequest,
  limit: number,
): Pick<PairShapes, 'questions' | 'passages'> {
  const longest = [...firstBatches(request), ...evaluationBatches(request)].map(({ pairs }) =>
    longestOf(pairs),
  );
  const options = { most: mostLengths, limit, unit };
  return {
    questions: chooseBuckets(
      longest.map(({ question }) => question),
      options,
    ),
    passages: chooseBuckets(
      longest.map(({ passage }) => passage),
      options,
    ),
  };
}

function longestOf(pairs: PairBatch['pairs']): { question: number; passage: number } {
  const longest = { question: 1, passage: 1 };
  for (const pair of pairs) {
    longest.question = Math.max(longest.question, pair.question.length);
    for (const text of passagesOf(pair)) longest.passage = Math.max(longest.passage, text.length);
  }
  return longest;
}

function memoryOf({ model, request }: ShapeRequest, shapes: PairShapes): number {
  function* programs(): Generator<TrainingProgram> {
    for (const questionLength of shapes.questions) {
      for (const passageLength of shapes.passages) {
        const options = {
          ...{ pairs: request.batch, negatives: mostNegatives(request) },
          ...{ questionLength, passageLength, ...encoderOptions(request, shapes.recompute) },
        };
        yield buildPairProgram(model.config, options);
        if (request.evaluation.length > 0) yield buildPairLossProgram(model.config, options);
      }
    }
  }
  // Parameters, their gradients, and two moments.
  return memoryOfPrograms(programs(), { weights: model.weights, copies: 4 });
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
