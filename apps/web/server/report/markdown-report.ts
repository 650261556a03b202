import {
  itemsText,
  plural,
  settingText,
  tableToMarkdown,
  usageText,
  type MetricRow,
} from '@graft/graph';
import { bytes, duration } from '@graft/nodes/kit/amounts';
import {
  allCells,
  inSections,
  reasonSentence,
  rowsKey,
  type Report,
  type ReportCell,
  type ReportResult,
} from '@graft/view';
import { curvePicture } from './curve-picture.ts';
import { noteText } from './markdown-note.ts';
import { outputPart, type ShownPart } from './markdown-output.ts';
import { block, inline, table } from './markdown-text.ts';

/** Results are shown for their rows, other outputs for what they look like. */
const ofResult: ShownPart = { rows: 100, text: 2_000 };
const ofStep: ShownPart = { rows: 3, text: 600 };

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

/** The story, what came of it, how, and with what: in this order. */
function reportText(report: Report, draw: Draw): string {
  const { title, prose = [], run, experiment } = report;
  return [
    `# ${inline(title)}`,
    ...prose.map(noteText),
    runLine(report),
    ...(run.error === undefined ? [] : [block(run.error)]),
    ...(experiment === undefined
      ? []
      : [
          `## Experiment ${inline(experiment.name)}`,
          tableToMarkdown(experiment.table, experiment.verdict).trim(),
        ]),
    ...resultPart(report, draw),
    ...stepsPart(report, draw),
    ...versionsPart(report),
    '',
  ].join('\n\n');
}

/** `Succeeded in 1 min on 1 December 2026, 15:30 UTC, on cpu.` */
function runLine({ run, devices }: Report): string {
  const { status, startedAt, finishedAt } = run;
  const time = finishedAt === undefined ? '' : ` in ${duration(finishedAt - startedAt)}`;
  const when = new Date(startedAt).toLocaleString('en-GB', {
    ...{ dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' },
  });
  const on = devices.length === 0 ? '' : `, on ${inline(devices.join(', '))}`;
  const state = status.charAt(0).toUpperCase() + status.slice(1);
  return `${state}${time}, ${when} UTC${on}.`;
}

function resultPart({ results, cells, rows }: Report, draw: Draw): string[] {
  const [first] = results;
  if (first === undefined) return [];
  const lost = cells
    .filter(({ path }) => path === first.path)
    .flatMap(({ outputs }) =>
      outputs.flatMap(({ artifact }) => rows[rowsKey(artifact)]?.lost ?? []),
    );
  const rule = first.isScore ? ', compared with the words of the references' : '';
  return [
    '## Result',
    [`**${inline(first.headline)}**${rule}.`, ...lost.map(inline)].join(' '),
    ...results.flatMap((result) => {
      const cell = cells.find(({ path }) => path === result.path);
      return cell === undefined ? [] : oneResult(result, cell, { rows, draw });
    }),
  ];
}

function oneResult(
  { headline, isScore }: ReportResult,
  cell: ReportCell,
  { rows, draw }: { readonly rows: Report['rows']; readonly draw: Draw },
): string[] {
  const { path, title, prose = [], outputs } = cell;
  return [
    `### ${inline(title)}${isScore ? `: ${inline(headline)}` : ''}`,
    ...prose.map(noteText),
    ...outputs.flatMap((output) => [
      ...(outputs.length === 1 ? [] : [`#### ${inline(output.port)}`]),
      ...outputPart(output, {
        held: rows,
        draw: (points) => draw(points, `${path}.${output.port}`),
        shown: ofResult,
      }),
    ]),
  ];
}

function stepsPart(report: Report, draw: Draw): string[] {
  const { cells, leftOut } = report;
  if (cells.length === 0) return [];
  return [
    '## Steps',
    stepTable(allCells(cells)),
    ...(leftOut > 0 ? [`… and ${plural(leftOut, 'more node')} within graphs and loops.`] : []),
    ...cellParts(cells, { report, draw, level: 3 }),
  ];
}

function stepTable(cells: readonly ReportCell[]): string {
  return table(
    ['step', 'reads', 'status', 'time', 'items'],
    cells.map(({ path, title, reads = [], step }) => [
      `${inline(title)} (${inline(path)})`,
      inline(
        reads
          .map(({ port, from }) => `${port} of ${from.map((source) => source.title).join(' and ')}`)
          .join(', '),
      ),
      step?.status ?? '',
      step?.ms === undefined || step.ms === 0 ? '' : duration(step.ms),
      [
        ...(step?.items === undefined ? [] : [itemsText(step.items)]),
        ...(step?.remote === undefined ? [] : [usageText(step.remote)]),
      ].join('; '),
    ]),
  );
}

interface Within {
  readonly report: Report;
  readonly draw: Draw;
  /** Of the headings of cells. */
  readonly level: number;
}

/** Headings have six levels at most. */
const heading = (level: number): string => '#'.repeat(Math.min(6, level));

/** Cells under the titles of their groups, those inside others after these. */
function cellParts(cells: readonly ReportCell[], within: Within): string[] {
  const { level } = within;
  return inSections(cells).flatMap(({ title, cells: own }) => [
    ...(title === undefined ? [] : [`${heading(level)} ${inline(title)}`]),
    ...own.flatMap((cell) => {
      const at = { ...within, level: title === undefined ? level : level + 1 };
      return [
        ...cellPart(cell, at),
        ...cell.inside.flatMap((group) => [
          ...(group.prose ?? []).map(noteText),
          ...cellParts(group.cells, at),
        ]),
      ];
    }),
  ]);
}

function cellPart(cell: ReportCell, { report, draw, level }: Within): string[] {
  const { path, title, params, step, reason, unfinished, outputs } = cell;
  const isResult = report.results.some((result) => result.path === path);
  const set = Object.entries(params).filter(([, value]) => value !== undefined);
  return [
    ...(isResult ? [] : (cell.prose ?? []).map(noteText)),
    `${heading(level)} ${inline(title)} (${inline(path)})`,
    ...(reason === undefined ? [] : [inline(reasonSentence(reason))]),
    ...(step?.error === undefined ? [] : [block(step.error.message)]),
    ...(set.length === 0
      ? []
      : [block(set.map(([name, value]) => `${name} = ${settingText(value)}`).join('\n'))]),
    ...(isResult
      ? ['Its output is above, under Result.']
      : outputs.flatMap((output) => [
          ...(outputs.length === 1 ? [] : [`${heading(level + 1)} ${inline(output.port)}`]),
          ...outputPart(output, {
            held: report.rows,
            draw: (points) => draw(points, `${path}.${output.port}`),
            shown: report.results.length === 0 ? ofResult : ofStep,
          }),
        ])),
    ...(unfinished === undefined ? [] : draw(unfinished.metrics, path)),
    ...Object.entries(unfinished?.texts ?? {}).flatMap(([item, text]) => [
      `**${inline(item)}**`,
      block(text),
    ]),
  ];
}

/** What it was made with, and the digests of what came of it. */
function versionsPart({ run, engines, models, cells }: Report): string[] {
  const { id, file, variant } = run;
  const outputs = cells.flatMap(({ path, outputs: own }) =>
    own.map(({ port, artifact }) => [
      inline(`${path}.${port}`),
      bytes(artifact.size),
      `\`${artifact.digest}\``,
    ]),
  );
  return [
    '## Versions',
    [
      `- Run \`${id}\` of ${inline(file)}${variant === undefined ? '' : `, variant ${inline(variant)}`}`,
      ...(engines.length === 0 ? [] : [`- Engines: ${inline(engines.join(', '))}`]),
      ...models.map(({ name, digest }) => `- Model ${inline(name)}: \`${digest}\``),
    ].join('\n'),
    ...(outputs.length === 0
      ? []
      : [table(['output', 'size', 'digest'], outputs, (at) => at === 1)]),
  ];
}
