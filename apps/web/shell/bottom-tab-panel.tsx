import type { ReactNode } from 'react';
import ExperimentsPanel from '../features/experiments/experiments-panel.tsx';
import type { BottomTab } from '@graft/view';
import { PastRuns } from '../features/runs/past-runs.tsx';
import { PlanPanel } from '../features/runs/plan-panel.tsx';
import { RunLog } from '../features/runs/run-log.tsx';
import { Timeline } from '../features/runs/timeline.tsx';

/** What a tab of the lower panel shows. */
export function BottomTabPanel({ tab }: { readonly tab: BottomTab }): ReactNode {
  switch (tab) {
    case 'run':
      return <Timeline />;
    case 'log':
      return <RunLog />;
    case 'plan':
      return <PlanPanel />;
    case 'runs':
      return <PastRuns />;
    case 'experiments':
      return <ExperimentsPanel />;
  }
}
