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

/** What came with a package: its artifacts, received, and their bytes by digest. */
interface ReceivedArtifacts {
  readonly artifacts: ArtifactStore;
  readonly sizes: Readonly<Record<string, number>>;
}

/**
 * The records whose outputs are what they say: of the size that came, of a type that Graft knows, each row as this type
 * has it. With any other, the next run of its graph would fail instead of running the step.
 */
export async function soundRecords(
  received: ReceivedArtifacts,
  records: readonly ActionRecord[],
): Promise<ActionRecord[]> {
  const known = new Map<string, Promise<boolean>>();
  const sound: ActionRecord[] = [];
  for (const record of records) {
    const checks = Object.values(record.outputs).map((ref) => {
      const { digest, mediaType, schema, size, count } = ref;
      const key = JSON.stringify([digest, mediaType, schema, size, count]);
      const check = known.get(key) ?? isSound(received, ref);
      known.set(key, check);
      return check;
    });
    if ((await Promise.all(checks)).every(Boolean)) sound.push(record);
  }
  return sound;
}

async function isSound(received: ReceivedArtifacts, ref: ArtifactRef): Promise<boolean> {
  try {
    return await isAsItSays(received, ref);
  } catch (error) {
    // Whatever else keeps it from being read, a run would meet too.
    if (isFullDisk(error) || GraphError.from(error).code === 'no-space') throw error;
    return false;
  }
}

/** What is parsed in one go is at most `maxListing` bytes long: a small package can hold much more. */
async function isAsItSays(
  { artifacts, sizes }: ReceivedArtifacts,
  ref: ArtifactRef,
): Promise<boolean> {
  const type = portTypeOf(ref);
  switch (type.encoding) {
    case 'jsonl':
    case 'vectors': {
      if (sizes[ref.digest] !== ref.size) return false;
      let count = 0;
      const bounded: Pick<ArtifactStore, 'get'> =
        type.encoding === 'jsonl'
          ? { get: (digest) => shortLines(artifacts.get(digest), digest) }
          : artifacts;
      for await (const block of readBlocks(bounded, ref, type)) count += block.length;
      return (ref.count ?? count) === count;
    }
    case 'json':
      if (sizes[ref.digest] !== ref.size || ref.size > maxListing) return false;
      await readInput(artifacts, ref, type);
      return true;
    case 'tree': {
      if ((sizes[ref.digest] ?? 0) > maxListing) return false;
      const chunks: Uint8Array[] = [];
      for await (const chunk of artifacts.get(ref.digest)) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString('utf8');
      const { files } = treeManifestSchema.parse(JSON.parse(text));
      // Opening takes a blob of another size for damaged, and deletes it.
      if (files.some(({ digest, size }) => sizes[digest] !== size)) return false;
      const info = files.find(({ path }) => path === treeInfoFile);
      if ((info?.size ?? 0) > maxListing) return false;
      if (files.reduce((sum, { size }) => sum + size, 0) !== ref.size) return false;
      await readInput(artifacts, ref, type);
      return true;
    }
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
