import { count, duration, plural } from '@graft/nodes/kit/ui';
import { familyColour } from '../canvas/family-colour.ts';
import { anchorOf, CellView, HeldRows } from './report-cell.tsx';
import type { Report, ReportCell } from './report.ts';

const tones: Readonly<Record<string, string>> = { succeeded: 'good', failed: 'bad' };

function Outline({ cells }: { readonly cells: readonly ReportCell[] }) {
  return (
    <ol>
      {cells.map((cell) => (
        <li key={cell.path}>
          <a
            href={`#${anchorOf(cell)}`}
            className="outline-entry"
            style={{ '--c': familyColour(cell.group) }}
            data-problem={cell.step?.status === 'failed'}
          >
            <i className="group-square" />
            <span className="truncate">{cell.title}</span>
          </a>
        </li>
      ))}
    </ol>
  );
}

function Head({ report }: { readonly report: Report }) {
  const { title, run, devices, engines, leftOut } = report;
  const { status, startedAt, finishedAt, id, file, variant, error } = run;
  const when = new Date(startedAt).toLocaleString('en-GB', {
    dateStyle: 'long',
    timeStyle: 'short',
  });
  return (
    <header className="flex flex-col gap-1 pb-2">
      <h1 className="text-2xl font-[650] tracking-[-0.02em] break-words">{title}</h1>
      <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1 text-ink-2">
        <span className="chip" data-tone={tones[status]}>
          {status}
        </span>
        <span>
          {when}
          {finishedAt === undefined ? '' : `, ${duration(finishedAt - startedAt)}`}
          {devices.length === 0 ? '' : `, on ${devices.join(', ')}`}
        </span>
        <span>
          run <code className="text-[11.5px]">{id}</code> of{' '}
          <code className="text-[11.5px]">{file}</code>
          {variant === undefined ? '' : `, variant ${variant}`}
        </span>
      </p>
      {engines.length === 0 ? null : (
        <p className="text-sm text-ink-2">Made with {engines.join(', ')}.</p>
      )}
      {error === undefined ? null : <p className="break-words text-error">{error}</p>}
      {leftOut === 0 ? null : (
        <p className="text-ink-2">
          {plural(leftOut, 'node')} within graphs and loops {leftOut === 1 ? 'is' : 'are'} left out:
          a page shows {count(400)} of them.
        </p>
      )}
    </header>
  );
}

/** A run as a page: an outline, and its nodes as cells, each below what feeds it. */
export function ReportView({ report }: { readonly report: Report }) {
  return (
    <HeldRows value={report.rows}>
      <div className="report">
        <nav aria-label="Outline" className="report-outline">
          <Outline cells={report.cells} />
        </nav>
        <main className="report-page">
          <Head report={report} />
          {report.cells.map((cell) => (
            <CellView key={cell.path} cell={cell} />
          ))}
        </main>
      </div>
    </HeldRows>
  );
}
