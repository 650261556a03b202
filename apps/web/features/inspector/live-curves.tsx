import { metricMeanings } from '@graft/graph';
import { CurveFacts, Curves } from '@graft/nodes/kit/ui';
import { useMemo } from 'react';
import { listed, type StepView, nodeTypes } from '@graft/view';

/** The curves of a step that trains, as far as they have come. */
export function LiveCurves({ step }: { readonly step: StepView }) {
  const rows = useMemo(() => listed(step.metrics), [step.metrics]);
  const { done = 0, total } = step.progress ?? {};
  const progress = { done, ...(total === undefined ? {} : { total }) };
  return (
    <div data-testid="live-curves">
      <CurveFacts rows={rows} progress={step.status === 'running' ? progress : undefined} />
      <Curves rows={rows} meanings={metricMeanings(nodeTypes(), step.type)} />
    </div>
  );
}
