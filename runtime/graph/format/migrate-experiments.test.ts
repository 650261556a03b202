import { describe, expect, it } from 'vitest';
import { testRegistry } from '../testing.ts';
import { migrateGraph } from './migrate-graph.ts';
import { parseGraph } from './parse-graph.ts';

const graphOf = (experiment: object, version = 1) =>
  parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: {
        b: { type: 'double', version, params: version === 1 ? { times: 3 } : { factor: 3 } },
        odd: { type: 'unheard-of', version: 1 },
      },
      experiments: { e: experiment },
    }),
  );
const migrated = (experiment: object) =>
  migrateGraph(graphOf(experiment), testRegistry).experiments?.['e'];

describe('the migration of experiments', () => {
  it('carries what they vary, set and measure to the names of today', () => {
    expect(
      migrated({
        doc: 'kept',
        vary: { 'b.times': [1, 2], 'odd.x': [1] },
        arms: { x: { set: { 'b.times': 9, 'odd.x': 2 } } },
        metrics: ['b.out:sum', 'odd.out:y', 'not a metric'],
      }),
    ).toEqual({
      doc: 'kept',
      vary: { 'b.factor': [1, 2], 'odd.x': [1] },
      arms: { x: { set: { 'b.factor': 9, 'odd.x': 2 } } },
      metrics: ['b.value:sum', 'odd.out:y', 'not a metric'],
    });
  });

  it('upgrades the nodes that an arm puts in, and sets theirs', () => {
    const replace = { odd: { type: 'double', version: 1, params: { times: 4 } } };
    expect(migrated({ arms: { x: { replace, set: { 'odd.times': 5 } } } })?.arms?.['x']).toEqual({
      replace: { odd: { type: 'double', version: 2, params: { factor: 4 } } },
      set: { 'odd.factor': 5 },
    });
    const graph = migrateGraph(graphOf({ arms: { x: { replace } } }, 2), testRegistry);
    expect(graph.experiments?.['e']?.arms?.['x']?.replace?.['odd']?.version).toBe(2);
  });

  it('leaves what it cannot place as it is, and a graph of today whole', () => {
    const vary = { 'b.gone': [1], 'c.size': [2], nonsense: [3], 'b.': [4] };
    expect(migrated({ vary })?.vary).toEqual({ ...vary, 'b.gone': [1] });
    const graph = graphOf({ vary: { 'b.factor': [1] } }, 2);
    expect(migrateGraph(graph, testRegistry)).toBe(graph);
  });
});
