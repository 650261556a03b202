import { useDocument } from '../state/document-store.ts';
import { lineText, useLogLines } from './log-lines.ts';

function time(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB');
}

/** What the step logged, oldest first. */
export function LogsTab({ node }: { readonly node: string }) {
  const logs = useLogLines(node);
  const graph = useDocument((state) => state.graph);
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
            {lineText(line, graph)}
          </span>
        </li>
      ))}
    </ol>
  );
}
