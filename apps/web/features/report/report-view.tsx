import { duration, EvidenceTableView, plural } from '@graft/nodes/kit/ui';
import type { Report, ReportCell } from '@graft/view';
import { NotebookPage, OutlineEntry } from '../../kit/notebook/notebook-page.tsx';
import { addressed, anchorOf, Cells, HeldRows } from './report-cell.tsx';

const tones: Readonly<Record<string, string>> = { succeeded: 'good', failed: 'bad' };

/** The nodes, with those of the graphs that they use; not those of every round. */
function Outline({ cells }: { readonly cells: readonly ReportCell[] }) {
  return (
    <ol className="[&_&]:pl-4">
      {cells.map((cell) => (
        <li key={cell.path}>
          <OutlineEntry
            head={cell}
            data-problem={cell.step?.status === 'failed'}
            href={`#${encodeURIComponent(anchorOf(cell.path))}`}
            onClick={() => {
              // An address that is there already changes nothing, though its cell may be folded away.
              if (addressed() === anchorOf(cell.path)) dispatchEvent(new Event('hashchange'));
            }}
          />
          {cell.inside.map((group) =>
            group.round === undefined ? <Outline key="" cells={group.cells} /> : null,
          )}
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
          {plural(leftOut, 'node')} in subgraphs and loops {leftOut === 1 ? 'was' : 'were'} left out
          to limit the size of this page.
        </p>
      )}
    </header>
  );
}

/** A run as a page: the notebook of its graph, with what the run gave. */
export function ReportView({ report }: { readonly report: Report }) {
  const { cells, experiment, rows } = report;
  return (
    <HeldRows value={rows}>
      <NotebookPage outline={cells.length === 0 ? null : <Outline cells={cells} />}>
        <Head report={report} />
        {experiment === undefined ? null : <Experiment {...experiment} />}
        <Cells {...report} />
      </NotebookPage>
    </HeldRows>
  );
}

/** What a run of an experiment shows. */
function Experiment({ name, table, verdict, meanings }: NonNullable<Report['experiment']>) {
  return (
    <article className="cell" aria-label={name}>
      <header className="cell-head">
        <h2 className="font-[600]">Experiment {name}</h2>
      </header>
      <p className="px-4 pb-2">{verdict ?? 'Nothing was compared.'}</p>
      <EvidenceTableView {...{ table, meanings }} />
    </article>
  );
}
