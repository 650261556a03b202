import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphError } from '@graft/graph';
import { z } from 'zod';

/** Deleted files that are kept; the oldest go first. */
const keptFiles = 100;

const entrySchema = z.object({ path: z.string(), deletedAt: z.number() });

/** What was thrown away: the bytes, and where they were. */
export interface TrashedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Deleted graph files, each in a folder of its own in the state folder, so that deleting can be undone. */
export class GraphTrash {
  readonly #folder: string;

  constructor(stateFolder: string) {
    this.#folder = join(stateFolder, 'trash');
  }

  /** Keeps a file before it is deleted. Returns what to ask it back by. */
  async keep({ path, bytes }: TrashedFile): Promise<string> {
    const deletedAt = Date.now();
    // By time first, so that names sort by age.
    const id = `${String(deletedAt)}-${randomUUID()}`;
    const folder = join(this.#folder, id);
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'file'), bytes, { flush: true });
      await writeFile(join(folder, 'entry.json'), JSON.stringify({ path, deletedAt }));
    } catch (error) {
      await this.forget(id);
      throw error;
    }
    await this.#limit();
    return id;
  }

  /** Throws `missing-file` when it was given back already, or is too old to be kept. */
  async find(id: string): Promise<TrashedFile> {
    if (!/^\d+-[0-9a-f-]{36}$/.test(id)) throw gone();
    const folder = join(this.#folder, id);
    try {
      const entry = entrySchema.parse(
        JSON.parse(await readFile(join(folder, 'entry.json'), 'utf8')),
      );
      return { path: entry.path, bytes: await readFile(join(folder, 'file')) };
    } catch (cause) {
      throw gone(cause);
    }
  }

  async forget(id: string): Promise<void> {
    await rm(join(this.#folder, id), { recursive: true, force: true });
  }

  async #limit(): Promise<void> {
    const ids = (await readdir(this.#folder)).sort();
    for (const id of ids.slice(0, Math.max(0, ids.length - keptFiles))) await this.forget(id);
  }
}

function gone(cause?: unknown): GraphError {
  return new GraphError('missing-file', 'The deleted file cannot be restored any more.', { cause });
}
