import { z } from 'zod';

const wordsSchema = z.string().min(1);
const saidSchema = z.union([
  wordsSchema,
  z.object({ message: wordsSchema }).transform(({ message }) => message),
  z.object({ error: wordsSchema }).transform(({ error }) => error),
  z.object({ error: z.object({ message: wordsSchema }) }).transform(({ error }) => error.message),
  z.object({ detail: wordsSchema }).transform(({ detail }) => detail),
]);
/** Characters. */
const mostWords = 300;

/** What a server says of an error, in one line: its message, or how its text begins. Empty where it says nothing. */
export function serverWords(text: string): string {
  const { data = text } = saidSchema.safeParse(jsonOf(text));
  const line = data.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length > mostWords ? `${line.slice(0, mostWords)}…` : line;
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
