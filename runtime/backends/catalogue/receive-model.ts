import { rm } from 'node:fs/promises';
import { GraphError, type ModelEntry } from '@graft/graph';
import { hashFile, writeStream } from '@graft/kit';
import type { BlobStore, KnownFile } from './blob-store.ts';
import { modelDigest } from './model-facts.ts';

interface ReceiveTarget {
  readonly blobs: BlobStore;
  /** What the catalogue has under an id. */
  readonly find: (id: string) => ModelEntry | undefined;
  /** What another tool has under it. */
  readonly elsewhere: (id: string) => ModelEntry | undefined;
  readonly add: (entry: ModelEntry) => Promise<void>;
}

/** Takes over a model's files from a package, lays them out, and records its entry where the catalogue has none. */
export async function receiveModel(
  { blobs, find, elsewhere, add }: ReceiveTarget,
  entry: ModelEntry,
  bytes: (digest: string) => AsyncIterable<Uint8Array>,
): Promise<void> {
  const files = entry.files.map((file) => knownFile(entry, file));
  const here = find(entry.id);
  if (here !== undefined) requireSame(here, entry);
  const installed = here === undefined ? elsewhere(entry.id) : undefined;
  if (installed !== undefined) {
    requireSame(installed, entry);
    return;
  }
  const adopted: string[] = [];
  try {
    for (const file of files) {
      if (await blobs.hasSound(file)) continue;
      adopted.push(file.digest);
      await receiveFile({ blobs, entry }, file, bytes(file.digest));
    }
    for (const file of files) await blobs.layOut(entry.id, file);
    if (here === undefined) await add(entry);
  } catch (error) {
    for (const digest of adopted) await blobs.removeBlob(digest);
    if (here === undefined) await blobs.removeModel(entry.id);
    throw error;
  }
}

async function receiveFile(
  { blobs, entry }: { readonly blobs: BlobStore; readonly entry: ModelEntry },
  file: KnownFile,
  bytes: AsyncIterable<Uint8Array>,
): Promise<void> {
  const partial = await blobs.stagingPath();
  try {
    await writeStream(partial, bytes);
    const found = await hashFile(partial);
    if (found.digest !== file.digest || found.size !== file.size) {
      throw refusal(entry, `its file ${file.path} differs from its entry`);
    }
    await blobs.adopt(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
}

function knownFile(
  entry: ModelEntry,
  { path, digest, size }: ModelEntry['files'][number],
): KnownFile {
  if (digest === undefined) throw refusal(entry, `Graft cannot verify its file ${path}`);
  return { path, digest, size };
}

/** Byte for byte the model that is known here by this id. */
function requireSame(here: ModelEntry, entry: ModelEntry): void {
  if (modelDigest(here) === modelDigest(entry)) return;
  throw refusal(
    entry,
    'this machine has another model with this id, or has not verified its bytes yet',
  );
}

function refusal({ id }: ModelEntry, why: string): GraphError {
  return new GraphError(
    'bad-model',
    `Graft did not accept the model "${id}" of the package: ${why}. Download it, or ask for its file and import it.`,
  );
}
