import { Fragment, type ReactNode } from 'react';

export interface Mark {
  /** `[start, end)` in code units. */
  readonly start: number;
  readonly end: number;
  readonly label?: string;
}

/** A text with marked spans. Marks must not overlap; text is never markup. */
export function MarkedText({
  text,
  marks,
}: {
  readonly text: string;
  readonly marks: readonly Mark[];
}): ReactNode {
  const sorted = [...marks].sort((a, b) => a.start - b.start);
  return (
    <div className="gk-text gk-mono">
      {sorted.map((mark, at) => (
        <Fragment key={mark.start}>
          {text.slice(sorted[at - 1]?.end ?? 0, mark.start)}
          <mark className="gk-mark" title={mark.label}>
            {text.slice(mark.start, mark.end)}
          </mark>
        </Fragment>
      ))}
      {text.slice(sorted.at(-1)?.end ?? 0)}
    </div>
  );
}
