import { isRecord, Metrics, type ArtifactRef } from '@graft/graph';
import type { Workspace } from '@graft/workspace';
import { type ReportRows, rowsKey } from '@graft/view';
import { embeddedSize } from './report-page.ts';

/** How much of the outputs of a run a report holds. */
export interface RowLimits {
  /** Bytes of all outputs together, as they stand in a page. */
  readonly all: number;
  /** Bytes of one. */
  readonly output: number;
  /** Rows of one. */
  readonly rows: number;
  /** Rows of one that holds metrics, which are short. */
  readonly metrics: number;
}

/** What is read of all outputs before it is shared out, by what is kept of them. */
const heldFor = 8;
/** Rows that are asked for at once. */
const pageSize = 25;
/** Rows of metrics that are read, so that a curve is shown from its beginning to its end; and at once. */
const metricRows = 50_000;
const metricPage = 5_000;
/** Bytes of a row from which on its long texts are cut. */
const longRow = 32_000;
/** Numbers from which on a list of them is a vector, which is written with fewer digits. */
const vectorLength = 64;
const digits = 3;

/** Where rows are read from. */
interface RowSource {
  readonly rows: Pick<Workspace['rows'], 'page'>;
  readonly artifacts: Pick<Workspace['artifacts'], 'has'>;
}

/** A row as it is held, its bytes in a page, and whether long texts of it were cut. */
interface Held {
  readonly row: unknown;
  readonly size: number;
  readonly cut: boolean;
}

interface Read {
  readonly key: string;
  readonly total: number;
  readonly held: readonly Held[];
  /** A curve: what is left out is left out all along it. */
  readonly evenly: boolean;
}

/**
 * The beginnings of several outputs, as much as fits: small outputs whole, and large ones up to what is then left for
 * each. What was kept of each says how many rows there are.
 */
export async function outputRows(
  workspace: RowSource,
  artifacts: readonly ArtifactRef[],
  limits: RowLimits,
): Promise<Readonly<Record<string, ReportRows>>> {
  // Of many outputs no more is held at a time than a few times of what is kept.
  const output = Math.min(limits.output, (heldFor * limits.all) / Math.max(1, artifacts.length));
  const reads: Read[] = [];
  const gone: string[] = [];
  for (const artifact of artifacts) {
    if (await workspace.artifacts.has(artifact.digest)) {
      reads.push(await readRows(workspace, artifact, { ...limits, output }));
    } else {
      gone.push(rowsKey(artifact));
    }
  }
  const share = shareOf(
    reads.map(({ held }) => sizeOf(held)),
    limits.all,
  );
  return Object.fromEntries([
    ...reads.map((read): [string, ReportRows] => {
      const held = fitting(read, share);
      const cut = held.filter((one) => one.cut).length;
      return [read.key, { total: read.total, rows: held.map(({ row }) => row), cut, gone: false }];
    }),
    ...gone.map((key): [string, ReportRows] => [key, { total: 0, rows: [], cut: 0, gone: true }]),
  ]);
}

const sizeOf = (held: readonly Held[]): number => held.reduce((sum, { size }) => sum + size, 0);

async function readRows(
  workspace: RowSource,
  artifact: ArtifactRef,
  limits: RowLimits,
): Promise<Read> {
  const isMetrics = artifact.mediaType === Metrics.mediaType;
  const most = isMetrics ? metricRows : limits.rows;
  const held: Held[] = [];
  let total = 0;
  let evenly = false;
  for (let offset = 0; offset < most;) {
    const limit = Math.min(isMetrics ? metricPage : pageSize, most - offset);
    const page = await workspace.rows.page(artifact, offset, limit);
    total = page.total;
    offset += page.rows.length;
    for (const row of page.rows) held.push(heldRow(row));
    evenly ||= isMetrics && page.rows.some((row) => isRecord(row) && row['step'] !== undefined);
    if (page.rows.length === 0 || offset >= total) break;
    // A curve is read to its end, and thinned below.
    if (!evenly && sizeOf(held) > limits.output) break;
  }
  const read = { key: rowsKey(artifact), total, held, evenly };
  return { ...read, held: fitting(read, limits.output, isMetrics ? limits.metrics : Infinity) };
}

/** What of an output fits into some bytes: its first rows, or of a curve such as stand as far apart. */
function fitting({ held, evenly }: Read, bytes: number, most = Infinity): readonly Held[] {
  if (evenly) {
    const share = Math.min(1, bytes / Math.max(1, sizeOf(held)));
    return spread(held, Math.min(most, Math.floor(held.length * share)));
  }
  let left = bytes;
  const end = held.findIndex(({ size }) => (left -= size) < 0);
  return held.slice(0, Math.min(most, end === -1 ? held.length : end));
}

/** The most that each of several may have, so that all together have no more than `all`. */
export function shareOf(lengths: readonly number[], all: number): number {
  let left = all;
  const sorted = lengths.toSorted((a, b) => a - b);
  for (const [at, length] of sorted.entries()) {
    const share = left / (sorted.length - at);
    if (length > share) return share;
    left -= length;
  }
  return Infinity;
}

/** A row with vectors of few digits, and where it is very long with its texts cut. */
function heldRow(row: unknown): Held {
  const short = isRecord(row) ? withShortVectors(row) : row;
  const size = embeddedSize(short) + 1;
  if (size <= longRow) return { row: short, size, cut: false };
  const { value, cut } = cutTexts(short);
  return { row: value, size: embeddedSize(value) + 1, cut };
}

function withShortVectors(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      isVector(value) ? value.map(rounded) : value,
    ]),
  );
}

const rounded = (value: number): number =>
  Number.isInteger(value) ? value : Number(value.toPrecision(digits));

function isVector(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.length >= vectorLength &&
    value.every((one) => typeof one === 'number')
  );
}

/** Characters of a text that are kept where it is cut. */
const kept = 4_000;

/** A value of JSON with its long texts cut, and whether any was. */
export function cutTexts<T>(value: T): { readonly value: T; readonly cut: boolean } {
  let cut = false;
  const text = JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== 'string' || part.length <= kept) return part;
    cut = true;
    return `${part.slice(0, kept)}…`;
  });
  // Only texts became shorter.
  return { value: cut ? (JSON.parse(text) as T) : value, cut };
}

/** So many of several values at most, as far apart from one another, with the first and the last. */
export function spread<T>(values: readonly T[], most: number): readonly T[] {
  if (values.length <= most) return values;
  const step = (values.length - 1) / Math.max(1, most - 1);
  return Array.from({ length: most }, (_, at) => values[Math.round(at * step)]).filter(
    (value) => value !== undefined,
  );
}
