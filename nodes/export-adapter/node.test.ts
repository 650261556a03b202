import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TinyTraining } from '../kit/testing/tiny-training.ts';
import { exportAdapter } from './node.ts';
import { run } from './run.ts';

it('writes the adapter with both of its forms', async () => {
  await using tiny = await TinyTraining.open();
  const adapter = await tiny.adapter('one');
  const target = join(tiny.files.root, 'exports', 'one');
  const params = exportAdapter.params.parse({ path: 'exports/one' });
  const ctx = tiny.context({ output: () => Promise.resolve(target) });
  const { metrics } = await run.run(ctx, { adapter }, params);
  const names = ['adapter.gguf', 'adapter_config.json', 'adapter_model.safetensors'];
  expect((await readdir(target)).sort()).toEqual(['.graft-export.json', ...names]);
  expect(metrics).toMatchObject([
    ...names.map((name) => ({ series: 'files', label: `exports/one/${name}` })),
    { series: 'summary', values: { files: 3 } },
  ]);
  // And it can be read back as what it was.
  const folder = await tiny.files.folder();
  const request = { path: target, model: { id: 'tiny', digest: 'a' }, folder };
  const info = await tiny.training.importAdapter(request, ctx.signal);
  expect(info.modules).toEqual(adapter.info.modules);
});

it('asks for a folder', () => {
  const check = (path: string) =>
    exportAdapter.check?.(exportAdapter.params.parse({ path }), {}, () => undefined);
  expect(check('')).toEqual([{ param: 'path', message: expect.stringContaining('exports/') }]);
  expect(check('exports/one')).toEqual([]);
});
