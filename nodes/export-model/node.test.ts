import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modelSchema } from '@graft/graph';
import { expect, it } from 'vitest';
import { explained } from '../kit/testing/explained.ts';
import { rowsOf } from '../kit/testing/leaning-model.ts';
import { testContext, treeInput } from '../kit/testing/test-context.ts';
import { TinyTraining } from '../kit/testing/tiny-training.ts';
import { exportModel } from './node.ts';
import { run } from './run.ts';

const params = exportModel.params.parse({ path: 'exports/mine' });

it('writes the weights that are in the artifact', async () => {
  await using tiny = await TinyTraining.open();
  const folder = await tiny.files.folder();
  const info = await tiny.training.randomModel(
    {
      ...{ like: { id: 'tiny', digest: '' }, layers: 1, width: 16, heads: 2, kvHeads: 1 },
      ...{ feedForward: 24, seed: 0, folder },
    },
    new AbortController().signal,
  );
  const target = join(tiny.files.root, 'exports', 'mine');
  const ctx = tiny.context({ output: () => Promise.resolve(target) });
  await run.run(ctx, { model: treeInput(info, folder) }, params);
  const [written, original] = [join(target, 'model.gguf'), join(folder, 'model.gguf')];
  expect((await readFile(written)).equals(await readFile(original))).toBe(true);
  // As `ollama create` takes it.
  expect(await readFile(join(target, 'Modelfile'), 'utf8')).toBe('FROM ./model.gguf\n');
});

it('writes the files of the catalogue for a model of the catalogue', async () => {
  await using tiny = await TinyTraining.open();
  const [catalogue, target] = [await tiny.files.folder(), join(await tiny.files.folder(), 'mine')];
  // As another tool may keep it: in a folder with other files, and by another name.
  await writeFile(join(catalogue, 'sha256-1'), 'weights');
  await writeFile(join(catalogue, 'config.json'), '{}');
  await writeFile(join(catalogue, 'sha256-2'), 'another model');
  const files = new Map([
    ['config.json', join(catalogue, 'config.json')],
    ['onnx/model.onnx', join(catalogue, 'sha256-1')],
  ]);
  const { models } = testContext();
  const ctx = tiny.context({
    output: () => Promise.resolve(target),
    models: { ...models, files: () => Promise.resolve(files) },
  });
  const info = modelSchema.parse({
    ...{ id: 'm', digest: 'd', architecture: 'llama', format: 'onnx', contextLength: 64 },
  });
  const { metrics } = await run.run(ctx, { model: treeInput(info) }, params);
  expect(await readFile(join(target, 'onnx', 'model.onnx'), 'utf8')).toBe('weights');
  expect(explained(exportModel, await rowsOf(metrics))).toEqual([
    { series: 'files', label: 'exports/mine/config.json', values: { bytes: 2 } },
    { series: 'files', label: 'exports/mine/onnx/model.onnx', values: { bytes: 7 } },
    { series: 'summary', values: { files: 2, bytes: 9 } },
  ]);
});
