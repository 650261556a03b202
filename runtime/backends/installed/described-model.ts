import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphError, howToGet, modelEntrySchema, type ModelEntry } from '@graft/graph';
import { DamagedFile, hashFile, readGgufHeader } from '@graft/kit';
import { z } from 'zod';
import { keptEntrySchema } from '../catalogue/foreign-entry.ts';
import { describeGgufHeader } from '../catalogue/gguf-description.ts';
import { localFiles } from '../catalogue/model-files.ts';
import { describeOnnx, type ModelDescription } from '../catalogue/onnx-description.ts';
import { describeSafetensors } from '../catalogue/safetensors-description.ts';
import type { FoundFile, FoundModel } from './found-model.ts';
import { judgeGguf } from './gguf-verdict.ts';
import { whyUnreadable } from './store-folder.ts';

/** What a model of another tool is, as its files said when they were last read. */
export const describedSchema = z.object({
  /** Undefined: it is no model, or none that is listed. */
  entry: modelEntrySchema.optional(),
  /** Why Graft cannot run it: one sentence. */
  unusable: z.string().optional(),
  /** Absolute path of each file of the entry, in its order. */
  files: z.array(z.string()),
});
export type DescribedModel = z.infer<typeof describedSchema>;

/** Bytes of a file that is hashed to be described: those without a digest of their own are small, but for a GGUF file. */
const mostHashed = 64 << 20;

/** Reads the files of a model, header or description only, and says what it is. Throws for nothing that they may hold. */
export async function describeFound(found: FoundModel, root: string): Promise<DescribedModel> {
  if (found.unusable !== undefined && found.doubtful !== true) {
    return unusableModel(found, found.unusable);
  }
  for (const { file } of found.weights) {
    const why = await whyUnreadable(file, root);
    if (why !== undefined) return unusableModel(found, unreadable(found.id, why));
  }
  try {
    if (found.format === 'gguf') return await describeGgufModel(found);
    return await describeFolder(found);
  } catch (error) {
    if (found.doubtful === true) return { files: [] };
    return unusableModel(found, reasonOf(error));
  }
}

async function describeGgufModel(found: FoundModel): Promise<DescribedModel> {
  const [first, ...others] = found.weights;
  if (first === undefined) return { files: [] };
  const header = await readGgufHeader(first.file);
  const verdict = await judgeGguf(header);
  if (verdict.kind === 'other') return { files: [] };
  const description = await describeGgufHeader(header, first.path);
  let { parameters } = description;
  for (const part of others) {
    const { tensors } = await readGgufHeader(part.file);
    for (const { shape } of tensors) parameters += shape.reduce((size, axis) => size * axis, 1);
  }
  const licence = header.metadata.get('general.license');
  return described(
    found,
    // As its tool shows it. The name in the file is often that of the training run.
    { ...description, parameters, title: found.title },
    {
      files: found.weights,
      ...(licence?.type === 'string' ? { licence: String(licence.value) } : {}),
      ...(verdict.kind === 'unusable' ? { unusable: verdict.why } : {}),
    },
  );
}

async function describeFolder(found: FoundModel): Promise<DescribedModel> {
  const { folder, format, unusable } = found;
  const name = found.weights[0]?.path.replace(/^.*\//, '');
  const description =
    format === 'onnx'
      ? await describeOnnx(localFiles(folder), name)
      : await describeSafetensors(localFiles(folder));
  const files = description.files.map((path) => ({ path, file: join(folder, path) }));
  return described(
    found,
    { ...description, title: found.title },
    { files, ...(unusable === undefined ? {} : { unusable }) },
  );
}

interface Rest {
  readonly files: readonly FoundFile[];
  readonly licence?: string;
  readonly unusable?: string;
}

async function described(
  found: FoundModel,
  { name: _, files: _paths, ...facts }: ModelDescription,
  { files, licence = 'unknown', unusable }: Rest,
): Promise<DescribedModel> {
  const known = await Promise.all(
    files.map(async ({ path, file, digest }) => {
      const { size } = await stat(file);
      const stated =
        digest ?? (await found.digestOf?.(file)) ?? (await smallDigest(found, file, size));
      return {
        path,
        size,
        sources: [found.id],
        ...(stated === undefined ? {} : { digest: stated }),
      };
    }),
  );
  const entry = { ...facts, id: found.id, licence: { id: licence, consent: false }, files: known };
  return {
    ...kept(entry),
    files: files.map(({ file }) => file),
    ...(unusable === undefined ? {} : { unusable }),
  };
}

/** Of what describes a model, such as a tokenizer: its digest is known before it is used. */
async function smallDigest(
  { format }: FoundModel,
  file: string,
  size: number,
): Promise<string | undefined> {
  if (format !== 'onnx' || size > mostHashed) return undefined;
  return (await hashFile(file)).digest;
}

/** One whose files say nothing, so that it is listed all the same. */
async function unusableModel(found: FoundModel, unusable: string): Promise<DescribedModel> {
  const { id, title, format, weights } = found;
  const files = await Promise.all(
    weights.map(async ({ path, file }) => {
      const size = await stat(file).then(
        (there) => (there.isFile() ? there.size : 0),
        () => 0,
      );
      return { path, size, sources: [id] };
    }),
  );
  const unknown = { architecture: 'unknown', dtype: 'unknown', contextLength: 0, parameters: 0 };
  const entry = {
    ...{ id, title, format, kind: 'language-model', ...unknown },
    licence: { id: 'unknown', consent: false },
    files: files.length > 0 ? files : [{ path: 'model.gguf', size: 0, sources: [id] }],
  };
  return { ...kept(entry), files: [], unusable };
}

/** An entry whose labels are plain; none where it cannot be named, such as by a path of a thousand characters. */
function kept(entry: unknown): { readonly entry?: ModelEntry } {
  const { data } = keptEntrySchema.safeParse(entry);
  return data === undefined ? {} : { entry: data };
}

function unreadable(id: string, why: string): string {
  if (why === 'is missing') return `Its file is missing. ${howToGet(id)}`;
  return `Its file ${why}.`;
}

/** What is wrong with a file, without the folder that it lies in. */
function reasonOf(error: unknown): string {
  const cause = error instanceof GraphError ? error.cause : error;
  if (cause instanceof DamagedFile) {
    return sentence(`its file${cause.message.slice(cause.file.length)}`);
  }
  return error instanceof GraphError
    ? sentence(error.message.replace(/\/[^ ]*\//g, ''))
    : 'Its file cannot be read.';
}

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/\.$/, '')}.`;
