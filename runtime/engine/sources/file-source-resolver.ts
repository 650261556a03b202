import { join } from 'node:path';
import {
  GraphError,
  type DatabaseIdentity,
  type Digest,
  type LocatedFile,
  type SourceResolver,
} from '@graft/graph';
import { HashCache } from './hash-cache.ts';
import { matchFiles, type MatchedFile } from './match-files.ts';

/** A file of a source, in a state that can be compared with an earlier one. */
export interface WatchedFile {
  readonly path: string;
  /** Differs if size, times or inode differ. */
  readonly stamp: string;
  /** The digest of its bytes, if it is known without reading them. */
  readonly known: Digest | undefined;
  /** The digest of its bytes; reads them if necessary. */
  digest(): Promise<Digest>;
}

/** Resolves file sources below a workspace folder. `root` is a real path. */
export class FileSourceResolver implements SourceResolver {
  readonly database?: DatabaseIdentity;
  readonly #root: string;
  readonly #hashes: HashCache;

  constructor(root: string, stateFolder: string, database?: DatabaseIdentity) {
    this.#root = root;
    this.#hashes = new HashCache(join(stateFolder, 'file-digests.json'));
    if (database !== undefined) this.database = database;
  }

  async files(
    patterns: readonly string[],
    options: { readonly anew?: boolean } = {},
  ): Promise<LocatedFile[]> {
    return this.#resolved(await matchFiles(this.#root, patterns), options);
  }

  /**
   * As `files`, but hashes no more than a budget of bytes, and takes what it hashed off the budget. Undefined if the
   * budget is too small for the files whose digests are not remembered.
   */
  async remembered(
    patterns: readonly string[],
    budget: { bytes: number },
  ): Promise<LocatedFile[] | undefined> {
    const matched = await matchFiles(this.#root, patterns);
    for (const file of matched) {
      if (this.#hashes.known(file) !== undefined) continue;
      budget.bytes -= file.stats.size;
      if (budget.bytes < 0) return undefined;
    }
    return this.#resolved(matched);
  }

  /** The files that patterns match, without reading them; none for a pattern that matches nothing. */
  async watched(patterns: readonly string[]): Promise<WatchedFile[]> {
    const found = new Map<string, MatchedFile>();
    for (const pattern of patterns) {
      for (const file of await matchedOrNone(this.#root, pattern)) found.set(file.path, file);
    }
    return [...found.values()].map((file) => {
      const { size, mtimeMs, ctimeMs, ino } = file.stats;
      return {
        path: file.path,
        stamp: [size, mtimeMs, ctimeMs, ino].join(' '),
        known: this.#hashes.known(file),
        digest: () => this.#hashes.digest(file),
      };
    });
  }

  /** The number of files that patterns match and the first `limit` paths, without hashing. */
  async match(
    patterns: readonly string[],
    limit: number,
  ): Promise<{ total: number; paths: string[] }> {
    const matched = await matchFiles(this.#root, patterns);
    return { total: matched.length, paths: matched.slice(0, limit).map(({ path }) => path) };
  }

  async #resolved(
    matched: readonly MatchedFile[],
    options: { readonly anew?: boolean } = {},
  ): Promise<LocatedFile[]> {
    const files: LocatedFile[] = [];
    for (const file of matched) {
      const digest = await this.#hashes.digest(file, options);
      files.push({ path: file.path, absolute: file.absolute, digest, size: file.stats.size });
    }
    await this.#hashes.save();
    return files;
  }
}

async function matchedOrNone(root: string, pattern: string): Promise<readonly MatchedFile[]> {
  try {
    return await matchFiles(root, [pattern]);
  } catch (error) {
    if (error instanceof GraphError) return [];
    throw error;
  }
}
