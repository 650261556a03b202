import { z } from 'zod';

/** A line that the code logged. */
export type LogLine = readonly ['info' | 'warning', string];

export interface Given {
  /** Any JSON value; absent if the function returned nothing. */
  readonly rows?: unknown;
  readonly said: readonly LogLine[];
}

/**
 * Why the code returned nothing: it threw, before any row (`unread`) or at this one, reached a limit, crashed the
 * engine, has no function `transform`, or waits for something.
 */
export interface Failure {
  readonly failed: 'unread' | 'code' | 'time' | 'memory' | 'depth' | 'broken' | 'missing' | 'waits';
  /** The thrown error: `TypeError: not a function`. */
  readonly message: string;
  /** Position in the code, if known. */
  readonly place?: { readonly line: number; readonly column: number };
  readonly said: readonly LogLine[];
}

/** The thread's reply for a row. The sandbox made its texts, so they may contain anything. */
export const answerSchema = z.union([
  z.object({ given: z.string() }),
  z.object({
    failed: z.enum(['unread', 'code', 'time', 'memory', 'broken', 'waits']),
    told: z.string(),
  }),
]);
export type Answer = z.output<typeof answerSchema>;

const logSchema = z.array(z.tuple([z.enum(['info', 'warning']), z.string()])).catch([]);
const givenSchema = z.object({
  rows: z.unknown().optional(),
  failed: z.enum(['missing', 'waits']).optional().catch(undefined),
  said: logSchema,
});
const thrownSchema = z.object({
  name: z.string().catch(''),
  message: z.string().catch(''),
  stack: z.string().catch(''),
  said: logSchema,
});

export function readAnswer(answer: Answer): Given | Failure {
  if ('given' in answer) {
    const { failed, ...given } = givenSchema.catch({ said: [] }).parse(parsed(answer.given));
    return failed === undefined ? given : { failed, message: '', said: given.said };
  }
  const noError = { name: '', message: '', stack: '', said: [] };
  const thrown = thrownSchema.catch(noError).parse(parsed(answer.told));
  const [, line, column] = /transform\.js:(\d+):(\d+)/.exec(thrown.stack) ?? [];
  return {
    failed: limitOf(answer, thrown) ?? answer.failed,
    message: [thrown.name, thrown.message].filter((part) => part !== '').join(': '),
    ...(line === undefined ? {} : { place: { line: Number(line), column: Number(column) } }),
    said: thrown.said,
  };
}

/** The engine throws this if not even an error fits into its memory. */
const outOfMemory: ReadonlySet<string> = new Set(['null', '[unsupported type]']);

/** The limit behind an error; if memory ran out, there may be no error. */
function limitOf(
  { failed, told: text }: Extract<Answer, { failed: string }>,
  { name, message }: z.output<typeof thrownSchema>,
): 'memory' | 'depth' | undefined {
  if (failed !== 'code' && failed !== 'unread') return undefined;
  if (text === '' || (name === '' && outOfMemory.has(message))) return 'memory';
  if (message === 'stack overflow') return 'depth';
  if (name !== 'InternalError') return undefined;
  return message === '' || message.startsWith('out of memory') ? 'memory' : undefined;
}

/** The value of a text; undefined if it is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
