import type { Span } from '@graft/graph';
import type { ReactNode } from 'react';
import { spanLabel, type Origin } from './origin.ts';

/** The label of a span, with a range of lines that is not broken in two. */
function SpanLabel({ span }: { readonly span: Span }): ReactNode {
  const label = spanLabel(span);
  const [lines = ''] = /lines? \S+$/.exec(label) ?? [];
  return (
    <>
      {label.slice(0, label.length - lines.length)}
      <span className="gk-lines">{lines}</span>
    </>
  );
}

/** Where a text comes from: a link if it can be opened. */
export function SourceLink({
  span,
  open,
}: {
  readonly span: Span;
  readonly open?: ((span: Span) => void) | undefined;
}): ReactNode {
  if (open === undefined)
    return (
      <span className="gk-source">
        <SpanLabel span={span} />
      </span>
    );
  return (
    <button
      type="button"
      className="gk-link gk-source"
      title={span.path}
      onClick={() => open(span)}
    >
      <SpanLabel span={span} />
    </button>
  );
}

const drawn: Readonly<Record<Origin['kind'], { readonly title: string; readonly path: string }>> = {
  file: { title: 'File', path: 'M3.5 1.5h6l3 3v10h-9zM9.5 1.5v3h3' },
  page: {
    title: 'Page of the web',
    path: 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M1.5 8h13M8 1.5c-5 4-5 9 0 13M8 1.5c5 4 5 9 0 13',
  },
  row: { title: 'Row of a table', path: 'M1.5 2.5h13v11h-13zM1.5 6h13M1.5 9.8h13M6 2.5v11' },
};

/** The kind of a document. */
export function OriginIcon({ kind }: Pick<Origin, 'kind'>): ReactNode {
  const { title, path } = drawn[kind];
  return (
    <svg className="gk-origin" viewBox="0 0 16 16" role="img" aria-label={title}>
      <title>{title}</title>
      <path d={path} />
    </svg>
  );
}
