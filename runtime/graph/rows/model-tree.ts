import type { ModelEntry } from './model.ts';

/** A file of a model whose digest is known. */
type KnownModelFile = ModelEntry['files'][number] & { readonly digest: string };

/**
 * A model's files as the manifest of a tree of the artifact store lists them; undefined while the digest of one of them
 * is unknown.
 */
export function modelTree({
  files,
}: Pick<ModelEntry, 'files'>):
  { readonly files: { path: string; digest: string; size: number }[] } | undefined {
  const known = files.filter((file): file is KnownModelFile => file.digest !== undefined);
  if (known.length < files.length) return undefined;
  return {
    files: known
      .map(({ path, digest, size }) => ({ path, digest, size }))
      .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
  };
}
