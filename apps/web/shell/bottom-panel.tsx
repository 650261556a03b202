import { openPanel, type BottomTab } from '@graft/view';
import { usePanels, useScreen, useRunView } from '../kit/stores.ts';
import { TabList } from '../kit/tab-list.tsx';
import { RunSummary } from '../features/runs/run-summary.tsx';
import { part } from '../kit/part.tsx';

const BottomTabPanel = part(() =>
  import('./bottom-tab-panel.tsx').then((loaded) => loaded.BottomTabPanel),
);

const tabs: readonly { readonly id: BottomTab; readonly title: string }[] = [
  { id: 'run', title: 'Run' },
  { id: 'log', title: 'Log' },
  { id: 'plan', title: 'Plan' },
  { id: 'runs', title: 'All runs' },
  { id: 'experiments', title: 'Experiments' },
];

/** Under the canvas: the run on the screen, what the next would do, those before, and experiments. */
export function BottomPanel() {
  const current = useScreen((state) => state.bottomTab);
  const hasRun = useRunView(({ run }) => run !== null && run.seq > 0);
  const collapsed = usePanels((state) => state.collapsed.lower);
  return (
    <div className="flex h-full min-h-0 flex-col bg-panel pt-1.5 pb-1.5">
      <div className="@container flex items-baseline justify-between gap-4 px-3.5 pb-1 whitespace-nowrap">
        {/* A letter of its size keeps the tabs on its line. */}
        {hasRun ? <RunSummary /> : <span aria-hidden>&nbsp;</span>}
        <TabList
          label="Run panel"
          tabs={tabs}
          current={current}
          choose={(bottomTab) => {
            openPanel('lower');
            useScreen.getState().show({ bottomTab });
          }}
          className="-my-1 -mr-1 ml-auto flex shrink-0 gap-3.5 overflow-x-auto px-1 py-1 [scrollbar-width:none]"
          tabClassName="text-sm text-ink-2 hover:text-ink aria-selected:font-[550] aria-selected:text-ink"
        />
      </div>
      {collapsed ? null : (
        <div className="flex min-h-0 flex-1 flex-col">
          <BottomTabPanel tab={current} />
        </div>
      )}
    </div>
  );
}
