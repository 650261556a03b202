import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphError, parseGraph, serializeGraph, type Digest, type Graph } from '@graft/graph';
import { removePartials, replaceFile } from '@graft/kit';
import { GraphDigests, parsedFrom } from './graph-digests.ts';

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
  readonly meanings: GraphDigests;
  readonly #folder: string;
  /** Stamps of the copies that were found whole, by digest. */
  readonly #whole = new Map<Digest, string>();

  constructor(stateFolder: string) {
    this.#folder = join(stateFolder, 'graphs');
    this.meanings = new GraphDigests(stateFolder);
  }

  /** Keeps a graph under the digest of what it means. A copy that is damaged is written anew. */
  async keep(digest: Digest, graph: Graph): Promise<void> {
    const path = this.#path(digest);
    const found = await stampOf(path);
    if (found !== undefined && (await this.#isWhole(digest, found.stamp))) {
      const now = new Date();
      if (now.getTime() - found.mtimeMs <= touchEveryMs) return;
      await utimes(path, now, now);
    } else {
      await mkdir(this.#folder, { recursive: true });
      const text = serializeGraph(graph);
      await replaceFile(path, text);
      await this.meanings.remember(sourceOf(Buffer.from(text)), digest);
      await this.#limit();
    }
    const written = await stampOf(path);
    if (written !== undefined) this.#whole.set(digest, written.stamp);
  }

  /** Undefined where it is not kept here. One that is damaged is removed. */
  async get(digest: Digest): Promise<Graph | undefined> {
    const bytes = fileName.test(digest) ? await readOf(this.#path(digest)) : undefined;
    return bytes && this.#parsed(digest, bytes);
  }

  /** As `get`; throws `missing-file` where it is not kept here. */
  async require(digest: Digest): Promise<Graph> {
    const found = await this.get(digest);
    if (found !== undefined) return found;
    throw new GraphError(
      'missing-file',
      'The locked version is not on this machine. Accept the present version, or restore the old file from git or from the person who locked it.',
    );
  }

  /** Looked at once, as long as nobody writes to it. */
  async #isWhole(digest: Digest, stamp: string): Promise<boolean> {
    if (this.#whole.get(digest) === stamp) return true;
    const bytes = await readOf(this.#path(digest));
    if (bytes === undefined) return false;
    if (this.meanings.known(sourceOf(bytes).revision) === digest) return true;
    return (await this.#parsed(digest, bytes)) !== undefined;
  }

  async #parsed(digest: Digest, bytes: Buffer): Promise<Graph | undefined> {
    try {
      const graph = parseGraph(bytes.toString('utf8'));
      parsedFrom(graph, sourceOf(bytes));
      if ((await this.meanings.of(graph)) === digest) return graph;
    } catch (error) {
      if (GraphError.from(error).code === 'newer-format') return undefined;
    }
    await rm(this.#path(digest), { force: true }).catch(() => undefined);
    return undefined;
  }

  #path(digest: Digest): string {
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

const readOf = (path: string): Promise<Buffer | undefined> => readFile(path).catch(() => undefined);

async function stampOf(
  path: string,
): Promise<{ readonly stamp: string; readonly mtimeMs: number } | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  const { size, mtimeMs, ctimeMs, ino } = found;
  return { stamp: [size, mtimeMs, ctimeMs, ino].join(' '), mtimeMs };
}

const sourceOf = (bytes: Buffer) => ({
  revision: createHash('sha256').update(bytes).digest('hex'),
  characters: bytes.length,
});
