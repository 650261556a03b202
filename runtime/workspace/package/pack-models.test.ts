import { createCatalogue } from '@graft/backends/catalogue';
import { parseGraph, planGraph, type Plan, type PlannedNode } from '@graft/graph';
import { testModels, testRegistry } from '@graft/graph/testing';
import { MemoryActionStore, MemoryArtifactStore, MemoryRunStore } from '@graft/store/testing';
import { expect, it } from 'vitest';
import { pack } from './pack.ts';

const path = 'a.graft.json';
const text = JSON.stringify({
  graft: 1,
  nodes: {
    read: { type: 'read', version: 1 },
    split: { type: 'split', version: 1 },
    embed: { type: 'vectors', version: 1 },
  },
  edges: ['read.documents -> split.documents', 'split.chunks -> embed.chunks'],
});

/** A plan whose steps name so many models. */
function planOf(models: number): Plan {
  const plan = planGraph(parseGraph(text), testRegistry, { models: testModels });
  const nodes = plan.nodes.map((node) => ({
    ...node,
    sources: node.sources.flatMap((source): PlannedNode['sources'] =>
      source.kind === 'model'
        ? Array.from({ length: models }, (_, at) => ({ ...source, id: `m${String(at)}` }))
        : [source],
    ),
  }));
  return { ...plan, nodes };
}

it('refuses to pack more models than a package may hold, and fetches none of them', async () => {
  const catalogue = createCatalogue({ modelsFolder: '/nowhere', entries: [] });
  const parts = {
    files: { files: () => Promise.resolve([]) },
    catalogue,
    stores: {
      artifacts: new MemoryArtifactStore(),
      actions: new MemoryActionStore(),
      runs: new MemoryRunStore(),
    },
  };
  const packing = (models: number) =>
    pack(
      parts,
      { graphs: [{ path, text }], plan: planOf(models), experiments: [] },
      { choice: { models: true }, target: '/nowhere/a.graft.zip' },
    );
  await expect(packing(65)).rejects.toMatchObject({
    code: 'too-large',
    message: expect.stringContaining('65 models; the limit is 64'),
  });
  await expect(packing(64)).rejects.toMatchObject({ code: 'bad-model' });
});
