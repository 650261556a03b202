import {
  GraphError,
  hubReferenceText,
  type HubReference,
  type ModelEntry,
  type ModelFile,
} from '@graft/graph';
import { isFullDisk } from '@graft/kit';
import type { BlobStore } from './blob-store.ts';
import type { HubAccess } from './hub-access.ts';
import { HubClient, type FoundRepo, type HubQuery, type HubRepo } from './hub-client.ts';
import { hubDescription, hubEntry } from './hub-model.ts';
import type { ModelDescription } from './onnx-description.ts';
import { refusal } from './hub-refusals.ts';
import { cancelled, ModelDownload, requireRoom, type FetchProgress } from './model-download.ts';

export interface LookUp {
  readonly id: string;
  readonly reference: HubReference;
  readonly signal: AbortSignal;
  readonly progress: (progress: FetchProgress) => void;
  /** Records the entry. */
  readonly add: (entry: ModelEntry) => Promise<void>;
  /** Deletes stored files that no model has. */
  readonly drop: (digests: readonly string[]) => Promise<void>;
}

/** What a hub has, and models of it, looked up by reference and pinned. */
export class HubModels {
  readonly #client: HubClient;
  readonly #access: HubAccess;
  readonly #blobs: BlobStore;

  constructor(access: HubAccess, blobs: BlobStore) {
    this.#access = access;
    this.#blobs = blobs;
    this.#client = new HubClient(access);
  }

  search(query: HubQuery): Promise<FoundRepo[]> {
    return this.#client.search(query);
  }

  repo(repo: string, revision: string | undefined, signal: AbortSignal): Promise<HubRepo> {
    return this.#client.repo(repo, revision, { signal });
  }

  hasToken(): Promise<boolean> {
    return this.#access.hasToken();
  }

  /** What the model of a reference is; nothing of it is kept. Throws as `lookUp`. */
  async describe(reference: HubReference, signal: AbortSignal): Promise<ModelDescription> {
    const repo = await this.#client.repo(reference.repo, reference.revision, { signal });
    try {
      return await hubDescription({ repo, reference }, { access: this.#access, signal });
    } catch (error) {
      signal.throwIfAborted();
      throw lookUpError(hubReferenceText(reference), error);
    }
  }

  /**
   * Finds out what a reference means now and hands over its entry, whose files are pinned by commit and digest; its weights are not
   * downloaded. On any error no stored file stays. Throws `bad-model`, `damaged-file`, `unsafe-path`, `no-space`, `cancelled`.
   */
  async lookUp({ id, reference, signal, progress, add, drop }: LookUp): Promise<void> {
    const unit = `bytes of ${id}`;
    progress({ done: 0, unit, message: `asks ${this.#access.endpoint}` });
    const blobs = this.#blobs;
    const context = { entry: { id, files: [] }, builtIn: false, blobs, access: this.#access };
    const download = new ModelDownload({ ...context, signal, progress: () => undefined }, 0);
    const stored: string[] = [];
    try {
      const { repo, revision } = reference;
      const waiting = (why: string, ms: number): void => {
        const seconds = Math.ceil(ms / 1000);
        progress({ done: 0, unit, message: `${why}; asks again in ${String(seconds)} s` });
      };
      const found = await this.#client.repo(repo, revision, { signal, waiting });
      const entry = await hubEntry(
        id,
        { repo: found, reference },
        {
          ...{ access: this.#access, signal },
          requireRoom: async (files) => requireRoom(context, await this.#missingBytes(files)),
          fetch: async (file) => {
            const known = await download.fetch(file);
            stored.push(known.digest);
            return known;
          },
          read: ({ digest }) => blobs.text(digest),
        },
      );
      await add(entry);
    } catch (error) {
      await drop(stored);
      if (signal.aborted) throw cancelled(error);
      throw isFullDisk(error) ? error : lookUpError(id, error);
    }
  }

  async #missingBytes(files: readonly Pick<ModelFile, 'digest' | 'size'>[]): Promise<number> {
    let bytes = 0;
    for (const { digest, size } of files) {
      const isHere = digest !== undefined && (await this.#blobs.stampOfBlob(digest)) !== undefined;
      if (!isHere) bytes += size;
    }
    return bytes;
  }
}

function lookUpError(id: string, error: unknown): GraphError {
  if (error instanceof GraphError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return refusal(`Graft cannot look up the model "${id}": ${why}. Try again later.`, error);
}
