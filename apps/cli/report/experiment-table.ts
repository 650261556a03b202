import path from 'node:path';
import {
  GraphError,
  signed,
  tableNote,
  tableNumber,
  tableReasons,
  tableToCsv,
  tableToJson,
  tableToMarkdown,
  type Cell,
  type EvidenceTable,
} from '@graft/graph';
import { formatDuration } from '../quantity.ts';
import { oneLine, table } from '../terminal.ts';

/** How to write a table into a file of that name. Throws `bad-name` for an ending that is none of ours. */
export function tableWriter(file: string): (table: EvidenceTable) => string {
  const writers: Readonly<Record<string, (table: EvidenceTable) => string>> = {
    '.csv': tableToCsv,
    '.md': tableToMarkdown,
    '.json': tableToJson,
  };
  const writer = writers[path.extname(file).toLowerCase()];
  if (writer !== undefined) return writer;
  throw new GraphError(
    'bad-name',
    `--out takes a file that ends in .csv, .md or .json, and not "${file}".`,
  );
}

/** The table for a terminal: a line a variant, and below it what the words in it mean. */
export function experimentSummary(made: EvidenceTable): string {
  const { rows, metrics, baseline } = made;
  const head = [
    'variant',
    ...metrics.flatMap(({ name }) => [name, '− baseline', 'shown']),
    ...['n', 'time', ''],
  ];
  const lines = rows.map(({ variant, cells, cost, problem }) => [
    variant === baseline ? `${variant} (baseline)` : variant,
    ...cells.flatMap((cell) => [
      withInterval(cell.mean, cell.interval, tableNumber),
      withInterval(cell.difference?.mean, cell.difference?.interval, signed),
      cell.difference?.verdict ?? '',
    ]),
    [...new Set(cells.map(({ n }) => n))].join('/'),
    cost.ms === undefined ? '' : formatDuration(cost.ms),
    oneLine(problem ?? '', 200),
  ]);
  return [table([head, ...lines]), '', tableNote(made), ...tableReasons(made)].join('\n');
}

function withInterval(
  value: number | null | undefined,
  interval: Cell['interval'] | undefined,
  write: (value: number) => string,
): string {
  if (value === null || value === undefined) return '–';
  if (interval === null || interval === undefined) return write(value);
  return `${write(value)} [${interval.map(write).join(', ')}]`;
}
