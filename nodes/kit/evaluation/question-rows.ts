import {
  GraphError,
  type Location,
  type MetricRow,
  type Question,
  referencesOf,
  type RowsInput,
  type RunContext,
} from '@graft/graph';

/** Questions by id; undefined if none are connected. */
export async function questionsById(
  questions: RowsInput<Question> | undefined,
): Promise<ReadonlyMap<string, Question> | undefined> {
  if (questions === undefined) return undefined;
  const byId = new Map<string, Question>();
  for await (const question of questions.rows()) byId.set(question.id, question);
  return byId;
}

/** Logs the questions that were never `seen`, each with `why`. */
export function logUnseen(
  ctx: RunContext,
  questions: ReadonlyMap<string, Question> | undefined,
  { seen, why }: { readonly seen: ReadonlySet<string>; readonly why: string },
): void {
  for (const id of questions?.keys() ?? []) if (!seen.has(id)) ctx.log('warning', why, id);
}

/** The series of an answer's row, by what it can be compared with; in display order. */
const answerSeries = ['questions', 'unanswerable', 'no reference'] as const;

/** The row of an answer, in the series of its question. */
export function answerRow(id: string, question: Question, values: MetricRow['values']): MetricRow {
  const series: (typeof answerSeries)[number] =
    question.answerable === false
      ? 'unanswerable'
      : referencesOf(question).length === 0
        ? 'no reference'
        : 'questions';
  return { series, item: id, ...askedIn(question), values };
}

/** The question of a metric row, and what it is about. */
export function askedIn({
  id,
  question,
  group,
}: Question): Pick<MetricRow, 'label' | 'question' | 'group'> {
  return { label: question, question: id, ...(group === undefined ? {} : { group }) };
}

/** The rows of answers, preceded by their means. */
export function answerMetrics(rows: readonly MetricRow[], names: readonly string[]): MetricRow[] {
  const shown = answerSeries.flatMap((series) => rows.filter((row) => row.series === series));
  return [summaryRow(rows, names), ...shown];
}

/** Throws why nothing can be compared: `bad-input` at a port. */
export function noReference(location: Location): GraphError {
  return new GraphError(
    'bad-input',
    'No question has a reference. In the questions’ file, give each question its right answer in the field "reference".',
    { location },
  );
}

/** Names of the rows in the counts, by series. */
const counted = [
  ['questions', 'questions'],
  ['unanswerable', 'unanswerable'],
  ['no reference', 'withoutReference'],
] as const;

/** The means of metrics, each over the rows that have it, and the number of rows in each series. */
export function summaryRow(rows: readonly MetricRow[], names: readonly string[]): MetricRow {
  const means = names.flatMap((name) => {
    const values = rows.flatMap(({ values: { [name]: value } }) => value ?? []);
    const sum = values.reduce((total, value) => total + value, 0);
    return values.length === 0 ? [] : [[name, sum / values.length] as const];
  });
  const counts = counted
    .map(([series, name]) => [name, rows.filter((row) => row.series === series).length] as const)
    .filter(([name, count]) => name === 'questions' || count > 0);
  return { series: 'summary', values: Object.fromEntries([...means, ...counts]) };
}
