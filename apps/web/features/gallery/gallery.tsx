import { metricMeanings } from '@graft/graph';
import { bytes, duration, EvidenceTableView, plural } from '@graft/nodes/kit/ui';
import { useQuery } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import { queries, type api } from '../../api/client.ts';
import { commandOf, nodeTypes } from '@graft/view';
import { CloseIcon } from '../../kit/icons.tsx';
import { useModal } from '../../kit/dialog.tsx';
import { openFile } from '../../api/graphs/open-file.ts';
import { fileTitle } from '../../api/graphs/graph-file.ts';
import { useOverlay } from '../../kit/stores.ts';
import { useCopyExample } from './copy-example.ts';
import { FirstRunLine } from './first-run-line.tsx';
import { GraphPicture } from './graph-picture.tsx';
import { KeptAnswers } from './kept-answers.tsx';
import { SmallTable } from './small-table.tsx';

type Example = Awaited<ReturnType<typeof api.graphs.examples.query>>[number];
type ClaimAmendments = NonNullable<Example['claim']>['amended'];

function close(): void {
  useOverlay.getState().show({ gallery: false });
}

/** Whether a claim was seen to hold, in a word. */
function Outcome({ claim }: { readonly claim: Example['claim'] | undefined }) {
  if (claim === undefined) return null;
  if (claim.holds === undefined) return <span className="chip">not measured yet</span>;
  return claim.holds ? (
    <span className="chip" data-tone="good">
      holds
    </span>
  ) : (
    <span className="chip" data-tone="working">
      does not hold
    </span>
  );
}

function Card(props: {
  readonly example: Example;
  readonly first: boolean;
  readonly chosen: boolean;
  readonly choose: () => void;
}) {
  const { example, first, chosen, choose } = props;
  const { path, title, about, claim } = example;
  return (
    <li className="gallery-card" aria-current={chosen}>
      <GraphPicture path={path} />
      <div className="min-w-0">
        <div className="flex items-baseline gap-2">
          <button type="button" className="gallery-choose" aria-pressed={chosen} onClick={choose}>
            {title}
          </button>
          <span className="flex-1" />
          {first ? (
            <span className="chip shrink-0" data-tone="good">
              start here
            </span>
          ) : null}
          <span className="shrink-0 empty:hidden">
            <Outcome claim={claim} />
          </span>
        </div>
        <p className="truncate font-mono text-[11px] text-ink-2">{fileTitle(path)}</p>
        <p className="mt-1 text-sm">{about}</p>
        <p className="mt-1 text-sm text-ink-2 empty:hidden">
          <FirstRunLine example={example} />
        </p>
        {claim?.small === undefined ? null : <SmallTable small={claim.small} />}
      </div>
    </li>
  );
}

/** The tables that an example was measured by, one at a time. */
function Tables({ path, names }: { readonly path: string; readonly names: readonly string[] }) {
  const { data: tables, error } = useQuery(queries.graphs.exampleTables.queryOptions({ path }));
  const [chosen, choose] = useState(names[0] ?? '');
  const table = tables?.[chosen];
  // What its nodes are is in the file of the example only.
  const meanings = metricMeanings(nodeTypes(), '');
  return (
    <section className="mt-5">
      <div className="flex items-baseline gap-3">
        <h4 className="font-[550]">Measured</h4>
        {names.length < 2
          ? null
          : names.map((name) => (
              <button
                key={name}
                type="button"
                className="chip aria-pressed:bg-accent-soft aria-pressed:text-accent"
                aria-pressed={name === chosen}
                onClick={() => choose(name)}
              >
                {name}
              </button>
            ))}
      </div>
      {error === null ? null : <p className="text-error">{error.message}</p>}
      {table === undefined ? null : (
        <>
          <EvidenceTableView key={chosen} {...{ table, meanings }} />
          <KeptAnswers key={`${chosen} answers`} path={path} experiment={chosen} table={table} />
        </>
      )}
    </section>
  );
}

/** The day of a moment, as `2026-11-27`. */
const day = (moment: string): string => moment.slice(0, 10);

/** What was changed of a claim after it was first stated, and why. */
function Amendments({ amended }: { readonly amended: ClaimAmendments }) {
  if (amended.length === 0) return null;
  return (
    <section className="mt-5 max-w-[70ch]">
      <h4 className="font-[550]">Amended</h4>
      <ul className="mt-1 list-disc pl-5 text-sm text-ink-2">
        {amended.map(({ when, what, why }) => (
          <li key={when}>
            <time dateTime={when}>{day(when)}</time>: {what} {why}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What one example shows, how it was measured, what it needs, and the way to it. */
function Details({ example, isHere }: { readonly example: Example; readonly isHere: boolean }) {
  const { path, title, about, claim, files, size, models } = example;
  const { copying, copy } = useCopyExample();
  const open = async (): Promise<void> => {
    if (isHere) await openFile(path);
    else if (!(await copy(path))) return;
    close();
  };
  return (
    <article aria-label={title} className="min-w-0">
      <div className="flex items-start gap-4">
        <div className="min-w-0 flex-1">
          <h3 className="text-lg font-[620] tracking-[-0.01em]">{title}</h3>
          <p className="mt-0.5 max-w-[70ch]">{about}</p>
          <p className="mt-1 text-sm text-ink-2 empty:hidden">
            <FirstRunLine example={example} />
          </p>
          <p className="mt-0.5 text-sm text-ink-2">
            <code className="font-mono text-[11.5px]">{path}</code> · {plural(files, 'file')},{' '}
            {bytes(size)}
            {models.map(({ id, size: its }) => (
              <Fragment key={id}>
                {' · '}
                <span className="whitespace-nowrap">
                  {id} ({bytes(its)})
                </span>
              </Fragment>
            ))}
            {claim?.measured === undefined
              ? ''
              : ` · all experiments, measured ${day(claim.measured.date)}: ${duration(claim.measured.seconds * 1000)} on ${plural(claim.measured.cores, 'core')}`}
          </p>
        </div>
        <button
          type="button"
          className="button go"
          disabled={copying !== undefined}
          onClick={() => void open()}
        >
          {isHere ? 'Open' : copying === path ? 'Copying …' : 'Copy and open'}
        </button>
      </div>
      <GraphPicture path={path} />
      {claim === undefined ? null : (
        <>
          <p className="mt-4 max-w-[70ch]">
            <b className="font-[600]">Claim.</b> {claim.says}
          </p>
          <p className="mt-2 max-w-[70ch]">
            <Outcome claim={claim} />{' '}
            {claim.holds === false ? claim.because : claim.holds === true ? claim.conclusion : ''}
          </p>
          <Amendments amended={claim.amended} />
          {claim.tables.length === 0 ? null : (
            <Tables key={path} path={path} names={claim.tables} />
          )}
        </>
      )}
    </article>
  );
}

/** The examples with what they claim, how far that was seen, and what they take. */
export function Gallery() {
  const dialog = useModal();
  const { data: examples, error } = useQuery(queries.graphs.examples.queryOptions());
  const { data: files = [] } = useQuery(queries.graphs.list.queryOptions());
  const [chosen, choose] = useState<string>();
  const shown = examples?.find(({ path }) => path === chosen) ?? examples?.[0];
  return (
    <dialog
      ref={dialog}
      className="dialog gallery"
      aria-labelledby="gallery-title"
      onClose={close}
      onClick={(event) => {
        if (event.target === event.currentTarget) close();
      }}
    >
      <header className="flex items-center justify-between border-b border-line px-5 py-3">
        <h2 id="gallery-title" className="flex-1 text-lg font-[620]">
          Examples
        </h2>
        <button
          type="button"
          className="button mr-2"
          onClick={() => {
            close();
            commandOf('tour').run();
          }}
        >
          Take the tour
        </button>
        <button type="button" className="icon-button" aria-label="Close" onClick={close}>
          <CloseIcon />
        </button>
      </header>
      {error === null ? null : <p className="p-5 text-error">{error.message}</p>}
      {examples?.length === 0 ? (
        <p className="p-5 text-ink-2">This installation of Graft has no examples.</p>
      ) : null}
      <div className="gallery-columns">
        <ul className="gallery-list">
          {examples?.map((example, at) => (
            <Card
              key={example.path}
              example={example}
              first={at === 0}
              chosen={example === shown}
              choose={() => choose(example.path)}
            />
          )) ??
            (error === null ? <li className="p-3 text-ink-2">Reading the examples …</li> : null)}
        </ul>
        <div className="overflow-auto p-5">
          {shown === undefined ? null : (
            <Details
              key={shown.path}
              example={shown}
              isHere={files.some(({ path }) => path === shown.path)}
            />
          )}
        </div>
      </div>
    </dialog>
  );
}
