import { ReasonSentence } from '../../kit/miss-reason-sentence.tsx';
import { leftText, type StepStatus } from '@graft/graph';
import { duration } from '@graft/nodes/kit/ui';
import { usePlan } from '../../api/runs/plan-store.ts';
import type { PlanReport } from '../../api/client.ts';
import { useDocument, useRunView } from '../../kit/stores.ts';
import { setRunsOnChange, useOpenRunsOnChange } from '../../api/runs/run-on-change.ts';
import { action, isOver, nodeTypes, reasonLine, stepIn, stepTitle } from '@graft/view';
import { useProblems } from '../../api/graphs/use-problems.ts';
import { ProblemList } from './problem-list.tsx';

/** The state of a step in the current run. */
const goingWords: Readonly<Partial<Record<StepStatus, string>>> = {
  queued: 'Queued.',
  running: 'Running.',
  cached: 'Reused.',
  succeeded: 'Succeeded.',
  failed: 'Failed.',
};

function Verdict({ step }: { readonly step: PlanReport['nodes'][number] }) {
  const going = useRunView(({ run, past }) =>
    run === null || past || isOver(run) ? undefined : stepIn(run, step.node)?.status,
  );
  const word = going === undefined ? undefined : goingWords[going];
  if (word !== undefined) return <span>{word}</span>;
  if (step.verdict === 'hit') return <span>Will be reused.</span>;
  if (step.verdict === 'unknown') return <span>May run: depends on its inputs.</span>;
  if (step.reason === undefined) return <span>Will run.</span>;
  const line = reasonLine(step.reason, { ran: 'Will run', definition: nodeTypes().get(step.type) });
  const { checkpoint } = step;
  return (
    <span>
      <ReasonSentence line={line} />
      {checkpoint === undefined ? '' : ` ${leftText(checkpoint)}`}
    </span>
  );
}

/** What a run would do: whether each node is reused, and why not. */
export function PlanPanel() {
  return (
    <>
      <RunOnChange />
      <PlannedSteps />
    </>
  );
}

function RunOnChange() {
  const path = useDocument((state) => state.file?.path);
  const on = useOpenRunsOnChange();
  if (path === undefined) return null;
  return (
    <label className="flex items-center gap-1.5 px-3.5 pb-1 text-sm text-ink-2">
      <input
        type="checkbox"
        checked={on}
        onChange={({ target }) => setRunsOnChange(path, target.checked)}
      />
      Run on change: whenever a file that the graph reads changes
    </label>
  );
}

function PlannedSteps() {
  const { report, loading } = usePlan();
  const problems = useProblems();
  const graph = useDocument((state) => state.graph);
  if (problems.length > 0) return <ProblemList problems={problems} />;
  if (report === null)
    return <p className="px-3.5 text-ink-2">{loading ? 'Planning …' : 'No steps to plan yet.'}</p>;
  return (
    <ol className="min-h-0 flex-1 overflow-auto" aria-label="Plan">
      {report.nodes.map((step) => (
        <li key={step.node}>
          <button
            type="button"
            className="grid min-h-5 w-full grid-cols-[176px_1fr_auto] gap-2.5 px-3.5 text-left text-sm hover:bg-[color-mix(in_srgb,var(--ink)_4%,transparent)]"
            onClick={() => action('showNode')(step.node)}
          >
            <span className="truncate text-ink-2" title={step.node}>
              {stepTitle(step.node, graph)}
            </span>
            <span className={step.verdict === 'hit' ? 'text-ink-2' : ''}>
              <Verdict step={step} />
            </span>
            <span className="text-right whitespace-nowrap text-ink-2 tabular-nums">
              {step.verdict === 'hit' || step.estimatedMs === undefined
                ? ''
                : `${duration(step.estimatedMs)} last time`}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
