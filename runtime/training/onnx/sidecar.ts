import { mkdtemp, open, realpath, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { WeightSource } from '../ir/executor.ts';
import type { ExternalBytes } from './model.ts';

/** Sessions look external files up below this folder, so that any absolute path can be given. */
export const externalRoot = path.parse(process.cwd()).root;

/** Alignment of tensors in the sidecar, in bytes: what the runtime needs to map them. */
const alignment = 4096;

/** A scratch file for weights that ONNX cannot read from the user's file directly; gone when disposed. */
export class Sidecar implements AsyncDisposable {
  private readonly parent: string;
  private folder: string | undefined;
  private handle: FileHandle | undefined;
  private location = '';
  private end = 0;

  constructor(parent: string = tmpdir()) {
    this.parent = parent;
  }

  /** Bytes of a file of the user's, where they lie. */
  inFile(source: Extract<WeightSource, { kind: 'file' }>): ExternalBytes {
    return { location: located(source.path), offset: source.offset, bytes: source.bytes };
  }

  async append(data: Uint8Array): Promise<ExternalBytes> {
    if (this.handle === undefined) {
      this.folder = await mkdtemp(path.join(await realpath(this.parent), 'graft-weights-'));
      const file = path.join(this.folder, 'weights.bin');
      this.handle = await open(file, 'w');
      this.location = located(file);
    }
    const offset = Math.ceil(this.end / alignment) * alignment;
    for (let done = 0; done < data.length;) {
      done += (await this.handle.write(data, done, data.length - done, offset + done)).bytesWritten;
    }
    this.end = offset + data.length;
    return { location: this.location, offset, bytes: data.length };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.handle?.close();
    this.handle = undefined;
    if (this.folder !== undefined) await rm(this.folder, { recursive: true, force: true });
  }
}

function located(file: string): string {
  return path.relative(externalRoot, path.resolve(file)).replaceAll(path.sep, '/');
}
