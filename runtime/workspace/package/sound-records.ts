import { setImmediate } from 'node:timers/promises';
import { portTypeOf, readBlocks, readInput, treeInfoFile } from '@graft/engine';
import {
  GraphError,
  treeManifestSchema,
  type ActionRecord,
  type ArtifactRef,
  type ArtifactStore,
} from '@graft/graph';
import { isFullDisk } from '@graft/kit';
import { damaged, maxListing } from './package-manifest.ts';

/** Outputs of one record: no node has nearly as many. */
const maxOutputs = 64;

/** What came with a package: its artifacts, received, and their bytes by digest. */
interface ReceivedArtifacts {
  readonly artifacts: ArtifactStore;
  readonly sizes: Readonly<Record<string, number>>;
  /** Bytes that Graft reads to check all records. A record whose outputs would take more is left out. */
  readonly limit: number;
}

/** What an artifact holds when it is read as its type. */
interface Reading {
  /** Bytes; for a tree, of all its files. */
  readonly size: number;
  /** Rows, where it has rows. */
  readonly count?: number;
}

/**
 * The records whose outputs are what they say: of the size that came, of a type that Graft knows, each row as this type
 * has it. With any other, the next run of its graph would fail instead of running the step.
 */
export async function soundRecords(
  received: ReceivedArtifacts,
  records: readonly ActionRecord[],
): Promise<ActionRecord[]> {
  const readings = new Readings(received);
  const sound: ActionRecord[] = [];
  for (const record of records) if (await isSound(readings, record)) sound.push(record);
  return sound;
}

/** Checks one output after another: a parsed artifact can take many times its size in memory. */
async function isSound(readings: Readings, record: ActionRecord): Promise<boolean> {
  const outputs = Object.values(record.outputs);
  if (outputs.length > maxOutputs) return false;
  for (const ref of outputs) {
    const found = await readings.of(ref);
    if (found?.size !== ref.size) return false;
    if (found.count !== undefined && (ref.count ?? found.count) !== found.count) return false;
  }
  return true;
}

/** Reads each artifact once for each type and version of its rows, whatever else records say of it. */
class Readings {
  readonly #received: ReceivedArtifacts;
  readonly #known = new Map<string, Reading | undefined>();
  /** Bytes. */
  #left: number;

  constructor(received: ReceivedArtifacts) {
    this.#received = received;
    this.#left = received.limit;
  }

  /** Undefined where the artifact is not of its type, or would take more than is left of the limit. */
  async of(ref: ArtifactRef): Promise<Reading | undefined> {
    const { digest, mediaType, schema = 1 } = ref;
    const key = JSON.stringify([digest, mediaType, schema]);
    if (this.#known.has(key)) return this.#known.get(key);
    const reading = await this.#tryToRead(ref);
    this.#known.set(key, reading);
    return reading;
  }

  async #tryToRead(ref: ArtifactRef): Promise<Reading | undefined> {
    try {
      return await this.#read(ref);
    } catch (error) {
      // Whatever else keeps it from being read, a run would meet too.
      if (isFullDisk(error) || GraphError.from(error).code === 'no-space') throw error;
      return undefined;
    }
  }

  /** What is parsed in one go is at most `maxListing` bytes long: a small package can hold much more. */
  async #read(ref: ArtifactRef): Promise<Reading | undefined> {
    const { artifacts, sizes } = this.#received;
    const type = portTypeOf(ref);
    const size = sizes[ref.digest];
    if (size === undefined || (ref.schema ?? 1) > type.version) return undefined;
    switch (type.encoding) {
      case 'jsonl':
      case 'vectors': {
        if (!this.#take(size)) return undefined;
        let count = 0;
        const bounded: Pick<ArtifactStore, 'get'> =
          type.encoding === 'jsonl'
            ? { get: (digest) => shortLines(artifacts.get(digest), digest) }
            : artifacts;
        for await (const block of readBlocks(bounded, ref, type)) {
          count += block.length;
          // Other requests of the process get their turn.
          await setImmediate();
        }
        return { size, count };
      }
      case 'json':
        if (size > maxListing || !this.#take(size)) return undefined;
        await readInput(artifacts, ref, type);
        return { size };
      case 'tree': {
        if (size > maxListing || !this.#take(size)) return undefined;
        const chunks: Uint8Array[] = [];
        for await (const chunk of artifacts.get(ref.digest)) chunks.push(chunk);
        const text = Buffer.concat(chunks).toString('utf8');
        const { files } = treeManifestSchema.parse(JSON.parse(text));
        // Opening takes a blob of another size for damaged, and deletes it.
        if (files.some((file) => sizes[file.digest] !== file.size)) return undefined;
        const info = files.find(({ path }) => path === treeInfoFile);
        if ((info?.size ?? 0) > maxListing) return undefined;
        const bytes = files.reduce((sum, file) => sum + file.size, 0);
        // Opening reads every file, also where several are the same.
        if (!this.#take(bytes)) return undefined;
        await readInput(artifacts, ref, type);
        return { size: bytes };
      }
    }
  }

  /** Whether so many bytes are left of the limit; they are taken from it. */
  #take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }
}

/** The same bytes. Throws where a line is longer than is parsed. */
async function* shortLines(
  bytes: AsyncIterable<Uint8Array>,
  digest: string,
): AsyncGenerator<Uint8Array> {
  const newline = 0x0a;
  let length = 0;
  for await (const chunk of bytes) {
    const last = chunk.lastIndexOf(newline);
    length = last === -1 ? length + chunk.byteLength : chunk.byteLength - last - 1;
    if (length > maxListing) throw damaged(digest, 'a row is too long');
    yield chunk;
  }
}
