import type { Graph } from '@graft/graph';
import { useMemo } from 'react';
import { listed, type RunState, stepOf, type StepView, stepTitle } from '@graft/view';
import { useRunView } from './stores.ts';

export type LogLine = StepView['logs'][number] & { readonly step?: string };

/** What the steps logged that a run has for a node which is none itself. */
function linesOf(run: RunState | null, node: string): readonly LogLine[] | undefined {
  const members = run?.standIns.nodes.get(node)?.members;
  if (members === undefined) return undefined;
  return listed(members)
    .flatMap((step) =>
      (run?.steps.get(step)?.logs ?? []).map((line): LogLine => ({ ...line, step })),
    )
    .sort((a, b) => a.at - b.at);
}

/** What a node logged in the run that is shown, oldest first; of a graph or a loop its steps. */
export function useLogLines(node: string): readonly LogLine[] | undefined {
  const own = useRunView((state) => stepOf(state, node)?.logs);
  // Of a step of its own the rest of the run says nothing.
  const run = useRunView((state) => (state.run?.standIns.nodes.get(node) ? state.run : null));
  return useMemo(() => linesOf(run, node) ?? own, [run, node, own]);
}

/** Those that warn of something. */
export function useWarnings(node: string): readonly LogLine[] {
  const lines = useLogLines(node);
  return useMemo(() => lines?.filter(({ level }) => level === 'warning') ?? [], [lines]);
}

/** `Embed: notes.pdf: It has no text.`: whose line it is, and of what, where it does not begin with that itself. */
export function lineText({ step, item, message }: LogLine, graph: Graph): string {
  const about = item === undefined || message.startsWith(`${item} `) ? '' : `${item}: `;
  return `${step === undefined ? '' : `${stepTitle(step, graph)}: `}${about}${message}`;
}

/** When a line was logged, for people. */
export function logTime(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB');
}

const tones = { info: '', warning: 'text-working', error: 'text-error' } as const;

/** What a line says, in the colour of its level, which stands before it. */
export function LogText(props: { readonly level: keyof typeof tones; readonly text: string }) {
  const { level, text } = props;
  return (
    <span className={`min-w-0 break-words ${tones[level]}`}>
      {level === 'info' ? '' : `${level}: `}
      {text}
    </span>
  );
}
