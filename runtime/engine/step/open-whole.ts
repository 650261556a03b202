import { treeManifestSchema, type ArtifactStore, type Digest } from '@graft/graph';

/**
 * Opens a tree after comparing all of its bytes with their digests: a tree that was laid out earlier may be damaged. Throws
 * if any file of it is missing or damaged.
 */
export async function openWhole(
  artifacts: Pick<ArtifactStore, 'get' | 'openTree'>,
  digest: Digest,
  signal: AbortSignal,
): Promise<string> {
  const manifest: Uint8Array[] = [];
  for await (const piece of artifacts.get(digest)) manifest.push(piece);
  const { files } = treeManifestSchema.parse(JSON.parse(Buffer.concat(manifest).toString('utf8')));
  for (const file of files) {
    for await (const _piece of artifacts.get(file.digest)) signal.throwIfAborted();
  }
  return artifacts.openTree(digest);
}
