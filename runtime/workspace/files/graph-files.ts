import { createHash } from 'node:crypto';
import { lstat, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GraphError, MAX_TEXT, parseGraph } from '@graft/graph';
import {
  hasCode,
  makeFolder,
  placeNewFile,
  removeEmpty,
  replaceFile,
  SharedCall,
} from '@graft/kit';
import { glob } from 'tinyglobby';
import { graphSuffix, requireGraphPath, requireNewGraphPath } from './graph-path.ts';
import { GraphTrash } from './graph-trash.ts';
import { numberedName, workspacePath, type WorkspacePath } from './workspace-path.ts';
import { replaceOwnFile, withSaveLock } from './save-file.ts';
import { writeError } from './write-error.ts';

/** A graph file as read: `revision` is the sha256 of its bytes. */
export interface GraphFile {
  /** Below the workspace, with `/`. */
  readonly path: string;
  readonly revision: string;
  readonly text: string;
  readonly modifiedAt: number;
}

/** A graph file as it is listed. */
export interface ListedGraph extends Omit<GraphFile, 'text'> {
  /** Why it cannot be read as a graph; absent where it can, or is so large that only opening it tells. */
  readonly fault?: string;
}

type RenamedGraph = (from: string, to: string) => Promise<void>;

const notSaved = 'the graph was not saved';
/** Bytes of a graph file that is read to be listed: of larger ones the list would wait. */
const mostChecked = 1_000_000;
const ignored = ['**/.graft/**', '**/.git/**', '**/node_modules/**'];

/** The graph files of a workspace: read whole, replaced whole. `root` is a real path. */
export class GraphFiles {
  readonly #root: string;
  readonly #lock: string;
  readonly #trash: GraphTrash;
  readonly #renamed: RenamedGraph;
  readonly #listing = new SharedCall(() => this.#look());
  /** By path, each file as it was when its stamp was the same. */
  readonly #described = new Map<string, { readonly stamp: string; readonly listed: ListedGraph }>();

  /** `renamed` moves what is recorded of a file along with it. */
  constructor(root: string, stateFolder: string, renamed: RenamedGraph = async () => undefined) {
    this.#root = root;
    this.#renamed = renamed;
    this.#lock = join(stateFolder, 'locks', 'save');
    this.#trash = new GraphTrash(stateFolder);
  }

  /** Sorted by path. Looking costs a walk through the whole tree: who asks at once shares one. */
  list(): Promise<readonly ListedGraph[]> {
    return this.#listing.call();
  }

  async #look(): Promise<ListedGraph[]> {
    const options = { cwd: this.#root, ignore: ignored, followSymbolicLinks: false };
    const paths = await glob(`**/*${graphSuffix}`, options);
    const files: ListedGraph[] = [];
    for (const path of paths.sort()) {
      const file = await this.#describe(path);
      if (file !== undefined) files.push(file);
    }
    return files;
  }

  /** Throws `missing-file`, `outside-workspace`, `bad-name` or `too-large`. */
  async read(path: string): Promise<GraphFile> {
    const { short, absolute } = await this.#locate(path);
    const stats = await stat(absolute).catch(() => undefined);
    if (stats?.isFile() !== true) throw missing(short);
    if (stats.size > MAX_TEXT) {
      throw new GraphError(
        'too-large',
        `The file has ${String(stats.size)} bytes; the limit for a graph file is ${String(MAX_TEXT)}.`,
        { location: { file: short } },
      );
    }
    const bytes = await readFile(absolute);
    const text = bytes.toString('utf8');
    return { path: short, revision: revisionOf(bytes), text, modifiedAt: stats.mtimeMs };
  }

  /**
   * Atomic. `base` is the revision that the text was made from, null for a new file. Throws `stale-save` when the file has
   * another revision by now, `name-taken` when there is a file of that name already, `bad-name` for a path that is no
   * graph file's, or in a hidden folder.
   */
  async save(path: string, text: string, base: string | null): Promise<GraphFile> {
    if (base === null) requireNewGraphPath(path);
    const { short, absolute } = await this.#locate(path);
    return withSaveLock(this.#lock, async () => {
      const bytes = await readFile(absolute).catch(() => undefined);
      if (base === null && bytes !== undefined) throw taken(short);
      const current = bytes === undefined ? null : revisionOf(bytes);
      if (current !== base) throw stale(short, current);
      await replaceOwnFile(absolute, text, { file: short, what: notSaved });
      return this.read(short);
    });
  }

  /** Saves a new file, with a number if another one has its name. Throws as `save` does, but for `name-taken`. */
  async saveNew(path: string, text: string): Promise<GraphFile> {
    for (let number = 1; ; number++) {
      const name = number === 1 ? path : numberedName(path, number);
      try {
        return await this.save(name, text, null);
      } catch (error) {
        if (GraphError.from(error).code !== 'name-taken') throw error;
      }
    }
  }

  /** Gives a file at revision `base` another name. Throws as `save` does; never replaces a file. */
  async rename(from: string, to: string, base: string): Promise<GraphFile> {
    const file = await this.#rename(from, to, base);
    await this.#renamed(from, file.path);
    return file;
  }

  async #rename(from: string, to: string, base: string): Promise<GraphFile> {
    requireNewGraphPath(to);
    const source = await this.#locate(from);
    const target = await this.#locate(to);
    return withSaveLock(this.#lock, async () => {
      await this.#requireRevision(source, base);
      if (source.short === target.short) return this.read(source.short);
      const told = { file: target.short, what: `${source.short} was not renamed` };
      const made = await makeFolder(dirname(target.absolute)).catch((error: unknown) => {
        throw writeError(error, told);
      });
      let isPlaced = false;
      try {
        await placeNewFile(source.absolute, target.absolute);
        isPlaced = true;
        await rm(source.absolute);
      } catch (error) {
        // Its folder lets no file go: it does not stand under both names.
        if (isPlaced) await rm(target.absolute);
        await removeEmpty(made);
        if (hasCode(error, 'EEXIST')) throw taken(target.short);
        throw writeError(error, isPlaced ? { ...told, file: source.short } : told);
      }
      return this.read(target.short);
    });
  }

  /** The same bytes under a free name. */
  async copy(from: string, to: string): Promise<GraphFile> {
    requireNewGraphPath(to);
    const source = await this.#locate(from);
    const target = await this.#locate(to);
    const { text } = await this.read(source.short);
    return this.save(target.short, text, null);
  }

  /** Deletes a file at revision `base`; the state folder keeps its bytes for `restore`. */
  async delete(path: string, base: string): Promise<{ readonly trashId: string }> {
    const file = await this.#locate(path);
    return withSaveLock(this.#lock, async () => {
      const bytes = await this.#requireRevision(file, base);
      let trashId: string | undefined;
      try {
        trashId = await this.#trash.keep({ path: file.short, bytes });
        await rm(file.absolute);
        return { trashId };
      } catch (error) {
        if (trashId !== undefined) await this.#trash.forget(trashId);
        throw writeError(error, { file: file.short, what: `${file.short} was not deleted` });
      }
    });
  }

  /** Writes a deleted file back, byte for byte, with a number if another file has its name. Throws `missing-file`. */
  async restore(trashId: string): Promise<GraphFile> {
    const { path, bytes } = await this.#trash.find(trashId);
    return withSaveLock(this.#lock, async () => {
      let { short, absolute } = await this.#locate(path);
      // Another file may have its name by now.
      for (let number = 2; (await lstat(absolute).catch(() => undefined)) !== undefined; number++)
        ({ short, absolute } = await this.#locate(numberedName(path, number)));
      await replaceFile(absolute, bytes).catch((error: unknown) => {
        throw writeError(error, { file: short, what: `${short} was not restored` });
      });
      await this.#trash.forget(trashId);
      return this.read(short);
    });
  }

  /** The bytes of a file that is still at a revision. */
  async #requireRevision(file: WorkspacePath, base: string): Promise<Uint8Array> {
    const bytes = await readFile(file.absolute).catch(() => undefined);
    if (bytes === undefined) throw missing(file.short);
    const current = revisionOf(bytes);
    if (current !== base) throw stale(file.short, current);
    return bytes;
  }

  async #describe(path: string): Promise<ListedGraph | undefined> {
    const absolute = join(this.#root, path);
    const stats = await stat(absolute).catch(() => undefined);
    if (stats?.isFile() !== true || stats.size > MAX_TEXT) return undefined;
    const stamp = [stats.size, stats.mtimeMs, stats.ctimeMs, stats.ino].join(' ');
    const known = this.#described.get(path);
    if (known?.stamp === stamp) return known.listed;
    const bytes = await readFile(absolute);
    const fault = bytes.length > mostChecked ? undefined : faultOf(bytes.toString('utf8'));
    const listed = {
      ...{ path, revision: revisionOf(bytes), modifiedAt: stats.mtimeMs },
      ...(fault === undefined ? {} : { fault }),
    };
    this.#described.set(path, { stamp, listed });
    return listed;
  }

  /** Follows links as far as the path exists: none may lead out, or into a hidden folder. */
  async #locate(path: string): Promise<WorkspacePath> {
    const place = await workspacePath(this.#root, path);
    requireGraphPath(place.short);
    return place;
  }
}

const revisionOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Why a text cannot be read as a graph. */
function faultOf(text: string): string | undefined {
  try {
    parseGraph(text);
    return undefined;
  } catch (error) {
    return GraphError.from(error).message;
  }
}

function missing(path: string): GraphError {
  return new GraphError('missing-file', 'There is no such graph file in the workspace.', {
    location: { file: path },
  });
}

function taken(path: string): GraphError {
  const message = `The file ${path} already exists. Choose another name.`;
  return new GraphError('name-taken', message, { location: { file: path } });
}

function stale(path: string, current: string | null): GraphError {
  const what =
    current === null
      ? 'The file no longer exists. Save the graph as a new file.'
      : 'The file changed after Graft read it. Read it again and merge.';
  return new GraphError('stale-save', what, { location: { file: path } });
}
