import { duration, EvidenceTableView, inMetricWords, plural } from '@graft/nodes/kit/ui';
import { type Report, type ReportCell, verdictSentence } from '@graft/view';
import { useEffect, useMemo, useState } from 'react';
import { NotebookPage, OutlineEntry } from '../../kit/notebook/notebook-page.tsx';
import { anchorOf, Cells, HeldRows, Wanted } from './report-cell.tsx';

const tones: Readonly<Record<string, string>> = { succeeded: 'good', failed: 'bad' };

interface OutlineProps {
  readonly cells: readonly ReportCell[];
  readonly go: (anchor: string) => void;
}

/** The nodes, with those of the graphs that they use; not those of every round. */
function Outline({ cells, go }: OutlineProps) {
  return (
    <ol className="[&_&]:pl-4">
      {cells.map((cell) => (
        <li key={cell.path}>
          <OutlineEntry
            head={cell}
            problem={cell.step?.status === 'failed'}
            href={`#${encodeURIComponent(anchorOf(cell.path))}`}
            // An address that is there already changes nothing, though its cell may be folded away.
            go={() => go(anchorOf(cell.path))}
          />
          {cell.inside.map((group) =>
            group.round === undefined ? <Outline key="" cells={group.cells} go={go} /> : null,
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

/** The cell that the address names, until it has been gone to. */
function useWanted() {
  const [anchor, go] = useState<string | undefined>(addressed);
  useEffect(() => {
    const follow = (): void => go(addressed());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const wanted = useMemo(() => ({ anchor, found: () => go(undefined) }), [anchor]);
  return { wanted, go };
}

const addressed = (): string => decodeURIComponent(location.hash.slice(1));

/** A run as a page: the notebook of its graph, with what the run gave. */
export function ReportView({ report }: { readonly report: Report }) {
  const { cells, experiment, rows } = report;
  const { wanted, go } = useWanted();
  return (
    <HeldRows value={rows}>
      <Wanted value={wanted}>
        <NotebookPage outline={cells.length === 0 ? undefined : <Outline cells={cells} go={go} />}>
          <Head report={report} />
          {experiment === undefined ? null : <Experiment {...experiment} />}
          <Cells {...report} />
        </NotebookPage>
      </Wanted>
    </HeldRows>
  );
}

/** What a run of an experiment shows. */
function Experiment({ name, table, meanings }: NonNullable<Report['experiment']>) {
  return (
    <article className="cell" aria-label={name}>
      <header className="cell-head">
        <h2 className="font-[600]">Experiment {name}</h2>
      </header>
      <p className="px-4 pb-2">
        {verdictSentence(inMetricWords(table)) ?? 'Nothing was compared.'}
      </p>
      <EvidenceTableView {...{ table, meanings }} />
    </article>
  );
}
