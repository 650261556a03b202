import { join } from 'node:path';
import type { UnstampedEvent } from '@graft/graph';
import { BeatWatch } from '@graft/kit';
import { openDatabase, type Database } from '@graft/prisma';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseRunStore } from './database/run-store.ts';
import { Leases } from './database/leases.ts';
import { reconcileRuns } from './reconcile-runs.ts';
import { end, events, start } from './testing/contract/experiment-runs.ts';
import { finished, run, stamp, step } from './testing/contract/run-store.ts';
import { temporaryFolder } from './testing/contract/temporary.ts';

const error = 'The process running this run ended. Run again: Graft reuses the finished results.';
/** No process has this id: Linux gives none above 4,194,304. */
const dead = '99999999-1-dead';
/** Of a process that cannot be looked at from here. */
const far = '1-1@ffffff.ffffff.ffffff-far';

let database: Database;
let now = 0;
const watch = new BeatWatch(() => now);
const openStore = (owner?: string, queries = database.queries): DatabaseRunStore => {
  const startHeartbeat = () => ({ stop: async () => undefined });
  const parts = { watch, ...(owner === undefined ? {} : { owner }) };
  const leases = new Leases({ kind: database.kind, queries, startHeartbeat }, parts);
  return new DatabaseRunStore(queries, leases);
};
/** A run as a version without leases left it. */
const leaveRun = async (id: string, owner: string): Promise<void> => {
  const row = { id, file: 'a', status: 'running', startedAt: 1_000, owner };
  await database.queries.insertInto('Run').values(row).execute();
};

beforeEach(async () => {
  database = await openDatabase(join(await temporaryFolder(), 'graft.db'));
});
afterEach(() => database.close());

const started = (node: string): UnstampedEvent => ({
  ...{ type: 'step.started', node, device: 'cpu', reason: { kind: 'first' } },
});

describe('runs whose process is gone', () => {
  it('are ended truthfully, and no others', async () => {
    const store = openStore();
    const gone = openStore(dead);
    await store.create(run('lives'));
    await gone.create(run('gone'));
    await gone.append(
      'gone',
      stamp(
        'gone',
        1,
        { type: 'run.started', file: 'a', nodes: [{ node: 'b', type: 'embed' }] },
        started('a'),
        finished(step('a')),
        started('b'),
      ),
    );
    await gone.create(run('unmarked'));
    const last: UnstampedEvent = {
      ...{ type: 'run.finished', status: 'succeeded', outputs: {}, steps: [], ms: 3 },
    };
    await gone.append('unmarked', stamp('unmarked', 1, last));

    expect((await reconcileRuns(store)).sort()).toEqual(['gone', 'unmarked']);
    expect((await store.get('lives'))?.status).toBe('running');
    expect(await store.get('unmarked')).toMatchObject({ status: 'succeeded', finishedAt: 2_001.5 });
    expect((await store.events('unmarked', 1, 9)).length).toBe(0);
    expect(await store.get('gone')).toMatchObject({
      ...{ status: 'failed', error, finishedAt: 2_004.5 },
    });
    const ends = await store.events('gone', 4, 9);
    expect(ends).toMatchObject([
      { seq: 5, type: 'step.finished', step: { node: 'b', type: 'embed', status: 'failed' } },
      { seq: 6, type: 'run.finished', status: 'failed', error: { message: error }, ms: 1_004.5 },
    ]);
    expect(ends[1]).toMatchObject({
      steps: [
        { node: 'a', status: 'succeeded' },
        { node: 'b', status: 'failed' },
      ],
    });
    expect(await reconcileRuns(store)).toEqual([]);
  });

  it('are found among those of a version without leases, by the process that they name', async () => {
    await leaveRun('lives', `${String(process.pid)}:0:here`);
    await leaveRun('reused', `${String(process.pid)}:1:here`);
    await leaveRun('gone', '999999999:1');
    expect((await reconcileRuns(openStore())).sort()).toEqual(['gone', 'reused']);
  });

  it('are ended by one of those who look at once', async () => {
    await openStore(dead).create(run('gone'));
    const looks = await Promise.all([1, 2, 3].map(() => reconcileRuns(openStore())));
    expect(looks.flat()).toEqual(['gone']);
  });

  it('are ended by a later look where the disk was full', async () => {
    await openStore(dead).create(run('gone'));
    let full = true;
    const failing = database.queries.withPlugin({
      transformQuery: ({ node }) => {
        if (full && node.kind === 'UpdateQueryNode') throw new Error('no room');
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    const store = openStore(undefined, failing);
    // Takes over the run, and cannot end it.
    await database.queries.deleteFrom('Lease').execute();
    await expect(reconcileRuns(store)).rejects.toThrow('no room');
    full = false;
    expect(await reconcileRuns(store)).toEqual(['gone']);
  });

  it('end as far as they can be read', async () => {
    await openStore(dead).create(run('torn'));
    await database.queries
      .insertInto('Event')
      .values({ runId: 'torn', seq: 1, type: 'step.token', version: 1, payload: '{"seq":1,' })
      .execute();
    const store = openStore();
    await expect(store.events('torn', 0, 9)).rejects.toMatchObject({ code: 'store-damaged' });
    expect(await reconcileRuns(store)).toEqual(['torn']);
    expect(await store.get('torn')).toMatchObject({ status: 'failed' });
  });

  it('of experiments end as far as they said', async () => {
    const gone = openStore(dead);
    for (const id of ['cut', 'silent', 'told']) {
      await gone.create(run(id, { experiment: 'sizes' }));
    }
    await gone.appendExperiment('cut', events(start));
    await gone.appendExperiment('told', events(start, end));
    const store = openStore();
    expect((await reconcileRuns(store)).sort()).toEqual(['cut', 'silent', 'told']);
    expect(await store.get('cut')).toMatchObject({ status: 'failed', error, finishedAt: 2_000.5 });
    expect(await store.get('silent')).toMatchObject({ status: 'failed', error });
    expect(await store.get('told')).toMatchObject({ status: 'succeeded', finishedAt: 2_001.5 });
  });
});

it('an owner that stood still loses its runs, and writes nothing more to them', async () => {
  const owner = openStore(far);
  await owner.create(run('a'));
  await owner.create(run('e', { experiment: 'sizes' }));
  await owner.append('a', stamp('a', 1, { type: 'run.started', file: 'a', nodes: [] }));
  const store = openStore();
  for (let looks = 0; looks < 6; looks++) {
    expect(await reconcileRuns(store)).toEqual([]);
    now += 2_000;
  }
  expect(await reconcileRuns(store)).toEqual(['a', 'e']);
  const recorded = async (): Promise<unknown> => ({
    runs: await store.list({ limit: 9 }),
    events: await store.events('a', 0, 9),
    experiment: await store.experimentEvents('e', 0, 9),
  });
  const before = await recorded();
  const late = stamp('a', 50, finished(step('a')));
  const done = { status: 'succeeded', finishedAt: 9 } as const;
  for (const write of [
    owner.append('a', late),
    owner.finish('a', done),
    owner.appendExperiment('e', events(start)),
    owner.finish('e', done),
  ]) {
    await expect(write).rejects.toMatchObject({ code: 'store-locked' });
  }
  expect(await recorded()).toEqual(before);
});
