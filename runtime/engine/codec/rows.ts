import { GraphError, type PortType } from '@graft/graph';

/** Rows as an implementation gives them. */
type RowSource = Iterable<unknown> | AsyncIterable<unknown>;

/** Rows, some at a time: waiting for each alone takes longer than all else that is done with a row. */
export type Blocks = AsyncIterable<readonly unknown[]>;

/** What gives its rows as blocks, in the place of an implementation's output. */
export class RowBlocks {
  readonly blocks: Blocks;
  constructor(blocks: Blocks) {
    this.blocks = blocks;
  }
}

/** The rows of blocks, one by one. */
export async function* eachRow(blocks: Blocks): AsyncGenerator<unknown> {
  for await (const block of blocks) for (const row of block) yield row;
}

/** Rows that are looked at in one go. */
const atOnce = 512;

/** Rows one by one, with pauses in which other requests of the process get their turn. Throws the signal's reason. */
export async function* inTurns<Row>(
  rows: AsyncIterable<Row>,
  signal?: AbortSignal,
): AsyncGenerator<Row> {
  let at = 0;
  for await (const row of rows) {
    yield row;
    at += 1;
    if (at % atOnce !== 0) continue;
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  }
}

async function* alone(rows: RowSource): AsyncGenerator<readonly unknown[]> {
  for await (const row of rows) yield [row];
}

/** An implementation's output as rows; anything else is a defect of that implementation. */
export function toBlocks(value: unknown, port: string): Blocks {
  if (value instanceof RowBlocks) return value.blocks;
  if (isRowSource(value)) return alone(value);
  throw new GraphError(
    'internal',
    `The output should be a sequence of rows, but is ${typeof value}.`,
    {
      location: { port },
      audience: 'developer',
    },
  );
}

function isRowSource(value: unknown): value is RowSource {
  return (
    typeof value === 'object' &&
    value !== null &&
    (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}

/** Checks one row or value in full, as it is written; returns it as the schema gives it back. */
export function checkRow(type: PortType, row: unknown, at: number): unknown {
  const result = type.schema.safeParse(row);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  throw new GraphError(
    'internal',
    `Row ${String(at + 1)} does not fit the type ${type.id}: ${field}${issue?.message ?? 'invalid'}.`,
    { audience: 'developer' },
  );
}

/** What was stored as JSON. Throws `store-damaged` for what is none, though its bytes may be what their digest says. */
export function parseStored(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const detail = cause instanceof Error ? ` (${cause.message})` : '';
    throw new GraphError(
      'store-damaged',
      `The stored result is not valid JSON${detail}. Run the step again.`,
      { audience: 'operator', cause },
    );
  }
}

/**
 * Decodes a stream whose bytes are verified only as it ends. A decoder that stops early or trips over damaged
 * bytes must not hide that verdict: the rest is read first, so that `store-damaged` wins over a parse error.
 */
export async function* verified<Row>(
  bytes: AsyncIterable<Uint8Array>,
  decode: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Row>,
): AsyncIterable<Row> {
  const iterator = bytes[Symbol.asyncIterator]();
  let done = false;
  // No `return`: the decoder must not end the stream before it was verified.
  const pull: AsyncIterator<Uint8Array> = {
    async next() {
      const result = await iterator.next();
      done ||= result.done === true;
      return result;
    },
  };
  let abandoned = true;
  try {
    yield* decode({ [Symbol.asyncIterator]: () => pull });
    while (!done) await pull.next();
    abandoned = false;
  } catch (error) {
    abandoned = false;
    const isOfDecoder = !(error instanceof GraphError) || error.cause instanceof SyntaxError;
    if (isOfDecoder) while (!done) await pull.next();
    throw error;
  } finally {
    if (abandoned) await iterator.return?.();
  }
}
