import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { meaningDigest, type Digest, type Graph } from '@graft/graph';
import { replaceFile } from '@graft/kit';
import { z } from 'zod';

/** Version of what is remembered, and of what graphs mean; another one is dropped and made anew. */
const version = 1;
/** Characters from which on a digest is remembered: below, it is as soon made as looked up. */
const largeText = 100_000;
/** Digests that are remembered: those made longest ago go first. */
const mostEntries = 1_000;

const storedSchema = z.object({
  version: z.literal(version),
  entries: z.array(z.tuple([z.string(), z.string()])),
});

/** The text that a graph was parsed from. */
interface Source {
  /** sha256 of its bytes. */
  readonly revision: Digest;
  readonly characters: number;
}

const sources = new WeakMap<Graph, Source>();

/** Says which text a graph was parsed from, so that its digest may be known by that. */
export function parsedFrom(graph: Graph, source: Source): void {
  sources.set(graph, source);
}

/**
 * Digests of what graphs mean, by the bytes that they were parsed from: to serialize and hash a graph of 100,000 nodes
 * takes a second, and every command asks. In the state folder; any number of processes may use it.
 */
export class GraphDigests {
  readonly #path: string;
  #known: Map<Digest, Digest> | undefined;

  constructor(stateFolder: string) {
    this.#path = join(stateFolder, 'meanings.json');
  }

  /** As `meaningDigest`. */
  async of(graph: Graph): Promise<Digest> {
    const source = sources.get(graph);
    const known = source && this.known(source.revision);
    if (known !== undefined) return known;
    const digest = meaningDigest(graph);
    if (source !== undefined) await this.remember(source, digest);
    return digest;
  }

  /** Of the graph that bytes hold, by their sha256; undefined where it is not remembered. */
  known(revision: Digest): Digest | undefined {
    return this.#all().get(revision);
  }

  /** A lost write costs a second making, nothing else: whatever keeps it from being written is no matter of the caller. */
  async remember({ revision, characters }: Source, digest: Digest): Promise<void> {
    const known = this.#all();
    if (characters < largeText || known.get(revision) === digest) return;
    known.set(revision, digest);
    const entries = [...known].slice(-mostEntries);
    await replaceFile(this.#path, JSON.stringify({ version, entries })).catch(() => undefined);
  }

  #all(): Map<Digest, Digest> {
    this.#known ??= this.#load();
    return this.#known;
  }

  #load(): Map<Digest, Digest> {
    try {
      return new Map(storedSchema.parse(JSON.parse(readFileSync(this.#path, 'utf8'))).entries);
    } catch {
      return new Map();
    }
  }
}
