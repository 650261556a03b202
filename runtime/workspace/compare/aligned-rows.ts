import { portTypeOf, readPage, readRows, type RowReader } from '@graft/engine';
import {
  GraphError,
  type AnswerVerdict,
  type ArtifactRef,
  type ArtifactStore,
  type PortType,
} from '@graft/graph';
import { cellOf, markOf, type ComparedCell, type ComparedHead } from './compared-cell.ts';
import { RecentAnswers } from '../recent-answers.ts';

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
/** Alignments that are remembered; artifacts never change. */
const kept = 8;
/** Rows that are read in vain rather than begun anew for. */
const gap = 32;

interface Line {
  readonly row: number;
  readonly mark: string;
  readonly verdict?: AnswerVerdict;
}

interface Alignment {
  readonly type: PortType;
  readonly items: readonly { readonly id: string; readonly lines: readonly (Line | undefined)[] }[];
  /** Places in `items`. */
  readonly passing: Readonly<Record<RowFilter, readonly number[]>>;
  readonly right: ComparedRows['right'];
  readonly left: number;
}

/**
 * Rows of several artifacts of one type side by side, by their ids. Which belong together and which differ is found in one
 * reading of each, of which only marks are held; what a page shows is read again where it stands.
 */
export class AlignedRows {
  readonly #artifacts: ArtifactStore;
  readonly #reader: RowReader;
  readonly #known = new RecentAnswers<Alignment>(kept);

  constructor(artifacts: ArtifactStore, reader: RowReader) {
    this.#artifacts = artifacts;
    this.#reader = reader;
  }

  /** Throws `bad-input` for artifacts that are not of one type with rows of text, `missing-file` where one is gone. */
  async page({ artifacts, filter, offset, limit }: ComparedRowsQuery): Promise<ComparedRows> {
    const { type, items, passing, right, left } = await this.#alignment(artifacts);
    const shown = passing[filter].slice(offset, offset + limit).flatMap((at) => items[at] ?? []);
    const rows = await Promise.all(
      artifacts.map((ref, side) =>
        this.#rowsAt(
          ref,
          shown.flatMap(({ lines }) => lines[side]?.row ?? []),
        ),
      ),
    );
    const counts = {
      all: passing.all.length,
      differing: passing.differing.length,
      gained: passing.gained.length,
      lost: passing.lost.length,
    };
    return {
      ...{ counts, left },
      ...(right === undefined ? {} : { right }),
      rows: shown.map(({ id, lines }): ComparedRow => {
        const read = lines.map((line, side) => {
          const row = line === undefined ? undefined : rows[side]?.get(line.row);
          return row === undefined ? undefined : cellOf(type, row);
        });
        const head = read.find((one) => one !== undefined)?.head ?? { heading: id };
        return { ...head, id, differs: differ(lines), cells: read.map((one) => one?.cell ?? null) };
      }),
    };
  }

  #alignment(artifacts: readonly (ArtifactRef | null)[]): Promise<Alignment> {
    const key = artifacts.map((ref) => ref?.digest ?? '').join(' ');
    return this.#known.get(key, () => this.#align(artifacts));
  }

  async #align(artifacts: readonly (ArtifactRef | null)[]): Promise<Alignment> {
    const type = commonType(artifacts);
    const items = new Map<string, (Line | undefined)[]>();
    let left = 0;
    for (const [side, ref] of artifacts.entries()) {
      if (ref === null) continue;
      left = Math.max(left, (ref.count ?? 0) - mostRows);
      for (const [id, line] of await this.#lines(ref, type)) {
        const lines = items.get(id) ?? artifacts.map(() => undefined);
        lines[side] = line;
        items.set(id, lines);
      }
    }
    return { type, ...sorted([...items].map(([id, lines]) => ({ id, lines }))), left };
  }

  async #lines(ref: ArtifactRef, type: PortType): Promise<ReadonlyMap<string, Line>> {
    const lines = new Map<string, Line>();
    let row = 0;
    for await (const read of readRows(this.#artifacts, ref, type)) {
      const { id = `row ${String(row + 1)}`, ...line } = markOf(type, read);
      lines.set(free(lines, id), { row, ...line });
      row += 1;
      if (row >= mostRows) break;
    }
    return lines;
  }

  /** Some rows of an artifact by their numbers, from 0. */
  async #rowsAt(
    ref: ArtifactRef | null,
    numbers: readonly number[],
  ): Promise<ReadonlyMap<number, unknown>> {
    const found = new Map<number, unknown>();
    if (ref === null) return found;
    for (const { first, last } of stretches(numbers)) {
      const range = { offset: first, limit: last - first + 1, reader: this.#reader };
      const { rows } = await readPage(this.#artifacts, ref, range);
      for (const [at, row] of rows.entries()) found.set(first + at, row);
    }
    return found;
  }
}

/** An id that no row before has: where several have one, the first of one side belongs to the first of the other. */
function free(lines: ReadonlyMap<string, Line>, id: string): string {
  let tried = id;
  for (let at = 2; lines.has(tried); at += 1) tried = `${id} (${String(at)})`;
  return tried;
}

function commonType(artifacts: readonly (ArtifactRef | null)[]): PortType {
  const types = artifacts.flatMap((ref) => (ref === null ? [] : portTypeOf(ref)));
  const [type] = types;
  if (type?.encoding !== 'jsonl' || types.some(({ id }) => id !== type.id)) {
    throw new GraphError(
      'bad-input',
      'Only outputs of one type whose rows are text are compared row by row.',
    );
  }
  return type;
}

function differ(lines: readonly (Line | undefined)[]): boolean {
  return lines.some((line) => line === undefined || line.mark !== lines[0]?.mark);
}

function sorted(items: Alignment['items']): Pick<Alignment, 'items' | 'passing' | 'right'> {
  const turned =
    (from: AnswerVerdict, to: AnswerVerdict) => (lines: readonly (Line | undefined)[]) =>
      lines[0]?.verdict === from && lines.some((line) => line?.verdict === to);
  const passes: Readonly<Record<RowFilter, (lines: readonly (Line | undefined)[]) => boolean>> = {
    all: () => true,
    differing: differ,
    gained: turned('wrong', 'right'),
    lost: turned('right', 'wrong'),
  };
  const through = (filter: RowFilter): number[] =>
    items.flatMap(({ lines }, at) => (passes[filter](lines) ? [at] : []));
  const right = items[0]?.lines.map((_, side) => {
    const verdicts = items.map(({ lines }) => lines[side]?.verdict);
    const count = (verdict: AnswerVerdict): number =>
      verdicts.filter((one) => one === verdict).length;
    return { right: count('right'), of: count('right') + count('wrong') };
  });
  return {
    items,
    passing: {
      all: through('all'),
      differing: through('differing'),
      gained: through('gained'),
      lost: through('lost'),
    },
    right: right?.some(({ of }) => of > 0) === true ? right : undefined,
  };
}

/** Numbers that stand close to each other, read at once. */
function stretches(numbers: readonly number[]): { first: number; last: number }[] {
  const found: { first: number; last: number }[] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const open = found.at(-1);
    if (open !== undefined && number - open.last <= gap) open.last = number;
    else found.push({ first: number, last: number });
  }
  return found;
}
