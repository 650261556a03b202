/** A file below the workspace that a pattern matched, with the digest that the cache key was made of. */
export interface ResolvedFile {
  /** Workspace path, with `/`. */
  readonly path: string;
  readonly absolute: string;
  readonly digest: string;
  readonly size: number;
}
/** A source, resolved: the files are sorted by path. */
export type ResolvedSource =
  | { readonly kind: 'files'; readonly param: string; readonly files: readonly ResolvedFile[] }
  | {
      readonly kind: 'model';
      readonly param: string;
      readonly id: string;
      readonly digest: string;
    }
  /** `since`: when the present period began, `2026-11-27T00:00:00.000Z`. */
  | { readonly kind: 'clock'; readonly param: string; readonly since: string }
  /** `identity`: another for another database, and for whoever else asks it; nothing of the secret can be read from it. */
  | { readonly kind: 'database'; readonly param: string; readonly identity: string };

/**
 * A file as a node reads it: without a path to open, so that what is read is always what was hashed. Other bytes
 * than the digest's end the step as `input-changed`, whatever the node makes of them, and nothing of it is kept.
 */
export interface SourceFile {
  /** Workspace path, with `/`. */
  readonly path: string;
  readonly digest: string;
  readonly size: number;
  /** All of its bytes, verified; for files that fit memory. */
  bytes(): Promise<Uint8Array>;
  /** Its bytes in pieces. A small file is verified before the first, any other once the step has made use of it. */
  stream(): AsyncIterable<Uint8Array>;
}
/** A resolved source as a node is given it. */
export type StepSource =
  | { readonly kind: 'files'; readonly param: string; readonly files: readonly SourceFile[] }
  | Exclude<ResolvedSource, { kind: 'files' }>;
