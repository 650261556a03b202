import { drawnFile } from '@graft/view';
import { useDocument } from '../../kit/stores.ts';
import { lineText, logTime, useLogLines, LogText } from '../../kit/log-lines.tsx';

/** What the step logged, oldest first. */
export function LogsTab({ node }: { readonly node: string }) {
  const logs = useLogLines(node);
  const graph = useDocument(drawnFile);
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
          <time className="shrink-0 text-ink-2">{logTime(line.at)}</time>
          <LogText level={line.level} text={lineText(line, graph)} />
        </li>
      ))}
    </ol>
  );
}
