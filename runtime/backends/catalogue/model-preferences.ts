import { join } from 'node:path';
import { canonicalModelId, modelKindSchema, type ModelKind } from '@graft/graph';
import { z } from 'zod';
import { RecordFile } from './record-file.ts';

/** Characters of an id, as `modelEntrySchema` takes them. */
const longestId = 255;

/** The models that a person wants new nodes to begin with, by kind; kept in the models folder, for all workspaces. */
export class ModelPreferences {
  readonly #records: RecordFile<string | null>;

  constructor(modelsFolder: string) {
    this.#records = new RecordFile(
      join(modelsFolder, 'preferred.json'),
      z.record(z.string(), z.string().max(longestId).nullable()),
      // A damaged one costs a question.
      { remade: true },
    );
  }

  /** An id; null: the node's own default, by choice; undefined: nobody has decided. */
  of(kind: ModelKind): string | null | undefined {
    const all = this.#records.readSync();
    return Object.hasOwn(all, kind) ? all[kind] : undefined;
  }

  /** Those with an id. */
  all(): ReadonlyMap<ModelKind, string> {
    const all = this.#records.readSync();
    const ids = modelKindSchema.options.flatMap((kind) => {
      const id = all[kind];
      return typeof id === 'string' ? [[kind, id] as const] : [];
    });
    return new Map(ids);
  }

  /** Decides for a kind. The model need not be here yet. */
  async prefer(kind: ModelKind, id: string | null): Promise<void> {
    const canonical = id === null ? null : canonicalModelId(id);
    await this.#records.update((all) => ({ ...all, [kind]: canonical }));
  }
}
