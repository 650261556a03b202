import type { ArtifactRef } from '@graft/graph';
import { clock, CurveFacts, Curves, duration, plural } from '@graft/nodes/kit/ui';
import { previews } from '@graft/nodes/previews';
import { createContext, useContext, useState } from 'react';
import { familyColour } from '../../kit/node-types.ts';
import { offStatus, resultText, stepStatus } from '../../api/runs/node-status.ts';
import { ReasonSentence, reasonLine } from '../../kit/miss-reason.tsx';
import { ScoreLine, Settings } from '../../kit/cell-parts.tsx';
import { scoreText } from '../../api/runs/run-texts.ts';
import {
  emptyList,
  noTexts,
  type Report,
  type ReportCell,
  type ReportGroup,
  rowsKey,
  type StepView,
} from '@graft/view';
import { anchorOf, groupKey, Opened } from './opened-groups.ts';
import { Prose } from './prose.tsx';
import { OutputView } from './report-output.tsx';

/** The rows that the page holds. */
export const HeldRows = createContext<Report['rows']>({});

function viewOf({ step, outputs }: ReportCell): StepView | undefined {
  if (step === undefined) return undefined;
  const made = Object.fromEntries(outputs.map(({ port, artifact }) => [port, artifact]));
  return { ...step, outputs: made, logs: [], metrics: emptyList, texts: noTexts };
}

function Outputs({ outputs, tall }: Pick<ReportCell, 'outputs'> & { readonly tall: boolean }) {
  const held = useContext(HeldRows);
  const [chosen, choose] = useState(outputs[0]?.port);
  const output = outputs.find(({ port }) => port === chosen);
  const rows = output === undefined ? undefined : held[rowsKey(output.artifact)];
  if (output === undefined || rows === undefined) return null;
  const score = rows.score === undefined ? undefined : scoreText(rows.score);
  return (
    <div className="cell-output" data-tall={tall}>
      {outputs.length > 1 ? (
        <div role="tablist" aria-label="Outputs" className="flex gap-1 px-4 pt-1 pb-2">
          {outputs.map(({ port }) => (
            <button
              key={port}
              type="button"
              role="tab"
              aria-selected={port === chosen}
              className="chip aria-selected:bg-accent-soft aria-selected:text-accent"
              onClick={() => choose(port)}
            >
              {port}
            </button>
          ))}
        </div>
      ) : null}
      <div className="flex min-h-0 flex-1 flex-col overflow-auto">
        {output.madeBy === undefined ? null : (
          <p className="px-4 py-2 text-ink-2">
            Output of <code className="text-[11.5px]">{output.madeBy}</code>.
          </p>
        )}
        {score === undefined ? null : <ScoreLine score={score} />}
        <OutputView key={output.port} output={output} held={rows} />
      </div>
    </div>
  );
}

/** What the node type is, why the step ran and how long, and what its result depends on. */
function About({ cell }: { readonly cell: ReportCell }) {
  const { step, doc, parts, moreParts } = cell;
  const facts =
    step === undefined
      ? []
      : [
          step.device === undefined || step.device === 'auto' ? '' : `on ${step.device}`,
          step.ms === undefined || step.ms === 0 ? '' : `took ${duration(step.ms)}`,
          step.madeAt === undefined ? '' : `reused from the run of ${clock(step.madeAt)}`,
        ].filter((fact) => fact !== '');
  return (
    <div className="report-about">
      {doc === undefined ? null : <p>{doc}</p>}
      {step?.reason === undefined || step.status === 'cached' ? null : (
        <p>
          <ReasonSentence line={reasonLine(step.reason, { ran: 'Ran', definition: undefined })} />
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

/** What a step had measured or written that was ended before it gave anything. */
function Unfinished({
  unfinished,
}: {
  readonly unfinished: NonNullable<ReportCell['unfinished']>;
}) {
  const { view, metrics, texts } = unfinished;
  const Preview = previews[view];
  return (
    <div className="cell-output">
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
    </div>
  );
}

/** What a preview is given where there is only text that was being written. */
const noArtifact: ArtifactRef = { digest: '0'.repeat(64), mediaType: '', size: 0 };

/** The nodes of a graph that a node uses, or of a round of a loop, drawn where they are unfolded. */
function Inside({ group }: { readonly group: ReportGroup }) {
  const { opened, toggle } = useContext(Opened);
  const { round, cells } = group;
  const key = groupKey(group);
  const open = opened.has(key);
  const within = `${plural(cells.length, 'node')} inside`;
  return (
    <details
      className="report-inside"
      open={open}
      onToggle={({ currentTarget }) => toggle(key, currentTarget.open)}
    >
      <summary>{round === undefined ? within : `Round ${String(round)}: ${within}`}</summary>
      {open ? (
        <div className="report-cells">
          <Prose texts={group.prose} />
          {cells.map((cell) => (
            <CellView key={cell.path} cell={cell} />
          ))}
        </div>
      ) : null}
    </details>
  );
}

/** A node, below what is noted about it: what it is, its parameters, and what came of it. */
export function CellView({ cell }: { readonly cell: ReportCell }) {
  const { path, title, type, group, off, params, step, outputs, unfinished, inside } = cell;
  const [tall, setTall] = useState(false);
  const [about, setAbout] = useState(false);
  const view = viewOf(cell);
  const status = off ? offStatus : stepStatus(view);
  return (
    <>
      <Prose texts={cell.prose} />
      <article
        id={anchorOf(cell)}
        className="cell"
        style={{ '--c': familyColour(group) }}
        data-status={step?.status ?? 'idle'}
        data-type={type}
        aria-label={title}
      >
        <header className="cell-head">
          <i className="group-square" />
          <h2 className="font-[600]">{title}</h2>
          <code className="text-[11.5px] text-ink-2">{path}</code>
          <span className="flex-1" />
          {status === undefined ? null : (
            <span className="chip" data-tone={status.tone}>
              {status.label}
            </span>
          )}
        </header>
        <div className="cell-settings">
          <Settings params={params} />
        </div>
        {step?.error === undefined ? null : (
          <p className="px-4 pb-2 break-words text-error">{step.error.message}</p>
        )}
        {outputs.length === 0 ? null : <Outputs {...{ outputs, tall }} />}
        {unfinished === undefined ? null : <Unfinished unfinished={unfinished} />}
        {inside.map((one) => (
          <Inside key={one.round ?? 0} group={one} />
        ))}
        {about ? <About cell={cell} /> : null}
        <footer className="cell-foot">
          <span>{off ? 'switched off' : resultText(view)}</span>
          <span className="flex-1" />
          {outputs.length === 0 ? null : (
            <button type="button" onClick={() => setTall(!tall)}>
              {tall ? 'Shorter' : 'Taller'}
            </button>
          )}
          <button type="button" aria-expanded={about} onClick={() => setAbout(!about)}>
            About this step
          </button>
        </footer>
      </article>
    </>
  );
}
