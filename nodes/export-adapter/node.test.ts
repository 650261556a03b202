import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { explained } from '../kit/testing/explained.ts';
import { rowsOf } from '../kit/testing/leaning-model.ts';
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
  expect(explained(exportAdapter, await rowsOf(metrics))).toMatchObject([
    ...names.map((name) => ({ series: 'files', label: `exports/one/${name}` })),
    { series: 'summary', values: { files: 3 } },
  ]);
  // And it can be read back as what it was.
  const folder = await tiny.files.folder();
  const request = { path: target, model: { id: 'tiny', digest: 'a' }, folder };
  const info = await tiny.training.importAdapter(request, ctx.signal);
  expect(info.modules).toEqual(adapter.info.modules);
});

it('writes half as many bytes as f16, in the form asked for, and reads them back', async () => {
  await using tiny = await TinyTraining.open();
  const adapter = await tiny.adapter('one');
  const target = join(tiny.files.root, 'exports', 'half');
  const ctx = tiny.context({ output: () => Promise.resolve(target) });
  const written = async (params: Record<string, string>): Promise<string[]> => {
    await run.run(
      ctx,
      { adapter },
      exportAdapter.params.parse({ path: 'exports/half', ...params }),
    );
    return (await readdir(target)).filter((name) => !name.startsWith('.')).sort();
  };
  const size = async (name: string): Promise<number> => (await stat(join(target, name))).size;

  expect(await written({ form: 'gguf' })).toEqual(['adapter.gguf']);
  expect(await written({})).toHaveLength(3);
  const whole = [await size('adapter_model.safetensors'), await size('adapter.gguf')];
  expect(await written({ dtype: 'f16' })).toHaveLength(3);
  const half = [await size('adapter_model.safetensors'), await size('adapter.gguf')];
  const saved = adapter.info.parameters * 2;
  for (const [at, bytes] of half.entries()) {
    expect(Math.abs((whole[at] ?? 0) - bytes - saved)).toBeLessThan(saved / 20);
  }
  for (const path of [join(target, 'adapter.gguf'), target]) {
    const folder = await tiny.files.folder();
    const request = { path, model: { id: 'tiny', digest: 'a' }, folder };
    const { modules } = await tiny.training.importAdapter(request, ctx.signal);
    for (const [at, { norm, path: name }] of modules.entries()) {
      expect(name).toBe(adapter.info.modules[at]?.path);
      expect(norm).toBeCloseTo(adapter.info.modules[at]?.norm ?? NaN, 3);
    }
  }
  expect(await written({ dtype: 'f16', form: 'peft' })).toEqual([
    'adapter_config.json',
    'adapter_model.safetensors',
  ]);
});

it('asks for a folder', () => {
  const check = (path: string) =>
    exportAdapter.check?.(exportAdapter.params.parse({ path }), {}, () => undefined);
  expect(check('')).toEqual([{ param: 'path', message: expect.stringContaining('exports/') }]);
  expect(check('exports/one')).toEqual([]);
});
