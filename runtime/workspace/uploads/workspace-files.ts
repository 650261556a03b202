import type { Dirent } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { GraphError, type Material } from '@graft/graph';
import {
  hasCode,
  isFullDisk,
  makeFolder,
  placeNewFile,
  removeEmpty,
  syncPath,
  writeStream,
  type MadeFolder,
} from '@graft/kit';
import { findMaterial } from '../files/find-material.ts';
import { isVisible } from '../files/graph-path.ts';
import { workspacePath, type WorkspacePath } from '../files/workspace-path.ts';
import { stagingPath } from '../package/write-new-file.ts';
import { fullDisk, requireRoom, writeError } from '../files/write-error.ts';
import { makeStateFolder } from '../files/state-folder.ts';
import { SentFiles } from './sent-files.ts';
import { requireFree, taken, uploadEnds, uploadPlace, type StagedFile } from './upload-places.ts';

export interface WorkspaceFilesParts {
  /** A real path. */
  readonly root: string;
  /** Where files are written before they take their place; swept of what a killed process left there. */
  readonly scratchFolder: string;
}

const byName = new Intl.Collator('en', { numeric: true });
/** Entries of a folder that are looked at at a time. */
const atOnce = 32;

interface FolderEntry {
  readonly name: string;
  /** Below the workspace, with `/`. */
  readonly path: string;
  readonly folder: boolean;
  /** Bytes, of a file. */
  readonly size: number;
}

/** What has become of files that were sent, in paths below the workspace. */
export interface ReceivedFiles {
  /** Of each of them, in the order in which they were sent. */
  readonly paths: readonly string[];
  /** Those that were not there before. */
  readonly written: readonly string[];
}

/** The files of a workspace's folder that people choose from, and that they bring there from elsewhere. */
export class WorkspaceFiles {
  readonly #parts: WorkspaceFilesParts;

  constructor(parts: WorkspaceFilesParts) {
    this.#parts = parts;
  }

  /**
   * What is in a folder, `''` for the workspace itself: folders first, by name; nothing hidden, and no link that leads out.
   * Throws `missing-file`, `outside-workspace` and `bad-name`.
   */
  async list(folder: string): Promise<readonly FolderEntry[]> {
    const { root } = this.#parts;
    const isRoot = resolve(root, folder) === root;
    const { short, absolute } = isRoot
      ? { short: '', absolute: root }
      : await workspacePath(root, folder);
    const found = await readdir(absolute, { withFileTypes: true }).catch((cause: unknown) => {
      const message = `There is no folder ${JSON.stringify(short)} in the workspace.`;
      throw new GraphError('missing-file', message, { cause });
    });
    const entries: FolderEntry[] = [];
    for (let at = 0; at < found.length; at += atOnce) {
      const some = found.slice(at, at + atOnce);
      entries.push(...(await Promise.all(some.map((entry) => this.#entry(short, entry)))).flat());
    }
    return entries.sort(
      (a, b) => Number(b.folder) - Number(a.folder) || byName.compare(a.name, b.name),
    );
  }

  /** What the workspace's files offer to begin a graph with. */
  material(): Promise<Material> {
    return findMaterial(this.#parts.root, (folder) => this.list(folder));
  }

  /** None for what is hidden, leads out or is neither a file nor a folder. */
  async #entry(folder: string, entry: Dirent): Promise<readonly FolderEntry[]> {
    const { name } = entry;
    const path = folder === '' ? name : `${folder}/${name}`;
    if (!isVisible(path)) return [];
    // Only a link leads elsewhere than where it stands.
    const absolute = entry.isSymbolicLink()
      ? (await workspacePath(this.#parts.root, path).catch(() => undefined))?.absolute
      : join(entry.parentPath, name);
    const found = absolute === undefined ? undefined : await stat(absolute).catch(() => undefined);
    if (found?.isDirectory() === true) return [{ name, path, folder: true, size: 0 }];
    return found?.isFile() === true ? [{ name, path, folder: false, size: found.size }] : [];
  }

  /**
   * Writes what a page sends: all of it, or nothing, and never over what is there. What is there with the same bytes stays,
   * so that whatever was cut off is sent again. `renamed`: what would take the place of another file gets a number. Nothing
   * once `signal` aborts. Throws `name-taken` with each of the names that are there as a problem of its own, `bad-name`,
   * `outside-workspace`, `damaged-file` and `no-space`.
   */
  async receive(
    stream: AsyncIterable<Uint8Array>,
    { renamed, signal }: { readonly renamed: boolean; readonly signal?: AbortSignal },
  ): Promise<ReceivedFiles> {
    const { root, scratchFolder } = this.#parts;
    const sent = await SentFiles.open(stream);
    const places: WorkspacePath[] = [];
    for (const { path } of sent.files) places.push(await uploadPlace(root, path));
    if (!renamed) await requireFree(sent.files, places);
    const size = sent.files.reduce((sum, file) => sum + file.size, 0);
    await requireRoom(root, size, 'The upload');
    await makeStateFolder(scratchFolder);
    const coming: StagedFile[] = [];
    const placed: WorkspacePath[] = [];
    const made: MadeFolder[] = [];
    const paths: string[] = [];
    try {
      await sent.each(async (file, bytes) => {
        const place = places[coming.length];
        if (place === undefined) return;
        const within = dirname(place.absolute);
        const folder = await makeFolder(within).catch((error: unknown) => {
          throw hasCode(error, 'EEXIST', 'ENOTDIR') ? noFolder(dirname(place.short)) : error;
        });
        if (folder !== undefined) made.push(folder);
        const staged = await stagingPath(place.absolute, scratchFolder);
        coming.push({ ...file, staged });
        await writeStream(staged, bytes);
      });
      const ends = await uploadEnds(root, coming, renamed);
      signal?.throwIfAborted();
      for (const { staged, short, absolute, present } of ends) {
        paths.push(short);
        if (present) continue;
        await placeNewFile(staged, absolute).catch((error: unknown) => {
          throw hasCode(error, 'EEXIST') ? taken([short]) : error;
        });
        placed.push({ short, absolute });
      }
    } catch (error) {
      await Promise.all(placed.map(({ absolute }) => rm(absolute, { force: true })));
      for (const folders of made.toReversed()) await removeEmpty(folders);
      if (isFullDisk(error)) throw fullDisk(error);
      const [{ short } = { short: '' }] = places;
      throw writeError(error, { file: short, what: 'nothing was written' });
    } finally {
      await Promise.all(coming.map(({ staged }) => rm(staged, { force: true })));
    }
    const folders = new Set(placed.map(({ absolute }) => dirname(absolute)));
    for (const folder of folders) await syncPath(folder);
    return { paths, written: placed.map(({ short }) => short) };
  }
}

/** A file stands where a folder is wanted: no number in the names of files would help. */
function noFolder(path: string): GraphError {
  const message = `The workspace has a file with the name of the folder ${path}. Nothing was written. Rename one of them.`;
  return new GraphError('bad-input', message, { location: { file: path } });
}
