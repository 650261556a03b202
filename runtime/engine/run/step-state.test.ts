import { parseGraph, planGraph, type Plan } from '@graft/graph';
import { testModels, testRegistry } from '@graft/graph/testing';
import { expect, it } from 'vitest';
import { addSteps, facetsOf, type StepState } from './step-state.ts';

const artifact = { digest: 'e'.repeat(64), mediaType: 'x', size: 1 };

/** Two steps, of which the second knows of an embedder that the first makes. */
function steps(): { readonly steps: Map<string, StepState>; readonly below: StepState } {
  const node = (type: string) => ({ type, version: 1, params: {} });
  const nodes = { train: node('number'), embed: node('double') };
  const graph = { graft: 1, nodes, edges: ['train.value -> embed.value'] };
  const plan: Plan = planGraph(parseGraph(JSON.stringify(graph)), testRegistry, {
    models: testModels,
  });
  const embedder = {
    ...{ model: 'tuned', dimension: 3, madeBy: { node: 'train', port: 'value' } },
  };
  const known = plan.nodes.map((one) =>
    one.id === 'embed' ? { ...one, inputFacets: { value: { embedder } } } : one,
  );
  const all = new Map<string, StepState>();
  addSteps(all, { nodes: known }, { sources: new Map() });
  const below = all.get('embed');
  if (below === undefined) throw new Error('no step');
  return { steps: all, below };
}

it('tells a step which artifact the embedder at its input is, once it has been made', () => {
  const { steps: all, below } = steps();
  expect(facetsOf(below, all)['value']?.embedder?.digest).toBeUndefined();
  const above = all.get('train');
  if (above === undefined) throw new Error('no step');
  above.outputs = { value: artifact };
  expect(facetsOf(below, all)).toEqual({
    value: {
      embedder: {
        ...{ model: 'tuned', dimension: 3, digest: artifact.digest },
        madeBy: { node: 'train', port: 'value' },
      },
    },
  });
});
