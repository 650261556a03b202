import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { embedderId, modelTestTimeout, realModel } from '../testing/real-models.ts';
import type { EncodedText } from '@graft/graph';
import { OnnxSession } from './onnx-session.ts';

const row = (...ids: number[]): EncodedText => ({ ids, segments: ids.map(() => 0) });

it(
  'gives a row the same beside others, where the model rounds a batch as a whole',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'graft-quantised-'));
    try {
      const fixture = new URL('./fixtures/quantised-ids.onnx', import.meta.url);
      await copyFile(fixture, join(folder, 'model.onnx'));
      const { entry } = await realModel(embedderId);
      const files = entry.files.filter(({ path }) => path.endsWith('.onnx'));
      const session = await OnnxSession.load(
        {
          entry: { ...entry, files: files.map((file) => ({ ...file, path: 'model.onnx' })) },
          folder,
          device: 'cpu',
        },
        ['last_hidden_state'],
      );
      const alone = await session.run([row(101, 7, 102)]);
      const beside = await session.run([row(101, 7, 102), row(101, 29_000, 500, 3, 102)]);
      expect(beside.dims).toEqual([2, 5, 1]);
      expect([...beside.data.subarray(0, 3)]).toEqual([...alone.data]);
      expect(beside.data.length).toBe(10);
      await session.dispose();
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  modelTestTimeout,
);

it('gives decoders the positions of tokens, and nothing before them', async () => {
  const { entry } = await realModel(embedderId);
  const [file] = entry.files;
  if (file === undefined) throw new Error('no files');
  const session = await OnnxSession.load(
    {
      entry: { ...entry, files: [{ ...file, path: 'decoder-positions.onnx' }] },
      folder: fileURLToPath(new URL('./fixtures', import.meta.url)),
      device: 'cpu',
    },
    ['last_hidden_state'],
  );
  // The graph adds the number of earlier tokens to each position.
  const { data, dims } = await session.run([row(5, 6, 7), row(8)]);
  expect(dims).toEqual([2, 3, 1]);
  expect([...data]).toEqual([0, 1, 2, 0, 1, 2]);
  await session.dispose();
});
