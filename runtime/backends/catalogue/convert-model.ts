import { readdir, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  convertibleFamilies,
  GraphError,
  hubReferenceText,
  parseHubReference,
  type ModelEntry,
} from '@graft/graph';
import type { BlobStore } from './blob-store.ts';
import type { Catalogue } from './catalogue-contract.ts';
import type { GgufConverter, GgufEncoding } from './gguf-converter.ts';
import { describeGguf } from './gguf-description.ts';
import {
  importedId,
  keepLocked,
  localPath,
  staged,
  type Brought,
  type ImportOptions,
  type ImportTarget,
} from './import-model.ts';
import { requireRoom } from './model-download.ts';
import { localFiles } from './model-files.ts';
import { requireSmall } from './model-folder-file.ts';
import { describeSafetensors } from './safetensors-description.ts';
import type { ModelDescription } from './onnx-description.ts';

/** What a model in safetensors is called, and where it is from. */
interface Named {
  /** The name of its folder or repository, else its id; then longer ones, for where another model has what is made of it. */
  readonly names: readonly string[];
  /** A reference, with its commit once that is known, or the folder's own address. */
  readonly origin: string;
}

/** The same with its folder. */
interface Published extends Named {
  readonly folder: string;
  /** Default: the folder's name. */
  readonly title?: string;
  readonly licence?: ModelEntry['licence'];
}

/** What a converter reads whole, beside the weights. */
const readWhole = [
  ...['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json'],
  'chat_template.jinja',
];

interface ConversionOptions extends ImportOptions {
  readonly toGguf: GgufEncoding;
}

interface ConversionTarget extends ImportTarget {
  readonly catalogue: Pick<Catalogue, 'entry' | 'fetch' | 'hub' | 'lookup'>;
  readonly converter: GgufConverter | undefined;
}

/**
 * Adds a GGUF file made of the safetensors of a folder, of a model of the catalogue, or of a repository of a hub, which are
 * downloaded first and stay.
 * Throws `bad-model` for a family that is not converted, `no-space` before it writes anything, `cancelled`, and as the
 * converter does; nothing of the GGUF file stays then.
 */
export async function importConverted(
  target: ConversionTarget,
  from: string,
  options: ConversionOptions,
): Promise<ModelEntry> {
  const { catalogue, access } = target;
  const reference = parseHubReference(from);
  const { signal = new AbortController().signal } = options;
  const known =
    catalogue.lookup(from) ?? (reference && (await catalogue.hub.describe(reference, signal)));
  if (known === undefined) {
    const folder = localPath(from, access.endpoint);
    return addConverted(target, { ...namedBy(target, from), folder }, options);
  }
  requireConvertible(from, known);
  requireOther(from, options.id);
  const folder = await catalogue.fetch(from, options);
  const { licence, title } = catalogue.entry(from);
  return addConverted(target, { ...namedBy(target, from), folder, licence, title }, options);
}

/**
 * The id of what `importConverted` makes of a model where nobody chooses one: what was made of the same before has it, or
 * no model. Throws `name-taken` where others have all that it can have.
 */
export function convertedId(
  target: ConversionTarget,
  from: string,
  encoding: GgufEncoding,
): string {
  return freeId(target, namedBy(target, from), encoding);
}

function namedBy(
  { catalogue, access }: Pick<ConversionTarget, 'catalogue' | 'access'>,
  from: string,
): Named {
  const { repo } = parseHubReference(from) ?? {};
  const names = repo === undefined ? [basename(from)] : [basename(repo), repo.replace('/', '-')];
  if (catalogue.lookup(from) !== undefined)
    return { names, origin: originOf(catalogue.entry(from)) };
  if (repo !== undefined) return { names, origin: hubReferenceText({ repo }) };
  const folder = localPath(from, access.endpoint);
  return { names: [basename(folder)], origin: `file:${folder}` };
}

function freeId(
  { taken, find }: Pick<ConversionTarget, 'taken' | 'find'>,
  { names, origin }: Named,
  encoding: GgufEncoding,
): string {
  const ids = names.map((name) => importedId(`${name}-${encoding.toUpperCase()}`, () => false));
  const free = ids.find((id) => {
    const before = find(id);
    return !taken(id) && (before === undefined || isMadeOf(before, origin));
  });
  if (free !== undefined) return free;
  throw new GraphError(
    'name-taken',
    `Another model has the id "${ids.join('", another "')}"; choose another id for yours`,
  );
}

const withoutCommit = (origin: string): string => origin.replace(/@[0-9a-f]{40}$/, '');

const isMadeOf = ({ files }: ModelEntry, origin: string): boolean =>
  files.some(({ sources }) =>
    sources.some((source) => withoutCommit(source) === withoutCommit(`converted:${origin}`)),
  );

/** The GGUF file would take the place of what it is made of. */
function requireOther(from: string, id: string | undefined): void {
  if (id === undefined || importedId(id, () => false) !== from) return;
  throw new GraphError(
    'name-taken',
    `"${from}" is the model to convert; choose another id for its GGUF file`,
  );
}

async function addConverted(
  target: ConversionTarget,
  published: Published,
  options: ConversionOptions,
): Promise<ModelEntry> {
  const { toGguf: encoding } = options;
  const { converter } = target;
  const { folder, origin } = published;
  if (converter === undefined) {
    throw new GraphError('internal', 'This catalogue has no converter.', { audience: 'developer' });
  }
  const signal = options.signal ?? new AbortController().signal;
  return staged(target, { from: origin.replace(/^file:/, ''), signal }, async (brought) => {
    const found = await stat(folder).catch(() => undefined);
    if (found === undefined) {
      throw new GraphError('missing-file', `there is no folder ${folder}`);
    }
    if (!found.isDirectory()) throw notSafetensors(folder);
    const described = await describeSafetensors(localFiles(folder));
    requireConvertible(origin, described);
    const there = new Set(await readdir(folder));
    for (const path of readWhole) if (there.has(path)) await requireSmall(folder, path);
    const nameNow = (): string => options.id ?? freeId(target, published, encoding);
    for (;;) {
      const name = nameNow();
      const id = importedId(name, target.taken);
      const waiting = (pid: number): void =>
        options.progress?.({
          ...{ done: 0, unit: `converted bytes of ${id}` },
          message: `process ${String(pid)} writes ${id}`,
        });
      // Held until it is kept: of two conversions that would take one name, the later sees what the earlier made.
      const entry = await target.alone(id, { signal, waiting }, async () => {
        if (nameNow() !== name) return undefined;
        const title = published.title ?? described.title;
        const named = { id, name, title: `${title} (${encoding.toUpperCase()})`, signal };
        return converted(target, published, { options, named, brought, converter });
      });
      if (entry !== undefined) return entry;
    }
  });
}

/** Makes the GGUF file under a name that nobody else writes to meanwhile, unless it is here. */
async function converted(
  target: ConversionTarget,
  { folder, origin, licence, names }: Published,
  making: {
    readonly options: ConversionOptions;
    readonly named: {
      readonly id: string;
      readonly name: string;
      readonly title: string;
      readonly signal: AbortSignal;
    };
    readonly brought: Brought[];
    readonly converter: GgufConverter;
  },
): Promise<ModelEntry> {
  const { blobs } = target;
  const { options, brought, converter } = making;
  const { id, name, title, signal } = making.named;
  const [base = 'model'] = names;
  const path = `${base.replace(/[^\w.-]+/g, '-')}-${options.toGguf.toUpperCase()}.gguf`;
  const made = `converted:${origin}`;
  const before = isPinned(origin) ? target.find(id) : undefined;
  if (before !== undefined && (await isHere(blobs, before, { path, made }))) return before;
  const plan = await converter(folder, {
    ...{ encoding: options.toGguf, name, source: licence?.url },
    licence: options.licence ?? licence?.id,
  });
  await requireRoom({ entry: { id }, blobs }, plan.bytes);
  const file = await blobs.stagingPath('.gguf');
  brought.push({ file, path, source: made });
  const progress = (done: number, total: number): void =>
    options.progress?.({
      ...{ done, total, unit: `converted bytes of ${id}` },
      message: `converts to ${path}`,
    });
  await plan.write(file, { signal, progress }).catch((error: unknown) => {
    throw signal.aborted ? stopped(error) : error;
  });
  const description = { ...(await describeGguf(file, path)), title };
  const given = { description, brought, ...(licence === undefined ? {} : { licence }) };
  return keepLocked(target, given, { ...options, id });
}

/** Throws `bad-model` where Graft makes no GGUF file of a model: by its format, and by the name of its family. */
function requireConvertible(
  from: string,
  { format, architecture }: Pick<ModelDescription, 'format' | 'architecture'>,
): void {
  if (format !== 'safetensors') throw notSafetensors(from, format);
  if (convertibleFamilies.includes(architecture)) return;
  throw new GraphError(
    'bad-model',
    `${from} has the model_type "${architecture}"; Graft converts ${convertibleFamilies.join(', ')} to GGUF. ` +
      "Convert others with llama.cpp's convert_hf_to_gguf.py and import the result.",
  );
}

function notSafetensors(from: string, format?: string): GraphError {
  return new GraphError(
    'bad-model',
    format === undefined
      ? `${from} is not a folder with safetensors; only these are converted to GGUF`
      : `${from} means its ${format} files; only safetensors are converted to GGUF. If it has them too, name them: hf:owner/repo:safetensors`,
  );
}

/** The same bytes for ever: a folder may have changed. */
const isPinned = (origin: string): boolean => /@[0-9a-f]{40}$/.test(origin);

/** Whether a model was made of the same before, and is here. */
async function isHere(
  blobs: BlobStore,
  { id, files }: ModelEntry,
  { path, made }: { readonly path: string; readonly made: string },
): Promise<boolean> {
  for (const { digest = '', ...file } of files) {
    if (file.path !== path || !file.sources.includes(made)) return false;
    if (!(await blobs.isLaidOut(id, { ...file, digest }))) return false;
  }
  return true;
}

const stopped = (cause: unknown): GraphError =>
  new GraphError('cancelled', 'the conversion was cancelled; Graft deleted the unfinished file', {
    cause,
  });

/** What the files of a model are from: a repository at its commit, a folder, or else the model's own id. */
function originOf({ id, files }: ModelEntry): string {
  const [{ path, sources: [source = ''] = [] }] = [...files, { path: '' }];
  const { repo, revision } = parseHubReference(source) ?? {};
  if (repo !== undefined) return hubReferenceText({ repo, ...(revision && { revision }) });
  return source.startsWith('file:') && source.endsWith(`/${path}`)
    ? source.slice(0, -path.length - 1)
    : id;
}
