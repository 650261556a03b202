import { dollarsText } from '../metrics/remote-usage.ts';
import { own } from '../base/record.ts';
import type {
  Cell,
  Difference,
  EvidenceTable,
  Interval,
  TableRow,
} from '../metrics/evidence-table.ts';
import type { Metric } from '../metrics/metric.ts';
import { differenceWriter, metricTitle, tableNumber } from '../metrics/metric-words.ts';
import { bestFirst } from './leaders.ts';
import { inMetricWords } from './table-words.ts';
import { fewestSeeds } from './two-way.ts';
import { verdictWords } from './verdict-words.ts';
import { paretoFront, paretoText } from './pareto-front.ts';

/** The table as JSON, indented by two spaces, with a final newline. */
export function tableToJson(table: EvidenceTable): string {
  return `${JSON.stringify(table, null, 2)}\n`;
}

/**
 * The table as CSV (RFC 4180, but with plain newlines): a line for each variant and metric, numbers in full. A text
 * that a spreadsheet would read as a formula gets a leading apostrophe.
 */
export function tableToCsv(table: EvidenceTable): string {
  const head = [
    ...[
      'variant',
      ...table.settings,
      'metric',
      'direction',
      'mean',
      'low',
      'high',
      'n',
      'failures',
      'failed in all variants',
    ],
    ...['compared as', 'difference', 'difference low', 'difference high', 'difference confidence'],
    ...['pairs', 'wins', 'ties', 'losses'],
    ...[
      'p',
      'adjusted p',
      'verdict',
      'ms',
      'tokens',
      'dollars',
      'bytes',
      'steps',
      'reused',
      'problem',
    ],
  ];
  const directions = new Map(table.metrics.map(({ name, direction }) => [name, direction]));
  const lines = table.rows.flatMap((row) =>
    row.cells.map(({ metric, mean, interval, n, failures, difference: against }) => [
      row.variant,
      ...table.settings.map((name) => settingText(row.settings[name])),
      ...[metric, directions.get(metric), mean, interval?.[0], interval?.[1], n, failures],
      own(table.failedInAll ?? {}, metric) ?? 0,
      against === undefined ? undefined : against.ratio === true ? 'ratio' : 'difference',
      ...[against?.mean, against?.interval?.[0], against?.interval?.[1]],
      ...[against && (against.confidence ?? table.confidence), against?.n],
      ...[against?.wins, against?.ties, against?.losses, against?.p, against?.adjustedP],
      row.variant === table.baseline ? 'baseline' : against?.verdict,
      ...[
        row.cost.ms,
        row.cost.tokens,
        row.cost.dollars,
        row.cost.bytes,
        row.cost.steps,
        row.cost.reused,
      ],
      row.problem,
    ]),
  );
  return [head, ...lines].map((fields) => `${fields.map(csvField).join(',')}\n`).join('');
}

/**
 * The table as markdown for people: what it shows (by default in its own names), a line for each variant, the best
 * first, and the meaning of its words.
 */
export function tableToMarkdown(
  table: EvidenceTable,
  verdict = verdictWords(inMetricWords(table)),
): string {
  const costs = costColumns.filter(({ of }) => table.rows.some((row) => of(row) !== undefined));
  const problems = table.rows.some(({ problem }) => problem !== undefined);
  const head = [
    ...['variant', ...table.settings.map(markdownText)],
    ...table.metrics.flatMap((metric, at) => [
      markdownText(metricTitle(metric)),
      markdownText(`${metric.name} ${isRatio(table, at) ? '÷' : '−'} baseline`),
      ...['win/tie/loss', 'shown'],
    ]),
    ...['n', 'failures', ...costs.map(({ name }) => name)],
    ...(problems ? ['problem'] : []),
  ];
  const lines = bestFirst(table).map((row) => [
    markdownText(row.variant) + (row.variant === table.baseline ? ' (baseline)' : ''),
    ...table.settings.map((name) => markdownText(settingText(row.settings[name]))),
    ...row.cells.flatMap((cell) => [
      numberWithInterval(cell.mean, cell.interval),
      numberWithInterval(
        cell.difference?.mean,
        cell.difference?.interval,
        differenceWriter(cell.difference),
      ),
      winTieLoss(cell.difference),
      cell.difference?.verdict ?? '',
    ]),
    acrossCells(row.cells.map(({ n }) => n)),
    acrossCells(row.cells.map(({ failures }) => failures)),
    ...costs.map(({ of }) => of(row) ?? '—'),
    ...(problems ? [markdownText(row.problem ?? '')] : []),
  ]);
  const rule = head.map((_, at) => (at <= table.settings.length ? '---' : '---:'));
  const text = [head, ...lines].map((fields) => `| ${fields.join(' | ')} |`);
  text.splice(1, 0, `| ${rule.join(' | ')} |`);
  const reasons = tableReasons(table).map((reason) => `- ${markdownText(reason)}\n`);
  const below = reasons.length === 0 ? '' : `\n${reasons.join('')}`;
  const above = verdict === undefined ? '' : `${markdownText(verdict)}\n\n`;
  return `${above}${text.join('\n')}\n\n${markdownText(tableNote(table))}\n${below}`;
}

/** Whether a table compares the metric of that index by ratios. */
export function isRatio({ rows }: EvidenceTable, metric: number): boolean {
  return rows.some(({ cells }) => cells[metric]?.difference?.ratio === true);
}

/** Why verdicts are `too few`: one sentence for each reason, with its variants and metrics. */
export function tableReasons({ rows, metrics }: EvidenceTable): string[] {
  const whose = new Map<string, string[]>();
  for (const { variant, cells } of rows) {
    for (const { metric, difference } of cells) {
      if (difference?.reason === undefined) continue;
      const name = metrics.length > 1 ? `${variant} (${metric})` : variant;
      whose.set(difference.reason, [...(whose.get(difference.reason) ?? []), name]);
    }
  }
  return [...whose].map(([reason, names]) => `${names.join(', ')}: ${reason}`);
}

/** The meaning of a table's numbers and words, in a few sentences; `say` names its metrics within a sentence. */
export function tableNote(table: EvidenceTable, say = (metric: string): string => metric): string {
  const { confidence, metrics, race, seeds } = table;
  const names = (those: readonly Metric[]): string => those.map(({ name }) => say(name)).join(', ');
  const lower = metrics.filter(({ direction }) => direction === 'lower');
  const assumed = metrics.filter((metric) => metric.assumed === true);
  const front = paretoFront(table);
  const differences = table.rows.flatMap(({ cells }) =>
    cells.flatMap((cell) => cell.difference ?? []),
  );
  const isInLine = differences.some((difference) => difference.confidence !== undefined);
  const isUntested = differences.some(({ p }) => p === null);
  const percent = `${Math.round(confidence * 100)} %`;
  const ratios = metrics.filter((_, at) => isRatio(table, at));
  return [
    `Each interval ${isInLine ? 'of a mean ' : ''}is a ${percent} interval on its own (unadjusted).`,
    'Verdicts come from a paired sign-flip test, Holm-corrected for all comparisons in this table.',
    ...(isInLine
      ? [
          `The interval of a difference is at the level of that correction${isUntested ? ` (${percent} where too few differ for a test)` : ''}, so it excludes “no difference” exactly where the verdict is “better” or “worse”.`,
        ]
      : []),
    ...(ratios.length === 0 ? [] : [`Compared as ratios (×1 is no difference): ${names(ratios)}.`]),
    ...(seeds === undefined || differences.length === 0 ? [] : [seedsNote(seeds)]),
    ...(lower.length === 0 ? [] : [`Lower is better: ${names(lower)}.`]),
    ...(assumed.length === 0
      ? []
      : [`Assuming higher is better for ${names(assumed)}: nothing says which way is better.`]),
    ...failedInAll(table, say),
    ...(front === undefined ? [] : [paretoText(front, tableNumber, say)]),
    ...(race === undefined ? [] : [race]),
  ].join(' ');
}

/** Which other runs the intervals speak of. */
function seedsNote(seeds: number): string {
  if (seeds >= fewestSeeds) return `Intervals and verdicts cover other seeds too (${seeds} ran).`;
  const those = seeds === 1 ? 'this run of each variant' : `these ${seeds} seeds`;
  return `Intervals and verdicts hold for ${those} only: ${fewestSeeds} seeds or more would cover other seeds.`;
}

/** `3 rows failed in every variant (recall@3) and do not count in any mean.` */
function failedInAll(
  { metrics, failedInAll: failed = {} }: EvidenceTable,
  say: (metric: string) => string,
): string[] {
  const whose = new Map<number, string[]>();
  for (const [name, items] of Object.entries(failed)) {
    whose.set(items, [...(whose.get(items) ?? []), name]);
  }
  return [...whose].map(([items, names]) => {
    const of = names.length === metrics.length ? '' : ` (${names.map(say).join(', ')})`;
    return `${items} ${items === 1 ? 'row' : 'rows'} failed in every variant${of} and ${items === 1 ? 'does' : 'do'} not count in any mean.`;
  });
}

/** `3/20/1`: wins, ties and losses of the variant. */
export function winTieLoss(against: Difference | undefined): string {
  return against === undefined ? '' : `${against.wins}/${against.ties}/${against.losses}`;
}

/** A setting's value for people: text unchanged, everything else as JSON; empty if missing. */
export function settingText(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function numberWithInterval(
  value: number | null | undefined,
  interval: Interval | null | undefined,
  write = tableNumber,
): string {
  if (value === null || value === undefined) return '';
  if (interval === null || interval === undefined) return write(value);
  return `${write(value)} [${write(interval[0])}, ${write(interval[1])}]`;
}

/** One number if all metrics agree, else each. */
function acrossCells(numbers: readonly Cell['n'][]): string {
  return [...new Set(numbers)].length <= 1 ? String(numbers[0] ?? '') : numbers.join(', ');
}

const costColumns: readonly { name: string; of(row: TableRow): string | undefined }[] = [
  {
    name: 'time',
    of: ({ cost: { ms } }) => (ms === undefined ? undefined : `${tableNumber(ms / 1000)} s`),
  },
  { name: 'tokens', of: ({ cost: { tokens } }) => tokens?.toString() },
  {
    name: 'cost',
    of: ({ cost: { dollars } }) => (dollars === undefined ? undefined : dollarsText(dollars)),
  },
  {
    name: 'memory',
    of: ({ cost: { bytes } }) =>
      bytes === undefined ? undefined : `${tableNumber(bytes / 2 ** 20)} MiB`,
  },
  {
    name: 'reused',
    of: ({ cost: { steps, reused } }) =>
      reused === undefined
        ? undefined
        : steps === undefined
          ? `${reused}`
          : `${reused} of ${steps}`,
  },
];

function csvField(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const formula = /^[=+\-@\t\r]/.test(value) && !Number.isFinite(Number(value));
  const safe = formula ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Puts names and messages on one line and escapes markup and field ends. */
function markdownText(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\|`*_~<[\]&]/g, '\\$&');
}
