import { z } from 'zod';

/** sha256, lower-case hex. */
export const digestSchema = z.string().regex(/^[0-9a-f]{64}$/);
export type Digest = string;

/** A stored result: its type, and where its bytes are. A `tree`'s digest is that of its manifest. */
export const artifactRefSchema = z.object({
  digest: digestSchema,
  mediaType: z.string(),
  /** Bytes; for a tree, of all its files. */
  size: z.number().int().nonnegative(),
  /** Number of rows, if it has rows. */
  count: z.number().int().nonnegative().optional(),
  /** Version of its port type when written; absent: 1. */
  schema: z.number().int().positive().optional(),
  /** A line for people: "418 × 384", "62 documents". */
  summary: z.string().optional(),
});
export type ArtifactRef = z.infer<typeof artifactRefSchema>;

/** A file of a tree. Manifests list files sorted by path. */
export const treeManifestSchema = z.object({
  files: z.array(z.object({ path: z.string(), digest: digestSchema, size: z.number().int() })),
});
export type TreeManifest = z.infer<typeof treeManifestSchema>;

/** The stored text of a manifest, whose sha256 is the tree's digest: canonical, so that equal trees have equal digests. */
export function treeManifestText(manifest: TreeManifest): string {
  const files = manifest.files.map(({ path, digest, size }) => ({ path, digest, size }));
  return `${JSON.stringify({ files })}\n`;
}

/**
 * Digest → bytes. Writes are atomic: a digest exists completely or not at all. Reads verify: a truncated or altered
 * artifact throws GraphError `store-damaged` and is removed, so that the next run recomputes it.
 */
export interface ArtifactStore {
  /** `fresh`: looks now, where a store otherwise believes for a while what it has seen. */
  has(digest: Digest, options?: { readonly fresh?: boolean }): Promise<boolean>;
  /** Stores the stream's bytes. Throws `no-space` if the disk is full, and leaves nothing behind. */
  put(
    bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<{ digest: Digest; size: number }>;
  /**
   * Stores bytes that are known: reads `bytes` only where they are missing, straight from their place, and marks them as
   * used otherwise. Throws `input-changed` if they differ from the digest, and leaves nothing behind.
   */
  putKnown(
    known: { readonly digest: Digest; readonly size: number },
    bytes: () => AsyncIterable<Uint8Array>,
  ): Promise<void>;
  /** The bytes, verified before the stream ends. Throws `missing-file` if absent. */
  get(digest: Digest): AsyncIterable<Uint8Array>;
  /** The bytes from an offset on, to jump within; not verified. Throws `missing-file` if absent. */
  getFrom(digest: Digest, start: number): AsyncIterable<Uint8Array>;
  /** Stores a folder by moving its files; the digest is the manifest's. */
  putTree(folder: string): Promise<{ digest: Digest; size: number }>;
  /** A read-only folder with the tree, verified when first created. */
  openTree(digest: Digest): Promise<string>;
  /** Every digest with its size in bytes and the time of its last use (ms since the epoch). */
  list(): AsyncIterable<{ digest: Digest; size: number; usedAt: number }>;
  delete(digest: Digest): Promise<void>;
  /** Re-hashes the bytes. */
  verify(digest: Digest): Promise<boolean>;
}
