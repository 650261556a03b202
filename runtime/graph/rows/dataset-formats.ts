/** Formats of rows to train on, as other trainers know them. */
export const datasetFormats = [
  'alpaca',
  'sharegpt',
  'messages',
  'prompt-completion',
  'text',
] as const;

export type DatasetFormat = (typeof datasetFormats)[number];

type Columns = readonly string[];

/** Required columns of each format, and other names under which files give the same. */
const formatColumns: Readonly<Record<DatasetFormat, readonly [Columns, ...(readonly Columns[])]>> =
  {
    messages: [['messages']],
    sharegpt: [['conversations']],
    alpaca: [['instruction', 'output']],
    'prompt-completion': [
      ['prompt', 'completion'],
      ['question', 'answer'],
      ['input', 'output'],
    ],
    text: [['text']],
  };

const order: readonly DatasetFormat[] = [
  'messages',
  'sharegpt',
  'alpaca',
  'prompt-completion',
  'text',
];

/** The first format, in the order above, all of whose columns are among these; other names count after the formats' own. */
export function detectFormat(columns: readonly string[]): DatasetFormat | undefined {
  const has = (column: string): boolean => columns.includes(column);
  return (
    order.find((format) => formatColumns[format][0].every(has)) ??
    order.find((format) => formatColumns[format].some((names) => names.every(has)))
  );
}

/** The names that a row with these columns uses for the required columns of a format; one of them may be missing. */
export function columnsOf(format: DatasetFormat, columns: readonly string[]): Columns {
  const has = (column: string): boolean => columns.includes(column);
  const known = formatColumns[format];
  return (
    known.find((names) => names.every(has)) ?? known.find((names) => names.some(has)) ?? known[0]
  );
}

/** `messages (messages), …, prompt and completion or question and answer or input and output (prompt-completion), …` */
export function knownColumns(): string {
  return order
    .map((format) => {
      const names = formatColumns[format].map((columns) => columns.join(' and '));
      return `${names.join(' or ')} (${format})`;
    })
    .join(', ');
}
