import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type Backends,
  GraphError,
  type ItemFailure,
  type ItemOf,
  type InputsOf,
  type ItemsImplementation,
  type NodeType,
  type ParamsOf,
  type ResultRowOf,
  type RowsInput,
  type RunContext,
  type SourceFile,
  type TreeInput,
} from '@graft/graph';

const absent = (what: string) => (): never => {
  throw new GraphError('unavailable', `This test has no ${what}.`);
};

/** A run context for tests: real folders and files, and whatever of the rest a test gives. */
export function testContext(parts: Partial<RunContext> = {}): RunContext {
  const backends: Backends = {
    embedder: absent('embedder'),
    encoderTokenizer: absent('tokenizer'),
    crossEncoder: absent('cross-encoder'),
    languageModel: absent('language model'),
    tokenizer: absent('tokenizer'),
    training: absent('training'),
    buildIndex: absent('index'),
    openIndex: absent('index'),
  };
  return {
    signal: new AbortController().signal,
    node: 'node-1',
    progress: () => undefined,
    log: () => undefined,
    token: () => undefined,
    metrics: () => undefined,
    lease: absent('device'),
    room: () => Promise.resolve(Number.POSITIVE_INFINITY),
    models: { facts: absent('catalogue'), files: absent('catalogue') },
    backends,
    web: { get: absent('web') },
    databases: { rows: absent('database') },
    seed: 0,
    device: 'auto',
    sources: [],
    inputFacets: {},
    scratch: () => mkdtemp(join(tmpdir(), 'graft-test-')),
    async copies(files) {
      const folder = join(await mkdtemp(join(tmpdir(), 'graft-test-')), 'files');
      for (const file of files) {
        const target = join(folder, file.path);
        await mkdir(dirname(target), { recursive: true });
        await writeFile(target, await file.bytes());
      }
      return folder;
    },
    output: absent('workspace'),
    previous: () => Promise.resolve(undefined),
    checkpoints: () => mkdtemp(join(tmpdir(), 'graft-test-')),
    checkpoint: () => undefined,
    memo: memosInMemory(),
    ...parts,
  };
}

/** Memos in memory, for every step that is given them: as the item cache keeps them. */
function memosInMemory(): RunContext['memo'] {
  const values = new Map<string, unknown>();
  return (name, schema, compute) => {
    const keyOf = (key: string): string => JSON.stringify([name, key]);
    const fill = async (keys: Iterable<string>): Promise<void> => {
      const absent = [...new Set(keys)].filter((key) => !values.has(keyOf(key)));
      if (absent.length === 0) return;
      const computed = await compute(absent);
      for (const [i, key] of absent.entries()) {
        values.set(keyOf(key), computed[i]);
      }
    };
    const coming = new Map<string, Promise<void>>();
    const get = async (key: string) => {
      const known = coming.get(key) ?? fill([key]).finally(() => coming.delete(key));
      coming.set(key, known);
      await known;
      return schema.parse(values.get(keyOf(key)));
    };
    const peek = async (key: string) => schema.optional().parse(values.get(keyOf(key)));
    const put = async (key: string, value: unknown) => void values.set(keyOf(key), value);
    return Promise.resolve({ fill, get, peek, put });
  };
}

/** Rows in memory as an input. */
export function rowsInput<Row>(rows: readonly Row[]): RowsInput<Row> {
  return {
    digest: '0'.repeat(64),
    count: rows.length,
    async *rows() {
      yield* rows;
    },
    all: () => Promise.resolve([...rows]),
  };
}

/** A folder as an input; `path` matters only to what reads it. */
export function treeInput<Info>(info: Info, path = ''): TreeInput<Info> {
  return { digest: '0'.repeat(64), info, path };
}

/** A file as the engine gives it to a node, but that nobody verifies its bytes. */
export async function sourceFile(folder: string, path: string): Promise<SourceFile> {
  const absolute = join(folder, path);
  const { size } = await stat(absolute);
  const digest = createHash('sha256')
    .update(size < 1 << 26 ? await readFile(absolute) : path)
    .digest('hex');
  const stream = (): AsyncIterable<Uint8Array> =>
    createReadStream(absolute, { highWaterMark: 256 * 1024 });
  return { path, digest, size, stream, bytes: () => readFile(absolute) };
}

/** Runs every item as one batch, through the JSON that payloads are stored as, and gives the output rows. */
export async function runAll<N extends NodeType, Payload>(
  implementation: ItemsImplementation<N, Payload>,
  items: readonly ItemOf<N>[],
  rest: { ctx?: RunContext; inputs: InputsOf<N>; params: ParamsOf<N> },
): Promise<ResultRowOf<N>[]> {
  const ctx = rest.ctx ?? testContext();
  const payloads = await Promise.all(
    await implementation.runItems(ctx, items, rest.inputs, rest.params),
  );
  const rows: ResultRowOf<N>[] = [];
  const look = implementation.watch?.(ctx, rest.params);
  for (const [at, item] of items.entries()) {
    const payload = payloads[at];
    if (payload === undefined) throw new Error(`No result for item ${at}.`);
    if (isFailure(payload)) continue;
    for await (const row of implementation.expand(item, stored(payload), rest.params)) {
      look?.(item, row);
      rows.push(row);
    }
  }
  implementation.finish?.(ctx, { items: items.length, rows: rows.length }, rest.params);
  return rows;
}

function isFailure(payload: unknown): payload is ItemFailure {
  return payload instanceof Object && payload.constructor.name === 'ItemFailure';
}
function stored<Payload>(payload: Payload): Payload {
  return payload instanceof Float32Array ? payload : JSON.parse(JSON.stringify(payload));
}
