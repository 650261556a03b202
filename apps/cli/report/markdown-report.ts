import { settingText } from '@graft/graph';
import {
  allCells,
  rowsKey,
  type Report,
  type ReportCell,
  type ReportOutput,
} from '@graft/web/server';
import { itemsText, reasonText } from '../progress/step-line.ts';
import { formatBytes, formatDuration } from '../quantity.ts';
import { printable } from '../terminal.ts';
import { rowText } from './row-text.ts';

/** Rows of an output that are shown. */
const shownRows = 40;

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

/** A report of a run in Markdown. */
export function markdownReport(report: Report): string {
  const { title, run } = report;
  const time =
    run.finishedAt === undefined ? '' : ` in ${formatDuration(run.finishedAt - run.startedAt)}`;
  const cells = allCells(report.cells);
  return [
    `# ${inline(title)}`,
    `${run.status}${time}, ${new Date(run.startedAt).toISOString()}. Run \`${run.id}\` of ${inline(run.file)}.`,
    ...(run.error === undefined ? [] : [block(run.error)]),
    [
      '| node | type | status | time | items |',
      '| --- | --- | --- | --- | --- |',
      ...cells.map(({ path, type, step }) =>
        [
          '',
          inline(path),
          inline(type),
          step?.status ?? '',
          step?.ms === undefined || step.ms === 0 ? '' : formatDuration(step.ms),
          step?.items === undefined ? '' : itemsText(step.items),
          '',
        ]
          .join(' | ')
          .trim(),
      ),
    ].join('\n'),
    ...(report.leftOut > 0 ? [`… and ${report.leftOut} nodes more within graphs and loops.`] : []),
    ...cells.flatMap((cell) => cellPart(cell, report.rows)),
    '',
  ].join('\n\n');
}

function cellPart(cell: ReportCell, held: Report['rows']): string[] {
  const { path, title, params, step } = cell;
  const set = Object.entries(params).filter(([, value]) => value !== undefined);
  return [
    `## ${inline(title)} (${inline(path)})`,
    ...(step?.reason === undefined || step.status === 'cached'
      ? []
      : [`Ran because: ${inline(reasonText(step.reason))}.`]),
    ...(step?.error === undefined ? [] : [block(step.error.message)]),
    ...(set.length === 0
      ? []
      : [block(set.map(([name, value]) => `${name} = ${settingText(value)}`).join('\n'))]),
    ...cell.outputs.flatMap((output) => outputPart(output, held)),
  ];
}

function outputPart(output: ReportOutput, held: Report['rows']): string[] {
  const { port, artifact, madeBy } = output;
  const facts = `${artifact.summary ?? artifact.mediaType}, ${formatBytes(artifact.size)}, \`${artifact.digest}\``;
  const heading = `### ${inline(port)}`;
  if (madeBy !== undefined) return [heading, `${facts}, made by ${inline(madeBy)}.`];
  const { total, rows, gone } = held[rowsKey(artifact)] ?? noRows;
  const shown = rows.slice(0, shownRows);
  return [
    heading,
    gone ? `${facts} (no longer in the cache)` : facts,
    ...shown
      .map(rowText)
      .flatMap(({ heading: said, body }) => [
        ...(said === '' ? [] : [`**${inline(said)}**`]),
        ...(body === '' ? [] : [block(body)]),
      ]),
    ...(total > shown.length ? [`… and ${total - shown.length} more.`] : []),
  ];
}

const noRows = { total: 0, rows: [], gone: true };
