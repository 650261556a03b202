import { describe, expect, it } from 'vitest';
import type { Facets } from './facets.ts';
import { facetsByPort, genericClashes } from './port-facets.ts';

const adapter = (facet: NonNullable<Facets['adapter']>): Facets => ({ adapter: facet });
const model = (digest?: string): Facets => ({
  model: {
    ...{ id: 'base', architecture: 'llama', contextLength: 2048 },
    ...(digest === undefined ? {} : { digest }),
  },
});

describe('adapters at one port', () => {
  it('share what all that know it agree on', () => {
    const one = adapter({ baseDigest: 'a', targets: ['q_proj'], rank: 8 });
    const other = adapter({ baseDigest: 'a', targets: ['v_proj'], rank: 8 });
    const unknown = adapter({ baseDigest: 'a' });
    expect(facetsByPort({ adapters: [one, other, unknown] })).toEqual({
      adapters: { adapter: { baseDigest: 'a', rank: 8 } },
    });
    expect(facetsByPort({ adapters: [unknown, one] })).toEqual({ adapters: one });
  });

  it('say their ranks where they differ', () => {
    const ranked = (rank: number): Facets => adapter({ baseDigest: 'a', rank });
    const { adapters } = facetsByPort({ adapters: [ranked(8), ranked(16), ranked(8)] });
    expect(adapters).toEqual(adapter({ baseDigest: 'a', ranks: [8, 16] }));
  });

  it('clash where their bases differ', () => {
    const clashes = genericClashes({
      adapters: [adapter({ baseDigest: 'a' }), adapter({ baseDigest: 'b' }), adapter({})],
    });
    expect(clashes).toEqual([
      { port: 'adapters', message: expect.stringMatching(/^These adapters .* 2 different base/) },
    ]);
    expect(genericClashes({ adapters: [adapter({ baseDigest: 'a' }), adapter({})] })).toEqual([]);
  });
});

describe('an adapter beside a model', () => {
  it('clashes with weights that it was not trained on', () => {
    const inputs = { adapters: [adapter({ baseDigest: 'a' })], model: [model('b')] };
    expect(genericClashes(inputs)).toEqual([
      { port: 'adapters', message: expect.stringMatching(/not trained on "base"/) },
    ]);
  });

  it('goes with its base, and with weights that a run is yet to make', () => {
    for (const digest of ['a', undefined]) {
      const inputs = { adapters: [adapter({ baseDigest: 'a' })], model: [model(digest)] };
      expect(genericClashes(inputs)).toEqual([]);
    }
  });
});

describe('vectors of several embedders at one port', () => {
  const embedded = (embedder: Partial<NonNullable<Facets['embedder']>>): Facets => ({
    embedder: { model: 'e', digest: 'a', dimension: 8, ...embedder },
  });

  it('clash where weights, dimensions or prompts differ, and say which', () => {
    const clash = (other: Facets) => genericClashes({ embeddings: [embedded({}), other] });
    expect(clash(embedded({}))).toEqual([]);
    expect(clash(embedded({ dimension: 4 }))).toEqual([
      { port: 'embeddings', message: expect.stringMatching(/e \(8 wide\) and e \(4 wide\)/) },
    ]);
    expect(clash(embedded({ prompt: 'passage: ' }))).toEqual([
      { port: 'embeddings', message: expect.stringContaining('e (8 wide, prompt "passage: ")') },
    ]);
    expect(clash(embedded({ digest: 'b' }))).toHaveLength(1);
  });
});
