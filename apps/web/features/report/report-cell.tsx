import type { ArtifactRef } from '@graft/graph';
import { clock, CurveFacts, Curves, duration, plural } from '@graft/nodes/kit/ui';
import { previews } from '@graft/nodes/previews';
import {
  emptyList,
  inSections,
  noTexts,
  outputText,
  type Report,
  type ReportCell,
  type ReportGroup,
  type ReportResult,
  rowsKey,
  scoreText,
  type StepView,
} from '@graft/view';
import {
  createContext,
  Fragment,
  useContext,
  useEffect,
  useEffectEvent,
  useRef,
  useState,
} from 'react';
import { offStatus, resultText, stepStatus } from '../../api/runs/node-status.ts';

import { Markdown } from '../../kit/markdown.tsx';
import { ReasonSentence } from '../../kit/miss-reason-sentence.tsx';
import { CellFrame, type OutputLook, ScoreLine, Settings } from '../../kit/notebook/cell-frame.tsx';
import { CellSection } from '../../kit/notebook/notebook-page.tsx';
import { PortTabs } from '../../kit/tab-list.tsx';
import { OutputView } from './report-output.tsx';

/** The rows that the page holds, and the results that stand above the steps. */
export const Held = createContext<Pick<Report, 'rows' | 'results'>>({ rows: {}, results: [] });

/** What the cell of a step is called in addresses, and that of its output where it is a result. */
export const anchorOf = (path: string): string => `node-${path}`;
const resultAnchor = (path: string): string => `result-${path}`;

/** The cell that the address names. */
export const addressed = (): string => decodeURIComponent(location.hash.slice(1));

/** Tells which cell the address names: at first, and whenever it is followed. */
function useAddressed(tell: (anchor: string) => void): void {
  const follow = useEffectEvent(() => tell(addressed()));
  useEffect(() => {
    const listen = (): void => follow();
    listen();
    addEventListener('hashchange', listen);
    return () => removeEventListener('hashchange', listen);
  }, []);
}

/** Notes in the place where they are read. */
export function Prose({ texts = [] }: { readonly texts?: readonly string[] | undefined }) {
  return texts.map((text, at) => (
    <section key={at} className="prose-cell" aria-label="Note">
      <Markdown text={text} level={2} />
    </section>
  ));
}

/** Notes and nodes as they stand below each other, under the titles of their groups. */
export function Cells({ prose, cells }: ReportGroup) {
  return (
    <>
      <Prose texts={prose} />
      {inSections(cells).map(({ title, cells: own }) => (
        <CellSection key={own[0]?.path} title={title}>
          {own.map((cell) => (
            <CellView key={cell.path} cell={cell} />
          ))}
        </CellSection>
      ))}
    </>
  );
}

/** A result: the output of a node, without how it came about. */
export function ResultView({
  cell,
  result,
}: {
  readonly cell: ReportCell;
  readonly result: ReportResult;
}) {
  const [look, setLook] = useState<OutputLook>({});
  const { path, prose, outputs } = cell;
  return (
    <>
      <Prose texts={prose} />
      <CellFrame
        id={resultAnchor(path)}
        head={cell}
        name={path}
        status={undefined}
        result={
          result.isScore
            ? outputs.map(({ artifact }) => outputText(artifact)).join(' · ')
            : result.headline
        }
        failed={false}
        look={look}
        relook={(change) => setLook({ ...look, ...change })}
        output={<Outputs outputs={outputs} headed />}
        aria-label={`Result of ${cell.title}`}
      >
        {null}
      </CellFrame>
    </>
  );
}

/** What the inputs of a node are connected to. */
function Reads({ reads = [] }: { readonly reads?: ReportCell['reads'] | undefined }) {
  if (reads.length === 0) return null;
  return (
    <p className="cell-links">
      {reads.map(({ port, from }) => (
        <span key={port}>
          {port} from{' '}
          {from.map(({ path, title }, at) => (
            <Fragment key={path}>
              {at === 0 ? '' : ', '}
              <a className="cell-link" href={`#${encodeURIComponent(anchorOf(path))}`}>
                {title}
              </a>
            </Fragment>
          ))}
        </span>
      ))}
    </p>
  );
}

/** A node, below what is noted about it: what it is, its parameters, and what came of it. */
function CellView({ cell }: { readonly cell: ReportCell }) {
  const { path, type, params, step, outputs, unfinished, inside } = cell;
  const [look, setLook] = useState<OutputLook>({});
  const [about, setAbout] = useState(false);
  const frame = useRef<HTMLElement>(null);
  useAddressed((anchor) => {
    if (anchor === anchorOf(path)) frame.current?.scrollIntoView();
  });
  const view = viewOf(cell);
  const isResult = useContext(Held).results.some((result) => result.path === path);
  return (
    <>
      {isResult ? null : <Prose texts={cell.prose} />}
      <CellFrame
        ref={frame}
        id={anchorOf(path)}
        head={cell}
        name={path}
        status={cell.off ? offStatus : stepStatus(view)}
        result={resultText(view)}
        failed={step?.error !== undefined}
        look={look}
        relook={(change) => setLook({ ...look, ...change })}
        output={
          isResult ? undefined : outputs.length > 0 ? (
            <Outputs outputs={outputs} />
          ) : unfinished === undefined ? undefined : (
            <UnfinishedOutput {...unfinished} />
          )
        }
        belowOutput={
          <>
            {isResult ? (
              <p className="border-t border-line px-4 py-2 text-ink-2">
                <a
                  className="underline underline-offset-2 hover:text-ink"
                  href={`#${encodeURIComponent(resultAnchor(path))}`}
                >
                  Its output is above, under Result.
                </a>
              </p>
            ) : null}
            {inside.map((group) => (
              <Inside key={group.round ?? 0} group={group} />
            ))}
            {about ? <About cell={cell} /> : null}
          </>
        }
        footEnd={
          <button type="button" aria-expanded={about} onClick={() => setAbout(!about)}>
            About this step
          </button>
        }
        data-status={step?.status ?? 'idle'}
        data-type={type}
        aria-label={cell.title}
      >
        <div className="cell-settings">
          <Settings params={params} />
        </div>
        <Reads reads={cell.reads} />
      </CellFrame>
    </>
  );
}

function viewOf({ step, outputs }: ReportCell): StepView | undefined {
  if (step === undefined) return undefined;
  const made = Object.fromEntries(outputs.map(({ port, artifact }) => [port, artifact]));
  return { ...step, outputs: made, logs: [], metrics: emptyList, texts: noTexts };
}

/** The outputs of a node; `headed`: their score stands above them. */
function Outputs({
  outputs,
  headed = false,
}: Pick<ReportCell, 'outputs'> & { readonly headed?: boolean }) {
  const { rows: held } = useContext(Held);
  const [chosen, choose] = useState(outputs[0]?.port);
  const output = outputs.find(({ port }) => port === chosen);
  const rows = output === undefined ? undefined : held[rowsKey(output.artifact)];
  if (output === undefined || rows === undefined) return null;
  const score = rows.score === undefined ? undefined : scoreText(rows.score);
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-auto">
      {output.madeBy === undefined ? null : (
        <p className="px-4 py-2 text-ink-2">
          Output of <code className="text-[11.5px]">{output.madeBy}</code>.
        </p>
      )}
      {headed || score === undefined ? null : <ScoreLine score={score} />}
      {headed || rows.lost === undefined ? null : <p className="px-4 pb-2">{rows.lost}</p>}
      <PortTabs ports={outputs.map(({ port }) => port)} current={chosen} choose={choose} />
      <OutputView key={output.port} output={output} held={rows} />
    </div>
  );
}

/** What a step had measured or written that was ended before it gave anything. */
function UnfinishedOutput({ view, metrics, texts }: NonNullable<ReportCell['unfinished']>) {
  const Preview = previews[view];
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-auto">
      {metrics.length === 0 ? null : (
        <>
          <CurveFacts rows={metrics} />
          <Curves rows={metrics} />
        </>
      )}
      {Object.keys(texts).length === 0 || Preview === undefined ? null : (
        <Preview
          artifact={noArtifact}
          {...{ rows: [], total: 0, loading: false, params: {}, stopped: true }}
          loadMore={() => undefined}
          streaming={texts}
        />
      )}
    </div>
  );
}

/** What a preview is given where there is only text that was being written. */
const noArtifact: ArtifactRef = { digest: '0'.repeat(64), mediaType: '', size: 0 };

/** The nodes of a graph that a node uses, or of a round of a loop, drawn where they are unfolded. */
function Inside({ group }: { readonly group: ReportGroup }) {
  const [open, setOpen] = useState(false);
  const { round, cells } = group;
  const [{ path } = { path: '' }] = cells;
  useAddressed((anchor) => {
    if (anchor.startsWith(anchorOf(path.slice(0, path.lastIndexOf('/') + 1)))) setOpen(true);
  });
  const within = `${plural(cells.length, 'node')} inside`;
  return (
    <details
      className="border-t border-line bg-paper"
      open={open}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary className="px-4 py-1.5 text-sm text-ink-2">
        {round === undefined ? within : `Round ${String(round)}: ${within}`}
      </summary>
      {open ? (
        <div className="flex flex-col gap-2.5 px-3 pt-1 pb-3.5">
          <Cells {...group} />
        </div>
      ) : null}
    </details>
  );
}

/** What the node type is, why the step ran and how long, and what its result depends on. */
function About({ cell }: { readonly cell: ReportCell }) {
  const { step, doc, reason, parts, moreParts } = cell;
  const facts =
    step === undefined
      ? []
      : [
          step.device === undefined || step.device === 'auto' ? '' : `on ${step.device}`,
          step.ms === undefined || step.ms === 0 ? '' : `took ${duration(step.ms)}`,
          step.madeAt === undefined ? '' : `reused from the run of ${clock(step.madeAt)}`,
        ].filter((fact) => fact !== '');
  return (
    <div className="flex flex-col gap-2 border-t border-line px-4 py-2">
      {doc === undefined ? null : <p>{doc}</p>}
      {reason === undefined ? null : (
        <p>
          <ReasonSentence line={reason} />
        </p>
      )}
      {facts.length === 0 ? null : <p className="text-ink-2">{facts.join(', ')}</p>}
      {parts.length === 0 ? null : (
        <dl className="font-mono text-[11.5px]">
          {parts.map(({ name, value }) => (
            <div key={name} className="break-all">
              <dt className="inline text-ink-2">{name} = </dt>
              <dd className="inline">{value}</dd>
            </div>
          ))}
          {moreParts === 0 ? null : <div>… and {plural(moreParts, 'part')} more</div>}
        </dl>
      )}
    </div>
  );
}
