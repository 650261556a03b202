import { z } from 'zod';
import { GraphError } from '../base/errors.ts';
import { artifactRefSchema } from './artifact.ts';
import { experimentEventSchema } from './experiment-event.ts';
import { runEventSchema, stepSummarySchema } from './run-event.ts';

/** A stored shape with its version. */
export interface StoredShape<Schema extends z.ZodType> {
  /** For messages: "a run event". */
  readonly name: string;
  readonly schema: Schema;
  /** The first leads from version 1 to 2, the next from 2 to 3. Never remove or change one. */
  readonly migrations: readonly ((value: unknown) => unknown)[];
}

/** The current version. */
export function storedVersion(shape: StoredShape<z.ZodType>): number {
  return shape.migrations.length + 1;
}

/**
 * Migrates a stored value to the current version and checks it. Throws `newer-format`, or `store-damaged` if it does
 * not have this shape.
 */
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

/** An optional field was added: older data stay valid, and an older Graft refuses ours. */
const unchanged = (value: unknown): unknown => value;

export const storedRunEvent: StoredShape<typeof runEventSchema> = {
  name: 'a run event',
  schema: runEventSchema,
  // 2: the schema version of an artifact's rows, and marks of many files. 3: item, question and weight of a metric row;
  // the package of a step's result. 4: aliases at the start of a run; subgraph, path and field in a problem's location.
  // 5: rounds of loops. 6: the memory that a step claimed. 7: an earlier failure or interruption as a reason to run. 8:
  // checkpoints of a training step. 9: the source in a problem's location. 10: what a step asked servers for.
  // 11: the group of a metric row. 12: where a step is computed.
  migrations: Array.from({ length: 11 }, () => unchanged),
};

export const storedStepSummary: StoredShape<typeof stepSummarySchema> = {
  name: 'a step of a run',
  schema: stepSummarySchema,
  // 2: the schema version of an artifact's rows, and marks of many files. 3: the package of a result. 4: subgraph, path
  // and field in a problem's location. 5: the claimed memory. 6: an earlier failure or interruption as a reason to run.
  // 7: its checkpoints. 8: the source in a problem's location. 9: what it asked servers for.
  migrations: Array.from({ length: 8 }, () => unchanged),
};

const actionOutputsSchema = z.record(z.string(), artifactRefSchema);
export const storedActionOutputs: StoredShape<typeof actionOutputsSchema> = {
  name: 'the outputs of a cached step',
  schema: actionOutputsSchema,
  // 2: the schema version of an artifact's rows.
  migrations: [unchanged],
};

export const storedExperimentEvent: StoredShape<typeof experimentEventSchema> = {
  name: 'an event of an experiment',
  schema: experimentEventSchema,
  // 2: races; metrics with lower declared as better, and undeclared ones. 3: items that failed in all variants. 4: the
  // runs behind a variant's tokens. 5: names in the problem of a variant without results. 6: the source in
  // a problem's location. 7: the dollars that a variant cost. 8: ratios between variants, and groups.
  // 9: the recommended variant. 10: the limit in minutes.
  migrations: Array.from({ length: 9 }, () => unchanged),
};
