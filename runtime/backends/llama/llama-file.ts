import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphError, howToGet, type ModelSource } from '@graft/graph';
import { readGgufHeader } from '@graft/kit';
import type { OpenedModel } from '../catalogue/index.ts';
import { readableHeader } from '../catalogue/model-folder-file.ts';

/** A GGUF file, and its name in messages. */
export interface LlamaFile {
  readonly id: string;
  /** Absolute path. */
  readonly path: string;
  /** Digest of the model, as its source states it. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** Of catalogue files, their state when opened: changes if anybody touches one of them. */
  readonly stamp?: string;
  /** How it was converted from the published file, for people; absent: it is that file. */
  readonly readAs?: string;
}

/** Equal for everybody who opened exactly this file. */
export function fileKey({ digest, path, stamp = '' }: LlamaFile): string {
  return `${digest} ${path} ${stamp}`;
}

/** Where weights lie: a GGUF file, or a folder. */
export interface Weights {
  readonly path: string;
  /** A GGUF file, whatever its name: Ollama names files by their digests. */
  readonly isGguf?: boolean;
  /** Of a catalogue model, whose files may change. */
  readonly stamp?: string;
}

/** Location of a catalogue model's weights: its GGUF file, or its folder. */
export function weightsOf({
  entry,
  folder,
  file,
  stamp,
}: Pick<OpenedModel, 'entry' | 'folder' | 'file' | 'stamp'>): Weights {
  const gguf = entry.files.find(({ path }) => path.endsWith('.gguf'));
  return gguf === undefined
    ? { path: folder, stamp }
    : { path: file(gguf.path), isGguf: true, stamp };
}

/** The weights of a model. Throws `missing-file`, and `bad-model` for other formats than GGUF. */
export async function fileAt(
  { id, digest }: ModelSource,
  { path, isGguf = path.endsWith('.gguf'), ...stamp }: Weights,
): Promise<LlamaFile> {
  const found = await stat(path).catch((cause: unknown) => {
    throw missingWeights({ id, path }, cause);
  });
  if (!found.isDirectory()) {
    if (!isGguf) throw notGguf(id);
    return { id, path, digest, size: found.size, ...stamp };
  }
  // Split weights are opened by the first file, and loaded whole.
  const names = (await readdir(path)).filter((each) => each.endsWith('.gguf')).sort();
  const [name] = names;
  if (name === undefined) throw notGguf(id);
  let size = 0;
  for (const each of names) size += (await stat(join(path, each))).size;
  return { id, path: join(path, name), digest, size, ...stamp };
}

/** What to say of weights that are not where they were. */
export function missingWeights(
  { id, path }: Pick<LlamaFile, 'id' | 'path'>,
  cause?: unknown,
): GraphError {
  return new GraphError(
    'missing-file',
    `The weights of "${id}" are missing at ${path}. ${howToGet(id)}`,
    { cause, location: { file: path } },
  );
}

/**
 * Throws `damaged-file` if a header states more than the file holds. The library and llama.cpp believe it: a length of
 * some billions took gigabytes, and seconds.
 */
export async function requireSoundHeader({ path }: LlamaFile): Promise<void> {
  await readableHeader(path, readGgufHeader);
}

function notGguf(id: string): GraphError {
  return new GraphError(
    'bad-model',
    `"${id}" is not in GGUF, which llama.cpp reads; convert its safetensors with ` +
      `graft models import ${id} --to gguf, and choose the result`,
  );
}

/** Whether the tokenizer of the model at a path is a `tokenizer.json` beside safetensors. */
export async function isSafetensorsFolder(path: string): Promise<boolean> {
  const names = await readdir(path).catch((): string[] => []);
  return names.includes('tokenizer.json') && !names.some((name) => name.endsWith('.gguf'));
}
