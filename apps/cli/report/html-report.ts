import { itemsText, reasonText } from '../progress/step-line.ts';
import { formatBytes, formatDuration } from '../quantity.ts';
import { printable } from '../terminal.ts';
import type { Report, ReportOutput, ReportStep } from './collect-report.ts';
import { rowText } from './row-text.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
function escape(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

const style = `
:root { color-scheme: light dark; --paper: #fbfbfa; --panel: #fff; --line: #e6e5e1; --ink: #1c1b19; --soft: #5d5a54; --good: #2f6f4f; --bad: #b3382c; }
@media (prefers-color-scheme: dark) { :root { --paper: #151614; --panel: #1c1d1b; --line: #2b2c29; --ink: #ecebe6; --soft: #a9a79f; --good: #7cc49b; --bad: #e57a6d; } }
body { margin: 0 auto; max-width: 960px; padding: 32px 24px; background: var(--paper); color: var(--ink); font: 14px/1.5 Inter, system-ui, sans-serif; }
h1 { font-size: 20px; } h2 { font-size: 16px; margin-top: 32px; } h3 { font-size: 14px; }
p, td, th { color: var(--soft); } table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); font-weight: 400; }
pre, details { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 8px 12px; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: 12px/1.5 "JetBrains Mono", ui-monospace, monospace; }
details pre { border: 0; padding: 0; } summary { cursor: pointer; }
.succeeded, .cached { color: var(--good); } .failed { color: var(--bad); }
`;

/** A report of a run in one HTML file: no script, nothing loaded, every text escaped. */
export function htmlReport({ run, steps }: Report): string {
  const time =
    run.finishedAt === undefined ? '' : ` in ${formatDuration(run.finishedAt - run.startedAt)}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(run.file)}</title>
<style>${style}</style>
<h1>Run of ${escape(run.file)}</h1>
<p><span class="${run.status}">${run.status}</span>${time}, ${new Date(run.startedAt).toISOString()}, run ${escape(run.id)}</p>
${run.error === undefined ? '' : `<pre class="failed">${escape(run.error)}</pre>`}
<table>
<tr><th>node<th>type<th>status<th>time<th>items</tr>
${steps.map(stepRow).join('\n')}
</table>
${steps.map(stepSection).join('\n')}
</html>
`;
}

function stepRow({ step }: ReportStep): string {
  const cells = [
    escape(step.node),
    escape(step.type),
    `<span class="${step.status}">${step.status}</span>`,
    step.ms > 0 ? formatDuration(step.ms) : '',
    step.items === undefined ? '' : itemsText(step.items),
  ];
  return `<tr><td>${cells.join('<td>')}</tr>`;
}

function stepSection({ step, outputs }: ReportStep): string {
  const parts = (step.parts ?? []).map(({ name, value }) => `${name} = ${value}`).join('\n');
  return [
    `<h2>${escape(step.node)}</h2>`,
    step.reason === undefined || step.status === 'cached'
      ? ''
      : `<p>Ran because: ${escape(reasonText(step.reason))}.</p>`,
    step.error === undefined ? '' : `<pre class="failed">${escape(step.error.message)}</pre>`,
    parts === ''
      ? ''
      : `<details><summary>What its result depends on</summary><pre>${escape(parts)}</pre></details>`,
    ...outputs.map(outputSection),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function outputSection({ port, artifact, total, rows, gone }: ReportOutput): string {
  const facts = [
    artifact.summary ?? artifact.mediaType,
    formatBytes(artifact.size),
    artifact.digest,
  ];
  if (gone) facts.push('no longer in the cache');
  const rest = total > rows.length ? `<p>… and ${total - rows.length} more.</p>` : '';
  const texts = rows.map(rowText).map(({ heading, body }) => {
    const head = heading === '' ? '' : `<p>${escape(heading)}</p>`;
    return `${head}${body === '' ? '' : `<pre>${escape(body)}</pre>`}`;
  });
  return `<h3>${escape(port)}</h3>\n<p>${escape(facts.join(', '))}</p>\n${texts.join('\n')}${rest}`;
}
