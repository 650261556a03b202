import { z } from 'zod';

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
