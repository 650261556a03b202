import { modelSchema, parseGraph, planGraph, validateGraph, cacheKey } from '@graft/graph';
import { testEngines } from '@graft/graph/testing';
import { describe, expect, it } from 'vitest';
import { registry } from '../definitions.gen.ts';
import { remoteAddress } from '../kit/remote/definition.ts';
import { testContext } from '../kit/testing/test-context.ts';
import { remoteModel } from './node.ts';
import { run } from './run.ts';

const url = 'http://127.0.0.1:11434/v1';
const given = { url, model: 'qwen3:4b', key: { $secret: 'LOCAL' } };
const options = { models: () => undefined };

/** A graph of nodes by id, with their types and parameters. */
function graphOf(nodes: Readonly<Record<string, readonly [string, object?]>>, edges: string[]) {
  const written = Object.entries(nodes).map(([id, [type, params = {}]]) => [
    id,
    { type, version: registry.get(type)?.version ?? 1, params },
  ]);
  return parseGraph(
    JSON.stringify({ graft: 1, nodes: Object.fromEntries(written), edges }),
    'remote.graft.json',
  );
}

it('is proposed for an input that asks a model, not for one that trains it', () => {
  const graph = graphOf({ lora: ['train-lora'], generate: ['generate'] }, []);
  const problems = validateGraph(graph, registry, options);
  const at = (node: string): string =>
    problems.find(({ location }) => location.node === node && location.port === 'model')?.message ??
    '';
  expect(at('lora')).toMatch(/^Nothing is connected to "model"\. Connect a model, .*"Base model"/);
  expect(at('lora')).not.toContain('Remote model');
  expect(at('generate')).toContain('"Remote model"');
});

describe('the address', () => {
  it.each([
    ['http://127.0.0.1:11434/v1/', url],
    [' http://127.0.0.1:11434/v1/chat/completions ', url],
    ['HTTP://127.0.0.1:11434/v1//', url],
    ['https://API.example.com', 'https://api.example.com'],
  ])('is one however it is written: %s', (text, address) => {
    expect(remoteAddress(text)).toBe(address);
  });

  it.each(['', 'localhost:11434/v1', 'file:///etc', 'https://me:sk@a.example', `${url}?key=sk`])(
    'is refused where it is none, or holds more: %s',
    (text) => {
      const params = remoteModel.params.parse({ ...given, url: text });
      expect(remoteAddress(text)).toBeUndefined();
      expect(remoteModel.check?.(params, {}, options.models)).toEqual([
        expect.objectContaining({ param: 'url' }),
      ]);
    },
  );
});

it('gives the model by address and name, and not by how it is asked', async () => {
  const infoOf = async (params: object) =>
    (await run.run(testContext(), {}, remoteModel.params.parse({ ...given, ...params }))).model
      .info;
  const info = await infoOf({});
  expect(modelSchema.parse(info)).toEqual(info);
  expect(info).toMatchObject({ id: 'qwen3:4b', remote: { url, model: 'qwen3:4b', fields: {} } });
  expect(JSON.stringify(info)).not.toContain('LOCAL');
  expect(await infoOf({ key: null, concurrency: 9, timeout: 3, retries: 0 })).toEqual(info);
  for (const other of [{ revision: 'May' }, { fields: { top_k: 3 } }, { model: 'qwen3:8b' }]) {
    expect((await infoOf(other)).digest).not.toBe(info.digest);
  }
});

it.each([2, '2', 0])('refuses to ask for several answers at once: %j', (n) => {
  const clashes = (fields: object) =>
    remoteModel.check?.(remoteModel.params.parse({ ...given, fields }), {}, options.models);
  expect(clashes({ n })).toEqual([
    { param: 'fields', message: expect.stringContaining('one answer') },
  ]);
  for (const fields of [{}, { n: 1 }, { n: null }]) expect(clashes(fields)).toEqual([]);
});

describe('in a graph', () => {
  const asking = graphOf(
    {
      ask: ['questions', { questions: 'When is the kiln lit?' }],
      prompt: ['prompt'],
      remote: ['remote-model', given],
      write: ['generate'],
    },
    [
      ...['ask.questions -> prompt.questions', 'prompt.prompts -> write.prompts'],
      'remote.model -> write.model',
    ],
  );

  it('is what generate takes, keyed by no engine or device of this machine', () => {
    const { nodes } = planGraph(asking, registry, options);
    const parts = (id: string) => {
      const node = nodes.find((one) => one.id === id);
      if (node === undefined) throw new Error(`no ${id}`);
      const about = { sources: [], deviceClass: 'cuda', engines: testEngines };
      return cacheKey({ node, inputs: {}, ...about }).parts.map(({ name }) => name);
    };
    expect(parts('write').filter((name) => /^(engine|device)/.test(name))).toEqual([
      'engine.remote',
    ]);
    const own = parts('remote').filter((name) => name.startsWith('param.'));
    expect(own.sort()).toEqual(
      ['context', 'fields', 'model', 'revision', 'url'].map((name) => `param.${name}`),
    );
  });

  it.each([
    ['train-lora', 'model'],
    ['fine-tune', 'model'],
    ['perplexity', 'model'],
    ['multiple-choice', 'model'],
    ['merge-into-model', 'model'],
    ['export-model', 'model'],
    ['load-adapter', 'model'],
    ['load-dataset', 'model'],
    ['random-model', 'like'],
  ])('is refused by what needs its weights: %s', (type, port) => {
    const graph = graphOf({ remote: ['remote-model', given], other: [type] }, [
      `remote.model -> other.${port}`,
    ]);
    const problems = validateGraph(graph, registry, options).filter(
      ({ location }) => location.port === port && location.node === 'other',
    );
    expect(problems.map(({ message }) => message)).toEqual([
      `"qwen3:4b" runs on the server ${url}, so it can only write answers: its weights are not here. Connect a Base model.`,
    ]);
  });

  it('is refused with adapters', () => {
    const graph = graphOf(
      {
        remote: ['remote-model', given],
        adapter: ['load-adapter', { path: 'adapter' }],
        base: ['base-model'],
        write: ['generate'],
      },
      [
        ...['remote.model -> write.model', 'adapter.adapter -> write.adapters'],
        'base.model -> adapter.model',
      ],
    );
    const problems = validateGraph(graph, registry, options);
    expect(problems.filter(({ location }) => location.port === 'adapters')).toEqual([
      expect.objectContaining({ message: expect.stringContaining('cannot apply adapters') }),
    ]);
  });

  it.each(['sk-0123456789', { $secret: 'sk-0123456789' }, { $secret: 'KEY', value: 'sk-0123' }])(
    'never repeats a key that stands in the place of a name: %j',
    (key) => {
      const graph = graphOf({ remote: ['remote-model', { ...given, key }] }, []);
      const problems = validateGraph(graph, registry, options);
      expect(problems).toEqual([
        expect.objectContaining({
          message: expect.stringContaining('must name a secret of the operator'),
          location: expect.objectContaining({ node: 'remote', param: 'key' }),
        }),
      ]);
      expect(JSON.stringify(problems)).not.toContain('sk-0123');
    },
  );
});
