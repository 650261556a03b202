import { z } from 'zod';
import { evidenceTableSchema, raceDropSchema } from '../metrics/evidence-table.ts';
import { problemSchema, runStatusSchema } from './run-event.ts';

/** As in other events, plus the part of the file that an experiment's problems concern. */
export const experimentProblemSchema = problemSchema.extend({
  location: problemSchema.shape.location.extend({ field: z.string().optional() }),
});
export type ExperimentProblem = z.infer<typeof experimentProblemSchema>;

const base = { seq: z.number().int(), runId: z.string(), at: z.number() };
/**
 * Identifies a run of an experiment: the variant, its seed if it is repeated, and in a race the look, from 1, that
 * selects its part of the items.
 */
const which = {
  variant: z.string(),
  seed: z.number().int().optional(),
  look: z.number().int().optional(),
};

/**
 * Events of an experiment, in order, recorded permanently. `seq` counts from 1 without gaps; `runId` is the
 * experiment's, `run` a variant's. The last is `experiment.finished`. A change of shape raises the version of
 * `storedExperimentEvent`.
 */
export const experimentEventSchema = z.discriminatedUnion('type', [
  z.object({
    ...base,
    type: z.literal('experiment.started'),
    /** Path of the graph file below the workspace. */
    file: z.string(),
    experiment: z.string(),
    /** Name of the variant that the others are compared with. */
    baseline: z.string(),
    /** `node.port:metric` */
    metrics: z.array(z.string()),
    /** Metrics that the file declares as lower is better. */
    lower: z.array(z.string()).optional(),
    /** Variants to recommend among, from the one to prefer. */
    prefer: z.array(z.string()).optional(),
    race: z.object({ looks: z.number().int(), error: z.number() }).optional(),
    variants: z.array(
      z.object({
        name: z.string(),
        settings: z.record(z.string(), z.unknown()),
        /** Why the variant is refused. */
        problem: experimentProblemSchema.optional(),
      }),
    ),
    /**
     * Planned runs: each variant that can run, once for each seed and, in a race, each look, unless the race drops it.
     */
    runs: z.number().int(),
    /** Milliseconds after which no further run starts, and those at work are stopped. */
    limitMs: z.number().optional(),
  }),
  z.object({ ...base, type: z.literal('variant.started'), ...which, run: z.string() }),
  z.object({
    ...base,
    type: z.literal('variant.finished'),
    ...which,
    run: z.string(),
    status: runStatusSchema,
    /** Milliseconds from its start to its end. */
    ms: z.number(),
    steps: z.object({
      total: z.number().int(),
      /** Items that this run computed. */
      computed: z.number().int(),
      /** Items from the cache, or from another variant that computed them. */
      reused: z.number().int(),
    }),
    error: experimentProblemSchema.optional(),
  }),
  /** Every variant still in the race has finished the items of a look. */
  z.object({
    ...base,
    type: z.literal('race.looked'),
    look: z.number().int(),
    /** Distinct items of the deciding metric so far. */
    items: z.number().int(),
    dropped: z.array(raceDropSchema),
    /** Runs still to make, at most. */
    runs: z.number().int(),
  }),
  z.object({
    ...base,
    type: z.literal('experiment.finished'),
    status: runStatusSchema,
    /** All variants with results, and the problems of the others. */
    table: evidenceTableSchema,
    error: experimentProblemSchema.optional(),
    ms: z.number(),
  }),
]);
export type ExperimentEvent = z.infer<typeof experimentEventSchema>;
type WithoutStamp<E> = E extends unknown ? Omit<E, 'seq' | 'runId' | 'at'> : never;
/** An event without its number. */
export type UnstampedExperimentEvent = WithoutStamp<ExperimentEvent>;
