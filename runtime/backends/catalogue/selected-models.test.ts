import { parseHubReference } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { createCatalogue } from './catalogue.ts';
import { builtInEntries } from './entries.ts';
import { findSelected } from './selected-model.ts';
import { selectedModels } from './selected-models.ts';

const ofKind = (wanted: string) => selectedModels.filter(({ kind }) => kind === wanted);

describe('the models worth choosing', () => {
  it('are about twenty, of every kind, from 0.1 to 15 billion parameters', () => {
    expect(ofKind('language-model').length).toBeGreaterThan(14);
    expect(ofKind('embedder').length).toBeGreaterThan(5);
    expect(ofKind('cross-encoder').length).toBeGreaterThan(2);
    for (const { id, parameters } of ofKind('language-model')) {
      expect(parameters, id).toBeGreaterThan(1e8);
      expect(parameters, id).toBeLessThan(15e9);
    }
  });

  it.each(selectedModels.map((model) => [model.id, model] as const))(
    '%s is a reference to one model of a repository, at no revision',
    (id) => {
      const reference = parseHubReference(id);
      expect(reference?.quant).toBeDefined();
      expect(reference).not.toHaveProperty('revision');
      expect(reference).not.toHaveProperty('path');
    },
  );

  it('are named once, and built-in ones not at all', () => {
    const repos = selectedModels.map(({ id }) => parseHubReference(id)?.repo.toLowerCase());
    const titles = [...selectedModels, ...builtInEntries].map(({ title }) => title);
    expect(new Set(repos).size).toBe(repos.length);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it('ask for consent where their terms are no open licence', () => {
    for (const { id, licence } of selectedModels) {
      expect(licence.consent, id).toBe(!['Apache-2.0', 'MIT'].includes(licence.id));
    }
    for (const { id, licence } of selectedModels.filter((model) => /gemma|llama-3/i.test(model.id)))
      expect(licence.consent, id).toBe(true);
  });

  it('have sizes that their precisions explain', () => {
    for (const { id, size, parameters } of ofKind('language-model')) {
      const bits = (8 * size) / parameters;
      const [least, most] = id.endsWith(':Q8_0') ? [8, 9] : [4.4, 6.6];
      expect(bits, id).toBeGreaterThan(least);
      expect(bits, id).toBeLessThan(most);
    }
  });

  it('say how embedders make vectors, and how much of a text encoders read', () => {
    for (const { id, kind, format, contextLength, embedding, dimension } of selectedModels) {
      const isEmbedder = kind === 'embedder';
      expect([embedding !== undefined, dimension !== undefined], id).toEqual([
        isEmbedder,
        isEmbedder,
      ]);
      // The weights of layers are files, which only a repository names.
      expect(embedding?.dense ?? [], id).toEqual([]);
      if (format === 'gguf' && kind !== 'language-model') expect(contextLength, id).toBe(2048);
    }
    expect(createCatalogue({ modelsFolder: '/nowhere' }).selection).toBe(selectedModels);
  });
});

it('knows the licence of every file of a repository', () => {
  const licence = (repo: string) => findSelected(selectedModels, { repo })?.licence;
  expect(licence('unsloth/gemma-3-1b-it-GGUF')?.consent).toBe(true);
  expect(licence('UNSLOTH/Gemma-3-1B-it-gguf')?.consent).toBe(true);
  expect(licence('Qwen/Qwen3-8B-GGUF')?.id).toBe('Apache-2.0');
  expect(licence('o/r')).toBeUndefined();
});
