/**
 * A file below the workspace that matched a pattern, with the digest in the cache key. Plain data that any machine
 * understands: the path names the file in messages and results, the digest says which bytes.
 */
export interface ResolvedFile {
  /** Workspace path, with `/`. */
  readonly path: string;
  readonly digest: string;
  readonly size: number;
}
/** A resolved file, with its place on this machine. It never leaves the process that found it. */
export interface LocatedFile extends ResolvedFile {
  readonly absolute: string;
}
/** A resolved source; files are sorted by path. */
export type ResolvedSource =
  | { readonly kind: 'files'; readonly param: string; readonly files: readonly ResolvedFile[] }
  | {
      readonly kind: 'model';
      readonly param: string;
      readonly id: string;
      readonly digest: string;
      /** What runs an encoder that onnxruntime does not. */
      readonly engine?: 'llama.cpp';
    }
  /** `since`: start of the current period, `2026-11-27T00:00:00.000Z`. */
  | { readonly kind: 'clock'; readonly param: string; readonly since: string }
  /** `identity`: differs between databases and users; reveals nothing of the secret. */
  | { readonly kind: 'database'; readonly param: string; readonly identity: string };

/**
 * A file as a node reads it: without a path, so that a node always reads what was hashed. If the bytes differ from the
 * digest, the step ends as `input-changed`, whatever the node does, and nothing is kept.
 */
export interface SourceFile {
  /** Workspace path, with `/`. */
  readonly path: string;
  readonly digest: string;
  readonly size: number;
  /** All its bytes, verified; for files that fit in memory. */
  bytes(): Promise<Uint8Array>;
  /** Its bytes in pieces. A small file is verified before the first piece, any other after the step has read it. */
  stream(): AsyncIterable<Uint8Array>;
}
/** A resolved source, as a node receives it. */
export type StepSource =
  | { readonly kind: 'files'; readonly param: string; readonly files: readonly SourceFile[] }
  | Exclude<ResolvedSource, { kind: 'files' }>;
