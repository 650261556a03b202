import type { z } from 'zod';

/** Separate from the port type, so that the page can recognize metrics without loading the schema. */
export const metricsMediaType = 'application/vnd.graft.metrics+jsonl';

/** Media type of answers: a card recognizes them by it before the port types have loaded. */
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
   * Version of the schema: raise it when rows change, with the migration from the version before. Graft recomputes
   * results of older versions, except those that `reusedFrom` accepts, and migrates the outputs of old runs for
   * display.
   */
  readonly version: number;
  /** From 1, without gaps. */
  readonly migrations: readonly RowMigration[];
  /**
   * The oldest version whose results are still valid, because its migrations give everything that a run would. Graft
   * reuses them and migrates them on reading. Absent: the current version.
   */
  readonly reusedFrom?: number;
  /** Name of its rows, in the plural, if the id does not say it. */
  readonly unit?: string;
  /** The field whose text stands for a row; most rows have none. */
  headline?(row: Value): string | undefined;
  /** Turns a text from outside into rows without ids; absent: the text must be JSON Lines. See `rowsOfText`. */
  fromText?(text: string): readonly Omit<Value, 'id'>[];
  /** A few words on what flows, for tooltips and messages. */
  readonly doc: string;
}

/** For a sentence: `questions`, `an index`, `a model`. */
export function portPhrase({ id }: Pick<PortType, 'id'>): string {
  if (id.endsWith('s') || id === 'anything') return id;
  return `${/^[aeiou]/.test(id) ? 'an' : 'a'} ${id}`;
}

export type ValueOf<T> = T extends PortType<string, infer Value> ? Value : never;

/** Defines a port type; version 1 by default. */
export function portType<Id extends string, Value, E extends Encoding>(
  type: Omit<PortType<Id, Value, E>, 'version' | 'migrations'> &
    Partial<Pick<PortType, 'version' | 'migrations'>>,
): PortType<Id, Value, E> {
  return { version: 1, migrations: [], ...type };
}
