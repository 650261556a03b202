import { diffWordsWithSpace } from 'diff';

/** A part of a text, and whether only this side has it. */
export interface WordPart {
  readonly text: string;
  readonly changed: boolean;
}

export interface WordChanges {
  readonly before: readonly WordPart[];
  readonly after: readonly WordPart[];
}

/** Milliseconds of diffing after which two texts count as entirely different. */
const patience = 150;

/** The differing words of two texts, as parts of each. */
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

/** Joins changed words that only a space separates. */
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

/** A text with the words marked that the other side lacks. */
export function MarkedWords({ parts }: { readonly parts: readonly WordPart[] }) {
  return parts.map(({ text, changed }, at) =>
    changed ? <mark key={at}>{text}</mark> : <span key={at}>{text}</span>,
  );
}
