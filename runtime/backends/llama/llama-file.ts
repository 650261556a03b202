import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphError, type ModelEntry, type ModelSource } from '@graft/graph';
import { readGgufHeader } from '@graft/kit';
import { readableHeader } from '../catalogue/model-folder-file.ts';

/** A GGUF file, and what messages call it. */
export interface LlamaFile {
  readonly id: string;
  /** Absolute. */
  readonly path: string;
  /** Of the model, as the source tells it. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** Of a catalogue's files, as they were opened: another once anybody has touched one of them. */
  readonly stamp?: string;
  /** What it was made as of the published file, for people; absent: it is that file. */
  readonly readAs?: string;
}

/** What is known of a file serves whoever opened the very same. */
export function fileKey({ digest, path, stamp = '' }: LlamaFile): string {
  return `${digest} ${path} ${stamp}`;
}

/** Where a catalogue's model has its weights: its GGUF file, or its folder. */
export function weightsPath({ files }: ModelEntry, folder: string): string {
  const gguf = files.find(({ path }) => path.endsWith('.gguf'));
  return gguf === undefined ? folder : join(folder, gguf.path);
}

/**
 * The weights at a path: a GGUF file, or a folder that holds one. Throws `missing-file`, and `bad-model` for what
 * is not GGUF.
 */
export async function fileAt({ id, digest }: ModelSource, path: string): Promise<LlamaFile> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new GraphError('missing-file', `the weights of "${id}" are missing at ${path}`, {
      cause,
    });
  });
  if (!found.isDirectory()) {
    if (!path.endsWith('.gguf')) throw notGguf(id);
    return { id, path, digest, size: found.size };
  }
  // Weights in several files are opened by the first.
  const name = (await readdir(path)).filter((each) => each.endsWith('.gguf')).sort()[0];
  if (name === undefined) throw notGguf(id);
  const file = join(path, name);
  return { id, path: file, digest, size: (await stat(file)).size };
}

/**
 * Throws `damaged-file` for a header that says more than the file holds. The library and llama.cpp believe what they
 * read: a length of some billions took gigabytes, and seconds.
 */
export async function requireSoundHeader({ path }: LlamaFile): Promise<void> {
  await readableHeader(path, readGgufHeader);
}

function notGguf(id: string): GraphError {
  return new GraphError(
    'bad-model',
    `"${id}" is not in GGUF, which llama.cpp reads; convert it with llama.cpp's convert_hf_to_gguf.py, ` +
      'import the result, and choose that',
  );
}

/** Whether the tokens of the model at a path are in a `tokenizer.json` beside safetensors. */
export async function isSafetensorsFolder(path: string): Promise<boolean> {
  const names = await readdir(path).catch((): string[] => []);
  return names.includes('tokenizer.json') && !names.some((name) => name.endsWith('.gguf'));
}
