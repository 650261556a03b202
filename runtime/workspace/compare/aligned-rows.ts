import { inTurns, portTypeOf, readRows, type ArtifactRows } from '@graft/engine';
import {
  GraphError,
  type AnswerVerdict,
  type ArtifactRef,
  type ArtifactStore,
  type PortType,
} from '@graft/graph';
import { Items, Side } from './aligned-items.ts';
import { cellOf, markOf, type ComparedCell, type ComparedHead } from './compared-cell.ts';
import { PromiseCache } from '../runs/promise-cache.ts';

/**
 * Which rows are wanted: all, those that differ in any side, and of answers those that are right in one of the others and
 * wrong in the first, or the other way round.
 */
export const rowFilters = ['all', 'differing', 'gained', 'lost'] as const;
export type RowFilter = (typeof rowFilters)[number];

export interface ComparedRowsQuery {
  /** What each side gave, the first to compare with; null: it gave none. */
  readonly artifacts: readonly (ArtifactRef | null)[];
  readonly filter: RowFilter;
  readonly offset: number;
  readonly limit: number;
}

/** One item with what each side has of it. */
interface ComparedRow extends ComparedHead {
  readonly id: string;
  readonly differs: boolean;
  /** Null where a side has no such item. */
  readonly cells: readonly (ComparedCell | null)[];
}

export interface ComparedRows {
  /** How many items each filter lets through. */
  readonly counts: Readonly<Record<RowFilter, number>>;
  /** Of answers: how many of each side are right, among those with a reference; absent where none has one. */
  readonly right?: readonly { readonly right: number; readonly of: number }[];
  /** Rows that are not compared, since there are too many. */
  readonly left: number;
  readonly rows: readonly ComparedRow[];
}

/** Rows of a side that are compared: of each a few dozen bytes are held. */
const mostRows = 200_000;
/** Alignments that are remembered, and their bytes together; artifacts never change. */
const kept = 32;
const mostBytes = 64_000_000;

/** The rows of one item, by their numbers on each side; `none` where a side has none of it. */
interface Alignment {
  readonly type: PortType;
  readonly sides: number;
  readonly ids: readonly string[];
  /** Of each item one number a side. */
  readonly rows: Int32Array;
  /** Of each item 1 where a side differs from the first. */
  readonly differs: Uint8Array;
  /** Places in `ids`. */
  readonly passing: Readonly<Record<RowFilter, Uint32Array>>;
  readonly right: ComparedRows['right'];
  readonly left: number;
}

const none = -1;

/**
 * Rows of several artifacts of one type side by side, by their ids. Which belong together and which differ is found in one
 * reading of each, of which only marks are held; what a page shows is read again where it stands.
 */
export class AlignedRows {
  readonly #artifacts: ArtifactStore;
  readonly #rows: ArtifactRows;
  readonly #known = new PromiseCache<Alignment>(kept, { bytesOf, most: mostBytes });

  constructor(parts: { readonly artifacts: ArtifactStore; readonly rows: ArtifactRows }) {
    this.#artifacts = parts.artifacts;
    this.#rows = parts.rows;
  }

  /**
   * Throws `bad-input` for artifacts that are not of one type with rows of text, `missing-file` where one is gone, and the
   * reason of `signal` once it aborts.
   */
  async page(
    { artifacts, filter, offset, limit }: ComparedRowsQuery,
    signal?: AbortSignal,
  ): Promise<ComparedRows> {
    const alignment = await this.#alignment(artifacts, signal);
    const { type, ids, sides, passing, right, left } = alignment;
    const shown = [...passing[filter].subarray(offset, offset + limit)];
    const rowOf = (item: number, side: number): number =>
      alignment.rows[item * sides + side] ?? none;
    const read = await Promise.all(
      artifacts.map((ref, side) =>
        this.#rowsAt(
          ref,
          shown.map((item) => rowOf(item, side)).filter((row) => row !== none),
        ),
      ),
    );
    return {
      ...{ counts: countsOf(passing), left },
      ...(right === undefined ? {} : { right }),
      rows: shown.map((item): ComparedRow => {
        const id = ids[item] ?? '';
        const compared = read.map((rows, side) => {
          const row = rows.get(rowOf(item, side));
          return row === undefined ? undefined : cellOf(type, row);
        });
        const head = compared.find((one) => one !== undefined)?.head ?? { heading: id };
        const cells = compared.map((one) => one?.cell ?? null);
        return { ...head, id, differs: alignment.differs[item] === 1, cells };
      }),
    };
  }

  #alignment(
    artifacts: readonly (ArtifactRef | null)[],
    signal: AbortSignal | undefined,
  ): Promise<Alignment> {
    const key = artifacts.map((ref) => ref?.digest ?? '').join(' ');
    return this.#known.get(key, (finding) => this.#align(artifacts, finding), signal);
  }

  async #align(
    artifacts: readonly (ArtifactRef | null)[],
    signal: AbortSignal,
  ): Promise<Alignment> {
    const type = commonType(artifacts);
    const items = new Items();
    const sides: Side[] = [];
    let left = 0;
    for (const ref of artifacts) {
      const side = new Side(items);
      sides.push(side);
      if (ref === null) continue;
      left = Math.max(left, (ref.count ?? 0) - mostRows);
      let row = 0;
      for await (const read of inTurns(readRows(this.#artifacts, ref, type), signal)) {
        const { id = `row ${String(row + 1)}`, ...line } = markOf(type, read);
        side.add(id, { row, ...line });
        row += 1;
        if (row >= mostRows) break;
      }
    }
    return { type, left, ...aligned(items.ids, sides) };
  }

  /** Rows of an artifact by their numbers, from 0. */
  async #rowsAt(
    ref: ArtifactRef | null,
    numbers: readonly number[],
  ): Promise<ReadonlyMap<number, unknown>> {
    if (ref === null) return new Map();
    const rows = await this.#rows.pick(ref, numbers);
    return new Map(numbers.map((number, at) => [number, rows[at]]));
  }
}

function commonType(artifacts: readonly (ArtifactRef | null)[]): PortType {
  const types = artifacts.flatMap((ref) => (ref === null ? [] : portTypeOf(ref)));
  const [type] = types;
  if (type?.encoding !== 'jsonl' || types.some(({ id }) => id !== type.id)) {
    throw new GraphError(
      'bad-input',
      'Graft compares row by row only outputs of the same type with text rows.',
    );
  }
  return type;
}

function countsOf(passing: Alignment['passing']): ComparedRows['counts'] {
  return {
    all: passing.all.length,
    differing: passing.differing.length,
    gained: passing.gained.length,
    lost: passing.lost.length,
  };
}

/** What all sides have, side by side, without their marks. */
function aligned(ids: readonly string[], sides: readonly Side[]): Omit<Alignment, 'type' | 'left'> {
  const rows = new Int32Array(ids.length * sides.length);
  const differs = new Uint8Array(ids.length);
  const [first, ...others] = sides;
  const turned = (item: number, from: AnswerVerdict, to: AnswerVerdict): boolean =>
    first?.verdictOf(item) === from && others.some((side) => side.verdictOf(item) === to);
  for (const item of ids.keys()) {
    const mark = first?.markOf(item);
    for (const [at, side] of sides.entries()) {
      rows[item * sides.length + at] = side.rowOf(item);
      if (mark === undefined || side.markOf(item) !== mark) differs[item] = 1;
    }
  }
  const through = (passes: (item: number) => boolean): Uint32Array =>
    Uint32Array.from([...ids.keys()].filter(passes));
  const right = sides.map((side) => side.score());
  return {
    ...{ ids, sides: sides.length, rows, differs },
    passing: {
      all: through(() => true),
      differing: through((item) => differs[item] === 1),
      gained: through((item) => turned(item, 'wrong', 'right')),
      lost: through((item) => turned(item, 'right', 'wrong')),
    },
    right: right.some(({ of }) => of > 0) ? right : undefined,
  };
}

/** What an alignment takes in memory; ids have two bytes a letter at most, and some for themselves. */
function bytesOf({ ids, rows, differs, passing }: Alignment): number {
  const lists = Object.values(passing).reduce((sum, list) => sum + list.byteLength, 0);
  const texts = ids.reduce((sum, id) => sum + 2 * id.length + 32, 0);
  return rows.byteLength + differs.byteLength + lists + texts;
}
