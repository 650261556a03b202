import { sha256 } from '../base/sha256.ts';
import { treeManifestText, type Digest, type TreeManifest } from './artifact.ts';
import type { ModelEntry } from '../rows/model.ts';

/** The files of a model as a tree of the artifact store. */
export interface ModelTree extends TreeManifest {
  /** The digest of `text`. */
  readonly digest: Digest;
  /** The manifest as it is stored. */
  readonly text: string;
}

/** A file of a model whose digest is known. */
type KnownModelFile = ModelEntry['files'][number] & { readonly digest: string };

/** Undefined while the digest of a file is unknown. */
export function modelTree({ files }: Pick<ModelEntry, 'files'>): ModelTree | undefined {
  const known = files.filter((file): file is KnownModelFile => file.digest !== undefined);
  if (known.length < files.length) return undefined;
  const sorted = known
    .map(({ path, digest, size }) => ({ path, digest, size }))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const text = treeManifestText({ files: sorted });
  return { files: sorted, digest: sha256(text), text };
}
