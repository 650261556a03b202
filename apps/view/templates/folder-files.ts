import {
  askedRow,
  detectFormat,
  type DocumentGroup,
  type Material,
  type TableFile,
  turnsOf,
} from '@graft/graph';

/** How many documents a folder has. */
export function countDocuments({ documents }: Material): number {
  return documents.reduce((sum, { count }) => sum + count, 0);
}

/** Patterns for the documents: one for each folder, such as `notes/**\/*.{md,pdf}`. */
export function documentPatterns({ documents }: Material): readonly string[] {
  const folders = [...new Set(documents.map(({ folder }) => folder))];
  return folders.map((folder) =>
    patternOf(
      folder,
      documents.filter((group) => group.folder === folder),
    ),
  );
}

function patternOf(folder: string, groups: readonly DocumentGroup[]): string {
  const endings = groups.map(({ ending }) => ending);
  const files = endings.length === 1 ? `*.${endings.join('')}` : `*.{${endings.join(',')}}`;
  // A character with a meaning in patterns becomes `?`, which matches any character.
  return folder === '' ? files : `${folder.replace(/[*?[\]{}!()"\\]/g, '?')}/**/${files}`;
}

/** The file with the most rows that a training can use. */
export function trainingTable({ tables }: Material): TableFile | undefined {
  return tables
    .filter(({ columns }) => detectFormat(columns) !== undefined)
    .toSorted((a, b) => b.rows - a.rows)
    .at(0);
}

/** Whether the rows of a file have questions and answers, as far as it was looked at. */
export const hasAnswers = ({ head }: TableFile): boolean =>
  head.length > 0 && head.every((row) => askedRow(row)?.answer !== undefined);

/**
 * The file with the most questions; with `known`, of those that have their documents, or reference answers. Questions
 * with answers to train on come after those with references.
 */
export function questionTable(
  { tables }: Material,
  known?: 'documents' | 'reference',
): TableFile | undefined {
  const needed = ['question', ...(known === undefined ? [] : [known])];
  const asks = ({ columns }: TableFile): boolean => needed.every((name) => columns.includes(name));
  const trains = (table: TableFile): boolean =>
    known === 'reference' && table.columns.includes('question') && hasAnswers(table);
  return [asks, trains]
    .flatMap((is) => tables.filter(is).toSorted((a, b) => b.rows - a.rows))
    .at(0);
}

/** Columns that a sentence names, and the most letters of each. */
const namedColumns = 6;
const longestColumn = 30;

/** `asked.csv has the columns id, answer.`: of the file with the most rows, the nearest to one that is missing. */
export function columnsFound({ tables }: Material): string | undefined {
  const table = tables.toSorted((a, b) => b.rows - a.rows).at(0);
  if (table === undefined) return undefined;
  const { path, columns } = table;
  const named = columns
    .slice(0, namedColumns)
    .map((name) => (name.length > longestColumn ? `${name.slice(0, longestColumn)}…` : name));
  const more = columns.length - named.length;
  const list = `${named.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
  if (columns.length === 0) return `${path} has no columns.`;
  return `${path} has the ${columns.length === 1 ? 'column' : 'columns'} ${list}.`;
}

/** The most letters of a question that is taken from a row. */
const longestQuestion = 160;

/** What the first rows of a training ask, one a line, to ask it before and after. */
export function askedByRows({ head }: TableFile): readonly string[] {
  return head.flatMap((row) => {
    const asked = askedRow(row)?.question;
    return asked === undefined ? [] : asked.replace(/\s+/g, ' ').slice(0, longestQuestion);
  });
}

/** The system prompt of the first rows, so that the model is asked as it was trained. Empty if they differ or have none. */
export function systemOfRows({ head }: TableFile): string {
  const systems = new Set(
    head.map((row) => row['system'] ?? turnsOf(row).find(({ by }) => by === 'system')?.text ?? ''),
  );
  const [only] = systems;
  return systems.size === 1 && typeof only === 'string' ? only : '';
}
