import { join } from 'node:path';
import type { ModelEntry, ModelFacts } from '@graft/graph';
import type { InstalledModels } from '../installed/installed-models.ts';
import type { InstalledModel } from '../installed/installed-record.ts';
import type { BlobStore } from './blob-store.ts';
import type { ListedModel } from './catalogue-contract.ts';
import type { CatalogueRecords } from './catalogue-records.ts';
import { receivedOf } from './model-download.ts';
import { factsOf } from './model-facts.ts';

interface Places {
  readonly records: CatalogueRecords;
  readonly blobs: BlobStore;
  readonly elsewhere: InstalledModels;
}

/** The models of the catalogue, then those that only other tools have. Looks at the disk, and reads no weights. */
export async function listModels(places: Places): Promise<ListedModel[]> {
  const { records, blobs, elsewhere } = places;
  // First: the catalogue's models may be with other tools.
  const installed = await elsewhere.list();
  const imported = records.importedIds();
  const hasParts = await blobs.hasParts();
  const own = records.all();
  const ids = new Set(own.map(({ id }) => id));
  const others = installed.filter(({ entry }) => !ids.has(entry.id));
  return [
    ...(await Promise.all(own.map((entry) => listed(entry, places, { imported, hasParts })))),
    ...others.map((model) => ({
      ...{ entry: model.entry, origin: model.origin, facts: factsOfInstalled(model) },
      ...{ installed: true, bytes: 0, partial: 0, imported: false },
      ...singleGguf(model.entry, model.origin.path),
    })),
  ];
}

async function listed(
  entry: ModelEntry,
  { blobs, elsewhere }: Places,
  { imported, hasParts }: { imported: ReadonlySet<string>; hasParts: boolean },
): Promise<ListedModel> {
  const [first] = entry.files;
  const present = await Promise.all(
    entry.files.map(
      async (file) =>
        file.digest !== undefined && blobs.isPresent(entry.id, { ...file, digest: file.digest }),
    ),
  );
  const bytes = entry.files.reduce(
    (sum, file, index) => sum + (present[index] === true ? file.size : 0),
    0,
  );
  const absent = entry.files.filter((_, index) => present[index] !== true);
  const begun = hasParts ? absent : [];
  const parts = await Promise.all(begun.map((file) => receivedOf(blobs, file)));
  const installed = absent.length === 0 ? undefined : elsewhere.holding(entry);
  return {
    entry,
    facts: factsOf(entry),
    installed: absent.length === 0 || installed !== undefined,
    ...(installed && { origin: installed.origin }),
    ...(installed && singleGguf(entry, installed.origin.path)),
    ...(absent.length === 0 &&
      singleGguf(entry, join(blobs.modelFolder(entry.id), first?.path ?? ''))),
    bytes,
    partial: parts.reduce((sum, part) => sum + part, 0),
    imported: imported.has(entry.id),
  };
}

function singleGguf({ format, files }: ModelEntry, path: string): { readonly file?: string } {
  return format === 'gguf' && files.length === 1 ? { file: path } : {};
}

/** What definitions may know of a model of another tool. */
export function factsOfInstalled({ entry, unusable }: InstalledModel): ModelFacts {
  return { ...factsOf(entry), ...(unusable === undefined ? {} : { unusable }) };
}
