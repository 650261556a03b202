import { usageText } from '@graft/graph';
import { clock, count, plural } from '@graft/nodes/kit/ui';
import { useDocument, useRunView } from '../../kit/stores.ts';
import {
  allReused,
  checkpointText,
  edgesInto,
  nodeTypes,
  ranBecause,
  stepIn,
  type StepView,
} from '@graft/view';
import { ReasonSentence } from '../../kit/miss-reason-sentence.tsx';

/** Reused, computed and failed rows of a map-type step. */
function itemsText(step: StepView): string {
  const { items } = step;
  if (items === undefined || items.reused === 0 || items.computed === 0) return '';
  const { total, computed, reused, failed } = items;
  const others =
    failed === 0 ? 'the others reused' : `${count(reused)} reused, ${count(failed)} failed`;
  return ` ${count(computed)} of ${plural(total, 'row')} were computed, ${others}.`;
}

/** Where it runs, why there, and what it waited for; nothing if there are no workers. */
function Place({ place, status }: StepView) {
  if (place === undefined) return null;
  const { worker, why, waited } = place;
  const isRunning = status === 'running';
  if (worker === undefined && why === undefined) {
    return isRunning ? <span className="mt-1 block text-sm">{waited}</span> : null;
  }
  const where = worker === undefined ? 'on this machine' : `on the worker ${worker}`;
  return (
    <span className="mt-1 block text-sm">
      {isRunning ? 'Runs' : 'Ran'} {where}
      {why === undefined ? '' : `: ${why}`}.{waited === undefined ? '' : ` ${waited}`}
    </span>
  );
}

/** The first line of Output: why the step ran or was reused. */
export function ReasonBanner({ step }: { readonly step: StepView }) {
  const graph = useDocument((state) => state.graph);
  const run = useRunView((state) => state.run);
  // Green is for what went well.
  const tone =
    step.error === undefined && step.status !== 'cancelled'
      ? 'bg-accent-soft'
      : 'border border-line text-ink-2';
  const box = `mx-4 my-3 rounded-[7px] px-[11px] py-2 ${tone}`;
  if (step.status === 'cached') {
    return (
      <p className={box} data-testid="reason">
        Reused from {step.from === undefined ? null : `the package “${step.from}”, `}
        {step.madeAt === undefined ? 'an earlier run' : `the run of ${clock(step.madeAt)}`}: nothing
        that it depends on has changed.
      </p>
    );
  }
  const line = ranBecause(step, nodeTypes().get(step.type));
  if (line === undefined) return null;
  const above = edgesInto(graph, step.node).map(({ source }) => stepIn(run, source));
  return (
    <p className={box} data-testid="reason">
      <ReasonSentence line={line} />
      {step.reason?.kind !== 'first' && allReused(above) ? ' All its inputs were reused.' : ''}
      {itemsText(step)}
      {checkpointText(step)}
      {step.remote === undefined ? '' : ` Servers: ${usageText(step.remote)}.`}
      <Place {...step} />
    </p>
  );
}
