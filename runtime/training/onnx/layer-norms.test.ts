import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { gradients } from '../autodiff/index.ts';
import { readOnnxFile } from '../formats/onnx-file.ts';
import { Builder } from '../ir/builder.ts';
import { layerNorm } from '../ir/layers.ts';
import type { Value } from '../ir/op.ts';
import { lower } from './lower.ts';

/** The node types of a program of a norm and what else is asked for. */
async function typesOf(
  outputs: (b: Builder, x: Value, norm: Value) => Record<string, Value>,
): Promise<string[]> {
  const b = new Builder();
  const x = b.input('x', { shape: [2, 4] });
  const [gain, bias] = [b.input('gain', { shape: [4] }), b.input('bias', { shape: [4] })];
  const norm = layerNorm(b, x, { gain, bias, epsilon: 1e-5 });
  const program = b.build({ norm, ...outputs(b, x, norm) });
  const { model } = await lower(program, 'cpu', () => Promise.resolve());
  const folder = await mkdtemp(path.join(tmpdir(), 'graft-norms-'));
  try {
    await writeFile(path.join(folder, 'model.onnx'), model);
    const { nodes } = await readOnnxFile(path.join(folder, 'model.onnx'));
    return nodes.map(({ type }) => type).filter((type) => type !== 'Identity');
  } finally {
    await rm(folder, { recursive: true });
  }
}

it('a norm is one node', async () => {
  expect(await typesOf(() => ({}))).toEqual(['LayerNormalization']);
});

it('what else reads the standardized tensor has it beside the norm', async () => {
  const types = await typesOf((b, x) => ({
    standard: b.apply({ kind: 'standardize', epsilon: 1e-5 }, x),
    inverse: b.apply({ kind: 'inverseDeviation', epsilon: 1e-5 }, x),
  }));
  // One for the norm, one for the two others.
  expect(types).toEqual(['LayerNormalization', 'LayerNormalization']);
});

it('a derivative standardizes once', async () => {
  const types = await typesOf((b, x, norm) => {
    const loss = b.reduceSum(b.mul(norm, norm), [0, 1]);
    return { slope: gradients(b, loss, [x])[0] ?? loss };
  });
  expect(types.filter((type) => type === 'LayerNormalization')).toHaveLength(2);
});
