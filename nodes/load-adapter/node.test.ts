import { adapterInfoSchema, type SourceFile } from '@graft/graph';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourceFile } from '../kit/testing/test-context.ts';
import { TinyTraining } from '../kit/testing/tiny-training.ts';
import { loadAdapter } from './node.ts';
import { run, adapterLocation } from './run.ts';

const file = (path: string): SourceFile => ({
  ...{ path, digest: '', size: 1 },
  bytes: () => Promise.resolve(new Uint8Array()),
  stream: () => Readable.from([]),
});
const locate = (...paths: string[]): string => adapterLocation(paths.map(file), 'a');

describe('where the adapter is', () => {
  it.each([
    [['a/adapter.gguf', 'a/adapter_config.json', 'a/adapter_model.safetensors'], 'a'],
    [['a/style/adapter_config.json', 'a/notes.md'], 'a/style'],
    [['a/adapter_config.json', 'a/checkpoint-10/adapter_config.json'], 'a'],
    [['a/style.gguf', 'a/README.md'], 'a/style.gguf'],
    [['style.gguf'], 'style.gguf'],
  ])('of %j', (paths, expected) => {
    expect(locate(...paths)).toBe(expected);
  });

  it('is refused where there is none, or a choice', () => {
    expect(() => locate('a/README.md')).toThrow('"a" holds no adapter');
    expect(() => locate('a/x/adapter_config.json', 'a/y/adapter_config.json')).toThrow(
      '"a" holds 2 adapters (a/x, a/y). Choose one of them.',
    );
    expect(() => locate('a/x.gguf', 'a/y.gguf')).toThrow('(a/x.gguf, a/y.gguf)');
  });
});

describe('run', () => {
  let tiny: TinyTraining;
  beforeAll(async () => {
    tiny = await TinyTraining.open();
  });
  afterAll(() => tiny[Symbol.asyncDispose]());

  const load = async (folder: string, names: readonly string[]) => {
    const files = await Promise.all(names.map((name) => sourceFile(folder, name)));
    const ctx = tiny.context({ sources: [{ kind: 'files', param: 'path', files }] });
    return run.run(ctx, { model: tiny.model }, loadAdapter.params.parse({ path: 'mine' }));
  };

  it('gives the adapter of a PEFT folder, and of its GGUF file', async () => {
    const { path, info } = await tiny.adapter('mine');
    const { adapter } = await load(path, ['adapter_config.json', 'adapter_model.safetensors']);
    expect(adapterInfoSchema.parse(adapter.info).modules).toEqual(info.modules);
    const { adapter: other } = await load(path, ['adapter.gguf']);
    expect(other.info).toMatchObject({ id: 'adapter', base: info.base, rank: 4 });
    expect(other.path).not.toBe(adapter.path);
  });

  it('says at which parameter it fails', async () => {
    await expect(load(tiny.files.root, ['base.gguf'])).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('no LoRA adapter'),
      location: { node: 'node-1', param: 'path' },
    });
  });
});

it('reads its files as sources, and knows whose adapter it is', () => {
  const params = loadAdapter.params.parse({ path: 'adapters/style' });
  expect(loadAdapter.sources?.(params)).toEqual([
    { kind: 'files', patterns: ['adapters/style'], param: 'path' },
  ]);
  expect(loadAdapter.sources?.(loadAdapter.params.parse({}))).toEqual([]);
  const model = { id: 'm', digest: 'd', architecture: 'llama', contextLength: 64 };
  expect(loadAdapter.facets?.(params, { model: { model } }, () => undefined)).toEqual({
    adapter: { adapter: { baseDigest: 'd' } },
  });
  expect(loadAdapter.check?.(params, {}, () => undefined)).toEqual([]);
});
