import type { formats } from './node.ts';

export type RowFormat = (typeof formats)[number];

/** Columns without which a row is not of a format. The first format that a row has all of is its own. */
export const needed: Readonly<Record<RowFormat, readonly string[]>> = {
  messages: ['messages'],
  sharegpt: ['conversations'],
  alpaca: ['instruction', 'output'],
  'prompt-completion': ['prompt', 'completion'],
  text: ['text'],
};

/** The format that a row with these columns has. */
export function detectFormat(columns: readonly string[]): RowFormat | undefined {
  return order.find((format) => needed[format].every((column) => columns.includes(column)));
}

const order: readonly RowFormat[] = [
  ...(['messages', 'sharegpt', 'alpaca', 'prompt-completion', 'text'] as const),
];

/** `messages; conversations; instruction and output; …` */
export function knownColumns(): string {
  return order.map((format) => `${needed[format].join(' and ')} (${format})`).join(', ');
}
