import { expect, it } from 'vitest';
import { parseGraph } from '../format/parse-graph.ts';
import { doubleNode, testModels } from '../testing.ts';
import { createRegistry } from '../types/registry.ts';
import { expandExperiment } from './expand-experiment.ts';
import { sourceVariants } from './source-variants.ts';

/** Of values for a node that is to be migrated, and how often one was. */
function experimentOf(count: number) {
  let migrated = 0;
  const counting = doubleNode.migrations.map((migration) => ({
    ...migration,
    params: (params: Readonly<Record<string, unknown>>) => {
      migrated += 1;
      return migration.params(params);
    },
  }));
  const registry = createRegistry([{ ...doubleNode, migrations: counting }]);
  const graph = parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: { d: { type: 'double', version: 1, params: { times: 2 } } },
      edges: [],
      experiments: { e: { vary: { 'd.times': Array.from({ length: count }, (_, at) => at) } } },
    }),
  );
  return { graph, registry, migrations: () => migrated };
}

it('refuses an experiment by its count, without a look at its values', () => {
  const { graph, registry, migrations } = experimentOf(100_000);
  expect(() => expandExperiment(graph, 'e', { registry, models: testModels })).toThrow(
    'The experiment has 100,000 variants.',
  );
  expect(migrations()).toBe(0);
});

it('does not look for the sources of an experiment that cannot run', () => {
  const { graph, registry, migrations } = experimentOf(100_000);
  expect(sourceVariants(graph, registry)).toEqual({ graphs: [], partial: true });
  // The node itself, and no value of the list.
  expect(migrations()).toBeLessThan(3);
});
