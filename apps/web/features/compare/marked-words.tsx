import type { WordPart } from './word-changes.ts';

/** A text with the words marked that the other side has not. */
export function MarkedWords({
  parts,
  side,
}: {
  readonly parts: readonly WordPart[];
  readonly side: 'before' | 'after';
}) {
  const Mark = side === 'before' ? 'del' : 'ins';
  return parts.map(({ text, changed }, at) =>
    changed ? <Mark key={at}>{text}</Mark> : <span key={at}>{text}</span>,
  );
}
