import { GraphError } from '@graft/graph';
import { memoryOfPrograms } from '../architectures/training-memory.ts';
import type { TrainingProgram } from '../architectures/training-program.ts';
import type { WeightLookup } from '../ir/executor.ts';
import type { RunShapes } from './loop-state.ts';
import type { Objective } from './objective.ts';

/** A division of a training into programs. */
export interface ChosenShapes {
  readonly shapes: RunShapes;
  /** Expected bytes of the process. */
  readonly memory: number;
}

/** Why a training does not fit. */
interface Refusal {
  /** What was tried, following "are free". */
  readonly how: string;
  readonly remedies: readonly string[];
}

/** The first that fits; throws `out-of-memory` if none does. */
export function firstThatFits(
  candidates: Iterable<RunShapes>,
  memoryOf: (shapes: RunShapes) => number,
  { memory, remedies }: { readonly memory: number; readonly remedies: readonly string[] },
): ChosenShapes {
  let [least, how] = [Infinity, ''];
  for (const shapes of candidates) {
    const needed = memoryOf(shapes);
    if (needed <= memory) return { shapes, memory: needed };
    least = Math.min(least, needed);
    if (shapes.recompute) how = ', even with layers recomputed';
  }
  throw tooLittleMemory(least, memory, { how, remedies });
}

/** Bytes of a process that keeps every program of an objective, and `copies` of the trainable tensors. */
export function memoryOfObjective<Sizes>(
  { sizes, build, evaluation }: Objective<Sizes>,
  held: { readonly weights: WeightLookup; readonly copies: number },
): number {
  function* programs(): Generator<TrainingProgram> {
    for (const each of sizes) {
      yield build('training', each);
      if (evaluation.length > 0) yield build('evaluation', each);
    }
  }
  return memoryOfPrograms(programs(), held);
}

export function tooLittleMemory(
  needed: number,
  memory: number,
  { how, remedies }: Refusal,
): GraphError {
  return new GraphError(
    'out-of-memory',
    `This training needs about ${gigabytes(needed)} of memory, but only ${gigabytes(memory)} are free${how}. Try ${remedies.join(', ')}.`,
    { audience: 'operator' },
  );
}

export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
