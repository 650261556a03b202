import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type {
  ArtifactStore,
  ResolvedFile,
  ResolvedSource,
  SourceFile,
  StepSource,
} from '@graft/graph';
import { StoredFile } from './stored-file.ts';
import { VerifiedFile, type Readings } from './verified-file.ts';

/** Where the bytes of source files are: in a workspace (a real path), else in the artifact store by digest. */
export interface SourcePlace {
  readonly workspaceFolder?: string;
  readonly artifacts: Pick<ArtifactStore, 'get'>;
}

/** The sources of one step, as its node reads them. No result of changed bytes is kept. */
export class SourceReader {
  readonly sources: readonly StepSource[];
  readonly #readings: Readings;
  readonly #verifyMore: () => Promise<void>;

  /** `verifyMore` runs with each verification of files, and throws `input-changed` if anything else the step reads changed. */
  constructor(
    sources: readonly ResolvedSource[],
    place: SourcePlace,
    {
      signal,
      verifyMore,
    }: { readonly signal: AbortSignal; readonly verifyMore: () => Promise<void> },
  ) {
    this.#verifyMore = verifyMore;
    const readings: Readings = { changed: undefined, open: new Set(), signal };
    this.#readings = readings;
    this.sources = sources.map((source) =>
      source.kind === 'files'
        ? { ...source, files: source.files.map((file) => sourceFile(file, place, readings)) }
        : source,
    );
  }

  /** The files of the source that a parameter names. */
  files(param: string): readonly SourceFile[] {
    return this.sources.flatMap((source) =>
      source.kind === 'files' && source.param === param ? source.files : [],
    );
  }

  /**
   * Runs a reading of files and models. If the bytes of one did not match its digest, throws `input-changed` instead of
   * returning the result or throwing the error that the reading made of them.
   */
  async verified<Value>(reading: () => Promise<Value>): Promise<Value> {
    try {
      const value = await reading();
      await this.#verify();
      return value;
    } catch (error) {
      await this.#verify();
      throw error;
    }
  }

  /** Copies files, each to its workspace path below a folder. */
  async copy(files: readonly SourceFile[], folder: string): Promise<void> {
    for (const file of files) {
      const target = join(folder, file.path);
      await mkdir(dirname(target), { recursive: true });
      const { signal } = this.#readings;
      await pipeline(file.stream(), createWriteStream(target, { flags: 'wx' }), { signal });
    }
  }

  async #verify(): Promise<void> {
    const { open, signal } = this.#readings;
    for (const reading of open) await reading.finish(signal.aborted);
    open.clear();
    if (signal.aborted) return;
    if (this.#readings.changed !== undefined) throw this.#readings.changed;
    await this.#verifyMore();
  }
}

function sourceFile(
  file: ResolvedFile,
  { workspaceFolder, artifacts }: SourcePlace,
  readings: Readings,
): SourceFile {
  if (workspaceFolder === undefined) return new StoredFile(file, artifacts, readings);
  const absolute = resolve(workspaceFolder, file.path);
  return new VerifiedFile({ ...file, absolute }, readings);
}
