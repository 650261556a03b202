import { GraphError, type ArtifactRef, type StepSignal } from '@graft/graph';
import { BeatWatch } from '@graft/kit';
import { noPostgres, startPostgres } from '@graft/kit/testing';
import { openDatabase, type Database } from '@graft/prisma';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processElsewhere, sentStep, workerFacts as facts } from '../testing/queue.ts';
import { DatabaseActionStore } from './action-store.ts';
import type { QueueParts, StepOutcome } from './queued-step.ts';
import { DatabaseRunStore } from './run-store.ts';
import { SentSteps } from './sent-steps.ts';
import { WorkerClaims, type Room } from './worker-claims.ts';
import { WorkerDirectory, type SeenWorker } from './worker-directory.ts';
import { WorkerOverview } from './worker-overview.ts';

const postgres = await startPostgres();
afterAll(() => postgres?.stop());

/** Milliseconds: longer than a process elsewhere may stand still. */
const longEnough = 14_000;
const room = (free = Number.MAX_SAFE_INTEGER, workers: readonly SeenWorker[] = []): Room => ({
  ...{ free, workers, all: 1_000 },
});
const result: StepOutcome = {
  type: 'done',
  result: { outputs: { value: { digest: 'd' } as ArtifactRef }, device: 'cpu' },
};
const progress: StepSignal = { type: 'progress', done: 1, unit: 'row' };

const title = `queued steps${postgres === undefined ? ` (${noPostgres})` : ''}`;
describe.skipIf(postgres === undefined)(title, () => {
  let database: Database;
  let now: number;
  let schemas = 0;
  beforeEach(async () => {
    now = 0;
    const url = new URL(postgres?.address ?? 'postgres://none');
    schemas += 1;
    url.searchParams.set('schema', `queue_${String(schemas)}`);
    database = await openDatabase(url.href);
  });
  afterEach(() => database.close());

  const processOf = (name: string): QueueParts =>
    processElsewhere(database, name, new BeatWatch(() => now));

  const record = ({ queries, leases }: QueueParts, key: string): Promise<void> =>
    new DatabaseActionStore(queries, leases).putMany([
      { key, nodeType: 't', outputs: {}, ms: 1, createdAt: 1 },
    ]);

  /** A coordinator with a run, by default of the same name. */
  async function coordinatorOf(name: string, run = name) {
    const parts = processOf(name);
    const lease = await parts.leases.take(`run/${run}`);
    const sent = new SentSteps(parts);
    return {
      ...{ parts, lease, sent },
      send: (
        key: string,
        {
          memory,
          ...more
        }: { version?: string; queue?: string; turn?: number; memory?: number } = {},
      ) =>
        sent.send({
          ...sentStep({
            ...{ cacheKey: key, runId: run },
            ...(memory === undefined ? {} : { memory }),
          }),
          ...more,
        }),
    };
  }

  it('that are parts of a step go to each worker one at a time, and stay until it is recorded', async () => {
    const here = await coordinatorOf('here');
    const ids: string[] = [];
    for (const [at, of] of ['step', 'step', 'step', 'other'].entries()) {
      const shard = { from: 0, to: 1, name: String(at), of };
      const row = sentStep({ cacheKey: `part-${String(at)}`, runId: 'here', shard });
      ids.push((await here.sent.send({ ...row, turn: at })).id);
    }
    const [one, two] = [
      await WorkerClaims.register(processOf('one'), facts),
      await WorkerClaims.register(processOf('two'), facts),
    ];
    const namesOf = async (worker: WorkerClaims): Promise<readonly (string | undefined)[]> =>
      (await worker.claim(3, room())).map(({ request }) => request.shard?.name);
    const [first, other] = await one.claim(3, room());
    expect([first?.request.shard?.name, other?.request.shard?.name]).toEqual(['0', '3']);
    expect(await namesOf(two)).toEqual(['1']);
    expect(await namesOf(two)).toEqual([]);
    await one.end(first?.claim ?? '', result, []);
    expect(await namesOf(one)).toEqual(['2']);
    await here.sent.forget(await here.sent.news());
    await here.sent.forgetRecorded();
    expect(await here.sent.states(ids.slice(0, 1))).toEqual(new Map([[ids[0], 'told']]));
    await record(here.parts, 'step');
    await here.sent.forgetRecorded();
    expect((await here.sent.states(ids.slice(0, 1))).size).toBe(0);
    await one.end(other?.claim ?? '', result, []);
    await here.sent.dropParts('other');
    expect((await here.sent.states(ids.slice(3))).size).toBe(0);
  });

  it('go to a worker of their queue and version, and give their reports before their outcome', async () => {
    const here = await coordinatorOf('here');
    await here.send('web', { queue: 'web' });
    await here.send('newer', { version: 'v2' });
    await here.send('later', { turn: 1 });
    const { id } = await here.send('first');
    const worker = await WorkerClaims.register(processOf('worker'), facts);
    const claimed = await worker.claim(10, room());
    expect(claimed.map((step) => step.request.cacheKey)).toEqual(['first', 'later']);
    const { claim = '' } = claimed[0] ?? {};
    await worker.report([{ claim, seq: 0, signal: progress }]);
    await worker.end(claim, result, [{ claim, seq: 1, signal: progress }]);
    const news = {
      reports: [
        { id, claim, seq: 0, signal: progress },
        { id, claim, seq: 1, signal: progress },
      ],
      ended: [{ id, outcome: result }],
    };
    // Where the answer to the first try was lost.
    await worker.end(claim, result, [{ claim, seq: 1, signal: progress }]);
    expect(await here.sent.news()).toEqual(news);
    expect(await here.sent.news()).toEqual(news);
    await here.sent.forget(news);
    expect(await here.sent.news()).toEqual({ reports: [], ended: [] });
    expect(await here.sent.states([id])).toEqual(new Map([[id, 'told']]));
    await here.sent.forgetRecorded();
    expect((await here.sent.states([id])).size).toBe(1);
    await record(here.parts, 'first');
    await here.sent.forgetRecorded();
    expect((await here.sent.states([id])).size).toBe(0);
  });

  it('that need more memory than is free wait, and after a minute one worker keeps itself free', async () => {
    const here = await coordinatorOf('here');
    const { id } = await here.send('large', { memory: 100 });
    await here.send('small', { memory: 10 });
    const worker = await WorkerClaims.register(processOf('worker'), facts);
    const another = await WorkerClaims.register(processOf('another'), facts);
    const workers = await new WorkerDirectory(processOf('here')).look();
    expect(await worker.claim(10, room(50))).toMatchObject([{ request: { cacheKey: 'small' } }]);
    await database.queries
      .updateTable('QueuedStep')
      .set((eb) => ({ rank: eb('rank', '-', 61_000) }))
      .where('id', '=', id)
      .execute();
    await here.send('third', { memory: 10 });
    await here.send('fourth', { memory: 10 });
    expect(await worker.claim(10, room(50, workers))).toEqual([]);
    expect(await another.claim(1, room(50, workers))).toMatchObject([
      { request: { cacheKey: 'third' } },
    ]);
    expect(await worker.claim(10, room(50, workers))).toEqual([]);
    expect(await worker.claim(10, room(100, workers))).toMatchObject([{ id }]);
    expect(await worker.claim(10, room(50, workers))).toMatchObject([
      { request: { cacheKey: 'fourth' } },
    ]);
  });

  it('are kept free for by the next worker, if the one that did is gone', async () => {
    const here = await coordinatorOf('here');
    const { id } = await here.send('large', { memory: 100 });
    await database.queries.updateTable('QueuedStep').set({ rank: 0 }).execute();
    const gone = await WorkerClaims.register(processOf('gone'), facts);
    expect(await gone.claim(1, room(50))).toEqual([]);
    await gone[Symbol.asyncDispose]();
    const worker = await WorkerClaims.register(processOf('worker'), facts);
    const workers = await new WorkerDirectory(processOf('here')).look();
    await here.send('small', { memory: 10 });
    expect(await worker.claim(1, room(50, workers))).toEqual([]);
    expect(await worker.claim(1, room(100, workers))).toMatchObject([{ id }]);
  });

  it('fill what is free, and no more', async () => {
    const here = await coordinatorOf('here');
    for (const key of ['a', 'b', 'c']) await here.send(key, { memory: 40 });
    const worker = await WorkerClaims.register(processOf('worker'), facts);
    expect(await worker.claim(3, room(100))).toHaveLength(2);
  });

  it('that a machine cannot hold are left to a larger one, if one lives', async () => {
    const here = await coordinatorOf('here');
    const { id } = await here.send('large', { memory: 2_000 });
    const small = await WorkerClaims.register(processOf('small'), facts);
    const large = await WorkerClaims.register(processOf('large'), facts);
    const state = { isDraining: false, models: [], since: {} };
    await large.tellState({ ...state, memory: { used: 0, all: 4_000 } });
    const workers = await new WorkerDirectory(processOf('here')).look();
    expect(await small.claim(1, room(Number.MAX_SAFE_INTEGER, workers))).toEqual([]);
    await large.tellState({ ...state, isDraining: true, memory: { used: 0, all: 4_000 } });
    const left = await new WorkerDirectory(processOf('here')).look();
    expect(await small.claim(1, room(Number.MAX_SAFE_INTEGER, left))).toMatchObject([{ id }]);
  });

  it('of a worker that stands still go to another one, which alone ends them', async () => {
    const here = await coordinatorOf('here');
    const { id } = await here.send('key');
    const stopped = await WorkerClaims.register(processOf('stopped'), facts);
    const [taken] = await stopped.claim(1, room());
    const claim = taken?.claim ?? '';
    const checkpoint = { digest: 'c', step: 7 } as const;
    await stopped.report([{ claim, seq: 0, signal: { type: 'stored-checkpoint', checkpoint } }]);

    const heir = await WorkerClaims.register(processOf('heir'), facts);
    const directory = new WorkerDirectory(processOf('looker'));
    expect(await directory.look()).toHaveLength(2);
    for (; now < longEnough; now += 2_000) {
      await database.queries
        .updateTable('Lease')
        .set((eb) => ({ beat: eb('beat', '+', 1) }))
        .where('owner', 'not like', '%stopped')
        .execute();
      await directory.look();
    }
    expect(await directory.look()).toHaveLength(1);
    const [again] = await heir.claim(1, room());
    expect(again).toMatchObject({ id, request: { cacheKey: 'key', checkpoint } });

    // It goes on, and changes nothing.
    expect(await stopped.report([{ claim, seq: 1, signal: progress }])).toEqual(new Map());
    const failure = new GraphError('internal', 'too late').toProblem();
    await stopped.end(claim, { type: 'failed', problem: failure }, []);
    await stopped.giveBack(claim);
    expect(await heir.report([])).toEqual(new Map([[again?.claim, here.parts.leases.owner]]));
    await heir.end(again?.claim ?? '', result, []);
    expect((await here.sent.news()).ended).toEqual([{ id, outcome: result }]);
  });

  it('are inherited from a coordinator that is gone, with what they gave', async () => {
    const worker = await WorkerClaims.register(processOf('worker'), facts);
    const dead = await coordinatorOf('dead');
    const { id } = await dead.send('done');
    const [done] = await worker.claim(1, room());
    await worker.end(done?.claim ?? '', result, []);
    await dead.send('running');
    const [running] = await worker.claim(1, room());

    const heir = await coordinatorOf('heir');
    // While the other one lives, both compute.
    const own = await heir.send('done');
    expect(own).toEqual({ id: expect.stringMatching(/^done\/2-/), isInherited: false });
    await heir.sent.withdraw(own.id);
    await dead.lease.release();
    expect(await heir.send('done')).toEqual({ id, isInherited: true });
    expect((await heir.sent.news()).ended).toEqual([{ id, outcome: result }]);
    expect(await heir.send('running')).toMatchObject({ isInherited: true });
    expect(await worker.report([])).toEqual(new Map([[running?.claim, heir.parts.leases.owner]]));
  });

  it('are inherited with their run, those too whose results were told and not recorded', async () => {
    const worker = await WorkerClaims.register(processOf('worker'), facts);
    const dead = await coordinatorOf('dead', 'run');
    const { id } = await dead.send('told');
    const [told] = await worker.claim(1, room());
    await worker.end(told?.claim ?? '', result, []);
    await dead.sent.forget(await dead.sent.news());
    const running = await dead.send('running');
    await worker.claim(1, room());
    await dead.lease.release();

    const heir = await coordinatorOf('heir', 'run');
    expect(await heir.send('running')).toEqual({ id: running.id, isInherited: true });
    expect(await heir.send('told')).toEqual({ id, isInherited: true });
    expect((await heir.sent.news()).ended).toEqual([{ id, outcome: result }]);
    await heir.sent.forget(await heir.sent.news());
    expect((await heir.sent.news()).ended).toEqual([]);
  });

  it('are removed when nobody waits for them and no worker has them', async () => {
    const dead = await coordinatorOf('dead');
    const here = await coordinatorOf('here');
    const { id } = await dead.send('left');
    await here.send('wanted');
    await dead.lease.release();
    await new WorkerDirectory(processOf('looker')).removeLeft();
    expect((await dead.sent.states([id])).size).toBe(0);
    const worker = await WorkerClaims.register(processOf('worker'), facts);
    expect(await worker.claim(10, room())).toMatchObject([{ request: { cacheKey: 'wanted' } }]);
  });

  it('are shown with the worker that has them, and counted while they wait', async () => {
    const here = await coordinatorOf('here');
    const { id } = await here.send('first');
    await here.send('second', { turn: 1 });
    await here.send('trains', { queue: 'training' });
    const worker = await WorkerClaims.register(processOf('worker'), facts);
    const [taken] = await worker.claim(1, room());
    const overview = new WorkerOverview(processOf('looker'));
    const waiting = [
      { queue: 'cpu', count: 1 },
      { queue: 'training', count: 1 },
    ];
    const step = { runId: 'here', node: 'n', type: 't', isCancelled: false };
    expect(await overview.look()).toMatchObject({
      waiting,
      workers: [{ ...facts, running: 1, steps: [step] }],
    });
    const state = {
      ...{ isDraining: true, memory: { used: 1, all: 2 }, since: { [id]: taken?.since ?? 0 } },
      models: [{ id: 'm', device: 'cpu', bytes: 1 }],
    };
    await worker.tellState(state);
    await here.sent.cancel(id);
    const shown = await overview.look();
    const ended = { ...step, isCancelled: true, ms: expect.any(Number) };
    expect(shown.workers).toMatchObject([{ state, steps: [ended] }]);
    expect(shown.workers[0]?.silentMs).toBeGreaterThan(0);
    await worker[Symbol.asyncDispose]();
    expect((await overview.look()).workers).toEqual([]);
  });

  it('end when they are cancelled, or are withdrawn as long as no worker has them', async () => {
    const here = await coordinatorOf('here');
    const worker = await WorkerClaims.register(processOf('worker'), facts);
    const { id: queued } = await here.send('queued');
    expect(await here.sent.cancel(queued)).toBe(false);
    expect(await worker.claim(1, room())).toEqual([]);

    const { id } = await here.send('running');
    const [step] = await worker.claim(1, room());
    expect(await here.sent.withdraw(id)).toBe(false);
    expect(await here.sent.cancel(id)).toBe(true);
    expect(await worker.report([])).toEqual(new Map());
    await worker.end(step?.claim ?? '', result, []);
    expect(await here.sent.states([id])).toEqual(new Map());
    expect(await here.sent.news()).toEqual({ reports: [], ended: [] });
  });

  it('end with their cancelled run, if its coordinator is gone', async () => {
    const dead = await coordinatorOf('dead', 'run');
    const worker = await WorkerClaims.register(processOf('worker'), facts);
    const ids = [(await dead.send('running')).id, (await dead.send('queued')).id];
    const [step] = await worker.claim(1, room());
    const { queries, leases } = processOf('heir');
    const runs = new DatabaseRunStore(queries, leases);
    const row = { id: 'run', file: 'f', startedAt: 1, owner: 'dead' };
    await queries
      .insertInto('Run')
      .values({ ...row, status: 'running' })
      .execute();
    await runs.finish('run', { status: 'cancelled', finishedAt: 2 });
    expect(await dead.sent.states(ids)).toEqual(new Map([[ids[0], 'cancelling']]));
    await worker.end(step?.claim ?? '', result, []);
    expect((await dead.sent.states(ids)).size).toBe(0);
  });

  it('fail when a third worker ends while it has them', async () => {
    const here = await coordinatorOf('here');
    const { id } = await here.send('poison');
    const directory = new WorkerDirectory(processOf('looker'));
    for (const name of ['one', 'two', 'three']) {
      const worker = await WorkerClaims.register(processOf(name), facts);
      expect(await worker.claim(1, room())).toHaveLength(1);
      await worker[Symbol.asyncDispose]();
      await directory.look();
    }
    const { reports, ended } = await here.sent.news();
    expect(reports).toHaveLength(3);
    expect(ended).toMatchObject([
      { id, outcome: { type: 'failed', problem: { code: 'worker-died' } } },
    ]);
  });
});
