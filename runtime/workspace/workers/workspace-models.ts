import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  factsOf,
  suggestedModel,
  type Catalogue,
  type FetchProgress,
  type GgufEncoding,
  type ModelMachine,
  type ModelsUsage,
  type SuggestedModel,
} from '@graft/backends/catalogue';
import { claimedMemory, modelMachine, type ClaimedMemory } from '@graft/backends/probe';
import {
  GraphError,
  parseHubReference,
  type ModelFacts,
  type ModelKind,
  type ModelLookup,
  type Problem,
} from '@graft/graph';
import { availableMemory, machineMemory, PendingWork } from '@graft/kit';
import { HubShelf } from './hub-shelf.ts';
import { offeredModels, type OfferedModel } from './offered-models.ts';
import { WantedDownloads, type WantedDownload } from './wanted-downloads.ts';
import { receiveModelFiles } from '../uploads/model-upload.ts';

export interface OfferedModels {
  readonly models: readonly OfferedModel[];
  /** Bytes of the machine: all of them, and those that nobody has taken. */
  readonly memory: { readonly total: number; readonly free: number };
}

/** A model of the catalogue; `preferred`: new nodes begin with it. */
export interface CataloguedModel extends ModelFacts {
  readonly preferred?: true;
}

/** A download or a conversion that somebody asked for: under way, or ended by `problem`. */
export interface ModelDownload {
  readonly model: string;
  /** Of a conversion: the model in safetensors that it is made of. */
  readonly madeOf?: string;
  readonly progress?: FetchProgress & {
    /** Its amount and time when it was first told, and the time of this one, in ms since the epoch. */
    readonly since: { readonly done: number; readonly from: number; readonly to: number };
  };
  readonly problem?: Problem;
}

export interface DownloadOptions {
  /** The person has accepted the licence. */
  readonly consent?: boolean;
  /** Where one is that the catalogue has not, `hf:`, and how many bytes it has. */
  readonly from?: { readonly source: string; readonly size?: number | undefined } | undefined;
}

export interface ConversionOptions {
  readonly to: GgufEncoding;
  /** The person has accepted the licence of what is downloaded first. */
  readonly consent?: boolean;
}

export interface ImportedAs {
  /** What it is called; default: as the file or the folder. */
  readonly id?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface WorkspaceModelsParts {
  readonly root: string;
  readonly catalogue: Catalogue;
  /** Default: the catalogue's. */
  readonly lookup?: ModelLookup;
  readonly scratchFolder: string;
  readonly stateFolder: string;
  /** What the machine has for language models; default: what it has without a GPU. */
  readonly machine?: () => Promise<ModelMachine>;
}

/** As the Generate node has them at first. */
const usualUse = { contextLength: 2048, parallel: 4 };

const processor = (): Promise<ModelMachine> => modelMachine({ id: 'cpu' });

/** Milliseconds in which a download that was stopped has written its last bytes. */
const stopPatience = 10_000;

interface Job {
  readonly abort: AbortController;
  state: ModelDownload;
}

interface Bringing {
  readonly signal: AbortSignal;
  readonly progress: (progress: FetchProgress) => void;
}

/** The models of a workspace on this machine: which can be had, and downloads that go on whoever looks. */
export class WorkspaceModels {
  /** Finds what is known of a model by its id. */
  readonly lookup: ModelLookup;
  /** What the hub has. */
  readonly hub: HubShelf;
  readonly #parts: WorkspaceModelsParts;
  readonly #jobs = new Map<string, Job>();
  readonly #work = new PendingWork();
  readonly #wanted: WantedDownloads;
  #facts: readonly ModelFacts[] = [];
  readonly #closed = new AbortController();

  constructor(parts: WorkspaceModelsParts) {
    this.#parts = parts;
    this.lookup = parts.lookup ?? parts.catalogue.lookup;
    this.#wanted = new WantedDownloads(parts.stateFolder);
    this.hub = new HubShelf(parts.catalogue);
  }

  /** Those that the catalogue and other tools have now. */
  async list(): Promise<readonly CataloguedModel[]> {
    const { catalogue } = this.#parts;
    try {
      this.#facts = (await catalogue.list()).map(({ facts }) => facts);
    } catch {
      // What was known stays; a damaged catalogue is reported by what uses a model.
    }
    const preferred = catalogue.preferences.all();
    return this.#facts.map((facts) =>
      preferred.get(facts.kind) === facts.id ? { ...facts, preferred: true } : facts,
    );
  }

  async offered(): Promise<OfferedModels> {
    const { catalogue, machine = processor } = this.#parts;
    const listed = await catalogue.list();
    return {
      models: offeredModels(listed, catalogue.selection, await machine()),
      memory: { total: machineMemory(), free: await availableMemory() },
    };
  }

  /**
   * What the worker claims before a language model on this computer answers, with the settings that the Generate node
   * begins with; undefined for one that has no GGUF file here. `total`: the memory of the GPU that it is loaded into.
   */
  async memoryOf(id: string): Promise<(ClaimedMemory & { readonly total?: number }) | undefined> {
    const { catalogue, machine = processor } = this.#parts;
    const listed = (await catalogue.list()).find(({ entry }) => entry.id === id);
    if (listed?.file === undefined || listed.entry.kind !== 'language-model') return undefined;
    const { gpu, memory } = await machine();
    const size = listed.facts.size;
    const device = gpu?.class ?? 'cpu';
    const claimed = await claimedMemory({ path: listed.file, size }, { ...usualUse, device });
    return claimed && { ...claimed, ...(gpu === undefined ? {} : { total: memory }) };
  }

  /** What is known of a model whose files are on this computer. Throws `bad-model` for any other, and for one that Graft cannot run. */
  async installed(id: string): Promise<ModelFacts> {
    const listed = (await this.#parts.catalogue.list()).find(({ entry }) => entry.id === id);
    const { unusable } = listed?.facts ?? {};
    if (listed?.installed === true && unusable === undefined) return listed.facts;
    throw new GraphError('bad-model', unusable ?? `"${id}" is not downloaded. Download it first.`);
  }

  /** The language model to take in place of the small default, if somebody should be asked. Waits for the hub. */
  async suggested(): Promise<SuggestedModel | undefined> {
    const { catalogue, machine = processor } = this.#parts;
    const asked = suggestedModel(catalogue, await machine(), this.#closed.signal);
    this.#work.follow(asked);
    return asked;
  }

  /** The folder of downloaded models. */
  get folder(): string {
    return this.#parts.catalogue.modelsFolder;
  }

  /** What the models folder takes of the disk. */
  usage(): Promise<ModelsUsage> {
    return this.#parts.catalogue.usage();
  }

  /** Deletes a model's files, of an imported one its entry too. A model that new nodes begin with is chosen no more. Throws as `Catalogue.remove`. */
  async remove(id: string): Promise<void> {
    const { catalogue } = this.#parts;
    await catalogue.remove(id);
    for (const [kind, preferred] of catalogue.preferences.all()) {
      if (preferred === id) await catalogue.preferences.prefer(kind, null);
    }
  }

  /** Decides what new nodes begin with; null: their own default. */
  prefer(kind: ModelKind, id: string | null): Promise<void> {
    return this.#parts.catalogue.preferences.prefer(kind, id);
  }

  /** Those under way, and those that failed since they were last asked for. */
  downloads(): readonly ModelDownload[] {
    return [...this.#jobs.values()].map(({ state }) => state);
  }

  /**
   * Begins a download, unless it goes on. One that the catalogue has not is imported, where a graph's lock says `from`
   * where, or looked up on the hub that its id names. Throws `bad-model` for one that is neither.
   */
  download(id: string, { consent = false, from }: DownloadOptions = {}): void {
    const isKnown =
      this.#parts.catalogue.lookup(id) !== undefined ||
      (from === undefined && parseHubReference(id) !== undefined);
    if (!isKnown && from === undefined) this.#parts.catalogue.entry(id);
    if (from !== undefined && !from.source.startsWith('hf:')) throw noAddress();
    const { catalogue } = this.#parts;
    this.#begin({ model: id }, { ...from }, ({ signal, progress }) => {
      if (isKnown || from === undefined) return catalogue.fetch(id, { signal, consent, progress });
      const { source, size } = from;
      // Of what is imported its own size is not known before it is here.
      const sized = ({ total: _, ...told }: FetchProgress): void =>
        progress({ ...told, ...(size === undefined ? {} : { total: size }) });
      const as = { id, title: id, keep: true, consent };
      return catalogue.import(source, { ...as, signal, progress: sized });
    });
  }

  /**
   * Begins to make a GGUF file of a model in safetensors of the catalogue or of the hub, which is downloaded first where
   * it is not here. Gives the id of what is made. Throws `bad-model` for an unknown one, and `name-taken`.
   */
  convert(from: string, { to, consent = false }: ConversionOptions): string {
    const { catalogue } = this.#parts;
    // No path of this machine.
    if (parseHubReference(from) === undefined) catalogue.entry(from);
    const model = catalogue.convertedId(from, to);
    const before = this.#jobs.get(model)?.state;
    if (before !== undefined && before.problem === undefined && before.madeOf !== from)
      throw new GraphError(
        'name-taken',
        `"${before.madeOf ?? model}" is becoming "${model}" just now. Convert "${from}" when that has ended.`,
      );
    this.#begin({ model, madeOf: from }, { source: from, to }, (hooks) =>
      catalogue.import(from, { toGguf: to, consent, ...hooks }),
    );
    return model;
  }

  /** Begins a job unless it goes on. */
  #begin(
    state: ModelDownload,
    wanted: WantedDownload,
    bring: (hooks: Bringing) => Promise<unknown>,
  ): void {
    const { model } = state;
    const before = this.#jobs.get(model);
    if (before !== undefined && before.state.problem === undefined) return;
    const job: Job = { abort: new AbortController(), state };
    this.#jobs.set(model, job);
    this.#work.follow(this.#wanted.add(model, wanted));
    this.#work.follow(this.#bring(job, bring));
  }

  /** Goes on with the downloads that were under way when the last server of this workspace ended, however it did. */
  async resume(): Promise<void> {
    for (const [id, { source, size, to }] of Object.entries(await this.#wanted.read())) {
      try {
        if (to !== undefined && source !== undefined) this.convert(source, { to });
        else this.download(id, source === undefined ? {} : { from: { source, size } });
      } catch {
        // The catalogue has it no more.
        await this.#wanted.drop(id);
      }
    }
  }

  /** What has come of it stays, and the next one goes on from there. One that failed is forgotten. */
  cancel(id: string): void {
    this.#work.follow(this.#wanted.drop(id));
    this.#jobs.get(id)?.abort.abort();
    this.#jobs.delete(id);
  }

  /**
   * Deletes what has come of a download that is paused or has failed, and stops one that goes on. Throws `bad-input` for
   * a model that is here whole, and as `Catalogue.remove`.
   */
  async discard(id: string): Promise<void> {
    const { catalogue } = this.#parts;
    const listed = (await catalogue.list()).find(({ entry }) => entry.id === id);
    if (listed?.installed === true)
      throw new GraphError(
        'bad-input',
        `"${id}" is completely downloaded, so there is no download to discard. Remove the model instead.`,
      );
    this.cancel(id);
    // Of one that failed before the hub told what it is, nothing has come.
    if (listed !== undefined) await catalogue.remove(id, { patience: stopPatience });
  }

  /**
   * Adds a GGUF file or a folder with a model: by its path on this machine, from the workspace on, or `hf:`. Throws as
   * `Catalogue.import`, and `name-taken`.
   */
  async import(from: string, { id, signal }: ImportedAs = {}): Promise<ModelFacts> {
    if (/^https?:/.test(from)) throw noAddress();
    const place = from.startsWith('~/') ? join(homedir(), from.slice(2)) : from;
    const isPath = !/^(hf|file):/.test(place);
    return this.#import(isPath ? resolve(this.#parts.root, place) : place, { id, signal });
  }

  /** The same with the files that a page sends. */
  async receive(stream: AsyncIterable<Uint8Array>, as: ImportedAs = {}): Promise<ModelFacts> {
    return receiveModelFiles(stream, this.#parts.scratchFolder, (from) => this.#import(from, as));
  }

  async #import(from: string, { id, signal }: ImportedAs): Promise<ModelFacts> {
    const entry = await this.#parts.catalogue.import(from, {
      keep: true,
      ...(id === undefined ? {} : { id, title: id }),
      ...(signal === undefined ? {} : { signal }),
    });
    return factsOf(entry);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    for (const { abort } of this.#jobs.values()) abort.abort();
    await this.#work.settled();
  }

  async #bring(job: Job, bring: (hooks: Bringing) => Promise<unknown>): Promise<void> {
    const { signal } = job.abort;
    const { progress: _, problem: __, ...about } = job.state;
    const { model } = about;
    let since: { readonly done: number; readonly from: number; readonly unit: string } | undefined;
    const progress = ({ done, unit, total, message }: FetchProgress): void => {
      const to = Date.now();
      // A conversion follows the download of what it converts.
      if (since?.unit !== unit) since = { done, from: to, unit };
      job.state = {
        ...about,
        progress: {
          ...{ done, unit, since: { done: since.done, from: since.from, to } },
          ...(total === undefined ? {} : { total }),
          ...(message === undefined ? {} : { message }),
        },
      };
    };
    try {
      await bring({ signal, progress });
      if (this.#jobs.get(model) === job) this.#jobs.delete(model);
    } catch (error) {
      const [problem] = GraphError.from(error).problems;
      if (problem !== undefined) job.state = { ...about, problem };
    } finally {
      // One that only ends with the server goes on with the next.
      const isCurrent = (this.#jobs.get(model) ?? job) === job;
      if (!this.#closed.signal.aborted && isCurrent) await this.#wanted.drop(model);
    }
  }
}

function noAddress(): GraphError {
  return new GraphError(
    'bad-input',
    'Enter a path on the machine that serves this page, or the name of a model of the hub such as hf:owner/repo:Q4_K_M.',
  );
}
