import { z } from 'zod';
import { judgementSchema } from './judgements.ts';
import {
  type Answer,
  answerSchema,
  chunkSchema,
  documentSchema,
  promptSchema,
  questionHitsSchema,
  questionSchema,
  type Question,
  type Span,
} from './port-types.ts';
import { preferenceSchema } from './training-types.ts';

/** A row for people: a heading with the text below it. */
export interface RowText {
  readonly heading: string;
  readonly body: string;
}

/** What to call passages that Graft found by the words of an answer: a likeness, and no proof of it. */
export function foundPassages({
  citations,
  promptTokens,
}: Pick<Answer, 'citations' | 'promptTokens'>): string {
  // Of an answer that no model wrote, such as a row that was looked up.
  if (promptTokens === 0) return 'Found by Graft';
  const passages = citations.length === 1 ? 'Similar passage' : 'Similar passages';
  return `${passages}, not cited by the model`;
}

const place = ({ path, firstLine, lastLine }: Span): string =>
  `${path}:${String(firstLine)}–${String(lastLine)}`;

/** The most specific shapes come first. */
const readers: readonly ((row: unknown) => RowText | undefined)[] = [
  reader(answerSchema, (answer) => ({
    heading: answer.question.question,
    body: [
      answer.text,
      ...(answer.citations.some(({ by }) => by === 'attributed')
        ? [`${foundPassages(answer)}:`]
        : []),
      ...answer.citations.map(({ number, source }) => `[${String(number)}] ${place(source)}`),
      ...(answer.question.reference === undefined
        ? []
        : [`Reference: ${answer.question.reference}`]),
    ].join('\n\n'),
  })),
  reader(judgementSchema, ({ question, metric, value, findings }) => ({
    heading: question.question,
    body: [
      `${metric}: ${value === undefined ? 'not had' : String(value)}`,
      ...findings.map(
        ({ text, verdict }) => `${verdict === undefined ? '?' : verdict ? 'yes' : 'no'}: ${text}`,
      ),
    ].join('\n\n'),
  })),
  reader(preferenceSchema, ({ prompt, chosen, rejected }) => ({
    heading: prompt,
    body: `Chosen: ${chosen}\n\nRejected: ${rejected}`,
  })),
  reader(promptSchema, ({ question, text }) => ({ heading: question.question, body: text })),
  reader(questionHitsSchema, ({ question, hits }) => ({
    heading: question.question,
    body: hits
      .map(
        ({ rank, score, chunk }) => `${String(rank)}. ${score.toFixed(4)}  ${place(chunk.source)}`,
      )
      .join('\n'),
  })),
  reader(chunkSchema, ({ source, text }) => ({ heading: place(source), body: text })),
  reader(documentSchema, ({ path, text }) => ({ heading: path, body: text })),
  reader(questionSchema, ({ question, reference }) => ({
    heading: question,
    body: reference ?? '',
  })),
];

function reader<T>(
  schema: z.ZodType<T>,
  write: (value: T) => RowText,
): (row: unknown) => RowText | undefined {
  return (row) => {
    const parsed = schema.safeParse(row);
    return parsed.success ? write(parsed.data) : undefined;
  };
}

/** A row as complete text; JSON if its shape has no text form. */
export function rowText(row: unknown): RowText {
  for (const read of readers) {
    const text = read(row);
    if (text !== undefined) return text;
  }
  return { heading: '', body: JSON.stringify(row) ?? '' };
}

/**
 * Whether any text or number of a row contains `text`, which is in lower case; ignores case, field names and vectors.
 */
export function rowHolds(value: unknown, text: string): boolean {
  if (typeof value === 'string') return value.toLowerCase().includes(text);
  if (typeof value === 'number') return String(value).includes(text);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  return Object.values(value).some((part) => rowHolds(part, text));
}

const rowSchema = z.looseObject({
  id: z.string().optional(),
  item: z.string().optional(),
  question: z.union([z.string(), z.looseObject({ id: z.string() })]).optional(),
});

const askedSchema = z.object({
  question: questionSchema.pick({ question: true, reference: true, answerable: true }),
});

/** The question behind a row, with its reference; undefined if the row has none. */
export function questionAskedIn(
  row: unknown,
): Pick<Question, 'question' | 'reference' | 'answerable'> | undefined {
  return askedSchema.safeParse(row).data?.question;
}

/** Id of the question behind a row, else of the row itself; undefined if it has neither, nor an item. */
export function questionOfRow(row: unknown): string | undefined {
  const { id, item, question } = rowSchema.safeParse(row).data ?? {};
  if (typeof question === 'object') return question.id;
  // A metrics row names the id of its question, a question its text.
  return id ?? question ?? item;
}
