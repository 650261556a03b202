import { createHash } from 'node:crypto';
import type { LoopRequest } from './training-plan.ts';

/** Raised when the same request would lead to other numbers: checkpoints of before are not continued then. */
const loopVersion = 2;

/** Everything that decides the numbers of a training: a checkpoint is continued under an equal one only. */
export interface RunDefinition {
  readonly digest: string;
  /** For messages that say what differs. */
  readonly settings: Readonly<Record<string, string>>;
}

/** `baseDigest` is the sha256 of the base's weights. */
export function defineRun(request: LoopRequest, baseDigest: string): RunDefinition {
  const { train, evaluation, method, ...rest } = request;
  // A resumed run keeps the micro-batch that it began with, whatever is asked for now.
  const { checkpoints: _, checkpointEvery: __, microBatch: ___, ...others } = rest;
  const parts = {
    loopVersion,
    base: baseDigest,
    ...others,
    ...Object.fromEntries(Object.entries(method).map(([key, value]) => [`method.${key}`, value])),
    train: examplesDigest(train),
    evaluation: examplesDigest(evaluation),
  };
  return runDefinition(parts);
}

/** From all that decides the numbers, by name. */
export function runDefinition(parts: Readonly<Record<string, unknown>>): RunDefinition {
  const settings = Object.fromEntries(
    Object.entries(parts)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => [key, JSON.stringify(value)]),
  );
  const digest = createHash('sha256').update(JSON.stringify(settings)).digest('hex');
  return { digest, settings };
}

/** Of tokens and masks; ids are names only. */
function examplesDigest(examples: LoopRequest['train']): string {
  const hash = createHash('sha256');
  for (const { tokens, trained } of examples) {
    hash.update(Int32Array.of(tokens.length, trained.length));
    hash.update(Int32Array.from(tokens));
    hash.update(Uint8Array.from(trained));
  }
  return hash.digest('hex');
}
