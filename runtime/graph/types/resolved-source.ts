/** A file source, resolved: every file below the workspace that a pattern matched, sorted by path. */
export interface ResolvedFile {
  /** Workspace path, with `/`. */
  readonly path: string;
  readonly absolute: string;
  readonly digest: string;
  readonly size: number;
}
export type ResolvedSource =
  | { readonly kind: 'files'; readonly param: string; readonly files: readonly ResolvedFile[] }
  | {
      readonly kind: 'model';
      readonly param: string;
      readonly id: string;
      readonly digest: string;
    };
