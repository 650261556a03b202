import {
  answerSchema,
  chunkSchema,
  documentSchema,
  promptSchema,
  questionHitsSchema,
  questionSchema,
  type Span,
} from '@graft/graph';
import { z } from 'zod';

/** A row for people: a heading and the text below it. */
export interface RowText {
  readonly heading: string;
  readonly body: string;
}

/** Characters of a row's text that a report shows. */
const shownText = 2000;

function cut(text: string): string {
  return text.length <= shownText ? text : `${text.slice(0, shownText)}…`;
}
function place(span: Span): string {
  return `${span.path}:${span.firstLine}–${span.lastLine}`;
}

/** What can be said of a row depends on its shape; the most particular shapes come first. */
const readers: readonly ((row: unknown) => RowText | undefined)[] = [
  reader(answerSchema, (answer) => ({
    heading: answer.question.question,
    body: [
      cut(answer.text),
      ...answer.citations.map(
        ({ number, source, by }) =>
          `[${number}] ${place(source)}${by === 'attributed' ? ' (attributed)' : ''}`,
      ),
      ...(answer.question.reference === undefined
        ? []
        : [`Reference: ${answer.question.reference}`]),
    ].join('\n'),
  })),
  reader(promptSchema, (prompt) => ({
    heading: `${prompt.question.question} (${prompt.tokens} tokens, ${prompt.passages.length} passages)`,
    body: cut(prompt.text),
  })),
  reader(questionHitsSchema, ({ question, hits }) => ({
    heading: question.question,
    body: hits
      .map(({ rank, score, chunk }) => `${rank}. ${score.toFixed(4)}  ${place(chunk.source)}`)
      .join('\n'),
  })),
  reader(chunkSchema, (chunk) => ({ heading: place(chunk.source), body: cut(chunk.text) })),
  reader(documentSchema, (document) => ({ heading: document.path, body: cut(document.text) })),
  reader(questionSchema, (question) => ({
    heading: question.question,
    body: question.reference ?? '',
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

export function rowText(row: unknown): RowText {
  for (const read of readers) {
    const text = read(row);
    if (text !== undefined) return text;
  }
  return { heading: '', body: cut(JSON.stringify(row) ?? '') };
}
