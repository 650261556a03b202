import { describe, expect, it } from 'vitest';
import type { ExperimentEvent, RunQuery, UnstampedExperimentEvent } from '@graft/graph';
import { reconcileRuns } from '../../reconcile-runs.ts';
import type { RunJournal } from '../../run-journal.ts';
import { sha256 } from './bytes.ts';
import { finished, run, stamp, step } from './run-store.ts';

const file = 'graphs/a.graft.json';

function events(...list: readonly UnstampedExperimentEvent[]): ExperimentEvent[] {
  return list.map((event, at) => ({ seq: at + 1, runId: 'e', at: 2_000.5 + at, ...event }));
}

const table = { baseline: 'x', confidence: 0.95, metrics: [], settings: [], rows: [] };
const start: UnstampedExperimentEvent = {
  ...{ type: 'experiment.started', file, experiment: 'sizes', baseline: 'x', metrics: ['s.m:f1'] },
  variants: [{ name: 'x', settings: { 'chunk.size': [1, 'two', null] } }],
  runs: 1,
};
const end: UnstampedExperimentEvent = {
  ...{ type: 'experiment.finished', status: 'succeeded', table, ms: 3 },
};

/** What every RunStore of this package does for experiments. */
export function experimentRunsContract(name: string, make: () => Promise<RunJournal>): void {
  describe(`${name} as a store of experiments`, () => {
    it('keeps where a run comes from, and lists runs by it', async () => {
      const store = await make();
      const graphs = { 'lib/a.graft.json': sha256('used') };
      const origin = { graph: sha256('graph'), graphs, settings: sha256('settings') };
      const parent = run('e', { experiment: 'sizes', startedAt: 1, graph: sha256('whole') });
      const variant = run('v', {
        ...{ parent: 'e', variant: 'size=1', seed: 7, scope: 'sizes/size=1/7', startedAt: 2 },
        ...origin,
      });
      await store.create(parent);
      await store.create(variant);
      await store.create(run('plain', { startedAt: 3 }));
      expect(await store.get('e')).toEqual(parent);
      expect(await store.get('v')).toEqual(variant);
      const ids = async (of: Pick<RunQuery, 'parent' | 'kind'>): Promise<string[]> =>
        (await store.list({ file, ...of, limit: 9 })).map(({ id }) => id);
      expect(await ids({})).toEqual(['plain', 'v', 'e']);
      expect(await ids({ parent: null })).toEqual(['plain', 'e']);
      expect(await ids({ parent: 'e' })).toEqual(['v']);
      expect(await ids({ parent: null, kind: 'graph' })).toEqual(['plain']);
      expect(await ids({ parent: null, kind: 'experiment' })).toEqual(['e']);
      await store.finish('v', { status: 'succeeded', finishedAt: 9 });
      await store.finish('e', { status: 'succeeded', finishedAt: 9 });
      expect([...(await store.origins())].sort()).toEqual(
        ['graph', 'settings', 'used', 'whole'].map(sha256).sort(),
      );
      expect(await store.pinned()).toEqual(new Set());
    });

    it('gives events back as they were, in pages, each number once', async () => {
      const store = await make();
      await store.create(run('e', { experiment: 'sizes' }));
      const written = events(start, { type: 'variant.started', variant: 'x', run: 'v' }, end);
      await store.appendExperiment('e', written.slice(0, 1));
      await store.appendExperiment('e', written.slice(1));
      await store.appendExperiment('e', []);
      expect(await store.experimentEvents('e', 0, 9)).toEqual(written);
      expect(await store.experimentEvents('e', 1, 1)).toEqual(written.slice(1, 2));
      await expect(store.appendExperiment('e', written)).rejects.toMatchObject({
        code: 'internal',
      });
      await expect(store.appendExperiment('unknown', written)).rejects.toMatchObject({
        code: 'internal',
      });
    });

    it('takes the steps of a scope for the last ones there only, where the file has none newer', async () => {
      const store = await make();
      await store.create(run('saved'));
      const fromFile = [finished(step('a', { ms: 1 })), finished(step('b', { ms: 1 }))];
      await store.append('saved', stamp('saved', 1, ...fromFile));
      for (const [id, ms, startedAt] of [
        ['newer', 3, 5_000],
        ['older', 2, 4_000],
      ] as const) {
        await store.create(run(id, { scope: 'sizes/x', startedAt }));
        await store.append(id, stamp(id, 90, finished(step('a', { ms }))));
        await store.finish(id, { status: 'succeeded', finishedAt: 9_000 });
      }
      const times = async (scope?: string): Promise<Record<string, number>> =>
        Object.fromEntries(
          [...(await store.lastSteps(file, scope))].map(([id, { ms }]) => [id, ms]),
        );
      expect(await times()).toEqual({ a: 1, b: 1 });
      expect(await times('sizes/x')).toEqual({ a: 3, b: 1 });
      expect(await times('sizes/y')).toEqual({ a: 1, b: 1 });
    });

    it('prunes an experiment with its variants, which count for nothing themselves', async () => {
      const store = await make();
      await store.create(run('e', { experiment: 'sizes', startedAt: 1 }));
      await store.appendExperiment('e', events(start, end));
      for (const id of ['v1', 'v2']) {
        await store.create(run(id, { parent: 'e', variant: id, scope: id, startedAt: 2 }));
        await store.append(id, stamp(id, 1, finished(step('a'))));
      }
      for (const id of ['v1', 'v2', 'e']) {
        await store.finish(id, { status: 'succeeded', finishedAt: 20 });
      }
      expect(await store.prune({ keep: 1 })).toEqual([]);
      await store.pin('v2', true);
      expect(await store.prune({ keep: 0 })).toEqual([]);
      await store.pin('v2', false);
      expect(await store.prune({ keep: 0 })).toEqual(['e']);
      expect(await store.list({ limit: 9 })).toEqual([]);
      expect(await store.steps('v1')).toEqual([]);
    });

    it('ends experiments whose process is gone as far as they said', async () => {
      const store = await make();
      const gone = { owner: '999999999:1', experiment: 'sizes' };
      await store.create(run('cut', gone));
      const cut = events(start).map((event) => ({ ...event, runId: 'cut' }));
      await store.appendExperiment('cut', cut);
      await store.create(run('silent', gone));
      await store.create(run('told', gone));
      const stamped = events(start, end).map((event) => ({ ...event, runId: 'told' }));
      await store.appendExperiment('told', stamped);
      expect((await reconcileRuns(store)).sort()).toEqual(['cut', 'silent', 'told']);
      const error = 'The process running this run ended.';
      expect(await store.get('cut')).toMatchObject({
        status: 'failed',
        error,
        finishedAt: 2_000.5,
      });
      expect(await store.get('silent')).toMatchObject({ status: 'failed', error });
      expect(await store.get('told')).toMatchObject({ status: 'succeeded', finishedAt: 2_001.5 });
    });
  });
}
