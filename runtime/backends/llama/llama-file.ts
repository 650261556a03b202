import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphError, type ModelEntry, type ModelSource } from '@graft/graph';

/** A GGUF file, and what messages call it. */
export interface LlamaFile {
  readonly id: string;
  /** Absolute. */
  readonly path: string;
  /** Of the model, as the source tells it. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** The weights of a catalogue's model in its folder. */
export function catalogueFile(source: ModelSource, entry: ModelEntry, folder: string): LlamaFile {
  const weights = entry.files.find(({ path }) => path.endsWith('.gguf'));
  if (weights === undefined) throw notGguf(entry.id);
  const size = entry.files.reduce((sum, file) => sum + file.size, 0);
  return { id: entry.id, path: join(folder, weights.path), digest: source.digest, size };
}

/** The weights at a path: a GGUF file, or a folder that holds one. */
export async function fileAt({ id, digest }: ModelSource, path: string): Promise<LlamaFile> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new GraphError('missing-file', `the weights of "${id}" are not at ${path}`, { cause });
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

function notGguf(id: string): GraphError {
  return new GraphError(
    'bad-model',
    `"${id}" has no .gguf file, which llama.cpp reads; export it as GGUF first`,
  );
}
