import { useMemo } from 'react';
import { listed } from '../state/growing-list.ts';
import { stepOf, useRunView } from '../state/run-view.ts';
import type { RunState, StepView } from '../state/run-state.ts';

function time(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB');
}

type Line = StepView['logs'][number] & { readonly step?: string };

/** What the steps logged that a run has for a node which is none itself. */
function linesOf(run: RunState | null, node: string): readonly Line[] | undefined {
  const members = run?.standIns.nodes.get(node)?.members;
  if (members === undefined) return undefined;
  return listed(members)
    .flatMap((step) => (run?.steps.get(step)?.logs ?? []).map((line): Line => ({ ...line, step })))
    .sort((a, b) => a.at - b.at);
}

function useLines(node: string): readonly Line[] | undefined {
  const own = useRunView((state) => stepOf(state, node)?.logs);
  const run = useRunView((state) => state.run);
  return useMemo(() => linesOf(run, node) ?? own, [run, node, own]);
}

/** How many lines warn of something. */
export function useWarnings(node: string): number {
  return useLines(node)?.filter(({ level }) => level === 'warning').length ?? 0;
}

/** What the step logged, oldest first. */
export function LogsTab({ node }: { readonly node: string }) {
  const logs = useLines(node);
  if (logs === undefined || logs.length === 0) {
    return <p className="px-4 py-3 text-ink-2">Nothing was logged.</p>;
  }
  return (
    <ol
      className="min-h-0 flex-1 overflow-auto py-2 font-mono text-[11.5px] leading-relaxed"
      aria-label="Log"
      tabIndex={0}
    >
      {logs.map((line, index) => (
        <li key={index} className="flex gap-3 px-4">
          <time className="shrink-0 text-ink-2">{time(line.at)}</time>
          <span
            className={
              line.level === 'error' ? 'text-error' : line.level === 'warning' ? 'text-working' : ''
            }
          >
            {line.level === 'info' ? '' : `${line.level}: `}
            {line.step === undefined ? '' : `${line.step}: `}
            {line.item === undefined ? '' : `${line.item}: `}
            {line.message}
          </span>
        </li>
      ))}
    </ol>
  );
}
