import { answerVerdict } from './answer-verdict.ts';
import { Answers, answerSchema, Documents, Hits, Prompts, Questions } from './port-types.ts';
import { Dataset } from './training-types.ts';

/** A sortable property of rows. */
export interface RowColumn {
  readonly id: string;
  readonly title: string;
  /** Path in a row; `*` is each entry of a list, whose numbers are summed, and `length` that of a text or list. */
  readonly path: readonly string[];
  /** Whether people want the smallest first; text sorts from A to Z. */
  readonly ascending?: true;
}

const question: RowColumn = {
  ...{ id: 'question', title: 'Question', path: ['question', 'question'], ascending: true },
};

/** Correctness of an answer by its reference: the only column that no row contains. */
export const verdictColumn: RowColumn = { id: 'verdict', title: 'Right or wrong', path: [] };

const columns: ReadonlyMap<string, readonly RowColumn[]> = new Map([
  [
    Hits.mediaType,
    [
      { id: 'score', title: 'Best score', path: ['hits', '0', 'score'] },
      { id: 'hits', title: 'Number of hits', path: ['hits', 'length'] },
      { id: 'length', title: 'Length of the question', path: [...question.path, 'length'] },
      question,
    ],
  ],
  [
    Questions.mediaType,
    [
      { id: 'length', title: 'Length', path: ['question', 'length'] },
      { id: 'reference', title: 'Length of the reference', path: ['reference', 'length'] },
      { id: 'question', title: 'Question', path: ['question'], ascending: true },
    ],
  ],
  [
    Answers.mediaType,
    [
      verdictColumn,
      { id: 'length', title: 'Length', path: ['text', 'length'] },
      { id: 'tokens', title: 'Tokens', path: ['completionTokens'] },
      { id: 'citations', title: 'Citations', path: ['citations', 'length'] },
      question,
    ],
  ],
  [
    Prompts.mediaType,
    [
      { id: 'tokens', title: 'Tokens', path: ['tokens'] },
      { id: 'passages', title: 'Passages', path: ['passages', 'length'] },
      question,
    ],
  ],
  [
    Dataset.mediaType,
    [
      { id: 'length', title: 'Length', path: ['turns', '*', 'content', 'length'] },
      { id: 'turns', title: 'Turns', path: ['turns', 'length'] },
      { id: 'split', title: 'Split', path: ['split'], ascending: true },
      { id: 'path', title: 'File', path: ['path'], ascending: true },
    ],
  ],
  [
    Documents.mediaType,
    [
      { id: 'length', title: 'Length', path: ['text', 'length'] },
      { id: 'title', title: 'Title', path: ['title'], ascending: true },
    ],
  ],
]);

/** Sortable columns for the rows of a media type; none if their order is meaningful. */
export function rowColumns(mediaType: string): readonly RowColumn[] {
  return columns.get(mediaType) ?? [];
}

/** A row's value in a column; undefined if it has none. */
export function columnValue(
  row: unknown,
  { id, path }: Pick<RowColumn, 'id' | 'path'>,
): number | string | undefined {
  if (id === verdictColumn.id) return verdictOf(row);
  const value = valueAt(row, path);
  return typeof value === 'number' || typeof value === 'string' ? value : undefined;
}

function verdictOf(row: unknown): string | undefined {
  const answer = answerSchema.safeParse(row);
  const verdict = answer.success ? answerVerdict(answer.data) : 'no reference';
  return verdict === 'no reference' ? undefined : verdict;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (step === '*') {
    if (!Array.isArray(value)) return undefined;
    return value.reduce<number>((sum, entry) => sum + (Number(valueAt(entry, rest)) || 0), 0);
  }
  if (step === 'length' && typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return valueAt(Object.getOwnPropertyDescriptor(value, step)?.value, rest);
}
