import path from 'node:path';
import { GraphError, type Cell, type EvidenceTable } from '@graft/graph';
import { formatDuration } from '../quantity.ts';
import { table } from '../terminal.ts';

/** How to write a table into a file of that name. Throws `bad-name` for an ending that is none of ours. */
export function tableWriter(file: string): (table: EvidenceTable) => string {
  const writers: Readonly<Record<string, (table: EvidenceTable) => string>> = {
    '.json': (made) => `${JSON.stringify(made, null, 2)}\n`,
  };
  const writer = writers[path.extname(file).toLowerCase()];
  if (writer !== undefined) return writer;
  throw new GraphError(
    'bad-name',
    `--out takes a file that ends in .csv, .md or .json, and not "${file}".`,
  );
}

/** The table for a terminal: a line a variant. */
export function experimentSummary({ rows, metrics, baseline }: EvidenceTable): string {
  const head = [
    'variant',
    ...metrics.flatMap(({ name }) => [name, '− baseline', 'shown']),
    'n',
    'time',
  ];
  const lines = rows.map(({ variant, cells, cost, problem }) => [
    variant === baseline ? `${variant} (baseline)` : variant,
    ...cells.flatMap((cell) => [
      meanText(cell),
      differenceText(cell),
      cell.difference?.verdict ?? '',
    ]),
    [...new Set(cells.map(({ n }) => n))].join('/'),
    cost.ms === undefined ? '' : formatDuration(cost.ms),
    problem ?? '',
  ]);
  return table([head, ...lines]);
}

function meanText({ mean, interval }: Cell): string {
  if (mean === null) return '–';
  return `${digits(mean)}${interval === null ? '' : ` [${interval.map(digits).join(', ')}]`}`;
}

function differenceText({ difference }: Cell): string {
  if (difference === undefined) return '';
  const sign = difference.mean > 0 ? '+' : '';
  return `${sign}${digits(difference.mean)}`;
}

const digits = (value: number): string => value.toPrecision(3);
