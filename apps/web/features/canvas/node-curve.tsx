import { plural, Sparkline } from '@graft/nodes/kit/ui';
import { useMemo } from 'react';
import { listed, type StepView } from '@graft/view';

/** A loss in the few letters between the ports; the output has all its digits. */
function shortLoss(loss: number): string {
  if (!Number.isFinite(loss)) return '∞';
  return loss < 0.001 ? '<0.001' : loss.toFixed(loss < 10 ? 3 : 1);
}

/** The course of the training loss, in the space between the ports, so that nothing moves when it begins. */
export function NodeCurve({ step }: { readonly step: StepView }) {
  const losses = useMemo(
    () =>
      listed(step.metrics).flatMap(({ series, values }) =>
        series === 'train' ? (values['loss'] ?? []) : [],
      ),
    [step.metrics],
  );
  const newest = losses.at(-1);
  if (newest === undefined) return null;
  return (
    <div className="node-curve" data-running={step.status === 'running'} data-testid="node-curve">
      <Sparkline values={losses} label={`Loss over ${plural(losses.length, 'step')}`} />
      <span>loss {shortLoss(newest)}</span>
    </div>
  );
}
