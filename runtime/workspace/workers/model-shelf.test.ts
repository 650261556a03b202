import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCatalogue } from '@graft/backends/catalogue';
import type { ModelEntry } from '@graft/graph';
import { expect, it, onTestFinished } from 'vitest';
import { modelShelf } from './model-shelf.ts';

it('tells other machines no place of this one and no key', async () => {
  const modelsFolder = await mkdtemp(join(tmpdir(), 'graft-shelf-'));
  onTestFinished(() => rm(modelsFolder, { recursive: true, force: true }));
  const file = (path: string, sources: string[]) => ({
    ...{ path, digest: 'a'.repeat(64), size: 1, sources },
  });
  const entry: ModelEntry = {
    ...{ id: 'm', title: 'M', kind: 'embedder', format: 'onnx', architecture: 'bert' },
    ...{ licence: { id: 'MIT', consent: false }, dtype: 'fp32', dimension: 4 },
    ...{ contextLength: 16, parameters: 1 },
    files: [
      file('model.onnx', ['file:/home/me/model.onnx', 'hf:a/b@c/model.onnx']),
      file('tokenizer.json', ['https://me:pw@host/t', 'https://host/t?key=k', 'https://host/t']),
      file('config.json', ['https://host/c?key=k']),
      file('made.gguf', ['converted:https://me:pw@host/x', 'converted:https://host/x']),
    ],
  };
  const shelf = modelShelf(createCatalogue({ modelsFolder, entries: [entry] }));
  expect(shelf.entry('m')?.files.map(({ sources }) => sources)).toEqual([
    ['hf:a/b@c/model.onnx'],
    ['https://host/t'],
    ['package:workspace'],
    ['converted:https://host/x'],
  ]);
  expect(await shelf.files('m')).toBeUndefined();
  expect(shelf.entry('unknown')).toBeUndefined();
});
