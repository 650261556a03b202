import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { InstalledStore } from './found-model.ts';
import { GgufFolderStore } from './gguf-folder-store.ts';
import { HubCacheStore } from './hub-cache-store.ts';
import { OllamaStore } from './ollama-store.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where the other tools of this computer keep models, by the variables that they themselves read. What lies in two of
 * them under one name is the first one's.
 */
export function installedStores(environment: Environment): InstalledStore[] {
  const hub = hubCache(environment);
  const llama = llamaCache(environment);
  return [
    ...ollamaFolders(environment).map((root) => new OllamaStore(root)),
    lmStudio(environment),
    new HubCacheStore(hub),
    // Since llama.cpp took over the layout of the hub's cache, its own folder may have either.
    ...(llama === hub ? [] : [new HubCacheStore(llama, 'llama.cpp')]),
    new GgufFolderStore({
      ...{ tool: 'llama.cpp', root: llama, depth: 0 },
      idOf: (_, file) => `file:${pathToFileURL(file).pathname}`,
    }),
  ];
}

function ollamaFolders({ OLLAMA_MODELS: given }: Environment): string[] {
  if (given) return [resolve(given)];
  const own = join(homedir(), '.ollama', 'models');
  // Of the service that Ollama's installer sets up.
  return process.platform === 'linux' ? [own, '/usr/share/ollama/.ollama/models'] : [own];
}

function lmStudio(environment: Environment): InstalledStore {
  const home = lmStudioHome(environment);
  const settings = z
    .object({ downloadsFolder: z.string().min(1) })
    .safeParse(jsonOf(join(home, 'settings.json')));
  return new GgufFolderStore({
    tool: 'LM Studio',
    root:
      settings.data === undefined ? join(home, 'models') : resolve(settings.data.downloadsFolder),
    depth: 4,
    idOf: (path) => `lmstudio:${path}`,
  });
}

function lmStudioHome({ LMSTUDIO_HOME: given }: Environment): string {
  if (given) return resolve(given);
  const pointer = textOf(join(homedir(), '.lmstudio-home-pointer'))?.trim();
  if (pointer) return resolve(pointer);
  const before = join(homedir(), '.cache', 'lm-studio');
  return existsSync(before) ? before : join(homedir(), '.lmstudio');
}

function hubCache(environment: Environment): string {
  const given = environment['HF_HUB_CACHE'] || environment['HUGGINGFACE_HUB_CACHE'];
  if (given) return resolve(given);
  const home = environment['HF_HOME'] || join(cacheHome(environment), 'huggingface');
  return resolve(home, 'hub');
}

function llamaCache(environment: Environment): string {
  if (environment['LLAMA_CACHE']) return resolve(environment['LLAMA_CACHE']);
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'llama.cpp');
  const local = process.platform === 'win32' ? environment['LOCALAPPDATA'] : undefined;
  return join(local || cacheHome(environment), 'llama.cpp');
}

const cacheHome = (environment: Environment): string =>
  environment['XDG_CACHE_HOME'] || join(homedir(), '.cache');

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function jsonOf(path: string): unknown {
  try {
    return JSON.parse(textOf(path) ?? 'null');
  } catch {
    return undefined;
  }
}
