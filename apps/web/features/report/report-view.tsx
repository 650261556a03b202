import { duration, EvidenceTableView, inMetricWords, plural } from '@graft/nodes/kit/ui';
import { useEffect, useState } from 'react';
import { familyColour } from '../../kit/node-types.ts';
import { type Report, type ReportCell, verdictSentence } from '@graft/view';
import { anchorOf, groupsAround, Opened, type OpenedGroups } from './opened-groups.ts';
import { Prose } from './prose.tsx';
import { CellView, HeldRows } from './report-cell.tsx';

const tones: Readonly<Record<string, string>> = { succeeded: 'good', failed: 'bad' };

/** The nodes, with those of the graphs that they use; not those of every round. */
function Outline({ cells }: { readonly cells: readonly ReportCell[] }) {
  return (
    <ol>
      {cells.map((cell) => (
        <li key={cell.path}>
          <a
            href={`#${encodeURIComponent(anchorOf(cell))}`}
            className="outline-entry"
            onClick={() => {
              // An address that is there already changes nothing, though its cell may be folded away.
              if (addressed() === anchorOf(cell)) dispatchEvent(new Event('hashchange'));
            }}
            style={{ '--c': familyColour(cell.group) }}
            data-problem={cell.step?.status === 'failed'}
          >
            <i className="group-square" />
            <span className="truncate">{cell.title}</span>
          </a>
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

/** The cell that the address names. */
const addressed = (): string => decodeURIComponent(location.hash.slice(1));

/** Unfolds what a cell stands in that the address names, and goes there. */
function useOpenedGroups(cells: readonly ReportCell[]): OpenedGroups {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [wanted, setWanted] = useState<{ readonly anchor: string }>();
  useEffect(() => {
    const follow = (): void => {
      const anchor = addressed();
      const around = groupsAround(cells, anchor);
      if (around === undefined) return;
      setOpened((before) => new Set([...before, ...around]));
      setWanted({ anchor });
    };
    follow();
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [cells]);
  useEffect(() => {
    if (wanted !== undefined) document.getElementById(wanted.anchor)?.scrollIntoView();
  }, [wanted]);
  const toggle = (key: string, open: boolean): void => {
    if (open === opened.has(key)) return;
    setOpened(new Set(open ? [...opened, key] : [...opened].filter((one) => one !== key)));
  };
  return { opened, toggle };
}

/** A run as a page: an outline, and its nodes as cells, each below what feeds it. */
export function ReportView({ report }: { readonly report: Report }) {
  const { cells, experiment, rows, prose } = report;
  const groups = useOpenedGroups(cells);
  return (
    <HeldRows value={rows}>
      <Opened value={groups}>
        <div className="report">
          {cells.length === 0 ? null : (
            <nav aria-label="Outline" className="report-outline">
              <Outline cells={cells} />
            </nav>
          )}
          <main className="report-page">
            <Head report={report} />
            {experiment === undefined ? null : <Experiment {...experiment} />}
            <Prose texts={prose} />
            {cells.map((cell) => (
              <CellView key={cell.path} cell={cell} />
            ))}
          </main>
        </div>
      </Opened>
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
