import type { z } from 'zod';

/** Apart from the port type, whose schema the page does not need to know metrics by. */
export const metricsMediaType = 'application/vnd.graft.metrics+jsonl';

/** Of artifacts that are answers: a card tells by it what has a score, before the port types have come. */
export const answersMediaType = 'application/vnd.graft.answers+jsonl';

/** Colour of the port on the canvas. */
export type Family =
  'sources' | 'retrieval' | 'language-model' | 'training' | 'evaluation' | 'structure';
/** Shape of the port: circle, diamond, square. */
export type PortShape = 'items' | 'index' | 'model';

/**
 * How an artifact of this type is stored.
 * `jsonl`: one JSON row a line. `vectors`: rows plus one float32 vector each, as Arrow IPC.
 * `json`: one value. `tree`: a folder of files.
 */
export type Encoding = 'jsonl' | 'vectors' | 'json' | 'tree';

/** An upgrade of a stored row from version `from` of its type to the next. */
export interface RowMigration {
  readonly from: number;
  readonly name: string;
  row(row: unknown): unknown;
}

export interface PortType<
  Id extends string = string,
  Value = unknown,
  E extends Encoding = Encoding,
> {
  readonly id: Id;
  readonly family: Family;
  readonly shape: PortShape;
  readonly encoding: E;
  /** Media type of the artifact. */
  readonly mediaType: string;
  /** Validates one row (`jsonl`, `vectors`) or the value (`json`); for a `tree`, its `graft.json`. */
  readonly schema: z.ZodType<Value>;
  /**
   * Version of the schema: raise it when rows change, with the migration from the version before. Results of an older
   * one are computed again, but for those that `reusedFrom` lets stand; what old runs gave is migrated as it is shown.
   */
  readonly version: number;
  /** From 1 on, gapless. */
  readonly migrations: readonly RowMigration[];
  /**
   * The oldest version whose results are still results: its migrations give all that a run would. They are reused, and
   * migrated as they are read. Absent: this version.
   */
  readonly reusedFrom?: number;
  /** What rows are called, in the plural, where the id does not say it. */
  readonly unit?: string;
  /** The few words that a row stands for all with; most rows have none. */
  headline?(row: Value): string | undefined;
  /** The rows that a text given from outside stands for, without ids; absent: it has to be JSON Lines. See `rowsOfText`. */
  fromText?(text: string): readonly Omit<Value, 'id'>[];
  /** Says in a few words what flows, for tooltips and refusals. */
  readonly doc: string;
}

/** As a sentence has it: `questions`, `an index`, `a model`. */
export function portPhrase({ id }: Pick<PortType, 'id'>): string {
  if (id.endsWith('s') || id === 'anything') return id;
  return `${/^[aeiou]/.test(id) ? 'an' : 'a'} ${id}`;
}

export type ValueOf<T> = T extends PortType<string, infer Value> ? Value : never;

/** A port type; of version 1 where it does not say. */
export function portType<Id extends string, Value, E extends Encoding>(
  type: Omit<PortType<Id, Value, E>, 'version' | 'migrations'> &
    Partial<Pick<PortType, 'version' | 'migrations'>>,
): PortType<Id, Value, E> {
  return { version: 1, migrations: [], ...type };
}
