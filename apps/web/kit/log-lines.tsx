import type { Graph } from '@graft/graph';
import { useMemo } from 'react';
import { listed, type RunState, shownStep, type StepView, stepTitle } from '@graft/view';
import { useRunView } from './stores.ts';

export type LogLine = StepView['logs'][number] & { readonly step?: string };

/** The log of the steps that stand for a node which is no step itself. */
function linesOf(run: RunState | null, node: string): readonly LogLine[] | undefined {
  const members = run?.standIns.nodes.get(node)?.members;
  if (members === undefined) return undefined;
  return listed(members)
    .flatMap((step) =>
      (run?.steps.get(step)?.logs ?? []).map((line): LogLine => ({ ...line, step })),
    )
    .sort((a, b) => a.at - b.at);
}

/** The log of a node in the shown run, oldest first; for a graph or a loop, that of its steps. */
export function useLogLines(node: string): readonly LogLine[] | undefined {
  const own = useRunView((state) => shownStep(state, node)?.logs);
  // The log is in the step itself.
  const run = useRunView((state) => (state.run?.standIns.nodes.get(node) ? state.run : null));
  return useMemo(() => linesOf(run, node) ?? own, [run, node, own]);
}

/** Its warnings and errors. */
export function useWarnings(node: string): readonly LogLine[] {
  const lines = useLogLines(node);
  return useMemo(() => lines?.filter(({ level }) => level === 'warning') ?? [], [lines]);
}

/** `Embed: notes.pdf: It has no text.`: the node and the item of a line, unless the line names the item itself. */
export function lineText({ step, item, message }: LogLine, graph: Graph): string {
  const about = item === undefined || message.startsWith(`${item} `) ? '' : `${item}: `;
  return `${step === undefined ? '' : `${stepTitle(step, graph)}: `}${about}${message}`;
}

/** The time of a line, for people. */
export function logTime(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB');
}

const tones = { info: '', warning: 'text-working', error: 'text-error' } as const;

/** The text of a line in the colour of its level, after the name of the level. */
export function LogText(props: { readonly level: keyof typeof tones; readonly text: string }) {
  const { level, text } = props;
  return (
    <span className={`min-w-0 break-words ${tones[level]}`}>
      {level === 'info' ? '' : `${level}: `}
      {text}
    </span>
  );
}
