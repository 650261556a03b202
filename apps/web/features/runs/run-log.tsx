import { count, plural } from '@graft/nodes/kit/ui';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { lineText, logTime, LogText } from '../../kit/log-lines.tsx';
import { copyText } from '../../kit/copy-text.ts';
import { drawnFile, stepsInOrder, stepTitle, action } from '@graft/view';
import { useDocument, useRunView } from '../../kit/stores.ts';
import { NoRun } from './no-run.tsx';
import { levels, logOf, matching, type Level } from './log-filter.ts';

/** The log of all steps of the run on the screen, oldest first; filtered by node, level or text. */
export function RunLog() {
  const run = useRunView((state) => state.run);
  const graph = useDocument(drawnFile);
  const [node, setNode] = useState('');
  const [level, setLevel] = useState<Level>('all');
  const [word, setWord] = useState('');
  const scroller = useRef<HTMLOListElement>(null);
  const lines = useMemo(
    () =>
      (run === null ? [] : logOf(stepsInOrder(run))).map(({ step, ...line }) => ({
        ...{ step, ...line },
        title: stepTitle(step, graph),
        text: lineText(line, graph),
      })),
    [run, graph],
  );
  const shown = useMemo(() => matching(lines, { node, level, word }), [lines, node, level, word]);
  const virtualizer = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 19,
    overscan: 12,
  });
  if (run === null || run.seq === 0) return <NoRun />;
  if (lines.length === 0) {
    return <p className="px-3.5 text-ink-2">Nothing was logged in this run.</p>;
  }
  const nodes = new Map(lines.map(({ step, title }) => [step, title]));
  // The node chosen for an earlier run may have no lines here.
  const chosen = nodes.has(node) ? node : '';
  return (
    <>
      <div className="flex items-center gap-2 px-3.5 pb-1 text-sm">
        <select
          className="field h-[22px] w-44 px-1.5 text-sm"
          aria-label="Filter by node"
          value={chosen}
          onChange={({ target }) => setNode(target.value)}
        >
          <option value="">All nodes</option>
          {[...nodes].map(([step, title]) => (
            <option key={step} value={step}>
              {title}
            </option>
          ))}
        </select>
        <select
          className="field h-[22px] w-40 px-1.5 text-sm"
          aria-label="Level"
          value={level}
          onChange={({ target }) =>
            setLevel(levels.find(({ id }) => id === target.value)?.id ?? 'all')
          }
        >
          {levels.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
        <input
          type="search"
          className="field h-[22px] w-44 px-1.5 text-sm"
          aria-label="Search the log"
          placeholder="Search"
          value={word}
          onChange={({ target }) => setWord(target.value)}
        />
        <span className="flex-1 text-ink-2 tabular-nums" role="status">
          {shown.length === lines.length
            ? plural(lines.length, 'line')
            : `${count(shown.length)} of ${plural(lines.length, 'line')}`}
        </span>
        <button
          type="button"
          className="button small"
          disabled={shown.length === 0}
          onClick={() =>
            void copyText(
              shown
                .map(({ at, level: of, title, text }) => `${logTime(at)} ${of} ${title}: ${text}`)
                .join('\n'),
              plural(shown.length, 'line'),
            )
          }
        >
          Copy
        </button>
      </div>
      <ol
        ref={scroller}
        className="relative min-h-0 flex-1 overflow-auto font-mono text-[11.5px] leading-[19px]"
        aria-label="Log of the run"
        tabIndex={0}
      >
        {shown.length === 0 ? (
          <li className="px-3.5 font-sans text-sm text-ink-2">No line matches.</li>
        ) : (
          <li aria-hidden style={{ height: virtualizer.getTotalSize() }} />
        )}
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const line = shown[index];
          if (line === undefined) return null;
          return (
            <li
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              className="absolute inset-x-0 top-0 grid items-start grid-cols-[64px_176px_1fr] gap-2.5 px-3.5"
              style={{ transform: `translateY(${String(start)}px)` }}
            >
              <time className="text-ink-2">{logTime(line.at)}</time>
              <button
                type="button"
                className="truncate text-left font-sans text-sm leading-[inherit] text-ink-2 hover:text-ink hover:underline"
                title={line.step}
                onClick={() => action('showNode')(line.step, 'logs')}
              >
                {line.title}
              </button>
              <LogText level={line.level} text={line.text} />
            </li>
          );
        })}
      </ol>
    </>
  );
}
