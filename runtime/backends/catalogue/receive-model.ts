import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { GraphError, type ModelEntry } from '@graft/graph';
import { hashFile } from '@graft/kit';
import type { BlobStore, KnownFile } from './blob-store.ts';
import { modelDigest } from './model-facts.ts';

interface ReceiveTarget {
  readonly blobs: BlobStore;
  /** What the catalogue has under an id. */
  readonly find: (id: string) => ModelEntry | undefined;
  readonly add: (entry: ModelEntry) => Promise<void>;
}

/** Takes over a model's files from a package, lays them out, and records its entry where the catalogue has none. */
export async function receiveModel(
  { blobs, find, add }: ReceiveTarget,
  entry: ModelEntry,
  bytes: (digest: string) => AsyncIterable<Uint8Array>,
): Promise<void> {
  const files = entry.files.map((file) => knownFile(entry, file));
  const here = find(entry.id);
  if (here !== undefined) requireSame(here, entry);
  for (const file of files) {
    if (await blobs.hasSound(file)) continue;
    const partial = await blobs.stagingPath();
    try {
      await pipeline(bytes(file.digest), createWriteStream(partial, { flags: 'wx' }));
      const found = await hashFile(partial);
      if (found.digest !== file.digest || found.size !== file.size) {
        throw refusal(entry, `its file ${file.path} has other bytes than its entry says`);
      }
      await blobs.adopt(partial, file);
    } finally {
      await rm(partial, { force: true });
    }
  }
  for (const file of files) await blobs.layOut(entry.id, file);
  if (here === undefined) await add(entry);
}

function knownFile(
  entry: ModelEntry,
  { path, digest, size }: ModelEntry['files'][number],
): KnownFile {
  if (digest === undefined)
    throw refusal(entry, `nobody vouches for the bytes of its file ${path}`);
  return { path, digest, size };
}

/** Byte for byte the model that is known here by this id. */
function requireSame(here: ModelEntry, entry: ModelEntry): void {
  if (modelDigest(here) === modelDigest(entry)) return;
  throw refusal(
    entry,
    'this machine knows another model by this id, or has not yet seen its bytes',
  );
}

function refusal({ id }: ModelEntry, why: string): GraphError {
  return new GraphError(
    'bad-model',
    `The model "${id}" of the package was not taken: ${why}. Download it, or ask for its file and import it.`,
  );
}
