import { isRecord, Metrics, type ArtifactRef } from '@graft/graph';
import type { Workspace } from '@graft/workspace';
import { rowsKey, type ReportRows } from '../../report/report.ts';
import { spread } from './spread.ts';

/** How much of the outputs of a run a report holds. */
export interface RowLimits {
  /** Characters of JSON of all outputs together. */
  readonly all: number;
  /** Characters of JSON of one. */
  readonly output: number;
  /** Rows of one. */
  readonly rows: number;
  /** Rows of one that holds metrics, which are short. */
  readonly metrics: number;
}

/** What is read of all outputs before it is shared out, by what is kept of them. */
const heldFor = 8;
/** Rows that are asked for at once. */
const pageSize = 100;
/** Rows of metrics that are read, so that a curve is shown from its beginning to its end; and at once. */
const metricRows = 50_000;
const metricPage = 5_000;
/** Characters of a row from which on its long texts are cut, and how long these may then be. */
const longRow = 32_000;
const longText = 4_000;
/** Numbers from which on a list of them is a vector, which is written with fewer digits. */
const vectorLength = 64;
const digits = 3;

/** Where rows are read from. */
interface RowSource extends Pick<Workspace, 'page'> {
  readonly artifacts: Pick<Workspace['artifacts'], 'has'>;
}

/** A row as JSON, and whether long texts of it were cut. */
interface Written {
  readonly text: string;
  readonly cut: boolean;
}

interface Read {
  readonly key: string;
  readonly total: number;
  readonly written: readonly Written[];
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
    reads.map(({ written }) => lengthOf(written)),
    limits.all,
  );
  return Object.fromEntries([
    ...reads.map((read): [string, ReportRows] => [read.key, within(read, share)]),
    ...gone.map((key): [string, ReportRows] => [key, { total: 0, rows: [], cut: 0, gone: true }]),
  ]);
}

const lengthOf = (written: readonly Written[]): number =>
  written.reduce((sum, { text }) => sum + text.length + 1, 0);

async function readRows(
  workspace: RowSource,
  artifact: ArtifactRef,
  limits: RowLimits,
): Promise<Read> {
  const isMetrics = artifact.mediaType === Metrics.mediaType;
  const most = isMetrics ? metricRows : limits.rows;
  const written: Written[] = [];
  let length = 0;
  let total = 0;
  let evenly = false;
  for (let offset = 0; offset < most;) {
    const limit = Math.min(isMetrics ? metricPage : pageSize, most - offset);
    const page = await workspace.page(artifact, offset, limit);
    total = page.total;
    for (const row of page.rows) {
      evenly ||= isMetrics && isRecord(row) && row['step'] !== undefined;
      const one = rowJson(row);
      length += one.text.length + 1;
      // A curve is read to its end, and thinned below.
      if (!evenly && length > limits.output) break;
      written.push(one);
    }
    offset += page.rows.length;
    if (page.rows.length === 0 || offset >= total || written.length < offset) break;
  }
  const read = { key: rowsKey(artifact), total, written, evenly };
  const room = Math.floor(written.length * Math.min(1, limits.output / Math.max(1, length)));
  return isMetrics ? pick(read, Math.min(limits.metrics, evenly ? room : Infinity)) : read;
}

/** So many rows of an output: the first, or of a curve such as stand as far apart. */
function pick(read: Read, most: number): Read {
  const { written, evenly } = read;
  return { ...read, written: evenly ? spread(written, most) : written.slice(0, most) };
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

function within(read: Read, share: number): ReportRows {
  const { written, total, evenly } = read;
  let kept = 0;
  if (evenly) {
    kept = Math.floor(written.length * Math.min(1, share / lengthOf(written)));
  } else {
    for (let length = 0; kept < written.length; kept++) {
      length += (written[kept]?.text.length ?? 0) + 1;
      if (length > share) break;
    }
  }
  const picked = pick(read, kept).written;
  return {
    total,
    rows: picked.map(({ text }): unknown => JSON.parse(text)),
    cut: picked.filter(({ cut }) => cut).length,
    gone: false,
  };
}

/** A row as JSON, vectors with few digits, and where it is very long with its texts cut. */
function rowJson(row: unknown): Written {
  const text = JSON.stringify(row, (_key, value: unknown) =>
    isVector(value) ? value.map(rounded) : value,
  );
  if (text.length <= longRow) return { text, cut: false };
  let cut = false;
  const short = JSON.stringify(JSON.parse(text), (_key, value: unknown) => {
    if (typeof value !== 'string' || value.length <= longText) return value;
    cut = true;
    return `${value.slice(0, longText)}…`;
  });
  return { text: short, cut };
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
