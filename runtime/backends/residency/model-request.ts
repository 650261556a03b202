import type { ModelEntry } from '@graft/graph';
import type { FetchProgress } from '../catalogue/index.ts';
import type { LlamaFile } from '../llama/llama-file.ts';

/** A model's files, ready, and where to run it. */
export interface ModelRequest {
  readonly entry: ModelEntry;
  readonly folder: string;
  /** Of the very files: loaded weights are shared by whoever opened the same. */
  readonly stamp: string;
  readonly device: string;
  readonly signal: AbortSignal;
  /** Told after each use how many bytes the model takes. */
  readonly held?: ((model: string, bytes: number) => void) | undefined;
}

/** A language model's file, ready, and where to run it. */
export interface LanguageModelRequest {
  readonly file: LlamaFile;
  readonly device: string;
  readonly signal: AbortSignal;
  readonly held?: ModelRequest['held'];
  readonly progress: (progress: FetchProgress) => void;
  /** Throws `input-changed` where the file's bytes are no longer those of its digest. */
  readonly verify: () => Promise<void>;
}
