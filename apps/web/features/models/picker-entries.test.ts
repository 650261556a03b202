import { expect, it } from 'vitest';
import { entrySections, type PickerParts } from './picker-entries.ts';
import type { OfferedModel } from './use-models.ts';

const model = (id: string): OfferedModel => ({
  facts: {
    ...{ id, title: id, kind: 'language-model', architecture: 'llama' },
    ...{ format: 'gguf', contextLength: 512, size: 1000 },
  },
  ...{ dtype: 'q8_0', licence: { id: 'MIT', consent: false }, memory: 1000 },
  ...{ installed: true, imported: false, received: 0 },
});
const ollama = { program: 'Ollama', url: 'http://127.0.0.1:11434/v1', models: ['qwen3:4b'] };
const found = ['o/a', 'o/b'].map((repo) => ({ repo, downloads: 1, gated: false, licence: 'mit' }));
const idsOf = (parts: Partial<PickerParts>): readonly (readonly string[])[] =>
  entrySections({
    ...{ search: '', named: undefined, found, servers: [ollama] },
    known: [{ id: 'here', title: 'On this computer', models: [model('m'), model('hf:o/a:Q8_0')] }],
    ...parts,
  }).map(({ title, entries }) => [title, ...entries.map(({ id }) => id)]);

it('lists what is named, what is here, servers, what can be had, and the hub last', () => {
  const here = { id: 'here', title: 'On this computer', models: [model('m')] } as const;
  const more = { id: 'catalogue', title: 'In the catalogue', models: [model('n')] } as const;
  expect(idsOf({ named: 'hf:o/c', known: [here, more] })).toEqual([
    ['By name', 'hf:o/c'],
    ['On this computer', 'm'],
    ['Running servers', 'server http://127.0.0.1:11434/v1', 'server'],
    ['In the catalogue', 'n'],
    ['From the hub', 'hf:o/a', 'hf:o/b'],
  ]);
});

it('shows nothing twice', () => {
  expect(idsOf({ named: 'hf:o/a' }).at(-1)).toEqual(['From the hub', 'hf:o/b']);
  expect(idsOf({ named: 'hf:o/a:Q8_0' })[0]).toEqual(['On this computer', 'm', 'hf:o/a:Q8_0']);
});

it('finds a server by its program, its address or a model, where one can be used', () => {
  const servers = (search: string): readonly string[] | undefined =>
    idsOf({ search, known: [], found: [] })[0]?.slice(1);
  expect(servers('ollama')).toEqual([`server ${ollama.url}`]);
  expect(servers('QWEN3 11434')).toEqual([`server ${ollama.url}`]);
  expect(servers('qwen3:4b')).toEqual([`server ${ollama.url}`]);
  expect(servers('another')).toEqual(['server']);
  expect(servers('gemma')).toBeUndefined();
  expect(idsOf({ servers: undefined }).map(([title]) => title)).not.toContain('Running servers');
});
