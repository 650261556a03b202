import path from 'node:path';
import {
  bestFirst,
  differenceWriter,
  dollarsText,
  GraphError,
  inMetricWords,
  isRatio,
  metricTitle,
  standings,
  tableNote,
  tableNumber,
  tableReasons,
  tableToCsv,
  tableToJson,
  tableToMarkdown,
  verdictWords,
  type Cell,
  type Cost,
  type EvidenceTable,
} from '@graft/graph';
import { formatBytes, formatDuration } from './quantity.ts';
import { oneLine, table } from './terminal.ts';

/** How to write a table into a file of that name. Throws `bad-name` for an ending that is none of ours. */
export function tableWriter(file: string): (table: EvidenceTable, verdict?: string) => string {
  const writers: Readonly<Record<string, (table: EvidenceTable, verdict?: string) => string>> = {
    '.csv': tableToCsv,
    '.md': tableToMarkdown,
    '.json': tableToJson,
  };
  const writer = writers[path.extname(file).toLowerCase()];
  if (writer !== undefined) return writer;
  throw new GraphError(
    'bad-name',
    `--out cannot take "${file}". Name a file that ends in .csv, .md or .json.`,
  );
}

/** The table for a terminal: what it shows, a line a variant, the best first, and what the words in it mean. */
export function experimentSummary(
  made: EvidenceTable,
  verdict = verdictWords(inMetricWords(made)),
): string {
  const { rows, metrics, baseline } = made;
  const leading = new Set(
    standings(made, 0).flatMap((standing, at) =>
      standing === 'leads' ? (rows[at]?.variant ?? []) : [],
    ),
  );
  const failures = rows.some(({ cells }) => cells.some((cell) => cell.failures > 0));
  const costs = costColumns.filter(({ of }) => rows.some(({ cost }) => of(cost) !== undefined));
  const head = [
    'variant',
    ...metrics.flatMap((metric, at) => [
      ...[metricTitle(metric), `${isRatio(made, at) ? '÷' : '−'} baseline`, 'shown'],
    ]),
    ...['n', ...(failures ? ['failed'] : []), ...costs.map(({ title }) => title), ''],
  ];
  const lines = bestFirst(made).map(({ variant, cells, cost, problem }) => [
    marked(variant, [
      ...(leading.has(variant) && leading.size < rows.length ? ['leads'] : []),
      ...(variant === baseline ? ['baseline'] : []),
    ]),
    ...cells.flatMap((cell) => [
      withInterval(cell.mean, cell.interval, tableNumber),
      withInterval(
        cell.difference?.mean,
        cell.difference?.interval,
        differenceWriter(cell.difference),
      ),
      cell.difference?.verdict ?? '',
    ]),
    distinct(cells.map(({ n }) => n)),
    ...(failures ? [distinct(cells.map((cell) => cell.failures))] : []),
    ...costs.map(({ of }) => of(cost) ?? '—'),
    oneLine(problem ?? '', 200),
  ]);
  const above = verdict === undefined ? [] : [verdict, ''];
  return [...above, table([head, ...lines]), '', tableNote(made), ...tableReasons(made)].join('\n');
}

const marked = (variant: string, marks: readonly string[]): string =>
  marks.length === 0 ? variant : `${variant} (${marks.join(', ')})`;

const costColumns: readonly { title: string; of(cost: Cost): string | undefined }[] = [
  { title: 'time', of: ({ ms }) => (ms === undefined ? undefined : formatDuration(ms)) },
  { title: 'tokens', of: ({ tokens }) => tokens?.toLocaleString('en-US') },
  {
    title: 'cost',
    of: ({ dollars }) => (dollars === undefined ? undefined : dollarsText(dollars)),
  },
  { title: 'memory', of: ({ bytes }) => (bytes === undefined ? undefined : formatBytes(bytes)) },
];

const distinct = (numbers: readonly number[]): string => [...new Set(numbers)].join('/');

function withInterval(
  value: number | null | undefined,
  interval: Cell['interval'] | undefined,
  write: (value: number) => string,
): string {
  if (value === null || value === undefined) return '–';
  if (interval === null || interval === undefined) return write(value);
  return `${write(value)} [${interval.map(write).join(', ')}]`;
}
