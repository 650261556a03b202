import type { Span } from '@graft/graph';
import type { ReactNode } from 'react';

/** "kilns.md · lines 12–19". */
export function spanLabel({ path, firstLine, lastLine }: Span): string {
  const lines = firstLine === lastLine ? `line ${firstLine}` : `lines ${firstLine}–${lastLine}`;
  return `${path} · ${lines}`;
}

/** Where a text comes from: a link where it can be opened. */
export function SourceLink({
  span,
  open,
}: {
  readonly span: Span;
  readonly open?: ((span: Span) => void) | undefined;
}): ReactNode {
  if (open === undefined) return <span className="gk-source">{spanLabel(span)}</span>;
  return (
    <button type="button" className="gk-link gk-source" onClick={() => open(span)}>
      {spanLabel(span)}
    </button>
  );
}
