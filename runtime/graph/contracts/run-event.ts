import { z } from 'zod';
import { artifactRefSchema } from './artifact.ts';
import { keyPartSchema } from './action.ts';
import { remoteUsageSchema } from '../metrics/remote-usage.ts';
import { plural } from '../base/message-words.ts';
import { metricRowSchema } from '../metrics/metrics.ts';

export const stepStatusSchema = z.enum([
  'queued',
  'running',
  'cached',
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
]);
export type StepStatus = z.infer<typeof stepStatusSchema>;
export const runStatusSchema = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']);
export type RunStatus = z.infer<typeof runStatusSchema>;

/** Checkpoint report of a training step. `step` is an optimizer step; 0: the beginning. */
export const checkpointReportSchema = z.object({
  /**
   * `resumed`: starts here. `saved`: this step is on disk. `saving`: stopped here, saving a checkpoint. `unsaved`:
   * stopped here, could not save one.
   */
  state: z.enum(['resumed', 'saved', 'saving', 'unsaved']),
  step: z.int().nonnegative(),
});
export type CheckpointReport = z.infer<typeof checkpointReportSchema>;

/** All reports of a step together. */
export const stepCheckpointsSchema = z.object({
  /** The optimizer step that it resumed from; 0: the beginning. */
  from: z.int().nonnegative(),
  /** The newest one on disk; 0: none. */
  saved: z.int().nonnegative(),
  /** Where it stopped, and whether that is on disk; absent: it did not stop. */
  stopped: z
    .object({ step: z.int().nonnegative(), checkpoint: z.enum(['saved', 'saving', 'unsaved']) })
    .optional(),
});
export type StepCheckpoints = z.infer<typeof stepCheckpointsSchema>;

export const problemSchema = z.object({
  code: z.string(),
  message: z.string(),
  location: z.object({
    file: z.string().optional(),
    graph: z.string().optional(),
    node: z.string().optional(),
    port: z.string().optional(),
    param: z.string().optional(),
    source: z.string().optional(),
    field: z.string().optional(),
    line: z.number().optional(),
    path: z.string().optional(),
  }),
  audience: z.enum(['user', 'operator', 'developer']),
});

/** Counts of a map-type step, in output rows (chunks, not documents); `failed` counts input rows without output. */
export const itemCountsSchema = z.object({
  total: z.number().int(),
  computed: z.number().int(),
  reused: z.number().int(),
  failed: z.number().int(),
});
export type ItemCounts = z.infer<typeof itemCountsSchema>;

/** `418 items, 3 computed, 415 reused` */
export function itemsText({ total, computed, reused, failed }: ItemCounts): string {
  const failures = failed > 0 ? `, ${failed} failed` : '';
  return `${plural(total, 'item')}, ${computed} computed, ${reused} reused${failures}`;
}

/** Why a step runs: the parts of its key that differ from the node's last run in this file. */
export const missReasonSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('first') }),
  z.object({
    kind: z.literal('changed'),
    parts: z.array(
      z.object({ name: z.string(), before: z.string().optional(), after: z.string().optional() }),
    ),
  }),
  /** Same key, but the record or an artifact is gone or damaged. */
  z.object({ kind: z.literal('evicted') }),
  /** Same key, but the last attempt failed, was cancelled or crashed. */
  z.object({ kind: z.literal('unfinished') }),
  /** Same key, but this many input rows failed: they are retried, and nothing was stored. */
  z.object({ kind: z.literal('incomplete'), failed: z.number().int() }),
  z.object({ kind: z.literal('volatile') }),
]);
export type MissReason = z.infer<typeof missReasonSchema>;

export const stepSummarySchema = z.object({
  node: z.string(),
  type: z.string(),
  status: stepStatusSchema,
  /** Milliseconds of work; 0 if cached. */
  ms: z.number(),
  /** Creation time of a reused result, in ms since the epoch. */
  madeAt: z.number().optional(),
  /** The package of a reused result. */
  from: z.string().optional(),
  device: z.string().optional(),
  /** Peak bytes of leases and models; absent if it used none or is cached. */
  memory: z.number().optional(),
  items: itemCountsSchema.optional(),
  /** What it asked servers for, also if it failed; absent: nothing. */
  remote: remoteUsageSchema.optional(),
  cacheKey: z.string().optional(),
  parts: z.array(keyPartSchema).optional(),
  /** See `fileMarks`. */
  fileMarks: z.record(z.string(), z.string()).optional(),
  reason: missReasonSchema.optional(),
  outputs: z.record(z.string(), artifactRefSchema),
  error: problemSchema.optional(),
  /** For a step that trains. */
  checkpoints: stepCheckpointsSchema.optional(),
});
export type StepSummary = z.infer<typeof stepSummarySchema>;

/** Where a step is computed, if there are workers; with neither `worker` nor `why`: nowhere yet, it waits for a worker. */
const stepPlaceSchema = z.object({
  /** The worker's machine and process; absent: the machine that coordinates the run. */
  worker: z.string().optional(),
  /** Why there: `no worker takes gpu/cuda:0`. */
  why: z.string().optional(),
  /** How long it waited or waits and what for, if it does: a sentence. */
  waited: z.string().optional(),
});
export type StepPlace = z.infer<typeof stepPlaceSchema>;

const outputPreviewSchema = z.object({ digest: z.string(), preview: z.string() });

const base = { seq: z.number().int(), runId: z.string(), at: z.number() };
/**
 * Events of a run, in order, recorded permanently (except `step.token`, which is throttled, and merged when the run
 * ends: see `RunStore.finish`). `seq` counts from 1 without gaps within a run; `at` is ms since the epoch. A change of
 * shape raises the version of `storedRunEvent`.
 */
export const runEventSchema = z.discriminatedUnion('type', [
  z.object({
    ...base,
    type: z.literal('run.started'),
    /** Path of the graph file below the workspace. */
    file: z.string(),
    nodes: z.array(z.object({ node: z.string(), type: z.string() })),
    /** See `PortAliases`. */
    aliases: z.record(z.string(), z.array(z.string())).optional(),
  }),
  /** A round of a loop begins, or its collected rows are gathered: these become steps of the run. */
  z.object({
    ...base,
    type: z.literal('run.extended'),
    /** The step of the loop. */
    loop: z.string(),
    /** From 1; absent: all rounds are over, and their collected rows are gathered. */
    round: z.number().int().optional(),
    /** Maximal number of rounds. */
    limit: z.number().int(),
    nodes: z.array(z.object({ node: z.string(), type: z.string() })),
    /** Of the round; see `PortAliases`. */
    aliases: z.record(z.string(), z.array(z.string())).optional(),
  }),
  z.object({
    ...base,
    type: z.literal('step.started'),
    node: z.string(),
    device: z.string(),
    reason: missReasonSchema,
  }),
  z.object({
    ...base,
    type: z.literal('step.progress'),
    node: z.string(),
    done: z.number(),
    total: z.number().optional(),
    /** "tokens", "documents", "bytes of model.gguf" … */
    unit: z.string(),
    message: z.string().optional(),
  }),
  z.object({
    ...base,
    type: z.literal('step.log'),
    node: z.string(),
    level: z.enum(['info', 'warning', 'error']),
    message: z.string(),
    /** Id of the item concerned, if any. */
    item: z.string().optional(),
    place: stepPlaceSchema.optional(),
  }),
  /** Text that a language model has just written for an item. */
  z.object({
    ...base,
    type: z.literal('step.token'),
    node: z.string(),
    item: z.string(),
    text: z.string(),
  }),
  /** A row of metrics as it arrives: a training step's loss. */
  z.object({
    ...base,
    type: z.literal('step.metrics'),
    node: z.string(),
    row: metricRowSchema,
  }),
  /** A training step has begun, saved a checkpoint, or stopped. */
  z.object({
    ...base,
    type: z.literal('step.checkpoint'),
    node: z.string(),
    checkpoint: checkpointReportSchema,
  }),
  z.object({ ...base, type: z.literal('step.finished'), step: stepSummarySchema }),
  z.object({
    ...base,
    type: z.literal('run.finished'),
    status: runStatusSchema,
    outputs: z.record(z.string(), z.record(z.string(), outputPreviewSchema)),
    steps: z.array(stepSummarySchema.omit({ parts: true, outputs: true })),
    error: problemSchema.optional(),
    ms: z.number(),
  }),
]);
export type RunEvent = z.infer<typeof runEventSchema>;
type WithoutStamp<E> = E extends unknown ? Omit<E, 'seq' | 'runId' | 'at'> : never;
/** An event before the journal numbers it. */
export type UnstampedEvent = WithoutStamp<RunEvent>;
