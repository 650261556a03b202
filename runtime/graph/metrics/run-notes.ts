/** Characters of a run's note and of one of its tags, and tags that it has at most. */
const longestNote = 2_000;
const longestTag = 40;
const mostTags = 12;

/** What people write about a run. */
export interface RunNotes {
  /** Empty: nothing. */
  readonly note: string;
  /** Without spaces and commas, each once. */
  readonly tags: readonly string[];
}

/** A word that is a tag: `#baseline`. */
const tagWord = /(?<=^|\s)#([^\s#,]+)/g;

/** Reads a line in which people write a note and its tags: `Worse on dates #baseline #top-1`. */
export function readNotes(line: string): RunNotes {
  const tags = [...line.matchAll(tagWord)].map(([, tag = '']) => tag);
  return cleanNotes({
    note: line
      .replaceAll(tagWord, ' ')
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/ (?=[,.;])/g, ''),
    tags,
  });
}

/** The line of a note and its tags. */
export function notesLine({ note = '', tags = [] }: Partial<RunNotes>): string {
  return [note, ...tags.map((tag) => `#${tag}`)].filter((part) => part !== '').join(' ');
}

/** Notes without space around them, within their limits. */
export function cleanNotes({ note, tags }: RunNotes): RunNotes {
  const clean = tags.map((tag) => tag.replaceAll(/[\s,#]+/g, '-').replace(/^-+|-+$/g, ''));
  return {
    note: note.trim().slice(0, longestNote),
    tags: [...new Set(clean.map((tag) => tag.slice(0, longestTag)))]
      .filter((tag) => tag !== '')
      .slice(0, mostTags),
  };
}
