import {
  answerSchema,
  answerVerdict,
  Metrics,
  metricRowSchema,
  metricWords,
  rowText,
  type MetricRow,
} from '@graft/graph';
import { metricValue } from '@graft/nodes/kit/amounts';
import { outputText, rowsKey, type Report, type ReportOutput, type ReportRows } from '@graft/view';
import { block, inline, table } from './markdown-text.ts';

/** How much of an output is shown: its rows, and characters of the text of one. */
export interface ShownPart {
  readonly rows: number;
  readonly text: number;
}

/** The lines of a picture of curves; none if there are no curves. */
type DrawCurves = (rows: readonly MetricRow[]) => string[];

interface OutputParts {
  readonly held: Report['rows'];
  readonly draw: DrawCurves;
  readonly shown: ShownPart;
}

const noRows: ReportRows = { total: 0, rows: [], cut: 0, gone: true };

/** An output: what it says of itself, its curves and tables, and its first rows. */
export function outputPart(output: ReportOutput, { held, draw, shown }: OutputParts): string[] {
  const { artifact, madeBy } = output;
  const facts = inline(outputText(artifact));
  if (madeBy !== undefined) return [`${facts}, made by ${inline(madeBy)}.`];
  const { total, rows, gone, losses = [] } = held[rowsKey(artifact)] ?? noRows;
  if (gone) return [`${facts} (removed from the cache)`];
  const metrics = artifact.mediaType === Metrics.mediaType ? metricsIn(rows) : [];
  const others = metrics.length === 0 ? rows : rows.filter((row) => metricsIn([row]).length === 0);
  const tabled = metrics.filter(({ step }) => step === undefined).slice(0, shown.rows);
  const texts = others.slice(0, shown.rows);
  // Points are in the picture.
  const inPicture = metrics.filter(({ step }) => step !== undefined).length;
  const more = total - texts.length - tabled.length - inPicture;
  return [
    facts,
    ...draw(metrics.filter(({ step }) => step !== undefined)),
    ...metricTables(tabled),
    ...texts.flatMap((row, at) => rowPart(row, losses[at] ?? undefined, shown.text)),
    ...(more > 0 ? [`… and ${more.toLocaleString('en')} more.`] : []),
  ];
}

/** A row; of an answer also whether it is right, and where a wrong one was lost. */
function rowPart(row: unknown, lost: string | undefined, most: number): string[] {
  const { heading, body } = rowText(row);
  const answer = answerSchema.safeParse(row);
  const verdict = answer.success ? answerVerdict(answer.data) : 'no reference';
  const marks = [verdict === 'no reference' ? undefined : verdict, lost].filter(
    (text) => text !== undefined,
  );
  const after = marks.length === 0 ? '' : ` ${marks.join(' · ')}`;
  return [
    ...(heading === '' ? [] : [`**${inline(heading)}**${after}`]),
    ...(body === '' ? [] : [block(body.length <= most ? body : `${body.slice(0, most)}…`)]),
  ];
}

function metricsIn(rows: readonly unknown[]): readonly MetricRow[] {
  return rows.flatMap((row) => {
    const read = metricRowSchema.safeParse(row);
    return read.success ? [read.data] : [];
  });
}

/** Rows without a step, a table for each series: of a single one its metrics below each other. */
function metricTables(rows: readonly MetricRow[]): string[] {
  const series = [...new Set(rows.map((row) => row.series))];
  return series.map((name) => {
    const own = rows.filter((row) => row.series === name);
    const [only] = own;
    const isNumber = (column: number): boolean => column > 0;
    if (own.length === 1 && only !== undefined && only.label === undefined) {
      const facts = Object.entries(only.values);
      const cells = facts.map(([metric, value]) => [
        inline(metricWords(metric)),
        metricValue(metric, value),
      ]);
      return table(['metric', 'value'], cells, isNumber);
    }
    const columns = [...new Set(own.flatMap(({ values }) => Object.keys(values)))];
    const cells = own.map(({ label = '', values }) => [
      inline(label),
      ...columns.map((column) => {
        const value = values[column];
        return value === undefined ? '' : metricValue(column, value);
      }),
    ]);
    return table(
      [inline(name), ...columns.map((name) => inline(metricWords(name)))],
      cells,
      isNumber,
    );
  });
}
