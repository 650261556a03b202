import type { Family, NodeType } from '@graft/graph';

/** The CSS colour of a family; faint for one that this version does not know. */
export function familyColour(family: Family | undefined): string {
  return family === undefined ? 'var(--ink-3)' : `var(--c-${family})`;
}

export const familyTitles: Readonly<Record<Family, string>> = {
  sources: 'Sources',
  retrieval: 'Retrieval',
  'language-model': 'Language model',
  training: 'Training',
  evaluation: 'Evaluation',
  structure: 'Structure',
};
export const families: readonly Family[] = [
  'sources',
  'retrieval',
  'language-model',
  'training',
  'evaluation',
  'structure',
];

/** Words that find a node type besides its name. */
export function aboutType({ doc, synonyms = [] }: Pick<NodeType, 'doc' | 'synonyms'>): string {
  return [...synonyms, doc].join(' ');
}

/**
 * How well an item matches the search; 0: not at all. Every word must be or begin a word of the name, or else of its
 * keywords: "embed" finds Embed before Remote embedder.
 */
export function rank(value: string, search: string, keywords: readonly string[] = []): number {
  const words = search
    .toLowerCase()
    .split(/[\s-]+/)
    .filter(Boolean);
  const spaced = (text: string): string => ` ${text.toLowerCase().replaceAll('-', ' ')} `;
  const begins = (text: string): boolean =>
    words.every((word) => spaced(text).includes(` ${word}`));
  if (words.every((word) => spaced(value).includes(` ${word} `))) return 1;
  if (begins(value)) return 0.9;
  if (words.every((word) => value.toLowerCase().includes(word))) return 0.8;
  return begins(`${value} ${keywords.join(' ')}`) ? 0.4 : 0;
}

/** The drag data type of a node type from the palette. */
export const nodeDragType = 'application/x-graft-node-type';
