import { answersMediaType, Metrics, type ArtifactRef } from '@graft/graph';
import { useState } from 'react';
import {
  problemText,
  drawnFile,
  isBeginning,
  placeOf,
  isAskedResult,
  shownStep,
  stepOf,
  usedGraph,
  stepTitle,
  nodeTypes,
  action,
} from '@graft/view';
import { progressText } from '../../api/runs/run-texts.ts';
import { OpenSettings } from '../../kit/open-settings.tsx';
import { useDocument, useRunView, useInnerStep } from '../../kit/stores.ts';
import { useOutdated } from '../../api/runs/use-outdated.ts';
import { SmallModelLine } from './small-model-line.tsx';
import { ReasonBanner } from './reason-banner.tsx';
import { WarningNotice } from './warning-notice.tsx';
import { PortTabs } from '../../kit/tab-list.tsx';
import { InnerSteps } from './inner-steps.tsx';
import { part } from '../../kit/part.tsx';
import { OutputPreview } from './shown-output.ts';
import { ScoreLine } from '../../kit/notebook/cell-frame.tsx';
import { useScore } from '../../api/runs/use-score.ts';
import { FollowedQuestion } from './trace/followed-question.tsx';
import { TraceSummaryLine } from './trace/trace-summary.tsx';

const LiveCurves = part(() => import('./live-curves.tsx').then((loaded) => loaded.LiveCurves));

function Empty({ children }: { readonly children: string }) {
  return <p className="px-4 py-3 text-ink-2">{children}</p>;
}

/** The output of a node type that trains which holds its curves. */
function curvesPort(type: string | undefined): string | undefined {
  const definition = nodeTypes().get(type ?? '');
  if (definition === undefined || !Object.hasOwn(definition.params.shape, 'epochs'))
    return undefined;
  const outputs = Object.entries(definition.outputs);
  return outputs.find(([, port]) => port.type.id === Metrics.id)?.[0];
}

/** What came out of a node; of one that uses another file also what came out of each step within it. */
export function OutputTab({
  node,
  headed = false,
}: {
  readonly node: string;
  /** Whether it is the result of the graph: its score stands above it, and why it ran is left to its own output. */
  readonly headed?: boolean;
}) {
  const usesFile = useDocument(
    (state) => usedGraph(placeOf(drawnFile(state), node)?.node)?.startsWith('#') === false,
  );
  const asked = useInnerStep(({ step }) =>
    usesFile && step?.startsWith(`${node}/`) === true ? step : undefined,
  );
  const shown = useRunView((state) =>
    asked === undefined || stepOf(state, asked) === undefined ? undefined : asked,
  );
  return (
    <>
      {usesFile ? <InnerSteps node={node} shown={shown} /> : null}
      <FollowedQuestion node={shown ?? node} />
      <StepOutput key={shown ?? node} node={shown ?? node} headed={headed} />
    </>
  );
}

/** The score of answers; nothing where there is nothing to compare. */
function Score({ artifact }: { readonly artifact: ArtifactRef | undefined }) {
  const score = useScore(artifact);
  return score === undefined ? null : <ScoreLine score={score} />;
}

/** Why the step ran, and what came out of it, a page at a time. */
function StepOutput({ node, headed }: { readonly node: string; readonly headed: boolean }) {
  // Below the score of the file stands the file's result: what a question comes to stands with the question.
  const own = useRunView((state) => (headed ? stepOf : shownStep)(state, node));
  const isAsked = useRunView((state) => isAskedResult(state, node));
  const begins = useRunView(isBeginning);
  const isInput = useDocument(
    (state) =>
      nodeTypes().get(placeOf(drawnFile(state), node)?.node.type ?? '')?.structure === 'input',
  );
  const [chosen, choose] = useState<string>();
  const ports = Object.keys(own?.feeds ?? own?.outputs ?? {});
  const isThere = (port: string | undefined) => port !== undefined && ports.includes(port);
  // Of a training the course comes first, and what came of it after.
  const tab = [chosen, curvesPort(own?.type), ports[0]].find(isThere);
  const feed = tab === undefined ? undefined : own?.feeds?.[tab];
  const source = useRunView((state) => (feed === undefined ? undefined : stepOf(state, feed.node)));
  const feedTitle = useDocument((state) => feed && stepTitle(feed.node, drawnFile(state)));
  // A node that the run has other steps for shows the output of one of them, as that one would.
  const step = source ?? own;
  const port = feed?.port ?? tab;
  // Once there are outputs, the metrics are one of them.
  const trains =
    step !== undefined && step.metrics.length > 0 && Object.keys(step.outputs).length === 0;
  const error = step?.error ?? own?.error;
  const outdated = useOutdated(error, step?.node ?? node);
  if (step === undefined) {
    return begins ? (
      <Empty>Starting.</Empty>
    ) : isInput ? (
      <Empty>
        The caller of this graph sets this input. If nothing calls it, a run uses the connected
        sample.
      </Empty>
    ) : (
      <Empty>Not run yet. Press Run to see the output.</Empty>
    );
  }
  const artifact = port === undefined ? undefined : step.outputs[port];
  const writes = (step.status === 'running' || step.status === 'cancelled') && step.texts.size > 0;
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-auto" data-testid="output">
      {feed === undefined ? null : (
        <p className="mx-4 mt-3 text-ink-2" data-testid="feed">
          Output of{' '}
          <button
            type="button"
            className="font-[550] hover:underline"
            title="Show its output"
            onClick={() => action('showNode')(feed.node, 'output')}
          >
            {feedTitle}
          </button>
          .
        </p>
      )}
      {headed ? null : isAsked ? (
        <p className="mx-4 my-3 rounded-[7px] bg-accent-soft px-[11px] py-2" data-testid="reason">
          This output belongs to the last question you asked. A run replaces it.
        </p>
      ) : (
        <ReasonBanner step={step} />
      )}
      {error === undefined ? null : (
        <p
          className={`mx-4 mb-3 rounded-[7px] px-[11px] py-2 ${outdated ? 'border border-line text-ink-2' : 'bg-error-soft text-error'}`}
          role={outdated ? undefined : 'alert'}
        >
          {outdated ? 'Failed before the change: ' : ''}
          {/* Whose it is stands above. */}
          {problemText({
            ...error,
            location: {
              ...error.location,
              node: step.node === node ? undefined : error.location.node,
            },
          })}{' '}
          <OpenSettings message={error.message} />
        </p>
      )}
      <WarningNotice node={node} />
      {headed ? null : <Score artifact={artifact} />}
      <TraceSummaryLine artifact={artifact} />
      {artifact?.mediaType === answersMediaType ? (
        <div className="px-4 pb-2 empty:hidden">
          <SmallModelLine />
        </div>
      ) : null}
      <PortTabs ports={ports} current={tab} choose={choose} />
      {trains ? <LiveCurves step={step} /> : null}
      {artifact !== undefined || writes ? (
        <OutputPreview
          key={artifact?.digest ?? 'writing'}
          step={step}
          port={port}
          artifact={artifact}
          keptAs={`${step.node}.${port ?? ''}`}
          showMaker={feed && (() => action('showNode')(feed.node, 'output'))}
        />
      ) : trains ? null : step.status === 'running' ? (
        <Empty>{step.progress === undefined ? 'Starting.' : progressText(step.progress)}</Empty>
      ) : step.status === 'queued' ? (
        <Empty>Queued: its inputs are not ready.</Empty>
      ) : step.status === 'cancelled' ? (
        <Empty>Cancelled before it finished.</Empty>
      ) : error === undefined ? (
        <Empty>Skipped: there is no output to show.</Empty>
      ) : null}
    </div>
  );
}
