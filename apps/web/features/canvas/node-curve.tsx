import { measure, plural, Sparkline } from '@graft/nodes/kit/ui';
import { useMemo } from 'react';
import { listed, type StepView } from '@graft/view';

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
      <span>loss {measure(newest)}</span>
    </div>
  );
}
