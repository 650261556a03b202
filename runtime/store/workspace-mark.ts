import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { GraphError } from '@graft/graph';
import { hasCode, replaceFile } from '@graft/kit';
import { z } from 'zod';
import { diskError } from './disk-error.ts';

/** Where a database or a bucket says to which workspace it belongs. */
export interface MarkedPlace {
  /** For messages: what belongs to a workspace. */
  readonly shown: string;
  /** How another workspace gets one of its own. */
  readonly remedy: string;
  read(): Promise<string | undefined>;
  /** False, and nothing changed, where there is a mark. */
  create(text: string): Promise<boolean>;
  replace(text: string): Promise<void>;
}

const markSchema = z.object({
  id: z.uuid(),
  /** Machine and folder from which it was first opened. */
  place: z.string(),
});
type WorkspaceMark = z.infer<typeof markSchema>;

/** Which workspace a state folder belongs to; it names itself by a random id, once that is needed. */
export class WorkspaceIdentity {
  readonly #path: string;
  readonly #place: string;

  constructor(stateFolder: string, root: string) {
    this.#path = join(stateFolder, 'workspace');
    this.#place = `${hostname()}:${root}`;
  }

  /** Undefined where it has not been needed yet. */
  async id(): Promise<string | undefined> {
    try {
      const id = z.uuid().safeParse((await readFile(this.#path, 'utf8')).trim());
      if (id.success) return id.data;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw diskError(error, this.#path);
    }
    throw new GraphError(
      'store-damaged',
      `${this.#path} does not hold the id of a workspace. Delete the file, or write the id there again.`,
      { location: { file: this.#path }, audience: 'operator' },
    );
  }

  /** The id, made where there is none. */
  async ensureId(): Promise<string> {
    const known = await this.id();
    if (known !== undefined) return known;
    return this.take(randomUUID());
  }

  /** Gives the state folder this id. */
  async take(id: string): Promise<string> {
    await replaceFile(this.#path, `${id}\n`).catch((error: unknown) => {
      throw diskError(error, this.#path);
    });
    return id;
  }

  /** Whether a mark is of the workspace with this id, or, where it has none yet, was made from this very folder. */
  owns(mark: WorkspaceMark, id: string | undefined): boolean {
    return id === undefined ? mark.place === this.#place : mark.id === id;
  }

  mark(id: string): string {
    return `${JSON.stringify({ id, place: this.#place } satisfies WorkspaceMark)}\n`;
  }

  /**
   * Makes the places this workspace's. A place that nobody has becomes ours. A state folder that is new, or was deleted, goes
   * on with a place that was first opened from this very folder. Throws `state-unusable` where a place is another workspace's.
   */
  async claim(places: readonly MarkedPlace[]): Promise<void> {
    const before = await this.id();
    let id = before;
    const unmarked: MarkedPlace[] = [];
    // All are read before any is marked: a refusal leaves each as it was.
    for (const place of places) {
      const held = await readMark(place);
      if (held === undefined) unmarked.push(place);
      else id = this.#own(place, held, id);
    }
    for (const place of unmarked) {
      const next = id ?? randomUUID();
      // Another process may be first.
      id = (await place.create(this.mark(next)))
        ? next
        : this.#own(place, await readMark(place), id);
    }
    if (id !== undefined && id !== before) await this.take(id);
  }

  /** The id of a place that is ours; throws where it is another workspace's. */
  #own(place: MarkedPlace, held: WorkspaceMark | undefined, id: string | undefined): string {
    if (held === undefined) {
      throw new GraphError(
        'unavailable',
        `The mark of ${place.shown} was deleted while this workspace was opened. Try again.`,
        { audience: 'operator' },
      );
    }
    if (!this.owns(held, id)) throw this.#another(place, held);
    return held.id;
  }

  #another(place: MarkedPlace, held: WorkspaceMark): GraphError {
    return new GraphError(
      'state-unusable',
      `${place.shown} holds the state of another workspace (${held.place}), and two would mix their runs and results. ${place.remedy} If both folders are copies of one workspace that shall share its state, write ${held.id} into ${this.#path}.`,
      { audience: 'operator' },
    );
  }
}

export async function readMark(place: MarkedPlace): Promise<WorkspaceMark | undefined> {
  const text = await place.read();
  if (text === undefined) return undefined;
  try {
    return markSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new GraphError(
      'newer-format',
      `${place.shown} belongs to a workspace of a newer Graft, or its mark is damaged. Update Graft. ${place.remedy}`,
      { audience: 'operator', cause },
    );
  }
}
