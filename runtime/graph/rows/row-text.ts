import { z } from 'zod';
import { judgementSchema } from './judgements.ts';
import {
  answerSchema,
  chunkSchema,
  documentSchema,
  promptSchema,
  questionHitsSchema,
  questionSchema,
  type Span,
} from './port-types.ts';
import { preferenceSchema } from './training-types.ts';

/** A row for people: a heading and the text below it. */
export interface RowText {
  readonly heading: string;
  readonly body: string;
}

const place = ({ path, firstLine, lastLine }: Span): string =>
  `${path}:${String(firstLine)}–${String(lastLine)}`;

/** What can be said of a row depends on its shape; the most particular shapes come first. */
const readers: readonly ((row: unknown) => RowText | undefined)[] = [
  reader(answerSchema, (answer) => ({
    heading: answer.question.question,
    body: [
      answer.text,
      ...answer.citations.map(
        ({ number, source, by }) =>
          `[${String(number)}] ${place(source)}${by === 'attributed' ? ' (found by Graft)' : ''}`,
      ),
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

/** A row as text, whole; JSON where its shape is none that has words. */
export function rowText(row: unknown): RowText {
  for (const read of readers) {
    const text = read(row);
    if (text !== undefined) return text;
  }
  return { heading: '', body: JSON.stringify(row) ?? '' };
}

/**
 * Whether any text or number of a row holds a text in small letters, whatever the case of the row's own; names of fields and
 * vectors are not looked at.
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

const askedSchema = z.looseObject({ question: z.looseObject({ question: z.string() }) });

/** What was asked, of a row that came of a question; undefined of any other. */
export function questionTextOf(row: unknown): string | undefined {
  return askedSchema.safeParse(row).data?.question.question;
}

/** Id of the question that a row is of, else of the row itself; undefined of one that has neither, nor an item. */
export function questionOfRow(row: unknown): string | undefined {
  const { id, item, question } = rowSchema.safeParse(row).data ?? {};
  if (typeof question === 'object') return question.id;
  // Of a row of metrics the id of its question; of a question its text.
  return id ?? question ?? item;
}
