import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelEntry } from '@graft/graph';
import {
  crossEncoderId,
  embedderId,
  modelTestTimeout,
  never,
  realCatalogue,
  realModel,
} from '../testing/real-models.ts';
import { loadCrossEncoder } from './cross-encoder.ts';
import { BatchEncoder } from './batch-encoder.ts';

describe('the cross-encoder', () => {
  let folder: string;
  let entry: ModelEntry;
  beforeAll(async () => {
    const embedder = await realModel(embedderId);
    folder = await mkdtemp(join(tmpdir(), 'graft-cross-'));
    await mkdir(join(folder, 'onnx'));
    for (const name of ['tokenizer.json', 'tokenizer_config.json', 'config.json']) {
      await copyFile(join(embedder.folder, name), join(folder, name));
    }
    // A real tokenizer, and a graph whose score can be told in advance: the sum of the passage's ids.
    const graph = new URL('./fixtures/sum-of-passage-ids.onnx', import.meta.url);
    await copyFile(graph, join(folder, 'onnx/model.onnx'));
    const [file] = embedder.entry.files;
    if (file === undefined) throw new Error('no files');
    entry = {
      ...embedder.entry,
      kind: 'cross-encoder',
      files: [{ ...file, path: 'onnx/model.onnx' }],
    };
  }, modelTestTimeout);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('pairs each passage with the query, in the passages’ order, at any length', async () => {
    await using encoder = await loadCrossEncoder({ entry, folder, device: 'cpu' });
    const tokenizer = await BatchEncoder.load(folder, entry.contextLength);
    const passages = ['A long passage about kilns and ovens. '.repeat(12), 'Short.', 'Two words'];
    const expected = tokenizer
      .encode(passages)
      .map(({ ids }) => ids.slice(1).reduce((sum, id) => sum + id, 0));
    expect(await encoder.score('Which kiln?', passages, never())).toEqual(expected);
    expect(await encoder.score('Which kiln?', [], never())).toEqual([]);
  });

  it(
    'ranks the passage that answers first, with the real model',
    { timeout: modelTestTimeout },
    async (test) => {
      const folderOfReal = await realCatalogue()
        .fetch(crossEncoderId)
        .catch(() => undefined);
      if (folderOfReal === undefined) {
        test.skip('the model hub, the only source of cross-encoders, cannot be reached');
        return;
      }
      const real = { entry: realCatalogue().entry(crossEncoderId), folder: folderOfReal };
      await using encoder = await loadCrossEncoder({ ...real, device: 'cpu' });
      const [right, wrong] = await encoder.score(
        'How many people live in Berlin?',
        ['Berlin has about 3.5 million inhabitants.', 'Berlin is known for its museums.'],
        never(),
      );
      expect(right).toBeGreaterThan(wrong ?? 0);
    },
  );
});
