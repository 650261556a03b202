import type { Span } from '@graft/graph';
import type { ReactNode } from 'react';
import { spanLabel } from './origin.ts';

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
    <button
      type="button"
      className="gk-link gk-source"
      title={span.path}
      onClick={() => open(span)}
    >
      {spanLabel(span)}
    </button>
  );
}
