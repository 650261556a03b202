import {
  answersMediaType,
  metricsMediaType,
  type GraphNode,
  type NodeFacts,
  type NodeType,
} from '@graft/graph';
import { plural } from '@graft/nodes/kit/ui';
import { useScore } from '../../api/runs/use-score.ts';
import type { NodeProps } from '@xyflow/react';
import { memo, use } from 'react';
import { type ShownProblem, paramTitle, titleAmong } from '@graft/view';
import { useDocument, useRunView, useOverlay, useScreen, useParamsHere } from '../../kit/stores.ts';
import { useWarningsAt } from '../../api/graphs/use-problems.ts';
import { useDrift } from '../../api/runs/plan-report.ts';
import { NodeTitle } from '../../kit/node-title.tsx';
import { NodePorts } from './node-ports.tsx';
import {
  givenText,
  offStatus,
  outdatedText,
  progressShare,
  footText,
  resultText,
} from '../../api/runs/node-status.ts';
import { useFacts, useStatus } from '../../api/runs/use-node-status.ts';
import { ProgressBar } from '../../kit/progress-bar.tsx';
import { FarCard, FarContext, useFarCards } from './far/far-view.ts';
import { useCard } from './use-card.ts';
import { NodePlan } from './node-plan.tsx';
import { part } from '../../kit/part.tsx';

const NodeAnswer = part(() => import('./node-answer.tsx').then((loaded) => loaded.NodeAnswer));
const NodeCurve = part(() => import('./node-curve.tsx').then((loaded) => loaded.NodeCurve));

/** Values that need no name beside them: files and long ids. */
const standsAlone = new Set(['files', 'file', 'model']);

function Facts({ facts }: { readonly facts: NodeFacts }) {
  const [only] = facts;
  if (only === undefined) return null;
  if (facts.length === 1 && standsAlone.has(only[0])) {
    return (
      <dl className="node-facts">
        <dt className="sr-only">{only[0]}</dt>
        <dd className="alone" title={`${only[0]}: ${only[1]}`}>
          {only[1]}
        </dd>
      </dl>
    );
  }
  return (
    <dl className="node-facts">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt>{name}</dt>
          <dd title={value}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What an input of the graph shows before anything has arrived. */
function useGiven(id: string, look: NodeType | undefined): string | undefined {
  const isInput = look?.structure === 'input';
  return useDocument(({ shown, trail }) => {
    if (!isInput) return undefined;
    if (trail.length > 0) return 'set by caller';
    const source = shown.edges.find((edge) => edge.target === id)?.source;
    return givenText(source === undefined ? undefined : titleAmong(source, shown.nodes));
  });
}

/** `needs chunks`: what the person has yet to provide. */
function useMissing(problem: ShownProblem | undefined, node: GraphNode | undefined): string {
  const { port, param } = problem?.location ?? {};
  const field = param === undefined ? 'a value' : paramTitle(node, param);
  return `needs ${port ?? field}`;
}

/** A measured value, `Perplexity 60.18 (documents)`: where there is little room, its name gives way. */
function Measured({ text }: { readonly text: string }) {
  const [, name, value, rest] = /^(.+?) ([−-]?\d\S*)( .*)?$/.exec(text) ?? [];
  if (name === undefined) return text;
  return (
    <span className="node-measured">
      <span>{name}</span> <span>{value}</span>
      <span className="node-rest">{rest}</span>
    </span>
  );
}

/** The whole card. Its width is fixed, and nothing in it moves when a run starts. */
function Card({ id, selected }: { readonly id: string; readonly selected: boolean }) {
  const { node, path, step, problem, incomplete, outdated, look, off, title, card } = useCard(id);
  const ran = useStatus(path, step);
  const status = off ? offStatus : ran;
  const pastParams = useRunView((state) => (state.past ? state.pastParams[path] : undefined));
  const params = useParamsHere(id);
  const facts = useFacts(node, look, pastParams ?? params);
  const missing = useMissing(problem, node);
  const past = useRunView((state) => state.past);
  const given = useGiven(id, look);
  const failed = step?.error !== undefined && !outdated;
  const result = outdated
    ? outdatedText
    : off && step === undefined
      ? 'switched off'
      : step !== undefined
        ? off
          ? `passes on ${resultText(step)}`
          : footText(step)
        : past
          ? 'not part of that run'
          : (given ?? footText(step));
  const [output] = Object.values(step?.outputs ?? {});
  const score = useScore(output);
  const drift = useDrift(path);
  const ofNow = useWarningsAt(id);
  // What the graph of now is warned of is nothing to a past run.
  const warnings = past ? [] : ofNow;
  const planned = useScreen((state) => state.planOverlay);
  const renaming = useOverlay((state) => state.renamingNode === id);
  const folded = useDocument((state) => state.shown.layout[id]?.collapsed === true);
  if (node === undefined) return null;
  return (
    <article className="node" data-selected={selected} data-folded={folded} {...card}>
      {planned ? <NodePlan node={node} path={path} /> : null}
      <header className="node-head">
        <i className="group-square" />
        <NodeTitle id={id} title={node.title} fallback={title} renaming={renaming} />
      </header>
      <div className="node-middle">
        <NodePorts id={id} look={look} />
        {step === undefined || step.metrics.length === 0 ? null : <NodeCurve step={step} />}
        {output?.mediaType === answersMediaType ? <NodeAnswer id={id} artifact={output} /> : null}
      </div>
      <Facts facts={facts} />
      <footer className="node-foot">
        {step?.status === 'running' ? (
          <ProgressBar label={`Progress of ${node.title ?? title}`} share={progressShare(step)} />
        ) : null}
        {problem === undefined || step?.status === 'running' ? (
          <div
            className={failed ? 'text-error' : ''}
            title={[...[...warnings, ...drift].map(({ message }) => message), result].join(' ')}
          >
            {warnings.length === 0 ? null : (
              <span className="text-working" data-testid={`warning-${id}`}>
                {plural(warnings.length, 'warning')} ·{' '}
              </span>
            )}
            {drift.length === 0 ? '' : 'changed since locked · '}
            {score}
            <span className={score === undefined ? undefined : 'node-rest'}>
              {score === undefined ? '' : ' · '}
              {output?.mediaType === metricsMediaType ? <Measured text={result} /> : result}
            </span>
          </div>
        ) : (
          <div className={incomplete ? '' : 'text-error'} title={problem.message}>
            {problem.coming !== undefined
              ? 'model is being downloaded'
              : incomplete
                ? (given ?? missing)
                : problem.message}
          </div>
        )}
        {status === undefined ? null : (
          <span
            // The status of a running or failed node needs the width.
            className={status.tone === 'working' || status.tone === 'bad' ? 'sr-only' : 'chip'}
            data-tone={status.tone}
            data-testid={`status-${id}`}
          >
            {status.label}
          </span>
        )}
      </footer>
    </article>
  );
}

/** In a larger selection, nodes stay in the far view. */
const fewSelected = 20;

/** The props that a card needs; not its place, which changes with every step of a drag. */
type ViewProps = Pick<NodeProps, 'id' | 'selected' | 'width' | 'height'>;
const isSameView = (a: ViewProps, b: ViewProps): boolean =>
  a.id === b.id && a.selected === b.selected && a.width === b.width && a.height === b.height;

/** A node of the canvas; in the far view of a large graph, a placeholder unless the pointer is on it. */
export const GraphNodeView = memo(function GraphNodeView(props: ViewProps) {
  const { id, selected, width, height } = props;
  const isNear = useFarCards(({ near }) => near === id);
  const isFar = use(FarContext) && !isNear;
  const renamed = useOverlay((state) => state.renamingNode === id);
  const isOff = useDocument((state) => state.shown.nodes[id]?.bypass === true);
  const isFocusSelected = useScreen(({ selection }) => selected && selection.length <= fewSelected);
  // A node that was just added is measured as a whole.
  if (!isFar || width === undefined || height === undefined || isFocusSelected || renamed || isOff)
    return <Card id={id} selected={selected} />;
  return <FarCard {...{ id, width, height, selected }} />;
}, isSameView);
