import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of a repository, as a hub states it. */
export interface HubServerFile {
  readonly path: string;
  /** Where it lies here. */
  readonly file: string;
  readonly size: number;
  /** sha1 of its git blob, hex. */
  readonly gitBlob: string;
  /** sha256, hex, of what a hub keeps outside of git. */
  readonly sha256?: string;
}

/** What a hub keeps outside of git whatever its size. */
const large = /\.(gguf|onnx|onnx_data|safetensors|bin)$/;
/** Bytes from which everything else is kept there too. */
const largest = 10_000_000;

/** The repositories of a folder: `owner/name/files…`. */
export class HubRepos {
  readonly #folder: string;
  readonly #known = new Map<string, Promise<HubServerFile>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async names(): Promise<string[]> {
    const names: string[] = [];
    for (const owner of await readdir(this.#folder)) {
      for (const name of await readdir(join(this.#folder, owner))) names.push(`${owner}/${name}`);
    }
    return names.sort();
  }

  /** Undefined for a repository that is not there. */
  async files(repo: string): Promise<HubServerFile[] | undefined> {
    const folder = join(this.#folder, repo);
    const entries = await readdir(folder, { recursive: true }).catch(() => undefined);
    if (entries === undefined) return undefined;
    const files: HubServerFile[] = [];
    for (const path of entries.sort()) {
      const file = join(folder, path);
      const found = await stat(file);
      if (!found.isFile()) continue;
      const key = `${file} ${found.size} ${found.mtimeMs}`;
      const known = this.#known.get(key) ?? describe(path.replaceAll('\\', '/'), file);
      this.#known.set(key, known);
      files.push(await known);
    }
    return files;
  }

  /** Another one with every change of a file. */
  async commit(repo: string): Promise<string> {
    const hash = createHash('sha1').update(repo);
    for (const { path, gitBlob } of (await this.files(repo)) ?? []) hash.update(path + gitBlob);
    return hash.digest('hex');
  }
}

async function describe(path: string, file: string): Promise<HubServerFile> {
  const { size } = await stat(file);
  const sha256 = createHash('sha256');
  const gitBlob = createHash('sha1').update(`blob ${size}\0`);
  const bytes: AsyncIterable<Uint8Array> = createReadStream(file);
  for await (const chunk of bytes) {
    sha256.update(chunk);
    gitBlob.update(chunk);
  }
  const digest = sha256.digest('hex');
  return {
    ...{ path, file, size, gitBlob: gitBlob.digest('hex') },
    ...(large.test(path) || size >= largest ? { sha256: digest } : {}),
  };
}
