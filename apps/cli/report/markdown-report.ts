import { itemsText, reasonText } from '../progress/step-line.ts';
import { formatBytes, formatDuration } from '../quantity.ts';
import { printable } from '../terminal.ts';
import type { Report, ReportOutput, ReportStep } from './collect-report.ts';
import { rowText } from './row-text.ts';

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
export function markdownReport({ run, steps }: Report): string {
  const time =
    run.finishedAt === undefined ? '' : ` in ${formatDuration(run.finishedAt - run.startedAt)}`;
  return [
    `# Run of ${inline(run.file)}`,
    `${run.status}${time}, ${new Date(run.startedAt).toISOString()}. Run \`${run.id}\`.`,
    ...(run.error === undefined ? [] : [block(run.error)]),
    [
      '| node | type | status | time | items |',
      '| --- | --- | --- | --- | --- |',
      ...steps.map(({ step }) =>
        [
          '',
          inline(step.node),
          inline(step.type),
          step.status,
          step.ms > 0 ? formatDuration(step.ms) : '',
          step.items === undefined ? '' : itemsText(step.items),
          '',
        ]
          .join(' | ')
          .trim(),
      ),
    ].join('\n'),
    ...steps.flatMap(stepPart),
    '',
  ].join('\n\n');
}

function stepPart({ step, outputs }: ReportStep): string[] {
  const params = (step.parts ?? []).map(({ name, value }) => `${name} = ${value}`).join('\n');
  return [
    `## ${inline(step.node)}`,
    ...(step.reason === undefined || step.status === 'cached'
      ? []
      : [`Ran because: ${inline(reasonText(step.reason))}.`]),
    ...(step.error === undefined ? [] : [block(step.error.message)]),
    ...(params === '' ? [] : [block(params)]),
    ...outputs.flatMap(outputPart),
  ];
}

function outputPart({ port, artifact, total, rows, gone }: ReportOutput): string[] {
  const facts = `${artifact.summary ?? artifact.mediaType}, ${formatBytes(artifact.size)}, \`${artifact.digest}\``;
  const rest = total > rows.length ? [`… and ${total - rows.length} more.`] : [];
  return [
    `### ${inline(port)}`,
    gone ? `${facts} (no longer in the cache)` : facts,
    ...rows
      .map(rowText)
      .flatMap(({ heading, body }) => [
        ...(heading === '' ? [] : [`**${inline(heading)}**`]),
        ...(body === '' ? [] : [block(body)]),
      ]),
    ...rest,
  ];
}
