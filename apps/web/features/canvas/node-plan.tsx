import { leftText, type GraphNode } from '@graft/graph';
import { ReasonSentence } from '../../kit/miss-reason-sentence.tsx';
import { useChecks, useRunView } from '../../kit/stores.ts';
import { usePlan } from '../../api/runs/plan-store.ts';
import { isOver, nodeTypes, reasonLine, stepIn } from '@graft/view';
import { plannedWork, weightsText } from './planned-work.ts';

/** Above a card, what a run would do with it: reuse it or run it, why, how long that took, and the weights that it loads. */
export function NodePlan({ node, path }: { readonly node: GraphNode; readonly path: string }) {
  const report = usePlan((state) => state.report);
  const models = useChecks((state) => state.models);
  const work = report === null ? undefined : plannedWork(report, path);
  // What a run has done by now is said by the card: the plan was made before it.
  const isDone = useRunView(({ run, past }) => {
    if (run === null || past || isOver(run)) return false;
    const status = stepIn(run, path)?.status ?? 'queued';
    return status !== 'queued' && status !== 'running';
  });
  if (work === undefined || isDone) return null;
  const { verdict, word, time, step } = work;
  const weights =
    verdict === 'reused' ? undefined : weightsText(node, nodeTypes().get(node.type), models);
  const line =
    step?.reason === undefined
      ? undefined
      : reasonLine(step.reason, {
          ran: verdict === 'some' ? `${word}: runs` : 'Runs',
          definition: nodeTypes().get(step.type),
        });
  return (
    <div className="node-plan" data-verdict={verdict} data-testid="node-plan">
      <span className="float-right pl-2 tabular-nums">
        {[time, weights === undefined ? undefined : `loads ${weights}`]
          .filter((part) => part !== undefined)
          .join(' · ')}
      </span>
      {line === undefined ? <b>{word}</b> : <ReasonSentence line={line} />}
      {step?.checkpoint === undefined ? null : ` ${leftText(step.checkpoint)}`}
    </div>
  );
}
