import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLocalBackend, Engine } from '@graft/engine';
import { createTestHost } from '@graft/engine/testing';
import { createRegistry, noLock, planGraph, type Graph, type Implementation } from '@graft/graph';
import { testEngines } from '@graft/graph/testing';
import { openDatabaseStores } from '@graft/store/database';
import { openFilesystemStores } from '@graft/store/filesystem';
import type { Shape } from './shapes.ts';
import { sumImplementation, sumNode } from './sum-node.ts';

export interface GraftTiming {
  /** Milliseconds to plan, to run with an empty cache, and to run again with a full one. */
  readonly plan: number;
  readonly cold: number;
  readonly cached: number;
}

/** The graph on Graft's engine with the stores that users have: files that are fsynced, and SQLite. */
export async function runGraft(shape: Shape): Promise<GraftTiming> {
  const folder = await mkdtemp(path.join(tmpdir(), 'graft-bench-'));
  const { artifacts, items } = await openFilesystemStores(folder);
  const { actions, runs, leases, close } = await openDatabaseStores(path.join(folder, 'graft.db'));
  const host = createTestHost(
    { artifacts, items, scratchFolder: path.join(folder, 'scratch') },
    new Map<string, Implementation>([[sumNode.type, sumImplementation]]),
  );
  const engine = new Engine({
    artifacts,
    actions,
    runs,
    backend: createLocalBackend(host),
    files: { files: () => Promise.resolve([]) },
    models: () => undefined,
    deviceOf: () => Promise.resolve({ id: 'cpu', class: 'cpu' }),
    engines: testEngines,
    owner: leases.owner,
    claims: leases,
  });
  try {
    const graph = toGraph(shape);
    const registry = createRegistry([sumNode]);
    const timed = async (expected: 'succeeded' | 'cached') => {
      const startedAt = performance.now();
      const plan = planGraph(graph, registry, { models: () => undefined });
      const plannedAt = performance.now();
      const run = await engine.start(plan, { file: 'bench.graft.json', device: 'cpu' });
      const { status, steps } = await run.finished;
      if (status !== 'succeeded' || steps.some((step) => step.status !== expected)) {
        throw new Error(`The run was ${status}, and not every step ${expected}.`);
      }
      return { plan: plannedAt - startedAt, run: performance.now() - plannedAt };
    };
    const cold = await timed('succeeded');
    const cached = await timed('cached');
    return { plan: cached.plan, cold: cold.run, cached: cached.run };
  } finally {
    await engine.close();
    await close();
    await rm(folder, { recursive: true });
  }
}

function toGraph({ parents }: Shape): Graph {
  const id = (i: number): string => `n${String(i)}`;
  return {
    nodes: Object.fromEntries(
      parents.map((_, i) => [id(i), { type: sumNode.type, version: 1, params: { label: id(i) } }]),
    ),
    edges: parents.flatMap((above, i) =>
      [...new Set(above)].map((parent) => ({
        source: id(parent),
        sourcePort: 'sum',
        target: id(i),
        targetPort: 'terms',
      })),
    ),
    lock: noLock,
    layout: {},
  };
}
