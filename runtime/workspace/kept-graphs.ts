import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { meaningDigest, parseGraph, serializeGraph, type Graph } from '@graft/graph';
import { removePartials, replaceFile } from '@graft/kit';

/** Bytes of all that is kept; what was locked to longest ago goes first. */
const mostBytes = 256 * 1024 * 1024;
/** When one was last locked to is known to the hour (ms). */
const touchEveryMs = 3_600_000;
const fileName = /^[0-9a-f]{64}$/;

/**
 * Graph files as others are locked to them, by the digest of what they mean: so that somebody whose references have
 * changed can look at what was there before, and keep it. In the state folder; any number of processes may use it.
 */
export class KeptGraphs {
  readonly #folder: string;

  constructor(stateFolder: string) {
    this.#folder = join(stateFolder, 'graphs');
  }

  /** Keeps a graph under the digest of what it means. */
  async keep(digest: string, graph: Graph): Promise<void> {
    const path = this.#path(digest);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined) {
      const now = new Date();
      if (now.getTime() - found.mtimeMs > touchEveryMs) await utimes(path, now, now);
      return;
    }
    await mkdir(this.#folder, { recursive: true });
    await replaceFile(path, serializeGraph(graph));
    await this.#limit();
  }

  /** Undefined where it is not kept here, or not whole. */
  async get(digest: string): Promise<Graph | undefined> {
    if (!fileName.test(digest)) return undefined;
    try {
      const graph = parseGraph(await readFile(this.#path(digest), 'utf8'));
      return meaningDigest(graph) === digest ? graph : undefined;
    } catch {
      return undefined;
    }
  }

  #path(digest: string): string {
    return join(this.#folder, digest);
  }

  async #limit(): Promise<void> {
    await removePartials(this.#folder);
    const files: { readonly path: string; readonly size: number; readonly at: number }[] = [];
    for (const name of await readdir(this.#folder)) {
      const path = join(this.#folder, name);
      const found = fileName.test(name) ? await stat(path).catch(() => undefined) : undefined;
      if (found !== undefined) files.push({ path, size: found.size, at: found.mtimeMs });
    }
    let size = files.reduce((sum, file) => sum + file.size, 0);
    for (const file of files.sort((a, b) => a.at - b.at)) {
      if (size <= mostBytes) return;
      await rm(file.path, { force: true });
      size -= file.size;
    }
  }
}
