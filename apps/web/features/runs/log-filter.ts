import type { StepView } from '@graft/view';

export type LogEntry = StepView['logs'][number] & { readonly step: string };

export const levels = [
  { id: 'all', title: 'All levels' },
  { id: 'warning', title: 'Warnings and errors' },
  { id: 'error', title: 'Errors' },
] as const;
export type Level = (typeof levels)[number]['id'];

/** What the steps logged, oldest first; lines of one moment as the steps are listed. What made a step fail is its last line. */
export function logOf(steps: Iterable<StepView>): LogEntry[] {
  const lines: LogEntry[] = [];
  for (const { node: step, logs, error, finishedAt = 0 } of steps) {
    for (const line of logs) lines.push({ ...line, step });
    const last = logs.at(-1);
    if (error !== undefined && !(last?.level === 'error' && last.message === error.message))
      lines.push({ at: finishedAt, level: 'error', message: error.message, step });
  }
  return lines.sort((a, b) => a.at - b.at);
}

interface Wanted {
  /** A step; empty: all. */
  readonly node: string;
  readonly level: Level;
  /** In the line, in any case of its letters; empty: any. */
  readonly word: string;
}

type Told = LogEntry & { readonly title: string; readonly text: string };

/** Those of the lines that are wanted. */
export function matching<T extends Told>(lines: readonly T[], { node, level, word }: Wanted): T[] {
  const asked = word.trim().toLowerCase();
  return lines.filter(
    (line) =>
      (node === '' || line.step === node) &&
      (level === 'all' ||
        line.level === level ||
        (level === 'warning' && line.level === 'error')) &&
      (asked === '' || `${line.title}: ${line.text}`.toLowerCase().includes(asked)),
  );
}
