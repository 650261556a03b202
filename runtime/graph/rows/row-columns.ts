import { answerVerdict } from './answer-verdict.ts';
import { Answers, answerSchema, Documents, Hits, Prompts, Questions } from './port-types.ts';
import { Dataset } from './training-types.ts';

/** Something of each row by which rows are put in order. */
export interface RowColumn {
  readonly id: string;
  readonly title: string;
  /** Where it stands in a row; `*` is each entry of a list, of which the numbers are summed, and `length` that of a text or list. */
  readonly path: readonly string[];
  /** Whether people want the least of it first: words are read from A to Z. */
  readonly ascending?: true;
}

const question: RowColumn = {
  ...{ id: 'question', title: 'Question', path: ['question', 'question'], ascending: true },
};

/** Whether an answer is right by its reference: of all columns alone, it stands nowhere in a row. */
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

/** By what the rows of an artifact of a media type are put in order; none where their order means something. */
export function rowColumns(mediaType: string): readonly RowColumn[] {
  return columns.get(mediaType) ?? [];
}

/** What a row has in a column; undefined where it has nothing. */
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
