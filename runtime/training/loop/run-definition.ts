import { createHash } from 'node:crypto';
import type { StepRequest } from './step-plan.ts';

/** Everything that determines the numbers of a training: only an equal one resumes a checkpoint. */
export interface RunDefinition {
  readonly digest: string;
  /** For messages about differences. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A request for a training on any kind of rows. */
export interface RunRequest<Row> extends StepRequest {
  readonly method?: object;
  readonly microBatch?: number;
  readonly train: readonly Row[];
  readonly evaluation: readonly Row[];
}

export interface RunParts<Row> {
  /** Further inputs that determine the numbers, by name: the weights' digest, and the version of the code. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** All trained content of a row. */
  readonly numbersOf: (row: Row) => readonly NodeJS.TypedArray[];
}

/**
 * The place and frequency of checkpoints do not affect numbers, and neither does a micro-batch: a resumed run keeps its
 * first.
 */
export function defineRun<Row>(
  request: RunRequest<Row>,
  { settings, numbersOf }: RunParts<Row>,
): RunDefinition {
  const { train, evaluation, method = {}, ...rest } = request;
  const { checkpoints: _, checkpointEvery: __, microBatch: ___, ...others } = rest;
  const parts = {
    ...others,
    ...Object.fromEntries(Object.entries(method).map(([key, value]) => [`method.${key}`, value])),
    ...settings,
    train: digestOf(train.flatMap(numbersOf)),
    evaluation: digestOf(evaluation.flatMap(numbersOf)),
  };
  const named = Object.fromEntries(
    Object.entries(parts)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, JSON.stringify(value)]),
  );
  const digest = createHash('sha256').update(JSON.stringify(named)).digest('hex');
  return { digest, settings: named };
}

export function digestOf(numbers: readonly NodeJS.TypedArray[]): string {
  const hash = createHash('sha256');
  for (const part of numbers) hash.update(part);
  return hash.digest('hex');
}
