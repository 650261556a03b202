import { z } from 'zod';
import { artifactRefSchema } from './artifact.ts';
import { keyPartSchema } from './action.ts';
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

/** What a step that trains reports of its checkpoints. `step` is an optimizer step; 0: the beginning. */
export const checkpointReportSchema = z.object({
  /**
   * `resumed`: it begins here. `saved`: this step is on the disk. `saving`: it was stopped here, and is leaving a
   * checkpoint. `unsaved`: it was stopped here, and could not leave one.
   */
  state: z.enum(['resumed', 'saved', 'saving', 'unsaved']),
  step: z.int().nonnegative(),
});
export type CheckpointReport = z.infer<typeof checkpointReportSchema>;

/** All reports of a step together. */
export const stepCheckpointsSchema = z.object({
  /** The optimizer step that it continued from; 0: the beginning. */
  from: z.int().nonnegative(),
  /** The newest one on the disk; 0: none. */
  saved: z.int().nonnegative(),
  /** Where it was stopped, and whether that is on the disk; absent: it was not stopped. */
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

/**
 * Counts of a map-type step, in rows of its output (chunks, not documents); `failed` counts the input rows
 * that gave none.
 */
export const itemCountsSchema = z.object({
  total: z.number().int(),
  computed: z.number().int(),
  reused: z.number().int(),
  failed: z.number().int(),
});
export type ItemCounts = z.infer<typeof itemCountsSchema>;

/** Why a step runs: which parts of its key differ from the last time this node ran in this file. */
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
  /** Same key, but the last time it failed, was cancelled or died. */
  z.object({ kind: z.literal('unfinished') }),
  /** Same key, but so many input rows failed the last time: they are tried again, so nothing was stored. */
  z.object({ kind: z.literal('incomplete'), failed: z.number().int() }),
  z.object({ kind: z.literal('volatile') }),
]);
export type MissReason = z.infer<typeof missReasonSchema>;

export const stepSummarySchema = z.object({
  node: z.string(),
  type: z.string(),
  status: stepStatusSchema,
  /** Milliseconds of work; 0 when cached. */
  ms: z.number(),
  /** When a reused result was made, in ms since the epoch. */
  madeAt: z.number().optional(),
  /** The package that a reused result came in. */
  from: z.string().optional(),
  device: z.string().optional(),
  /** Most bytes of leases and models that it used at a time; absent where it used none, and when cached. */
  memory: z.number().optional(),
  items: itemCountsSchema.optional(),
  cacheKey: z.string().optional(),
  parts: z.array(keyPartSchema).optional(),
  /** See `fileMarks`. */
  fileMarks: z.record(z.string(), z.string()).optional(),
  reason: missReasonSchema.optional(),
  outputs: z.record(z.string(), artifactRefSchema),
  error: problemSchema.optional(),
  /** Of a step that trains. */
  checkpoints: stepCheckpointsSchema.optional(),
});
export type StepSummary = z.infer<typeof stepSummarySchema>;

const outputPreviewSchema = z.object({ digest: z.string(), preview: z.string() });

const base = { seq: z.number().int(), runId: z.string(), at: z.number() };
/**
 * What happens in a run, in order, recorded for good (but for `step.token`, which is throttled, and gathered when the
 * run has ended: see `RunStore.finish`). `seq` counts from 1 without gaps within a run; `at` is ms since the epoch.
 * A change of a shape raises `storedRunEvent`'s version.
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
  /** A round of a loop begins, or what it collects is gathered: these become steps of the run. */
  z.object({
    ...base,
    type: z.literal('run.extended'),
    /** The step of the loop. */
    loop: z.string(),
    /** From 1; absent: its rounds are over, and what they collected is gathered. */
    round: z.number().int().optional(),
    /** Rounds at most. */
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
    /** Item concerned, where there is one. */
    item: z.string().optional(),
  }),
  /** Text that a language model has just written for an item. */
  z.object({
    ...base,
    type: z.literal('step.token'),
    node: z.string(),
    item: z.string(),
    text: z.string(),
  }),
  /** A row of metrics as it comes: a training step's loss. */
  z.object({
    ...base,
    type: z.literal('step.metrics'),
    node: z.string(),
    row: metricRowSchema,
  }),
  /** A step that trains has begun, left a checkpoint, or was stopped. */
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
/** An event before the journal has numbered it. */
export type UnstampedEvent = WithoutStamp<RunEvent>;
