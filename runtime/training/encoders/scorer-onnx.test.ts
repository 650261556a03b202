import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { fixture } from '../testing/golden.ts';
import { largest } from '../testing/measure.ts';
import { readRerankerGolden, RerankerGoldenCase } from '../testing/reranker-measure.ts';
import { openEncoder } from './encoder-model.ts';
import { writeScorerOnnx } from './write-onnx.ts';

it('writes the file that Python’s onnxruntime gives PyTorch’s scores of', async () => {
  const model = await openEncoder(fixture('bert'), 'model.safetensors');
  const { weights, scores } = await RerankerGoldenCase.open('reranker', model);
  const folder = await mkdtemp(path.join(tmpdir(), 'graft-scorer-'));
  try {
    const file = path.join(folder, 'model.onnx');
    await writeScorerOnnx(file, model.config, (name) => {
      const data = weights.get(name);
      return data === undefined ? undefined : { kind: 'memory', data };
    });
    expect((await readFile(file)).equals(await readFile(fixture('reranker', 'model.onnx')))).toBe(
      true,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
  const { onnxScores = [] } = await readRerankerGolden('reranker');
  expect(onnxScores).toHaveLength(9);
  expect(largest(onnxScores.map((score, at) => score - (scores?.[at] ?? NaN)))).toBeLessThan(1e-5);
});
