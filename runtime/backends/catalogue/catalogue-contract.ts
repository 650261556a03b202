import type { ModelEntry, ModelFacts, ModelLookup } from '@graft/graph';
import type { HubModels } from './hub-models.ts';
import type { GgufConverter, GgufEncoding } from './gguf-converter.ts';
import type { ImportOptions } from './import-model.ts';
import type { FetchProgress } from './model-download.ts';
import type { ModelPreferences } from './model-preferences.ts';
import type { SelectedModel } from './selected-model.ts';

export interface CatalogueOptions {
  /** Where model files are kept; made when needed. */
  readonly modelsFolder: string;
  /** Base address of the hub; default `$HF_ENDPOINT`, else `https://huggingface.co`. */
  readonly hubEndpoint?: string;
  /** Says where other tools keep models; default: this process's. For tests. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Waits before a request is made again; for tests. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Instead of the built-in ones, for tests. */
  readonly entries?: readonly ModelEntry[];
  /** Makes GGUF files of safetensors; without it none are made. */
  readonly ggufConverter?: GgufConverter;
  /** Models of the hub worth choosing; default: with the built-in entries Graft's own, else none. */
  readonly selection?: readonly SelectedModel[];
}

export interface FetchOptions {
  readonly signal?: AbortSignal;
  readonly progress?: (progress: FetchProgress) => void;
  /** Called with true where files are missing, before they are downloaded, and with false afterwards. */
  readonly waiting?: (waiting: boolean) => void;
  /** The person has accepted the licence. Remembered. */
  readonly consent?: boolean;
}

/** The tool that keeps a model on this computer. Graft reads its files in place and never changes them. */
export interface ModelOrigin {
  readonly tool: 'Ollama' | 'LM Studio' | 'llama.cpp' | 'Hugging Face cache';
  /** Absolute path of the file, or of the folder that holds its files. */
  readonly path: string;
}

export interface ListedModel {
  readonly entry: ModelEntry;
  /** With `unusable` for one that is here and that Graft cannot run. */
  readonly facts: ModelFacts;
  /** All of its files are on this computer. */
  readonly installed: boolean;
  /** Absent: its files are in the models folder, or are to be downloaded there. */
  readonly origin?: ModelOrigin;
  /** Where its GGUF file is, if it is a single one on this computer. */
  readonly file?: string;
  /** Bytes in the models folder. */
  readonly bytes: number;
  /** Bytes that have come of files whose download has not ended. */
  readonly partial: number;
  readonly imported: boolean;
}

/** Bytes on disk; what several models share counts once in `total`. */
export interface ModelsUsage {
  readonly models: readonly { readonly id: string; readonly bytes: number }[];
  /** Of downloads that have not ended. */
  readonly partial: number;
  readonly total: number;
}

/** A model whose files held the bytes of its digest when it was opened. */
export interface OpenedModel {
  readonly entry: ModelEntry;
  /** Holds its files at their paths, unless it is a GGUF model of another tool. */
  readonly folder: string;
  /** Where the file of a path of its entry lies. */
  file(path: string): string;
  readonly digest: string;
  /** Of these very files on disk: another once anybody has touched one of them. */
  readonly stamp: string;
  /** Whether the files still hold those bytes: by their stamp, else by hashing them. Throws `missing-file` for one of another tool that is gone. */
  isSound(): Promise<boolean>;
}

/** A package that brings a model. */
export interface ModelPackage {
  readonly name: string;
  /** Its bytes of a digest. */
  readonly blob: (digest: string) => AsyncIterable<Uint8Array>;
}

export interface RemoveOptions {
  /** Milliseconds to wait for the end of a download that was stopped a moment ago; default: none. */
  readonly patience?: number;
}

/** The models that can be had, and those that are here, in the models folder and with other tools. */
export interface Catalogue {
  readonly modelsFolder: string;
  /** What the hub has. */
  readonly hub: Pick<HubModels, 'describe' | 'hasToken' | 'repo' | 'search'>;
  readonly lookup: ModelLookup;
  readonly preferences: ModelPreferences;
  /** Models of the hub worth choosing that Graft can run, whether they are here or not. */
  readonly selection: readonly SelectedModel[];
  /** Throws `bad-model` for an unknown id. Digests that were pinned on first use are filled in. */
  entry(id: string): ModelEntry;
  /** What is on this computer now: other tools are looked at each time. */
  list(): Promise<ListedModel[]>;
  /**
   * The folder holding the model's files, verified, downloaded first where they are missing. Concurrent
   * calls, also of other processes, download once. A reference to a hub that is new here is looked up first and pinned
   * to the commit that it names now. A model of another tool is verified where it is. Throws `bad-model`, `no-space`,
   * `missing-file`, `damaged-file` or `cancelled`.
   */
  fetch(id: string, options?: FetchOptions): Promise<string>;
  /**
   * As `fetch`, with what tells later whether its files still hold the bytes of its digest. Throws `input-changed`
   * where they are written to all the time.
   */
  open(id: string, options?: FetchOptions): Promise<OpenedModel>;
  /** As `open`, for a model all of whose files are on this computer; undefined for any other. Downloads nothing. */
  openInstalled(id: string, signal?: AbortSignal): Promise<OpenedModel | undefined>;
  /**
   * Adds a GGUF file, or a folder with an ONNX model or safetensors, by path, file: or https: address, or a model of a
   * hub by reference. With `toGguf` it adds a GGUF file made of safetensors, and keeps their licence and origin.
   */
  import(from: string, options?: ImportOptions): Promise<ModelEntry>;
  /** The id of what `import` makes with `toGguf` where nobody names one. Throws `name-taken`. */
  convertedId(from: string, to: GgufEncoding): string;
  /**
   * Adds a model whose files come with somebody's package, each checked against its digest. One of a built-in id must be
   * that very model. Of its sources only those are kept that nothing but bytes comes from. Throws `bad-model`,
   * `damaged-file` or `no-space`.
   */
  receive(entry: ModelEntry, from: ModelPackage): Promise<void>;
  /**
   * Deletes a model's files, its unfinished downloads and its conversions; of an imported model its entry and pinned digests too.
   * Throws `bad-input` for a model of another tool, and for one that is being downloaded, by any process.
   */
  remove(id: string, options?: RemoveOptions): Promise<void>;
  /** What the models folder takes of the disk. */
  usage(): Promise<ModelsUsage>;
  /** Deletes what was made of models to be read quicker and was not read for a week. Gives its bytes. `dryRun`: only tells them. */
  removeUnusedConversions(options?: { readonly dryRun?: boolean }): Promise<number>;
}
