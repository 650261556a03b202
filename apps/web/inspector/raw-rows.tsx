import type { PreviewProps } from '@graft/nodes/kit/ui';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';

/** Rows before the end at which the next page is asked for. */
const ahead = 10;

/** Any rows as their JSON, for node types that bring no preview. Only what is in view is drawn. */
export function RawRows({ rows, total, loading, loadMore }: PreviewProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 76,
    overscan: 6,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= rows.length - ahead && rows.length < total && !loading) loadMore();
  }, [last, rows.length, total, loading, loadMore]);
  return (
    <div ref={scroller} className="min-h-0 flex-1 overflow-auto" tabIndex={0} aria-label="Rows">
      <div className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {items.map(({ index, key, start }) => (
          <pre
            key={key}
            ref={virtualizer.measureElement}
            data-index={index}
            className="absolute inset-x-0 max-h-52 overflow-auto border-b border-line px-4 py-2 font-mono text-[11.5px] leading-relaxed break-words whitespace-pre-wrap"
            style={{ transform: `translateY(${start}px)` }}
          >
            {JSON.stringify(rows[index], null, 1)}
          </pre>
        ))}
      </div>
    </div>
  );
}
