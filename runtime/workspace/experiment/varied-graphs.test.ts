import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseGraph, serializeGraph, type Graph } from '@graft/graph';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleTestWorker, type Bundle } from '../testing/bundle-test-worker.ts';
import { workerTestRegistry } from '../testing/test-nodes.ts';
import { openWorkspace } from '../workspace.ts';

let worker: Bundle;
let root: string;

beforeAll(async () => {
  worker = await bundleTestWorker();
  root = await mkdtemp(join(tmpdir(), 'graft-varied-'));
});
afterAll(async () => {
  await worker.remove();
  await rm(root, { recursive: true, force: true });
});

const node = (type: string, params: object = {}, version = 1) => ({ type, version, params });
const graphOf = (value: object): Graph => parseGraph(JSON.stringify({ graft: 1, ...value }));
const times = (factor: number): Graph =>
  graphOf({
    nodes: {
      in: node('input', { name: 'number' }),
      by: node('double', { factor }, 2),
      out: node('output', { name: 'scaled' }),
    },
    edges: ['in.value -> by.value', 'by.value -> out.value'],
  });

it('variants use graph files that the file as it is does not', async () => {
  await using workspace = await openWorkspace({
    ...{ root, registry: workerTestRegistry, workerEntry: worker.entry },
  });
  for (const factor of [2, 3, 4]) {
    await workspace.graphs.save(`by-${factor}.graft.json`, serializeGraph(times(factor)), null);
  }
  const use = (factor: number) => `by-${factor}.graft.json`;
  const graph = graphOf({
    nodes: {
      n: node('number', { value: 5 }),
      scale: node('graph', { use: use(2) }),
      grade: node('grade'),
    },
    edges: ['n.value -> scale.number', 'scale.scaled -> grade.value'],
    experiments: {
      e: {
        arms: {
          set: { set: { 'scale.use': use(3) } },
          replaced: { replace: { scale: node('graph', { use: use(4) }) } },
        },
        metrics: ['grade.metrics:score'],
      },
    },
  });
  const run = await workspace.experiments.start(graph, 'user.graft.json', { name: 'e' });
  const { table, error } = await run.finished;
  expect(error).toBeUndefined();
  expect(table.rows.map(({ variant, cells: [cell] }) => [variant, cell?.mean])).toEqual([
    ['as saved', 10],
    ['replaced', 20],
    ['set', 15],
  ]);
  const { graphs } = await workspace.locks.taken(graph, 'user.graft.json');
  expect(Object.keys(graphs).sort()).toEqual([use(2), use(3), use(4)]);
});
