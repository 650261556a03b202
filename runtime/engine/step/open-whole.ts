import { treeManifestSchema, type ArtifactStore, type Digest } from '@graft/graph';

/**
 * Opens a tree once all of its bytes have been compared with their digests: what is opened as it was laid out may have been
 * damaged since. Throws where anything of it is gone or damaged.
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
