import { z } from 'zod';
import { evidenceTableSchema, raceDropSchema } from '../metrics/evidence-table.ts';
import { problemSchema, runStatusSchema } from './run-event.ts';

/** As in other events, with the part of the file that an experiment's problems are at. */
export const experimentProblemSchema = problemSchema.extend({
  location: problemSchema.shape.location.extend({ field: z.string().optional() }),
});
export type ExperimentProblem = z.infer<typeof experimentProblemSchema>;

const base = { seq: z.number().int(), runId: z.string(), at: z.number() };
/**
 * Which of the runs of an experiment: a variant, its seed where it is repeated, and in a race the look, from 1, whose
 * part of the items it is given.
 */
const which = {
  variant: z.string(),
  seed: z.number().int().optional(),
  look: z.number().int().optional(),
};

/**
 * What happens in a run of an experiment, in order, recorded for good. `seq` counts from 1 without gaps; `runId` is that
 * of the experiment, `run` that of a variant. The last is `experiment.finished`. A change of a shape raises
 * `storedExperimentEvent`'s version.
 */
export const experimentEventSchema = z.discriminatedUnion('type', [
  z.object({
    ...base,
    type: z.literal('experiment.started'),
    /** Path of the graph file below the workspace. */
    file: z.string(),
    experiment: z.string(),
    /** Name of the variant that others are compared with. */
    baseline: z.string(),
    /** `node.port:metric` */
    metrics: z.array(z.string()),
    /** Those of which less is better because the file says so. */
    lower: z.array(z.string()).optional(),
    race: z.object({ looks: z.number().int(), error: z.number() }).optional(),
    variants: z.array(
      z.object({
        name: z.string(),
        settings: z.record(z.string(), z.unknown()),
        /** Why it is refused. */
        problem: experimentProblemSchema.optional(),
      }),
    ),
    /** Runs to be made: each variant that can run, once for each seed and, in a race, each look, unless it is dropped. */
    runs: z.number().int(),
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
      /** Computed by this run. */
      computed: z.number().int(),
      /** Taken from the cache, or from another variant that computed them. */
      reused: z.number().int(),
    }),
    error: experimentProblemSchema.optional(),
  }),
  /** All that still race have seen the part of the items of a look. */
  z.object({
    ...base,
    type: z.literal('race.looked'),
    look: z.number().int(),
    /** Distinct items of the deciding metric so far. */
    items: z.number().int(),
    dropped: z.array(raceDropSchema),
    /** Runs that are still to be made at most. */
    runs: z.number().int(),
  }),
  z.object({
    ...base,
    type: z.literal('experiment.finished'),
    status: runStatusSchema,
    /** Of all variants that gave something, with what is wrong with the others. */
    table: evidenceTableSchema,
    error: experimentProblemSchema.optional(),
    ms: z.number(),
  }),
]);
export type ExperimentEvent = z.infer<typeof experimentEventSchema>;
type WithoutStamp<E> = E extends unknown ? Omit<E, 'seq' | 'runId' | 'at'> : never;
/** An event before it is numbered. */
export type UnstampedExperimentEvent = WithoutStamp<ExperimentEvent>;
