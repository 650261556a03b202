import { createHash } from 'node:crypto';
import {
  GraphError,
  hubReferenceText,
  shortHubName,
  type HubReference,
  type ModelEntry,
  type ModelFile,
} from '@graft/graph';
import { ggufHeaderOf, safetensorsHeaderOf, type HeadSource } from '@graft/kit';
import type { z } from 'zod';
import type { KnownFile } from './blob-store.ts';
import { keptEntrySchema } from './foreign-entry.ts';
import { describeGgufHeader } from './gguf-description.ts';
import type { HubAccess } from './hub-access.ts';
import { chosenVariant, type HubVariant } from './hub-choice.ts';
import type { HubFile, HubRepo } from './hub-client.ts';
import { gatedRefusal, refusal } from './hub-refusals.ts';
import type { WantedFile } from './model-download.ts';
import type { ModelFiles } from './model-files.ts';
import {
  readableHeader,
  readJsonText,
  requireInner,
  requireReadable,
} from './model-folder-file.ts';
import { describeOnnx, type ModelDescription } from './onnx-description.ts';
import { RemoteHead } from './remote-head.ts';
import { describeSafetensors } from './safetensors-description.ts';
import { parseSource } from './source.ts';

export interface HubModelParts {
  readonly access: HubAccess;
  readonly signal: AbortSignal;
  /** Throws `no-space` where the disk has no room for files. */
  readonly requireRoom: (files: readonly HubFile[]) => Promise<void>;
  /** Stores a file and gives its digest. */
  readonly fetch: (file: WantedFile) => Promise<KnownFile>;
  /** A stored file's bytes. */
  readonly read: (file: KnownFile) => Promise<string>;
}

/** Bytes of a file that the hub states no sha256 of: it keeps only small ones in git. */
const largestInGit = 64 << 20;

/**
 * The entry of a model of a hub, pinned to the commit that its revision names now. Weights stay where they are: their
 * headers are read, and their digests are what the hub states. Small files are fetched, since only that gives their
 * sha256. Throws `bad-model`, `damaged-file`, `unsafe-path`, `no-space`.
 */
export async function hubEntry(
  id: string,
  { repo, reference }: { readonly repo: HubRepo; readonly reference: HubReference },
  parts: HubModelParts,
): Promise<ModelEntry> {
  const variant = chosenVariant(repo, reference);
  const files = new HubFiles(repo, parts);
  for (const file of variant.files) requireVerifiable(repo, file);
  await parts.requireRoom(variant.files);
  if (repo.gated && !(await parts.access.hasToken())) throw gatedRefusal(repo, false);
  const { name: _, files: paths, ...facts } = await describe(variant, files);
  const sources =
    variant.format === 'gguf' ? variant.files : paths.map((path) => files.require(path));
  requireDistinct(repo, sources);
  await parts.requireRoom(sources);
  const known: ModelFile[] = [];
  for (const file of sources) {
    const wanted = files.wanted(file);
    // A GGUF file, or each of its parts, lies by itself in the model's folder.
    const path = variant.format === 'gguf' ? baseName(file.path) : file.path;
    const { digest, size } = await files.known(file);
    known.push({ path, digest, size, sources: wanted.sources });
  }
  const licence = { id: repo.licence, url: repo.page, consent: false };
  // The name in a GGUF file is often that of the training run, which nobody chose.
  const title = variant.format === 'gguf' ? shortHubName(reference) : facts.title;
  return keptEntrySchema.parse({ ...facts, id, title, licence, files: known });
}

/**
 * What a model of a hub is, by the headers and small files that say so; nothing is stored. Throws as `hubEntry` does.
 */
export async function hubDescription(
  { repo, reference }: { readonly repo: HubRepo; readonly reference: HubReference },
  { access, signal }: Pick<HubModelParts, 'access' | 'signal'>,
): Promise<ModelDescription> {
  const variant = chosenVariant(repo, reference);
  if (repo.gated && !(await access.hasToken())) throw gatedRefusal(repo, false);
  const texts = new Map<string, string>();
  const parts: HubModelParts = {
    ...{ access, signal },
    requireRoom: () => Promise.resolve(),
    fetch: async ({ path, size }) => {
      const bytes = await files.head(files.require(path)).read(0, size);
      const digest = createHash('sha256').update(bytes).digest('hex');
      texts.set(digest, Buffer.from(bytes).toString('utf8'));
      return { path, digest, size };
    },
    read: ({ digest }) => Promise.resolve(texts.get(digest) ?? ''),
  };
  const files = new HubFiles(repo, parts);
  return describe(variant, files);
}

async function describe(variant: HubVariant, files: HubFiles): Promise<ModelDescription> {
  const [first, ...others] = variant.files;
  if (first === undefined) throw new GraphError('internal', 'A model without files.');
  if (variant.format === 'safetensors') return describeSafetensors(files);
  if (variant.format === 'onnx') return describeOnnx(files, baseName(first.path));
  const description = await describeGgufHeader(
    await readableHeader(files.shown(first), () => ggufHeaderOf(files.head(first))),
    baseName(first.path),
  );
  let { parameters } = description;
  for (const part of others) {
    const { tensors } = await readableHeader(files.shown(part), () =>
      ggufHeaderOf(files.head(part)),
    );
    for (const { shape } of tensors) parameters += shape.reduce((size, axis) => size * axis, 1);
  }
  return { ...description, parameters };
}

/** A repository's files, as the descriptions of models read them. */
class HubFiles implements ModelFiles {
  readonly place: string;
  readonly name: string;
  readonly #repo: HubRepo;
  readonly #parts: HubModelParts;
  readonly #files: ReadonlyMap<string, HubFile>;
  readonly #known = new Map<string, KnownFile>();

  constructor(repo: HubRepo, parts: HubModelParts) {
    this.place = `hf:${repo.repo}`;
    this.name = baseName(repo.repo);
    this.#repo = repo;
    this.#parts = parts;
    this.#files = new Map(repo.files.map((file) => [file.path, file]));
  }

  has(path: string): Promise<boolean> {
    return Promise.resolve(this.#files.has(path));
  }

  names(folder: string): Promise<readonly string[]> {
    const below = [...this.#files.keys()].filter((path) => path.startsWith(`${folder}/`));
    return Promise.resolve(below.map((path) => path.slice(folder.length + 1)));
  }

  async json<Value>(path: string, schema: z.ZodType<Value>): Promise<Value> {
    const file = this.require(path);
    requireReadable(this.shown(file), file.size);
    const known = await this.#fetched(file);
    return readJsonText(this.shown(file), schema, await this.#parts.read(known));
  }

  async safetensors(path: string): ReturnType<ModelFiles['safetensors']> {
    const file = this.require(path);
    return readableHeader(this.shown(file), () => safetensorsHeaderOf(this.head(file)));
  }

  require(path: string): HubFile {
    requireInner(this.place, path);
    const file = this.#files.get(path);
    if (file === undefined) throw refusal(`${this.#repo.repo} has no file "${path}".`);
    requireVerifiable(this.#repo, file);
    return file;
  }

  /** What messages call a file. */
  shown({ path }: HubFile): string {
    return `${this.place}/${path}`;
  }

  wanted({ path, size, digest, gitBlob }: HubFile): WantedFile {
    const { repo, commit: revision } = this.#repo;
    const sources = [hubReferenceText({ repo, revision, path })];
    return { path, size, sources, ...(digest === undefined ? { gitBlob } : { digest }) };
  }

  head(file: HubFile): HeadSource {
    const [text = ''] = this.wanted(file).sources;
    const source = parseSource(text, this.#parts.access.endpoint);
    const url = source.kind === 'url' ? source.url : '';
    const { size, digest } = file;
    return new RemoteHead({ path: this.shown(file), url, size, digest }, this.#parts);
  }

  /** Its digest: as the hub states it, else from its bytes, whose git blob the hub states. */
  async known(file: HubFile): Promise<Pick<KnownFile, 'digest' | 'size'>> {
    const { digest, size } = file;
    return digest === undefined ? this.#fetched(file) : { digest, size };
  }

  async #fetched(file: HubFile): Promise<KnownFile> {
    const known = this.#known.get(file.path) ?? (await this.#parts.fetch(this.wanted(file)));
    this.#known.set(file.path, known);
    return known;
  }
}

/** Some disks do not tell two names apart that differ in capitals or in how their accents are written. */
function requireDistinct({ repo }: HubRepo, files: readonly HubFile[]): void {
  const seen = new Set<string>();
  for (const { path } of files) {
    const name = path.normalize('NFC').toLowerCase();
    if (seen.has(name)) throw refusal(`${repo} names the file "${path}" of the model twice.`);
    seen.add(name);
  }
}

function requireVerifiable({ repo }: HubRepo, { path, size, digest, gitBlob }: HubFile): void {
  requireInner(`hf:${repo}`, path);
  if (digest !== undefined || (gitBlob !== undefined && size <= largestInGit)) return;
  throw refusal(
    `The hub states no digest of "${path}" in ${repo}, so Graft cannot verify it. Choose another repository.`,
  );
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
