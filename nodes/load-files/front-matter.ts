import type { Metadata } from '@graft/graph';

export interface FrontMatter {
  readonly metadata: Metadata;
  /** Code units of the front matter, its fences and the blank lines after it; 0 without one. */
  readonly length: number;
}

/**
 * The `---` block at the head of a markdown text: its `name: value` lines as metadata. Nested values and
 * lists are kept as they are written; nothing is evaluated.
 */
export function frontMatter(text: string): FrontMatter {
  const found = /^---[ \t]*\r?\n([\s\S]{0,65536}?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n\s*|$)/.exec(
    text,
  );
  if (found === null) return { metadata: {}, length: 0 };
  const metadata: Metadata = {};
  for (const line of (found[1] ?? '').split('\n')) {
    const [, name, value] = /^([\p{L}\p{N}_-]+)[ \t]*:[ \t]*(.*?)[ \t\r]*$/u.exec(line) ?? [];
    if (name !== undefined && value !== undefined && value !== '') metadata[name] = scalar(value);
  }
  // A thematic break followed by prose and another one is no front matter.
  if (Object.keys(metadata).length === 0) return { metadata: {}, length: 0 };
  return { metadata, length: found[0].length };
}

function scalar(value: string): string | number | boolean | null {
  const quoted = /^(['"])(.*)\1$/.exec(value)?.[2];
  if (quoted !== undefined) return quoted;
  if (/^-?\d+(\.\d+)?$/.test(value) && !/^-?0\d/.test(value)) return Number(value);
  if (value === 'true' || value === 'false') return value === 'true';
  return value === 'null' || value === '~' ? null : value;
}
