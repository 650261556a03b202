import { mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { GraphError, type ArtifactStore, type StoredCheckpoint } from '@graft/graph';
import { hasCode, linkOrCopy } from '@graft/kit';

/** Memory limit that a training wrote after it ran out of memory. It holds for this machine alone. */
const machineFile = 'memory-limit.json';

interface StoredCheckpointsParts {
  readonly artifacts: Pick<ArtifactStore, 'openTree' | 'putTree'>;
  /** Checkpoint of an earlier attempt, perhaps on another machine. */
  readonly earlier: StoredCheckpoint | undefined;
  /** Makes an empty folder on the artifact store's filesystem. */
  readonly scratch: () => Promise<string>;
  readonly stored: (checkpoint: StoredCheckpoint) => void;
  /** A checkpoint could not be stored or brought: the training goes on. */
  readonly failed: (message: string) => void;
}

/**
 * Checkpoints of one step as trees of the artifact store, so that it continues on another machine. Their files never
 * change once they have their name, which makes hard links of them copies.
 */
export class StoredCheckpoints {
  readonly #parts: StoredCheckpointsParts;
  /** The newest that is still to be stored. */
  #next: { readonly folder: string; readonly step: number } | undefined;
  #storing: Promise<void> | undefined;

  constructor(parts: StoredCheckpointsParts) {
    this.#parts = parts;
  }

  /** Adds the earlier checkpoint to a folder and keeps its files. The training continues from the newest step. */
  async bring(folder: string): Promise<void> {
    const { artifacts, earlier, failed } = this.#parts;
    if (earlier === undefined) return;
    try {
      const tree = await artifacts.openTree(earlier.digest);
      for (const path of await filesBelow(tree)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await linkOrCopy(join(tree, path), join(folder, path)).catch((error: unknown) => {
          if (!hasCode(error, 'EEXIST')) throw error;
        });
      }
    } catch (error) {
      failed(
        `Graft could not fetch the checkpoint of step ${String(earlier.step)}, so the training continues from what is here: ${GraphError.from(error).message}`,
      );
    }
  }

  /** Stores what the folder holds, later where another one is being stored. */
  save(folder: string, step: number): void {
    this.#next = { folder, step };
    this.#storing ??= this.#store();
  }

  /** Waits for the newest one; `isWanted` false: for none that has not begun. */
  async settle(isWanted: boolean): Promise<void> {
    if (!isWanted) this.#next = undefined;
    await this.#storing;
  }

  async #store(): Promise<void> {
    const { artifacts, scratch, stored, failed } = this.#parts;
    for (let next = this.#next; next !== undefined; next = this.#next) {
      this.#next = undefined;
      const { folder, step } = next;
      try {
        const copy = await snapshot(folder, join(await scratch(), 'checkpoint'));
        const { digest } = await artifacts.putTree(copy);
        stored({ digest, step });
      } catch (error) {
        // Its files may have gone because a newer one took their place, which follows.
        if (this.#next !== undefined) continue;
        failed(
          `The checkpoint of step ${String(step)} is on this machine only, because it could not be stored: ${GraphError.from(error).message}`,
        );
      }
    }
    this.#storing = undefined;
  }
}

/** Hard links of the finished files of a folder. */
async function snapshot(folder: string, target: string): Promise<string> {
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  for (const path of await filesBelow(folder)) {
    await mkdir(dirname(join(target, path)), { recursive: true });
    await linkOrCopy(join(folder, path), join(target, path));
  }
  return target;
}

const isBeingWritten = (name: string): boolean => name.includes('.part') || name.startsWith('.');

/** Paths of the files below a folder, without `machineFile` and those that are being written, or lie in a folder that is. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => path !== machineFile && !path.split(sep).some(isBeingWritten));
}
