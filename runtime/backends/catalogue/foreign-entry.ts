import { isRecord, modelEntrySchema, type ModelEntry } from '@graft/graph';
import { z } from 'zod';

/** Characters of a label, and of an address: what `modelEntrySchema` takes. */
const maxLabel = 200;
const maxUrl = 2048;

/**
 * The entry of a model as somebody's package brings it, without what its sender would have this machine fetch by: of its
 * sources those stay that only fetch bytes over the web, which are checked. A package manager may run code of the
 * sender, and a path is of the sender's machine.
 */
export function foreignEntry(entry: ModelEntry, packageName: string): ModelEntry {
  return {
    ...entry,
    files: entry.files.map((file) => {
      const sources = file.sources.filter((source) => /^(?:hf|https):/.test(source));
      return { ...file, sources: sources.length > 0 ? sources : [`package:${packageName}`] };
    }),
  };
}

/**
 * What is kept of models that are not built in. Earlier versions of Graft kept entries of packages as they came: sources
 * that name a package manager, addresses that no browser should open and endless texts are left out as they are read.
 */
export const keptEntrySchema = z.unknown().transform(withoutUnsafe).pipe(modelEntrySchema);

function withoutUnsafe(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const { licence, files } = value;
  return {
    ...withPlainLabels(value),
    // It names folders: another one is another model.
    id: value['id'],
    ...(isRecord(licence) ? { licence: withPlainLabels(withoutUnsafeUrl(licence)) } : {}),
    ...(Array.isArray(files) ? { files: files.map(withoutManagers) } : {}),
  };
}

/** Labels of one line that are not endless; the schema checks the rest. */
function withPlainLabels(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [
      key,
      typeof value === 'string' && key !== 'url' ? plainLabel(value) : value,
    ]),
  );
}

const plainLabel = (text: string): string =>
  text.replace(/[\p{Cc}\p{Bidi_Control}]+/gu, ' ').slice(0, maxLabel);

function withoutUnsafeUrl({ url, ...licence }: Record<string, unknown>): Record<string, unknown> {
  const isSafe = typeof url === 'string' && /^https?:\/\//.test(url) && url.length <= maxUrl;
  return isSafe ? { ...licence, url } : licence;
}

function withoutManagers(file: unknown): unknown {
  if (!isRecord(file) || !Array.isArray(file['sources'])) return file;
  const sources = file['sources'].filter((source) => !/^(?:npm|pip):/.test(String(source)));
  return { ...file, sources: sources.length > 0 ? sources : ['package:unknown'] };
}
