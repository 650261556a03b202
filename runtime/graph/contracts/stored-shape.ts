import { z } from 'zod';
import { GraphError } from '../base/errors.ts';
import { artifactRefSchema } from './artifact.ts';
import { experimentEventSchema } from './experiment-event.ts';
import { runEventSchema, stepSummarySchema } from './run-event.ts';

/** A shape that is stored with the number of its version beside it. */
export interface StoredShape<Schema extends z.ZodType> {
  /** For messages: "a run event". */
  readonly name: string;
  readonly schema: Schema;
  /** The first leads from version 1 to 2, the next from 2 to 3: none is ever left out or changed. */
  readonly migrations: readonly ((value: unknown) => unknown)[];
}

/** The version that is written. */
export function storedVersion(shape: StoredShape<z.ZodType>): number {
  return shape.migrations.length + 1;
}

/** What was stored, brought to this version and checked. Throws `newer-format`, or `store-damaged` if it is no such shape. */
export function readStored<Schema extends z.ZodType>(
  shape: StoredShape<Schema>,
  stored: { readonly version: number; readonly text: string },
): z.output<Schema> {
  const { version, text } = stored;
  if (version > storedVersion(shape)) {
    throw new GraphError(
      'newer-format',
      `A newer Graft wrote ${shape.name} (version ${String(version)}; this Graft reads up to ${String(storedVersion(shape))}). Update Graft.`,
    );
  }
  try {
    let value: unknown = JSON.parse(text);
    for (const migrate of shape.migrations.slice(Math.max(0, version - 1))) value = migrate(value);
    return shape.schema.parse(value);
  } catch (error) {
    throw new GraphError(
      'store-damaged',
      `The index database has ${shape.name} that Graft cannot read. Prune its run, or move the database away: Graft then writes a new one. You lose only run history and the cache's index.`,
      { audience: 'operator', cause: error },
    );
  }
}

/** A field was added that may be missing: what an older Graft wrote stays as it is, and that one refuses ours. */
const unchanged = (value: unknown): unknown => value;

export const storedRunEvent: StoredShape<typeof runEventSchema> = {
  name: 'a run event',
  schema: runEventSchema,
  // 2: the schema of an artifact's rows, and marks of many files. 3: item, question and weight of
  // a metric row; the package that a step's result came in.
  // 4: aliases of a run that has begun; subgraph, path and field of a problem's place. 5: rounds of loops.
  // 6: the memory that a step claimed. 7: that a step failed or was broken off before, as a reason to run it.
  // 8: checkpoints of a step that trains.
  migrations: [unchanged, unchanged, unchanged, unchanged, unchanged, unchanged, unchanged],
};

export const storedStepSummary: StoredShape<typeof stepSummarySchema> = {
  name: 'a step of a run',
  schema: stepSummarySchema,
  // 2: the schema of an artifact's rows, and marks of many files. 3: the package that a result came in.
  // 4: subgraph, path and field of a problem's place. 5: the memory that it claimed.
  // 6: that it failed or was broken off before, as a reason to run it. 7: its checkpoints.
  migrations: [unchanged, unchanged, unchanged, unchanged, unchanged, unchanged],
};

const actionOutputsSchema = z.record(z.string(), artifactRefSchema);
export const storedActionOutputs: StoredShape<typeof actionOutputsSchema> = {
  name: 'the outputs of a cached step',
  schema: actionOutputsSchema,
  // 2: the schema of an artifact's rows.
  migrations: [unchanged],
};

export const storedExperimentEvent: StoredShape<typeof experimentEventSchema> = {
  name: 'an event of an experiment',
  schema: experimentEventSchema,
  // 2: races; metrics of which less is better, and those of which nobody has said it. 3: items that failed in all variants.
  // 4: the runs that a variant's tokens are of. 5: what is named in why a variant gave nothing.
  migrations: [unchanged, unchanged, unchanged, unchanged],
};
