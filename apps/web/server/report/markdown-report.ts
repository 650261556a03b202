import {
  itemsText,
  Metrics,
  metricRowSchema,
  plural,
  printable,
  rowText,
  settingText,
  tableToMarkdown,
  usageText,
  type MetricRow,
} from '@graft/graph';
import { bytes, duration } from '@graft/nodes/kit/amounts';
import {
  allCells,
  reasonSentence,
  rowsKey,
  type Report,
  type ReportCell,
  type ReportOutput,
} from '@graft/view';
import { curvePicture } from './curve-picture.ts';
import { noteText } from './markdown-note.ts';

/** Rows of an output that are shown, and characters of the text of one. */
const shownRows = 40;
const shownText = 2_000;

/** Text of documents and models inside Markdown: nothing of it is markup. */
function inline(text: string): string {
  return printable(text)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>()#+!|&~-]/g, '\\$&');
}

/** A code block whose fence is longer than any in the text. */
function block(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${printable(text)}\n${fence}`;
}

const beginning = (text: string): string =>
  text.length <= shownText ? text : `${text.slice(0, shownText)}…`;

/** A report in Markdown, and the pictures that it shows. */
export interface MarkdownReport {
  readonly text: string;
  /** SVG, by the name of the file in the folder of pictures. */
  readonly pictures: ReadonlyMap<string, string>;
}

/** A report of a run in Markdown; `folder` is where its pictures are to stand, as seen from it. */
export function markdownReport(report: Report, folder: string): MarkdownReport {
  const pictures = new Map<string, string>();
  /** A picture of the curves of metrics; nothing where there are none. */
  const draw: Draw = (rows, name) => {
    const svg = curvePicture(rows);
    if (svg === undefined) return [];
    const file = `${name.replace(/[^\p{L}\p{N}._-]+/gu, '.')}.svg`;
    pictures.set(file, svg);
    return [`![Curves of ${inline(name)}](<${folder}/${file}>)`];
  };
  return { text: reportText(report, draw), pictures };
}

type Draw = (rows: readonly MetricRow[], name: string) => string[];

function reportText(report: Report, draw: Draw): string {
  const { title, run, experiment } = report;
  const time =
    run.finishedAt === undefined ? '' : ` in ${duration(run.finishedAt - run.startedAt)}`;
  const cells = allCells(report.cells);
  const prose = (report.prose ?? []).map(noteText);
  return [
    `# ${inline(title)}`,
    `${run.status}${time}, ${new Date(run.startedAt).toISOString()}. Run \`${run.id}\` of ${inline(run.file)}.`,
    ...(run.error === undefined ? [] : [block(run.error)]),
    ...(experiment === undefined
      ? []
      : [
          `## Experiment ${inline(experiment.name)}`,
          tableToMarkdown(experiment.table, experiment.verdict).trim(),
        ]),
    ...prose,
    ...(cells.length === 0 ? [] : [stepTable(cells)]),
    ...(report.leftOut > 0
      ? [`… and ${plural(report.leftOut, 'more node')} within graphs and loops.`]
      : []),
    ...cells.flatMap((cell) => cellPart(cell, report.rows, draw)),
    '',
  ].join('\n\n');
}

function stepTable(cells: readonly ReportCell[]): string {
  return [
    '| node | type | status | time | items |',
    '| --- | --- | --- | --- | --- |',
    ...cells.map(({ path, type, step }) =>
      [
        '',
        inline(path),
        inline(type),
        step?.status ?? '',
        step?.ms === undefined || step.ms === 0 ? '' : duration(step.ms),
        [
          ...(step?.items === undefined ? [] : [itemsText(step.items)]),
          ...(step?.remote === undefined ? [] : [usageText(step.remote)]),
        ].join('; '),
        '',
      ]
        .join(' | ')
        .trim(),
    ),
  ].join('\n');
}

function cellPart(cell: ReportCell, held: Report['rows'], draw: Draw): string[] {
  const { path, title, params, step, reason, unfinished } = cell;
  const set = Object.entries(params).filter(([, value]) => value !== undefined);
  return [
    ...(cell.prose ?? []).map(noteText),
    `## ${inline(title)} (${inline(path)})`,
    ...(reason === undefined ? [] : [inline(reasonSentence(reason))]),
    ...(step?.error === undefined ? [] : [block(step.error.message)]),
    ...(set.length === 0
      ? []
      : [block(set.map(([name, value]) => `${name} = ${settingText(value)}`).join('\n'))]),
    ...cell.outputs.flatMap((output) =>
      outputPart(output, held, (rows) => draw(rows, `${path}.${output.port}`)),
    ),
    ...(unfinished === undefined ? [] : draw(unfinished.metrics, path)),
    ...Object.entries(unfinished?.texts ?? {}).flatMap(([item, text]) => [
      `**${inline(item)}**`,
      block(text),
    ]),
  ];
}

function outputPart(
  output: ReportOutput,
  held: Report['rows'],
  draw: (rows: readonly MetricRow[]) => string[],
): string[] {
  const { port, artifact, madeBy } = output;
  const facts = `${inline(artifact.summary ?? artifact.mediaType)}, ${bytes(artifact.size)}, \`${artifact.digest}\``;
  const heading = `### ${inline(port)}`;
  if (madeBy !== undefined) return [heading, `${facts}, made by ${inline(madeBy)}.`];
  const { total, rows, gone } = held[rowsKey(artifact)] ?? noRows;
  const points = artifact.mediaType === Metrics.mediaType ? pointsOf(rows) : [];
  const others = points.length === 0 ? rows : rows.filter((row) => !isPoint(row));
  const shown = others.slice(0, shownRows);
  // Points are in the picture.
  const more = total - shown.length - (rows.length - others.length);
  return [
    heading,
    gone ? `${facts} (removed from the cache)` : facts,
    ...draw(points),
    ...shown
      .map(rowText)
      .flatMap(({ heading: said, body }) => [
        ...(said === '' ? [] : [`**${inline(said)}**`]),
        ...(body === '' ? [] : [block(beginning(body))]),
      ]),
    ...(more > 0 ? [`… and ${more} more.`] : []),
  ];
}

/** Those of rows of metrics that belong to a step: the points of curves. */
function pointsOf(rows: readonly unknown[]): readonly MetricRow[] {
  return rows.flatMap((row) => {
    const read = metricRowSchema.safeParse(row);
    return read.success && read.data.step !== undefined ? [read.data] : [];
  });
}

const isPoint = (row: unknown): boolean => pointsOf([row]).length > 0;

const noRows = { total: 0, rows: [], gone: true };
