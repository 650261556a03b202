import { basename, dirname, join } from 'node:path';
import type { ModelOrigin } from '../catalogue/catalogue-contract.ts';
import {
  groupedParts,
  isCompanion,
  missingParts,
  type FoundModel,
  type InstalledStore,
} from './found-model.ts';
import { filesBelow } from './store-folder.ts';

interface GgufFolder {
  readonly tool: ModelOrigin['tool'];
  readonly root: string;
  /** Folders below it that hold models. */
  readonly depth: number;
  /** The id of the model of a file, by its path from the root and its whole path. */
  readonly idOf: (path: string, file: string) => string;
}

/** A folder of GGUF files, as LM Studio and earlier versions of llama.cpp keep them. */
export class GgufFolderStore implements InstalledStore {
  readonly tool: ModelOrigin['tool'];
  readonly root: string;
  readonly #folder: GgufFolder;

  constructor(folder: GgufFolder) {
    this.#folder = folder;
    this.tool = folder.tool;
    this.root = folder.root;
  }

  async list(): Promise<readonly FoundModel[]> {
    const { depth } = this.#folder;
    const takes = (path: string): boolean => /\.(gguf|safetensors)$/.test(path);
    const paths = await filesBelow(this.root, { depth, takes });
    const ggufs = paths.filter((path) => path.endsWith('.gguf') && !isCompanion(path));
    const models = [...groupedParts(ggufs).values()].map((parts) => this.#gguf(parts));
    return [...models, ...this.#safetensors(paths.filter((path) => !path.endsWith('.gguf')))];
  }

  #gguf(parts: readonly string[]): FoundModel {
    const [first = ''] = parts;
    const file = join(this.root, first);
    const lacking = missingParts(parts);
    return {
      ...{ id: this.#folder.idOf(first, file), format: 'gguf', folder: dirname(file), beside: [] },
      title: basename(first, '.gguf'),
      origin: { tool: this.tool, path: file },
      weights: parts.map((path) => ({ path: basename(path), file: join(this.root, path) })),
      ...(lacking === undefined ? {} : { unusable: `${lacking} Download the others too.` }),
    };
  }

  /** Such as LM Studio keeps for MLX, by folder. */
  #safetensors(paths: readonly string[]): FoundModel[] {
    const folders = new Map<string, string>();
    for (const path of paths) if (!folders.has(dirname(path))) folders.set(dirname(path), path);
    return [...folders].map(([below, path]) => {
      const file = join(this.root, path);
      return {
        ...{ id: this.#folder.idOf(path, file), format: 'safetensors', folder: dirname(file) },
        ...{ title: below, beside: [], weights: [{ path: basename(path), file }] },
        origin: { tool: this.tool, path: dirname(file) },
        unusable: inSafetensors,
      };
    });
  }
}

export const inSafetensors =
  'It is in safetensors, which llama.cpp does not read; get the same model in GGUF.';
