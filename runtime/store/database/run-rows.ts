import type { Tables } from '@graft/prisma';
import {
  digestSchema,
  GraphError,
  runScoreSchema,
  runStatusSchema,
  type RunOrigin,
  type RunRecord,
} from '@graft/graph';
import { z } from 'zod';

export type RunRow = Tables['Run'];

/** A run as its row has it. */
export function runOf(row: RunRow): RunRecord {
  const status = runStatusSchema.safeParse(row.status);
  if (!status.success) {
    throw new GraphError(
      'newer-format',
      `Run ${row.id} has a status that this Graft does not know: "${row.status}". Update Graft.`,
    );
  }
  return {
    id: row.id,
    file: row.file,
    status: status.data,
    startedAt: row.startedAt,
    ...(row.finishedAt === null ? {} : { finishedAt: row.finishedAt }),
    owner: row.owner,
    ...(row.error === null ? {} : { error: row.error }),
    ...(row.cancelAt === null ? {} : { cancelAt: row.cancelAt }),
    ...(row.pinnedAt === null ? {} : { pinnedAt: row.pinnedAt }),
    ...(row.note === null ? {} : { note: row.note }),
    ...parsed('tags', row.tags, tagsSchema),
    ...parsed('scores', row.scores, scoresSchema),
    ...(row.takeovers === null ? {} : { takeovers: row.takeovers }),
    ...originOf(row),
  };
}

function originOf({
  experiment,
  parent,
  variant,
  seed,
  scope,
  graph,
  graphs,
  settings,
  options,
}: RunRow): RunOrigin {
  return {
    ...(experiment === null ? {} : { experiment }),
    ...(parent === null ? {} : { parent }),
    ...(variant === null ? {} : { variant }),
    ...(seed === null ? {} : { seed }),
    ...(scope === null ? {} : { scope }),
    ...(graph === null ? {} : { graph }),
    ...parsed('graphs', graphs, usedGraphsSchema),
    ...(settings === null ? {} : { settings }),
    ...(options === null ? {} : { options }),
  };
}

/** Digests of the texts that a run's row names. */
export function originDigests({
  graph,
  graphs,
  settings,
  options,
}: Pick<RunRow, 'graph' | 'graphs' | 'settings' | 'options'>): string[] {
  return [
    ...[graph, settings, options].filter((digest) => digest !== null),
    ...Object.values(parsed('graphs', graphs, usedGraphsSchema).graphs ?? {}),
  ];
}

/** The row of a run that begins. */
export function rowOf({ graphs, tags, scores, ...row }: RunRecord): Partial<RunRow> & RowStart {
  return {
    ...row,
    ...(graphs === undefined ? {} : { graphs: JSON.stringify(graphs) }),
    ...(tags === undefined ? {} : { tags: JSON.stringify(tags) }),
    ...(scores === undefined ? {} : { scores: JSON.stringify(scores) }),
  };
}

type RowStart = Pick<RunRow, 'id' | 'file' | 'status' | 'startedAt' | 'owner'>;

const usedGraphsSchema = z.record(z.string(), digestSchema);
const tagsSchema = z.array(z.string());
const scoresSchema = z.array(runScoreSchema);

/** A column of JSON, by its name. An unreadable one only loses history. */
function parsed<Name extends string, Value>(
  name: Name,
  text: string | null,
  schema: z.ZodType<Value>,
): Partial<Record<Name, Value>> {
  if (text === null) return {};
  try {
    const fields: Partial<Record<string, Value>> = { [name]: schema.parse(JSON.parse(text)) };
    return fields;
  } catch {
    return {};
  }
}
