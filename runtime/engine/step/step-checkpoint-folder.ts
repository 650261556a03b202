import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { acquireFileLock, type FileLock } from '@graft/kit';
import type { StepReporter } from './step-reporter.ts';

/** The lock of a step's checkpoints, below the folder of those of all steps. */
export function checkpointLock(root: string, cacheKey: string): string {
  return join(root, '.locks', cacheKey);
}

interface FolderHooks {
  readonly signal: AbortSignal;
  readonly reporter: StepReporter;
}

/** The folder of a step's checkpoints, which has one owner at a time: nobody continues from what is still written. */
export class StepCheckpointFolder {
  readonly #path: string;
  readonly #lock: string;
  readonly #hooks: FolderHooks;
  #owned: Promise<FileLock> | undefined;

  /** `root` holds those of all steps. */
  constructor(root: string, cacheKey: string, hooks: FolderHooks) {
    this.#path = join(root, cacheKey);
    this.#lock = checkpointLock(root, cacheKey);
    this.#hooks = hooks;
  }

  /** The path, once nobody else owns it. */
  async open(): Promise<string> {
    this.#owned ??= this.#acquire();
    await this.#owned;
    await mkdir(this.#path, { recursive: true });
    return this.#path;
  }

  /** Removes it, if it was opened. */
  async remove(): Promise<void> {
    if (this.#owned !== undefined) await rm(this.#path, { recursive: true, force: true });
  }

  /** Leaves it to others. One that could not be had needs nothing. */
  async close(): Promise<void> {
    const lock = await this.#owned?.catch(() => undefined);
    await lock?.release();
  }

  async #acquire(): Promise<FileLock> {
    const { signal, reporter } = this.#hooks;
    let waits = false;
    const waiting = (): void => {
      waits = true;
      reporter.waiting(true);
      reporter.log({
        type: 'log',
        level: 'warning',
        message:
          'An earlier, cancelled training is still saving its checkpoint. This training waits for it and continues from there.',
      });
    };
    try {
      return await acquireFileLock(this.#lock, { signal, waiting });
    } finally {
      if (waits) reporter.waiting(false);
    }
  }
}
