import { count, duration, plural } from '@graft/nodes/kit/ui';
import { useEffect, useState } from 'react';
import { stepsInOrder, stepTitle, type ExperimentProgress, type RunState } from '@graft/view';
import { followRun } from '../../api/runs/follow-run.ts';
import { progressText } from '../../api/runs/run-texts.ts';
import { useDocument } from '../../kit/stores.ts';
import { useNow } from '../../kit/use-now.ts';

/** Milliseconds after which a run at work is looked into: most are over by then. */
const lookAfter = 1_500;
/** Variants at work that are named and looked into. */
const mostNamed = 3;

interface ProgressProps {
  readonly progress: ExperimentProgress;
  /** The title of a variant. */
  readonly called: (variant: string) => string;
}

/** How far an experiment is: its runs, its time, and what those at work do. */
export function ProgressLines({ progress, called }: ProgressProps) {
  const { runs, ended, failed, dropped, refused, computed, reused, working } = progress;
  const { startedAt, limitMs } = progress;
  const now = useNow(true, 1_000);
  const passed = duration(Math.max(1_000, now - (startedAt ?? now)));
  const words = [
    runs === 0
      ? 'Preparing'
      : `Run ${count(Math.min(ended + 1, runs))} of ${count(runs)}, ${String(Math.round((100 * ended) / runs))} %`,
    `${plural(computed, 'step')} computed, ${count(reused)} reused`,
    ...(failed > 0 ? [`${count(failed)} failed`] : []),
    ...(dropped > 0 ? [`${count(dropped)} dropped`] : []),
    ...(refused > 0 ? [`${count(refused)} refused`] : []),
    ...(startedAt === undefined ? [] : [passed]),
  ];
  const limit = limitMs === undefined ? '' : ` of at most ${duration(limitMs)}`;
  const names = working.map(({ variant, seed }) =>
    seed === undefined ? called(variant) : `${called(variant)}, seed ${String(seed)}`,
  );
  return (
    <div
      className="flex flex-col gap-1 px-4 py-1.5"
      role="status"
      data-testid="experiment-progress"
    >
      <span className="h-1.5 overflow-hidden rounded-full bg-line">
        <i
          className="block h-full bg-working"
          style={{ width: `${String((100 * ended) / Math.max(1, runs))}%` }}
        />
      </span>
      <p className="truncate text-ink-2 tabular-nums" title={names.join('\n')}>
        {words.join(' · ')}
        {limit}
        {names.length === 0 ? '' : ` · ${quoted(names.slice(0, mostNamed))}`}
      </p>
      {working.slice(0, mostNamed).map(({ run }, at) => (
        <StepsAtWork key={run} run={run} name={names[at] ?? ''} />
      ))}
    </div>
  );
}

/** Quoted, because names of variants contain commas. */
const quoted = (names: readonly string[]): string => names.map((name) => `“${name}”`).join(', ');

/** What the steps at work of a variant's run have done so far. */
function StepsAtWork(props: { readonly run: string; readonly name: string }) {
  const run = useRunAtWork(props.run);
  const graph = useDocument((state) => state.graph);
  const steps = run === undefined ? [] : stepsInOrder(run);
  const words = steps.flatMap(({ node, status, progress }) =>
    status === 'running' && progress !== undefined
      ? [`${stepTitle(node, graph)}: ${progressText(progress)}`]
      : [],
  );
  if (words.length === 0) return null;
  return (
    <p className="truncate text-ink-2 tabular-nums" title={words.join('\n')}>
      “{props.name}” · {words.join(' · ')}
    </p>
  );
}

function useRunAtWork(runId: string): RunState | undefined {
  const [run, setRun] = useState<RunState>();
  useEffect(() => {
    let leave = (): void => undefined;
    const timer = setTimeout(() => {
      // What it does is beside the point where it cannot be read: the experiment goes on.
      leave = followRun(runId, { changed: setRun, failed: () => leave() });
    }, lookAfter);
    return () => {
      clearTimeout(timer);
      leave();
    };
  }, [runId]);
  return run;
}
