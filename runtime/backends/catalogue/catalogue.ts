import { join } from 'node:path';
import {
  GraphError,
  isHubReference,
  isInstalledReference,
  missingModel,
  parseHubReference,
  type HubReference,
  type ModelEntry,
  type ModelLookup,
} from '@graft/graph';
import { withFileLock, type LockOptions } from '@graft/kit';
import { environment } from '../env.ts';
import { BlobStore, type KnownFile } from './blob-store.ts';
import type {
  Catalogue,
  CatalogueOptions,
  FetchOptions,
  ListedModel,
  ModelPackage,
  ModelsUsage,
  OpenedModel,
  RemoveOptions,
} from './catalogue-contract.ts';
import { CatalogueRecords } from './catalogue-records.ts';
import { ConvertedModels } from './converted-models.ts';
import { convertedId, importConverted } from './convert-model.ts';
import { builtInEntries } from './entries.ts';
import type { GgufEncoding } from './gguf-converter.ts';
import { foreignEntry } from './foreign-entry.ts';
import { HubAccess } from './hub-access.ts';
import { HubModels } from './hub-models.ts';
import { importedId, importModel, requireFree, type ImportOptions } from './import-model.ts';
import { factsOfInstalled, listModels } from './listed-models.ts';
import { digestsOf, factsOf, modelDigest } from './model-facts.ts';
import {
  cancelled,
  ModelDownload,
  orCancelled,
  receivedOf,
  removeParts,
  unlessDownloading,
  type FetchProgress,
} from './model-download.ts';
import { diskUsage } from './models-usage.ts';
import { ModelPreferences } from './model-preferences.ts';
import { receiveModel } from './receive-model.ts';
import { findSelected, withSelected, type SelectedModel } from './selected-model.ts';
import { selectedModels } from './selected-models.ts';
import { InstalledModels } from '../installed/installed-models.ts';
import { notOurs } from '../installed/installed-record.ts';
import { SharedWork } from '../shared/shared-work.ts';

/** A model of a hub to look up first; `as`: under another name, in place of what has it. */
type HubWish = { readonly reference: HubReference; readonly as?: ImportOptions };
interface FetchWork {
  readonly signal: AbortSignal;
  readonly progress: (progress: FetchProgress) => void;
  readonly wanted?: HubWish;
}

/** Opens the catalogue over a models folder. Cheap: reads nothing until asked. */
export function createCatalogue(options: CatalogueOptions): Catalogue {
  return new FolderCatalogue(options);
}

class FolderCatalogue implements Catalogue {
  readonly modelsFolder: string;
  readonly preferences: ModelPreferences;
  readonly selection: readonly SelectedModel[];
  readonly #access: HubAccess;
  readonly #hub: HubModels;
  readonly #records: CatalogueRecords;
  readonly #blobs: BlobStore;
  readonly #converted: ConvertedModels;
  readonly #elsewhere: InstalledModels;
  readonly #ggufConverter: CatalogueOptions['ggufConverter'];
  readonly #downloads = new SharedWork<string, FetchProgress>();

  constructor(options: CatalogueOptions) {
    this.modelsFolder = options.modelsFolder;
    this.preferences = new ModelPreferences(options.modelsFolder);
    this.selection = options.selection ?? (options.entries === undefined ? selectedModels : []);
    const settings = options.environment ?? environment;
    this.#access = new HubAccess({
      endpoint: options.hubEndpoint,
      environment: settings,
      pause: options.pause,
    });
    this.#ggufConverter = options.ggufConverter;
    this.#records = new CatalogueRecords(options.modelsFolder, options.entries ?? builtInEntries);
    this.#blobs = new BlobStore(options.modelsFolder);
    this.#hub = new HubModels(this.#access, this.#blobs);
    this.#converted = new ConvertedModels(options.modelsFolder);
    this.#elsewhere = new InstalledModels(options.modelsFolder, settings);
  }

  get hub(): Catalogue['hub'] {
    return this.#hub;
  }

  readonly lookup: ModelLookup = (id) => {
    const entry = this.#records.find(id);
    if (entry !== undefined) return factsOf(entry);
    const installed = this.#elsewhere.find(id);
    return installed && factsOfInstalled(installed);
  };

  entry(id: string): ModelEntry {
    const entry = this.#records.find(id) ?? this.#elsewhere.find(id)?.entry;
    if (entry !== undefined) return entry;
    if (isHubReference(id) || isInstalledReference(id))
      throw new GraphError('bad-model', missingModel(id));
    const known = this.#records.all().map((other) => other.id);
    throw new GraphError(
      'bad-model',
      `The catalogue has no model "${id}". Choose one of ${known.join(', ')}, or import your own.`,
    );
  }

  list(): Promise<ListedModel[]> {
    return listModels({ records: this.#records, blobs: this.#blobs, elsewhere: this.#elsewhere });
  }

  async fetch(id: string, options: FetchOptions = {}): Promise<string> {
    return (await this.#openElsewhere(id, options))?.folder ?? this.#fetchOwn(id, options);
  }

  async #fetchOwn(id: string, options: FetchOptions): Promise<string> {
    const reference = this.#records.find(id) === undefined ? parseHubReference(id) : undefined;
    if (reference === undefined) {
      const entry = this.entry(id);
      await this.#records.requireConsent(entry, options.consent === true);
      if (await orCancelled(this.#isLaidOut(entry), options.signal))
        return this.#blobs.modelFolder(id);
    } else {
      await this.#requireConsent(id, reference, options.consent === true);
    }
    options.waiting?.(true);
    try {
      return await this.#downloads.join(id, options, (signal, progress) =>
        this.#fetchLocked(id, {
          ...{ signal, progress },
          ...(reference === undefined ? {} : { wanted: { reference } }),
        }),
      );
    } finally {
      options.waiting?.(false);
    }
  }

  /** A model that the models folder has not, and another tool has. */
  async #openElsewhere(id: string, options: FetchOptions): Promise<OpenedModel | undefined> {
    const own = this.#records.find(id);
    if (own !== undefined) {
      if (this.#elsewhere.holding(own) === undefined) return undefined;
      await this.#records.requireConsent(own, options.consent === true);
      if (await orCancelled(this.#isLaidOut(own), options.signal)) return undefined;
      return this.#elsewhere.openFor(own, options);
    }
    const isReference = isHubReference(id) || isInstalledReference(id);
    return isReference ? this.#elsewhere.open(id, options) : undefined;
  }

  async open(id: string, options: FetchOptions = {}): Promise<OpenedModel> {
    const elsewhere = await this.#openElsewhere(id, options);
    if (elsewhere !== undefined) return elsewhere;
    for (let looks = 0; looks < 3; looks++) {
      const before = await this.#stamp(this.entry(id));
      const folder = await this.#fetchOwn(id, options);
      // Read again: the first download tells digests that were not known before.
      const entry = this.entry(id);
      const stamp = await this.#stamp(entry);
      // Verified between two looks that saw the same: these are the bytes that were.
      if (stamp === undefined || stamp !== before) continue;
      const isSound = async (): Promise<boolean> =>
        (await this.#stamp(entry)) === stamp || this.#isLaidOut(entry);
      const file = (path: string): string => join(folder, path);
      return { entry, folder, file, digest: modelDigest(entry), stamp, isSound };
    }
    throw new GraphError(
      'input-changed',
      `the files of the model "${id}" keep changing; run again when nothing writes to them`,
    );
  }

  async openInstalled(id: string, signal?: AbortSignal): Promise<OpenedModel | undefined> {
    const own = this.#records.find(id);
    const isHere = own !== undefined && (await orCancelled(this.#isLaidOut(own), signal));
    const options = signal === undefined ? {} : { signal };
    return isHere ? this.open(id, options) : this.#openElsewhere(id, options);
  }

  /** Before anything of a model of the hub is downloaded under an id, as far as its licence is known by then. */
  async #requireConsent(id: string, reference: HubReference, given: boolean): Promise<void> {
    const licence = findSelected(this.selection, reference)?.licence;
    if (licence !== undefined) await this.#records.requireConsent({ id, licence }, given);
  }

  /** Undefined where a file is missing. */
  async #stamp({ id, files }: ModelEntry): Promise<string | undefined> {
    const stamps = await Promise.all(files.map((file) => this.#blobs.stampOf(id, file)));
    return stamps.includes(undefined) ? undefined : stamps.join('\n');
  }

  import(from: string, options: ImportOptions = {}): Promise<ModelEntry> {
    const { toGguf } = options;
    if (toGguf === undefined && isHubReference(from)) return this.#importFromHub(from, options);
    return toGguf === undefined
      ? importModel(this.#importTarget(), from, options)
      : importConverted(this.#importTarget(), from, { ...options, toGguf });
  }

  convertedId(from: string, to: GgufEncoding): string {
    return convertedId(this.#importTarget(), from, to);
  }

  #importTarget() {
    return {
      ...{ catalogue: this, converter: this.#ggufConverter },
      ...{ blobs: this.#blobs, access: this.#access },
      taken: (id: string) => this.#records.isBuiltIn(id),
      find: (id: string) => this.#records.find(id),
      alone: <Result>(id: string, options: LockOptions, work: () => Promise<Result>) =>
        withFileLock(this.#lockOf(id), options, work),
      add: (entry: ModelEntry) => this.#records.add(entry),
      drop: (digests: readonly string[]) => this.#dropBlobs(digests),
    };
  }

  receive(entry: ModelEntry, { name, blob }: ModelPackage): Promise<void> {
    const elsewhere = (id: string) => this.#elsewhere.find(id)?.entry;
    const target = { ...this.#importTarget(), elsewhere };
    const received = foreignEntry(entry, name);
    return withFileLock(this.#lockOf(entry.id), {}, () => receiveModel(target, received, blob));
  }

  async remove(id: string, { patience = 0 }: RemoveOptions = {}): Promise<void> {
    const installed = this.#records.find(id) === undefined ? this.#elsewhere.find(id) : undefined;
    if (installed !== undefined) throw notOurs(id, installed);
    this.entry(id);
    const lock = { folder: this.#lockOf(id), patience };
    await unlessDownloading(id, lock, () => this.#removeLocked(id));
  }

  /** Without the lock of the model, which the caller holds. */
  async #removeLocked(id: string): Promise<void> {
    const entry = this.entry(id);
    await this.#converted.remove(modelDigest(entry));
    await this.#blobs.removeModel(id);
    const others = this.#records.all().filter((other) => other.id !== id);
    const kept = others.flatMap(({ files }) => files);
    for (const file of entry.files) await removeParts(this.#blobs, file, kept);
    await this.#dropBlobs(digestsOf(entry), id);
    await this.#records.forget(id);
  }

  async usage(): Promise<ModelsUsage> {
    const listed = await this.list();
    const here = listed.filter(({ bytes, partial }) => bytes + partial > 0);
    return {
      models: here.map(({ entry, bytes, partial }) => ({ id: entry.id, bytes: bytes + partial })),
      partial: await diskUsage(this.#blobs.partialFolder),
      total: await diskUsage(this.modelsFolder),
    };
  }

  removeUnusedConversions(options: { readonly dryRun?: boolean } = {}): Promise<number> {
    const known = this.#records.all().flatMap(digestsOf);
    return this.#converted.removeUnused({ ...options, known });
  }

  /** Held by whoever writes to the model of an id. */
  #lockOf(id: string): string {
    return join(this.modelsFolder, 'locks', this.#blobs.nameOf(id));
  }

  /** Deletes stored files that no model has but, if one is named, that one. */
  async #dropBlobs(digests: readonly string[], id?: string): Promise<void> {
    const others = this.#records.all().filter((entry) => entry.id !== id);
    const kept = new Set(others.flatMap(({ files }) => files.map(({ digest }) => digest)));
    for (const digest of digests) if (!kept.has(digest)) await this.#blobs.removeBlob(digest);
  }

  async #importFromHub(from: string, options: ImportOptions): Promise<ModelEntry> {
    const reference = parseHubReference(from);
    if (reference === undefined) throw new GraphError('bad-model', missingModel(from));
    const id =
      options.id === undefined
        ? from
        : importedId(options.id, (own) => this.#records.isBuiltIn(own));
    await this.#requireConsent(id, reference, options.consent === true);
    // Another reference, or other terms, under the same id is other work: it waits, and is refused or takes its place.
    const { signal: _signal, progress: _progress, ...terms } = options;
    const key = JSON.stringify({ ...terms, from, id });
    await this.#downloads.join(key, options, (signal, progress) =>
      this.#fetchLocked(id, { signal, progress, wanted: { reference, as: options } }),
    );
    return this.entry(id);
  }

  /** The first look after the machine has started reads the whole model: use it with `orCancelled`. */
  async #isLaidOut(entry: ModelEntry): Promise<boolean> {
    for (const file of entry.files) {
      if (file.digest === undefined) return false;
      if (!(await this.#blobs.isLaidOut(entry.id, { ...file, digest: file.digest }))) return false;
    }
    return true;
  }

  async #fetchLocked(id: string, work: FetchWork): Promise<string> {
    const total = this.#records.find(id)?.files.reduce((sum, file) => sum + file.size, 0);
    const { signal, progress, wanted } = work;
    const waiting = (pid: number): void =>
      progress({
        ...{ done: 0, unit: `bytes of ${id}`, message: `process ${pid} downloads ${id}` },
        ...(total === undefined ? {} : { total }),
      });
    try {
      return await withFileLock(this.#lockOf(id), { signal, waiting }, async () => {
        const before = this.#records.find(id);
        const isLookedUp =
          wanted !== undefined && (before === undefined || wanted.as !== undefined);
        if (isLookedUp) await this.#lookUp(id, wanted, work);
        try {
          const digest = await this.#fetchMissing(id, work);
          if (!isLookedUp || before === undefined) return digest;
          // The files of the one before go, from the model's folder too.
          await this.#blobs.removeModel(id);
          await this.#dropBlobs(digestsOf(before));
          return await this.#fetchMissing(id, work);
        } catch (error) {
          if (isLookedUp && before === undefined) await this.#forgetUnlessBegun(id);
          // What was there under this name still works.
          else if (isLookedUp && before !== undefined) await this.#records.add(before);
          throw error;
        }
      });
    } catch (error) {
      if (signal.aborted && !(error instanceof GraphError)) throw cancelled(error);
      throw GraphError.from(error);
    }
  }

  #lookUp(id: string, { reference, as }: HubWish, { signal, progress }: FetchWork): Promise<void> {
    return this.#hub.lookUp({
      ...{ id, reference, signal, progress },
      drop: (digests) => this.#dropBlobs(digests),
      add: async (read) => {
        const found = withSelected(read, findSelected(this.selection, reference));
        const entry = {
          ...found,
          title: as?.title ?? found.title,
          kind: as?.kind ?? found.kind,
          licence: as?.licence === undefined ? found.licence : { ...found.licence, id: as.licence },
        };
        if (as?.keep === true) requireFree(this.#records.find(id), entry);
        await this.#records.add(entry);
      },
    });
  }

  /** Of a model that was looked up in vain nothing stays; one of which bytes have come goes on next time. */
  async #forgetUnlessBegun(id: string): Promise<void> {
    const parts = this.entry(id).files.map((file) => receivedOf(this.#blobs, file));
    if ((await Promise.all(parts)).every((bytes) => bytes === 0)) await this.#removeLocked(id);
  }

  async #fetchMissing(id: string, { signal, progress }: FetchWork): Promise<string> {
    // Read again: another process may have pinned and downloaded while this one waited.
    const entry = this.entry(id);
    const present: KnownFile[] = [];
    const missing: ModelEntry['files'] = [];
    for (const file of entry.files) {
      const known = file.digest === undefined ? undefined : { ...file, digest: file.digest };
      if (known !== undefined && (await this.#blobs.hasSound(known))) present.push(known);
      else missing.push(file);
    }
    const download = new ModelDownload(
      {
        ...{ entry, blobs: this.#blobs, access: this.#access, signal, progress },
        builtIn: this.#records.isBuiltIn(id),
      },
      present.reduce((sum, file) => sum + file.size, 0),
    );
    try {
      await download.requireRoom(missing);
      for (const file of missing) {
        const known = await download.fetch(file);
        if (file.digest === undefined) await this.#records.pin(id, known);
        present.push(known);
      }
    } finally {
      await download.dispose();
    }
    for (const known of present) await this.#blobs.layOut(id, known);
    return this.#blobs.modelFolder(id);
  }
}
