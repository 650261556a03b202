import { useScreen, type BottomTab } from '../state/screen-store.ts';
import { PastRuns } from './past-runs.tsx';
import { PlanPanel } from './plan-panel.tsx';
import { RunSummary, Timeline } from './timeline.tsx';

const tabs: readonly { readonly id: BottomTab; readonly title: string }[] = [
  { id: 'run', title: 'Run' },
  { id: 'plan', title: 'Plan' },
  { id: 'runs', title: 'All runs' },
];

/** Under the canvas: the run on the screen, what the next would do, and those before. */
export function BottomPanel() {
  const current = useScreen((state) => state.bottomTab);
  return (
    <section
      aria-label="Runs"
      className="flex min-h-0 flex-col border-t border-line bg-panel pt-1.5 pb-1.5"
    >
      <div className="flex items-baseline justify-between gap-4 px-3.5 pb-1">
        <RunSummary />
        <div role="tablist" aria-label="Run panel" className="ml-auto flex gap-3.5">
          {tabs.map(({ id, title }) => (
            <button
              key={id}
              type="button"
              role="tab"
              aria-selected={id === current}
              className="text-sm text-ink-2 hover:text-ink aria-selected:font-[550] aria-selected:text-ink"
              onClick={() => useScreen.getState().show({ bottomTab: id })}
            >
              {title}
            </button>
          ))}
        </div>
      </div>
      {current === 'run' ? <Timeline /> : current === 'plan' ? <PlanPanel /> : <PastRuns />}
    </section>
  );
}
