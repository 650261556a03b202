/** Formats of rows to train on, as other trainers know them. */
export const datasetFormats = [
  'alpaca',
  'sharegpt',
  'messages',
  'prompt-completion',
  'text',
] as const;

export type DatasetFormat = (typeof datasetFormats)[number];

/** Required columns of each format. A row has the first format, in this order, all of whose columns it has. */
export const formatColumns: Readonly<Record<DatasetFormat, readonly string[]>> = {
  messages: ['messages'],
  sharegpt: ['conversations'],
  alpaca: ['instruction', 'output'],
  'prompt-completion': ['prompt', 'completion'],
  text: ['text'],
};

const order: readonly DatasetFormat[] = [
  'messages',
  'sharegpt',
  'alpaca',
  'prompt-completion',
  'text',
];

/** The format of a row with these columns. */
export function detectFormat(columns: readonly string[]): DatasetFormat | undefined {
  return order.find((format) => formatColumns[format].every((column) => columns.includes(column)));
}

/** `messages (messages), conversations (sharegpt), instruction and output (alpaca), …` */
export function knownColumns(): string {
  return order.map((format) => `${formatColumns[format].join(' and ')} (${format})`).join(', ');
}
