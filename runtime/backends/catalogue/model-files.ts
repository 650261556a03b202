import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readSafetensorsHeader, type SafetensorsHeader } from '@graft/kit';
import type { z } from 'zod';
import { fileWithin, readableHeader, readModelJson } from './model-folder-file.ts';

/** The files of a model: a folder here, or a repository of a hub. */
export interface ModelFiles {
  /** What messages call the place. */
  readonly place: string;
  /** Of the model, from its place. */
  readonly name: string;
  has(path: string): Promise<boolean>;
  /** Names in a folder; none where it is missing. */
  names(folder: string): Promise<readonly string[]>;
  /** What a JSON file holds. Throws `damaged-file`. */
  json<Value>(path: string, schema: z.ZodType<Value>): Promise<Value>;
  /** The header of a safetensors file. Throws `damaged-file`. */
  safetensors(path: string): Promise<SafetensorsHeader>;
}

/** A folder of this machine. What leads out of it throws `unsafe-path`. */
export function localFiles(folder: string): ModelFiles {
  return {
    place: folder,
    name: basename(folder),
    has: async (path) => (await stat(join(folder, path)).catch(() => undefined)) !== undefined,
    names: (below) => readdir(join(folder, below)).catch((): string[] => []),
    json: (path, schema) => readModelJson(folder, path, schema),
    safetensors: async (path) =>
      readableHeader(await fileWithin(folder, path), readSafetensorsHeader),
  };
}

/** Which of the files a model lacks. */
export async function missing(files: ModelFiles, paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => files.has(path)));
  return paths.filter((_, index) => found[index] === false);
}
