import { GraphError, type TextPair } from '@graft/graph';
import { planSteps } from '../loop/step-plan.ts';
import { evaluationBatches, mostNegatives, passagesOf, trainingBatch } from './pair-batches.ts';
import type { PairRoom } from './pair-places.ts';
import type { PairRows, PairShape } from './pair-program.ts';
import type { EncoderRequest } from './row-task.ts';
import { cutRows, envelopeOf, rowsTokens, sortedLengths, takesAll } from './text-rows.ts';

/** Largest share of the batches that a second program with shorter rows may serve. */
const shares = [0.5, 0.75, 0.9];
/** Least share of padded tokens that it must save: each program costs a compilation and its memory. */
const worthwhile = 0.05;

/** The lengths of a batch's texts, ascending, for all rows of a program. */
interface BatchLengths {
  readonly questions: readonly number[];
  readonly passages: readonly number[];
}

export function roomOf(request: EncoderRequest<TextPair>): PairRoom {
  return { pairs: request.batch, negatives: mostNegatives(request) };
}

/** The program of a batch: of the first layout with room for it. */
export function shapeOf(
  pairs: readonly TextPair[],
  layouts: readonly PairRows[],
  room: PairRoom,
): PairShape {
  const lengths = lengthsOf(pairs, room);
  const rows = layouts.find((layout) => hasRoom(layout, lengths)) ?? layouts.at(-1);
  if (rows === undefined) {
    throw new GraphError('internal', 'a training has no program', { audience: 'developer' });
  }
  return { ...room, ...rows };
}

/**
 * Row layouts for every batch of the training and its evaluation, all known beforehand; before them a layout of shorter
 * rows for most batches, if that saves work. No row exceeds `limit`.
 */
export function chooseLayouts(
  request: EncoderRequest<TextPair>,
  limit: number,
): readonly PairRows[] {
  const room = roomOf(request);
  const { steps } = planSteps(request, request.train.length);
  const batches = [
    ...Array.from({ length: steps }, (_, step) => trainingBatch(request, step)),
    ...evaluationBatches(request),
  ]
    .map(({ pairs }) => lengthsOf(pairs, room))
    .sort((a, b) => tokensOf(a) - tokensOf(b));
  const rowsOf = (taken: readonly BatchLengths[]): PairRows => ({
    questions: cutRows(envelopeOf(taken.map(({ questions }) => questions)), { limit }),
    passages: cutRows(envelopeOf(taken.map(({ passages }) => passages)), { limit }),
  });
  const all = rowsOf(batches);
  const wholly = batches.length * paddedTokens(all);
  let best = { layouts: [all], tokens: wholly * (1 - worthwhile) };
  for (const share of shares) {
    const short = batches.slice(0, Math.floor(share * batches.length));
    if (short.length === 0) continue;
    const shorter = rowsOf(short);
    const taken = batches.filter((lengths) => hasRoom(shorter, lengths)).length;
    const tokens = taken * paddedTokens(shorter) + (batches.length - taken) * paddedTokens(all);
    if (tokens < best.tokens) best = { layouts: [shorter, all], tokens };
  }
  return best.layouts;
}

/** Tokens that a program computes, with padding. */
export function paddedTokens({ questions, passages }: PairRows): number {
  return rowsTokens(questions) + rowsTokens(passages);
}

function lengthsOf(batch: readonly TextPair[], { pairs, negatives }: PairRoom): BatchLengths {
  const questions = batch.map(({ question }) => question);
  return {
    questions: sortedLengths(questions, pairs),
    passages: sortedLengths(batch.flatMap(passagesOf), pairs * (1 + negatives)),
  };
}

function hasRoom(rows: PairRows, lengths: BatchLengths): boolean {
  return takesAll(rows.questions, lengths.questions) && takesAll(rows.passages, lengths.passages);
}

function tokensOf({ questions, passages }: BatchLengths): number {
  return [...questions, ...passages].reduce((sum, length) => sum + length, 0);
}
