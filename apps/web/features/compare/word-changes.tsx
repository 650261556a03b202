import { diffWordsWithSpace } from 'diff';

/** Part of a text: whether it is only on this side. */
export interface WordPart {
  readonly text: string;
  readonly changed: boolean;
}

export interface WordChanges {
  readonly before: readonly WordPart[];
  readonly after: readonly WordPart[];
}

/** Milliseconds after which two texts are taken to have little in common. */
const patience = 150;

/** The words that two texts do not have in common, as parts of each. */
export function wordChanges(before: string, after: string): WordChanges {
  const changes = diffWordsWithSpace(before, after, { timeout: patience });
  if (changes === undefined) {
    return { before: [{ text: before, changed: true }], after: [{ text: after, changed: true }] };
  }
  const side = (other: 'added' | 'removed'): WordPart[] => {
    const parts = changes
      .filter((change) => !change[other])
      .map(({ value, added, removed }) => ({ text: value, changed: added || removed }));
    return joined(parts);
  };
  return { before: side('added'), after: side('removed') };
}

/** Changed words with nothing but a space between them are one change: so it is read. */
function joined(parts: readonly WordPart[]): WordPart[] {
  const all: WordPart[] = [];
  for (const [at, part] of parts.entries()) {
    const last = all.at(-1);
    const isGap = !part.changed && /^[ \t]+$/.test(part.text);
    const isWithin = isGap && last?.changed === true && parts[at + 1]?.changed === true;
    const changed = part.changed || isWithin;
    if (last !== undefined && last.changed === changed) {
      all[all.length - 1] = { text: last.text + part.text, changed };
    } else all.push({ text: part.text, changed });
  }
  return all;
}

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
