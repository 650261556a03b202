import { GraphError, type ArtifactRef, type ArtifactStore, type ItemFamily } from '@graft/graph';
import { z } from 'zod';

/** Bytes of items that are written or stored at a time. */
const blockBytes = 1 << 20;
const mediaType = 'application/vnd.graft.items';

/** An item whose computing has ended, for another executor of the same step. */
export type HandedItem =
  | {
      readonly key: string;
      readonly payload: Uint8Array;
      /** Computed for this step; otherwise it was known before. */
      readonly isComputed: boolean;
    }
  | { readonly key: string; readonly failure: string };

/** What each item begins with, behind its length in four bytes. */
const headSchema = z.union([
  z.object({ key: z.string(), bytes: z.int().nonnegative(), isComputed: z.boolean() }),
  z.object({ key: z.string(), failure: z.string() }),
]);

/** Stores items as one artifact. */
export async function handItems(
  artifacts: Pick<ArtifactStore, 'put'>,
  items: AsyncIterable<HandedItem>,
): Promise<ArtifactRef> {
  let count = 0;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    let parts: Uint8Array[] = [];
    let size = 0;
    for await (const item of items) {
      count += 1;
      for (const part of encode(item)) {
        parts.push(part);
        size += part.byteLength;
      }
      if (size < blockBytes) continue;
      yield Buffer.concat(parts);
      [parts, size] = [[], 0];
    }
    yield Buffer.concat(parts);
  }
  const stored = await artifacts.put(bytes());
  return { ...stored, mediaType, count };
}

function encode(item: HandedItem): readonly Uint8Array[] {
  const head =
    'failure' in item ? item : { ...item, payload: undefined, bytes: item.payload.length };
  const text = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return 'failure' in item ? [length, text] : [length, text, item.payload];
}

/** The items of an artifact. Throws `store-damaged`, `missing-file`. */
async function* readItems(
  artifacts: Pick<ArtifactStore, 'get'>,
  { digest }: ArtifactRef,
): AsyncGenerator<HandedItem> {
  await using bytes = new ByteReader(artifacts.get(digest));
  for (;;) {
    const length = await bytes.take(4);
    if (length === undefined) return;
    const text = await bytes.take(length.readUInt32LE());
    const head = headSchema.safeParse(parsed(text)).data;
    if (head === undefined) throw damaged();
    if ('failure' in head) {
      yield head;
      continue;
    }
    const payload = await bytes.take(head.bytes);
    if (payload === undefined) throw damaged();
    yield { key: head.key, payload, isComputed: head.isComputed };
  }
}

/** Throws what reading does. A store finds damage only at the end of a large artifact, and by then its items would be stored. */
async function readAll(
  artifacts: Pick<ArtifactStore, 'get'>,
  { digest }: ArtifactRef,
): Promise<void> {
  for await (const _bytes of artifacts.get(digest));
}

function parsed(text: Buffer | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Takes pieces of a given length from a stream of bytes, and closes it. */
class ByteReader implements AsyncDisposable {
  readonly #bytes: AsyncIterator<Uint8Array>;
  #held = Buffer.alloc(0);

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#bytes = bytes[Symbol.asyncIterator]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bytes.return?.();
  }

  /** Undefined at the end of the stream. Throws `store-damaged` if it ends within the piece. */
  async take(length: number): Promise<Buffer | undefined> {
    const parts = [this.#held];
    let size = this.#held.length;
    while (size < length) {
      const next = await this.#bytes.next();
      if (next.done === true) {
        if (size === 0) return undefined;
        throw damaged();
      }
      parts.push(Buffer.from(next.value));
      size += next.value.byteLength;
    }
    const all = parts.length === 1 ? this.#held : Buffer.concat(parts);
    this.#held = all.subarray(length);
    return all.subarray(0, length);
  }
}

const damaged = (): GraphError =>
  new GraphError('store-damaged', 'Items that another worker computed are damaged.', {
    audience: 'operator',
  });

/** What an executor knows of items that were computed elsewhere. */
export interface KnownItems {
  /** Keys of items with a payload that were computed for this step. */
  readonly computed: ReadonlySet<string>;
  /** All keys. */
  readonly keys: ReadonlySet<string>;
  readonly failures: ReadonlyMap<string, string>;
}

/**
 * Reads handed items. With a family, their payloads are stored in it, as if they had been computed here. What is gone or
 * damaged is reported as a warning, and computed again.
 */
export async function takeItems(
  artifacts: Pick<ArtifactStore, 'get'>,
  refs: readonly ArtifactRef[],
  into: {
    readonly family?: ItemFamily;
    /** Only items with such a key. */
    readonly isMeant: (key: string) => boolean;
    readonly warn: (message: string) => void;
  },
): Promise<KnownItems> {
  const { family, isMeant, warn } = into;
  const known = {
    computed: new Set<string>(),
    keys: new Set<string>(),
    failures: new Map<string, string>(),
  };
  for (const ref of refs) {
    let entries: { key: string; payload: Uint8Array }[] = [];
    let size = 0;
    const store = async (): Promise<void> => {
      await family?.append(entries);
      [entries, size] = [[], 0];
    };
    try {
      if (family !== undefined) await readAll(artifacts, ref);
      for await (const item of readItems(artifacts, ref)) {
        const { key } = item;
        if (!isMeant(key)) continue;
        known.keys.add(key);
        if ('failure' in item) {
          known.failures.set(key, item.failure);
          continue;
        }
        if (item.isComputed) known.computed.add(key);
        if (family === undefined || family.has(key)) continue;
        entries.push({ key, payload: item.payload });
        size += item.payload.length;
        if (size >= blockBytes) await store();
      }
      await store();
    } catch (error) {
      const { code, message } = GraphError.from(error);
      if (code !== 'store-damaged' && code !== 'missing-file') throw error;
      warn(`${message} This machine computes them again.`);
    }
  }
  return known;
}
