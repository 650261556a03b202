import { expect, it } from 'vitest';
import { modelSections } from './model-sections.ts';
import type { OfferedModel } from './use-models.ts';

const model = (id: string, changes: Partial<OfferedModel> = {}): OfferedModel => ({
  facts: {
    ...{ id, title: `Title of ${id}`, kind: 'language-model', architecture: 'llama' },
    ...{ format: 'gguf', contextLength: 512, size: 1000 },
  },
  ...{ dtype: 'q8_0', licence: { id: 'MIT', consent: false }, memory: 1000 },
  ...{ installed: false, imported: false, received: 0 },
  ...changes,
});
const embedder = model('embedder', { installed: true });
const models = [
  model('known'),
  model('advised', { recommended: { reason: 'Fits.' } }),
  model('best', { recommended: { reason: 'Fits best.', best: true } }),
  model('used', { installed: true, recommended: { reason: 'Fits.' } }),
  model('paused', { received: 10 }),
  model('coming'),
  model('theirs', { installed: true, origin: { tool: 'Ollama', path: '~/.ollama/x' } }),
  { ...embedder, facts: { ...embedder.facts, kind: 'embedder' as const } },
];
const coming = new Map([['coming', { model: 'coming' }]]);
const idsOf = (search: string, kind?: 'language-model'): readonly (readonly string[])[] =>
  modelSections(models, { kind, search, coming }).map((section) => [
    section.title,
    ...section.models.map(({ facts }) => facts.id),
  ]);

it('puts what is here before what is recommended, and that before the rest', () => {
  expect(idsOf('', 'language-model')).toEqual([
    ['On this computer', 'used', 'paused', 'coming', 'theirs'],
    ['Recommended', 'best', 'advised'],
    ['In the catalogue', 'known'],
  ]);
  expect(idsOf('').flat()).toContain('embedder');
});

it('finds every typed word in names, facts and tools, and leaves empty sections out', () => {
  expect(idsOf('OLLAMA mit')).toEqual([['On this computer', 'theirs']]);
  expect(idsOf('title advised')).toEqual([['Recommended', 'advised']]);
  expect(idsOf('advised:title q8_0')).toEqual([['Recommended', 'advised']]);
  expect(idsOf('nothing like it')).toEqual([]);
});

it('gives a file one row with all its names, under the one that is chosen', () => {
  const origin = { tool: 'Ollama', path: '~/.ollama/blobs/x' } as const;
  const same = [
    model('of-catalogue', { installed: true, origin }),
    model('ollama:small', { installed: true, origin }),
    model('elsewhere', { installed: true, origin: { ...origin, path: '~/.ollama/blobs/y' } }),
  ];
  const rows = (current?: string): readonly unknown[] =>
    modelSections(same, {
      ...{ kind: undefined, search: '', coming: new Map() },
      ...(current === undefined ? {} : { current }),
    }).flatMap(({ models: shown }) => shown.map(({ facts, also }) => [facts.id, also]));
  expect(rows()).toEqual([
    ['of-catalogue', ['Title of ollama:small']],
    ['elsewhere', undefined],
  ]);
  expect(rows('ollama:small')).toEqual([
    ['ollama:small', ['Title of of-catalogue']],
    ['elsewhere', undefined],
  ]);
});
