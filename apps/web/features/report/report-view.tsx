import { duration, EvidenceTableView, plural } from '@graft/nodes/kit/ui';
import { verdictRule } from '@graft/graph';
import { inSections, rowsKey, type Report, type ReportCell } from '@graft/view';
import { NotebookPage, OutlineEntry, OutlineSection } from '../../kit/notebook/notebook-page.tsx';
import { addressed, anchorOf, Cells, Held, Prose, ResultView } from './report-cell.tsx';

const tones: Readonly<Record<string, string>> = { succeeded: 'good', failed: 'bad' };

/** The nodes, with those of the graphs that they use; not those of every round. */
function Outline({ cells }: { readonly cells: readonly ReportCell[] }) {
  return (
    <div className="[&_&]:pl-4">
      {inSections(cells).map(({ title, cells: own }) => (
        <OutlineSection key={own[0]?.path} title={title}>
          {own.map((cell) => (
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
        </OutlineSection>
      ))}
    </div>
  );
}

function Head({ report }: { readonly report: Report }) {
  const { title, prose, run, devices } = report;
  const { status, startedAt, finishedAt, error } = run;
  const when = new Date(startedAt).toLocaleString('en-GB', {
    dateStyle: 'long',
    timeStyle: 'short',
  });
  return (
    <header className="report-story flex flex-col gap-1">
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
      </p>
      {error === undefined ? null : <p className="break-words text-error">{error}</p>}
      <Prose texts={prose} />
    </header>
  );
}

/** The figure that matters, and the outputs that the run was made for. */
function Results({ report }: { readonly report: Report }) {
  const { results, cells, rows } = report;
  const given = results.flatMap((result) => {
    const cell = cells.find(({ path }) => path === result.path);
    return cell === undefined ? [] : [{ result, cell }];
  });
  const [first] = given;
  if (first === undefined) return null;
  const { headline, isScore } = first.result;
  const lost = first.cell.outputs.flatMap(({ artifact }) => rows[rowsKey(artifact)]?.lost ?? []);
  return (
    <section id="result" className="report-part" aria-label="Result">
      <h2>Result</h2>
      <p className="break-words" data-testid="result-headline">
        <b className="text-xl font-[620] tracking-[-0.015em]">{headline}</b>
        {isScore ? (
          <span className="text-ink-2" title={verdictRule}>
            {' '}
            compared with the words of the references
          </span>
        ) : null}
      </p>
      {lost.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {given.map(({ result, cell }) => (
        <ResultView key={cell.path} {...{ result, cell }} />
      ))}
    </section>
  );
}

/** Every node, each below what feeds it, with the parameters that differ from their defaults. */
function Steps({ report }: { readonly report: Report }) {
  const { cells, leftOut } = report;
  if (cells.length === 0) return null;
  return (
    <section id="steps" className="report-part" aria-label="Steps">
      <h2>Steps</h2>
      <Cells cells={cells} />
      {leftOut === 0 ? null : (
        <p className="text-ink-2">
          {plural(leftOut, 'node')} in subgraphs and loops {leftOut === 1 ? 'was' : 'were'} left out
          to limit the size of this page.
        </p>
      )}
    </section>
  );
}

/** What the run was made with, and the digests of what came of it. */
function Versions({ report }: { readonly report: Report }) {
  const { run, engines, models, cells } = report;
  const { id, file, variant } = run;
  const outputs = cells.flatMap(({ path, outputs: own }) =>
    own.map(({ port, artifact }) => [`${path}.${port}`, artifact.digest] as const),
  );
  const facts: readonly (readonly [name: string, value: string])[] = [
    ['run', id],
    ['graph', file],
    ...(variant === undefined ? [] : [['variant', variant] as const]),
    ...(engines.length === 0 ? [] : [['engines', engines.join(', ')] as const]),
    ...models.map(({ name, digest }) => [name, digest] as const),
    ...outputs,
  ];
  return (
    <section id="versions" className="report-part" aria-label="Versions">
      <h2>Versions</h2>
      <dl className="report-versions">
        {facts.map(([name, value]) => (
          <div key={`${name} ${value}`}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** A part of the page, in the outline. */
function PartEntry({ id, title }: { readonly id: string; readonly title: string }) {
  return (
    <a className="outline-entry outline-part" href={`#${id}`}>
      {title}
    </a>
  );
}

/** A run as a page: its story, what came of it, and how. */
export function ReportView({ report }: { readonly report: Report }) {
  const { cells, experiment, results } = report;
  return (
    <Held value={report}>
      <NotebookPage
        outline={
          cells.length === 0 ? null : (
            <>
              {results.length === 0 ? null : <PartEntry id="result" title="Result" />}
              <PartEntry id="steps" title="Steps" />
              <Outline cells={cells} />
              <PartEntry id="versions" title="Versions" />
            </>
          )
        }
      >
        <Head report={report} />
        {experiment === undefined ? null : <Experiment {...experiment} />}
        <Results report={report} />
        <Steps report={report} />
        <Versions report={report} />
      </NotebookPage>
    </Held>
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
