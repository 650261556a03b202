import { z } from 'zod';
import type { Key } from '../access/index.ts';
import { Redactor } from './redactor.ts';

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

/**
 * What a server says of an error, in one line: its message, or how its text begins. Empty where it says nothing. The key is
 * taken out before the line is cut: half of it would not be found any more.
 */
export function serverWords(text: string, key: Key | undefined): string {
  const { data = text } = saidSchema.safeParse(jsonOf(text));
  const line = new Redactor(key)
    .text(data)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length > mostWords ? `${line.slice(0, mostWords)}…` : line;
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
