import { mkdtemp, open, realpath, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { WeightSource } from '../ir/executor.ts';
import type { ExternalBytes } from './model.ts';

/** Sessions resolve external files below this folder, so that any absolute path works. */
export const externalRoot = path.parse(process.cwd()).root;

/** Alignment of tensors in the sidecar, in bytes: required for mapping. */
const alignment = 4096;

interface ScratchFile {
  readonly folder: string;
  readonly handle: FileHandle;
  readonly location: string;
}

/**
 * A scratch file for weights that ONNX cannot read from the user's file. Programs of one base share it, so that one
 * mapped copy serves all; deleted with its last user.
 */
export class Sidecar {
  readonly #parent: string;
  #file: Promise<ScratchFile> | undefined;
  readonly #kept = new Map<string, Promise<unknown>>();
  #end = 0;
  #users = 0;

  constructor(parent: string = tmpdir()) {
    this.#parent = parent;
  }

  /** Keeps the file until the returned handle is disposed. */
  use(): AsyncDisposable {
    this.#users++;
    return {
      [Symbol.asyncDispose]: async () => {
        if (--this.#users === 0) await this.#remove();
      },
    };
  }

  /** Bytes within a user's file. */
  inFile(source: Extract<WeightSource, { kind: 'file' }>): ExternalBytes {
    return { location: located(source.path), offset: source.offset, bytes: source.bytes };
  }

  /** The result of `make` for this key, which describes how the weight is stored: computed once. */
  async once<T>(
    source: Extract<WeightSource, { kind: 'file' }>,
    layout: string,
    make: () => Promise<T>,
  ): Promise<T> {
    const key = `${layout}:${source.offset}:${source.path}`;
    const known = this.#kept.get(key) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const made = make();
    this.#kept.set(key, made);
    made.catch(() => this.#kept.delete(key));
    return made;
  }

  async append(data: Uint8Array): Promise<ExternalBytes> {
    const offset = Math.ceil(this.#end / alignment) * alignment;
    this.#end = offset + data.length;
    this.#file ??= create(this.#parent);
    const { handle, location } = await this.#file;
    for (let done = 0; done < data.length;) {
      done += (await handle.write(data, done, data.length - done, offset + done)).bytesWritten;
    }
    return { location, offset, bytes: data.length };
  }

  async #remove(): Promise<void> {
    // Later callers start a new one.
    const created = this.#file;
    this.#file = undefined;
    this.#kept.clear();
    this.#end = 0;
    const file = await created?.catch(() => undefined);
    if (file === undefined) return;
    await file.handle.close();
    await rm(file.folder, { recursive: true, force: true });
  }
}

async function create(parent: string): Promise<ScratchFile> {
  const folder = await mkdtemp(path.join(await realpath(parent), 'graft-weights-'));
  const file = path.join(folder, 'weights.bin');
  return { folder, handle: await open(file, 'w'), location: located(file) };
}

function located(file: string): string {
  return path.relative(externalRoot, path.resolve(file)).replaceAll(path.sep, '/');
}
