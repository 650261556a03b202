import type { Metadata } from '@graft/graph';
import { type Fact, factsOf } from '../kit/text/facts.ts';

export interface FrontMatter {
  readonly metadata: Metadata;
  /** Code units of the front matter, its fences and the blank lines after it; 0 without one. */
  readonly length: number;
}

/**
 * The `---` block at the head of a markdown text: its `name: value` lines as metadata. Nested values and
 * lists are kept as they are written, the long ones left out; nothing is evaluated.
 */
export function frontMatter(text: string): FrontMatter {
  const found = /^---[ \t]*\r?\n([\s\S]{0,65536}?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n\s*|$)/.exec(
    text,
  );
  if (found === null) return { metadata: {}, length: 0 };
  const named = new Map<string, Fact>();
  for (const line of (found[1] ?? '').split('\n')) {
    const start = /^([\p{L}\p{N}_-]+)[ \t]*:/u.exec(line);
    const value = start === null ? '' : line.slice(start[0].length).trim();
    if (value !== '') named.set(start?.[1] ?? '', scalar(value));
  }
  // A thematic break followed by prose and another one is no front matter.
  if (named.size === 0) return { metadata: {}, length: 0 };
  return { metadata: factsOf(named).metadata, length: found[0].length };
}

function scalar(value: string): Fact {
  const quoted = /^(['"])(.*)\1$/.exec(value)?.[2];
  if (quoted !== undefined) return quoted;
  if (/^-?\d+(\.\d+)?$/.test(value) && !/^-?0\d/.test(value)) return Number(value);
  if (value === 'true' || value === 'false') return value === 'true';
  return value === 'null' || value === '~' ? null : value;
}
