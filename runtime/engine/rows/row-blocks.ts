import { GraphError, type PortType } from '@graft/graph';

/** Rows as an implementation gives them. */
type RowSource = Iterable<unknown> | AsyncIterable<unknown>;

/** Several rows at a time: awaiting each row alone takes longer than the work on it. */
export type Blocks = AsyncIterable<readonly unknown[]>;

/** An implementation's output that gives its rows as blocks. */
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

/** Rows between two pauses. */
const rowsPerTurn = 512;

/** Rows one by one, with pauses in which the process serves other requests. Throws the signal's reason. */
export async function* inTurns<Row>(
  rows: AsyncIterable<Row>,
  signal?: AbortSignal,
): AsyncGenerator<Row> {
  let passed = 0;
  for await (const row of rows) {
    yield row;
    passed += 1;
    if (passed % rowsPerTurn !== 0) continue;
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  }
}

async function* singly(rows: RowSource): AsyncGenerator<readonly unknown[]> {
  for await (const row of rows) yield [row];
}

/** An implementation's output as rows; anything else is a defect of that implementation. */
export function toBlocks(value: unknown, port: string): Blocks {
  if (value instanceof RowBlocks) return value.blocks;
  if (isRowSource(value)) return singly(value);
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

/** Validates one row or value before it is written; returns what the schema makes of it. */
export function checkRow(type: PortType, row: unknown, number: number): unknown {
  const result = type.schema.safeParse(row);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const field = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  throw new GraphError(
    'internal',
    `Row ${String(number + 1)} does not fit the type ${type.id}: ${field}${issue?.message ?? 'invalid'}.`,
    { audience: 'developer' },
  );
}
