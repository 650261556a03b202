import type { Family } from '@graft/graph';

/** The CSS colour of a family; faint for what this version does not know. */
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
