import { describe, expect, it } from 'vitest';
import {
  noFile,
  type RunEvent,
  type RunRecord,
  type StepSummary,
  type UnstampedEvent,
} from '@graft/graph';
import type { RunJournal } from '../../run-journal.ts';
import { sha256 } from './bytes.ts';

const file = 'graphs/a.graft.json';

export function run(id: string, changes: Partial<RunRecord> = {}): RunRecord {
  return { id, file, status: 'running', startedAt: 1_000, owner: 'me', ...changes };
}

export function step(node: string, changes: Partial<StepSummary> = {}): StepSummary {
  const outputs = { out: { digest: sha256(node), mediaType: 'application/json', size: 3 } };
  const parts = [{ name: 'param.size', value: '512' }];
  return {
    node,
    type: 'chunk',
    status: 'succeeded',
    ms: 4.5,
    cacheKey: sha256(`key ${node}`),
    parts,
    outputs,
    ...changes,
  };
}

export function stamp(
  runId: string,
  first: number,
  ...events: readonly UnstampedEvent[]
): RunEvent[] {
  return events.map((event, index) => ({
    ...event,
    runId,
    seq: first + index,
    at: 2_000.5 + first + index,
  }));
}

export const finished = (summary: StepSummary): UnstampedEvent => ({
  type: 'step.finished',
  step: summary,
});
const started = (node: string): UnstampedEvent => ({
  type: 'step.started',
  node,
  device: 'cpu',
  reason: { kind: 'first' },
});
const token = (text: string): UnstampedEvent => ({
  type: 'step.token',
  node: 'a',
  item: 'q',
  text,
});

/** What every RunStore of this package does. */
export function runStoreContract(name: string, make: () => Promise<RunJournal>): void {
  describe(`${name} as a RunStore`, () => {
    it('creates, finishes and lists runs, newest first', async () => {
      const store = await make();
      await store.create(run('a', { startedAt: 1 }));
      await store.create(run('b', { startedAt: 3, file: 'other.graft.json' }));
      await store.create(run('c', { startedAt: 2, status: 'queued' }));
      expect(await store.get('a')).toEqual(run('a', { startedAt: 1 }));
      expect(await store.get('z')).toBeUndefined();
      expect((await store.list({ limit: 2 })).map(({ id }) => id)).toEqual(['b', 'c']);
      expect((await store.list({ file, limit: 9 })).map(({ id }) => id)).toEqual(['c', 'a']);
      expect((await store.unfinished()).map(({ id }) => id)).toEqual(['a', 'c', 'b']);
      const end = { status: 'failed', finishedAt: 9, error: 'It broke.' } as const;
      await store.finish('a', end);
      expect(await store.get('a')).toEqual({ ...run('a', { startedAt: 1 }), ...end });
      expect((await store.unfinished()).map(({ id }) => id)).toEqual(['c', 'b']);
      await store.finish('a', { status: 'succeeded', finishedAt: 10 });
      expect((await store.get('a'))?.error).toBeUndefined();
    });

    it('refuses a second run of an id, and to end or write to an unknown one', async () => {
      const store = await make();
      await store.create(run('a'));
      await expect(store.create(run('a'))).rejects.toMatchObject({ code: 'internal' });
      const end = store.finish('z', { status: 'failed', finishedAt: 1 });
      await expect(end).rejects.toMatchObject({ code: 'bad-input' });
      await expect(store.append('z', stamp('z', 1, token('x')))).rejects.toMatchObject({
        code: 'internal',
      });
    });

    it('gives events back as they were, in order, in pages', async () => {
      const store = await make();
      await store.create(run('a'));
      await store.create(run('b'));
      const events = stamp(
        'a',
        1,
        { type: 'run.started', file, nodes: [{ node: 'a', type: 'chunk' }] },
        started('a'),
        { type: 'step.progress', node: 'a', done: 1, total: 3, unit: 'documents' },
        { type: 'step.log', node: 'a', level: 'warning', message: 'ünïcode – "quoted"', item: 'x' },
        token('text\n'),
        finished(step('a', { items: { total: 3, computed: 1, reused: 2, failed: 0 } })),
        { type: 'run.finished', status: 'succeeded', outputs: {}, steps: [], ms: 12.5 },
      );
      await store.append('a', events.slice(0, 3));
      await store.append('b', stamp('b', 1, token('other')));
      await store.append('a', events.slice(3));
      expect(await store.events('a', 0, 100)).toEqual(events);
      expect(await store.events('a', 2, 3)).toEqual(events.slice(2, 5));
      expect(await store.events('a', 7, 3)).toEqual([]);
    });

    it('records a batch whole or not at all, and a number once', async () => {
      const store = await make();
      await store.create(run('a'));
      await store.append('a', stamp('a', 1, token('one'), token('two')));
      await expect(
        store.append('a', [...stamp('a', 3, token('three')), ...stamp('a', 2, token('again'))]),
      ).rejects.toMatchObject({ code: 'internal' });
      expect((await store.events('a', 0, 10)).map(({ seq }) => seq)).toEqual([1, 2]);
    });

    it('takes 300 writes at once, and a bad one fails alone', async () => {
      const store = await make();
      await store.create(run('a'));
      const writes = Array.from({ length: 300 }, (_, index) =>
        store.append('a', stamp('a', index + 1, token(`${index}`))),
      );
      const bad = store.append('unknown', stamp('unknown', 1, token('lost')));
      await expect(bad).rejects.toMatchObject({ code: 'internal' });
      await Promise.all(writes);
      const seqs = (await store.events('a', 0, 1_000)).map(({ seq }) => seq);
      expect(seqs).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
    });

    it('knows the steps of a run and the last keyed step of each node of a file', async () => {
      const store = await make();
      await store.create(run('old'));
      await store.append('old', stamp('old', 1, finished(step('a')), finished(step('b'))));
      await store.create(run('new', { startedAt: 2_000 }));
      const skipped = step('b', { status: 'skipped', outputs: {} });
      const { cacheKey: _key, ...keyless } = skipped;
      await store.append(
        'new',
        stamp('new', 50, finished(step('c')), finished(step('a', { ms: 9 })), finished(keyless)),
      );
      await store.create(run('elsewhere', { file: 'other.graft.json' }));
      await store.append('elsewhere', stamp('elsewhere', 90, finished(step('a', { ms: 77 }))));
      expect(await store.steps('new')).toEqual([step('c'), step('a', { ms: 9 }), keyless]);
      expect(await store.lastSteps(file)).toEqual(
        new Map([
          ['a', step('a', { ms: 9 })],
          ['b', step('b')],
          ['c', step('c')],
        ]),
      );
      expect(await store.lastSteps('unknown.graft.json')).toEqual(new Map());
    });

    it('lets runs and last steps go with a file that is renamed', async () => {
      const store = await make();
      await store.create(run('a'));
      await store.append('a', stamp('a', 1, finished(step('n'))));
      await store.create(run('other', { file: 'other.graft.json' }));
      await store.append('other', stamp('other', 1, finished(step('stale'))));
      await store.renameFile(file, 'other.graft.json');
      expect(await store.list({ file, limit: 5 })).toEqual([]);
      expect(
        (await store.list({ file: 'other.graft.json', limit: 5 })).map(({ id }) => id),
      ).toEqual(['other', 'a']);
      expect([...(await store.lastSteps('other.graft.json')).keys()]).toEqual(['n']);
      expect((await store.lastSteps(file)).size).toBe(0);
    });

    it('keeps the newest step when an older run reports late', async () => {
      const store = await make();
      await store.create(run('slow'));
      await store.create(run('fast'));
      await store.append('fast', stamp('fast', 100, finished(step('a', { ms: 1 }))));
      await store.append('slow', stamp('slow', 5, finished(step('a', { ms: 2 }))));
      expect((await store.lastSteps(file)).get('a')?.ms).toBe(1);
    });

    it('keeps the note and the tags that a person gave a run, until these are empty', async () => {
      const store = await make();
      await store.create(run('a'));
      await store.create(run('b', { startedAt: 2_000 }));
      const notes = { note: 'Top 1 – “worse”', tags: ['baseline', 'käse'] };
      expect(await store.annotate('a', notes)).toBe(true);
      expect(await store.annotate('z', notes)).toBe(false);
      expect(await store.get('a')).toEqual({ ...run('a'), ...notes });
      // A run's end leaves them.
      await store.finish('a', { status: 'succeeded', finishedAt: 9 });
      expect((await store.list({ limit: 5 })).map(({ note, tags }) => ({ note, tags }))).toEqual([
        { note: undefined, tags: undefined },
        notes,
      ]);
      await store.annotate('a', { note: '', tags: ['baseline'] });
      expect(await store.get('a')).not.toHaveProperty('note');
      expect((await store.get('a'))?.tags).toEqual(['baseline']);
      await store.annotate('a', { note: '', tags: [] });
      expect(await store.get('a')).not.toHaveProperty('tags');
    });

    it('records what the results of a run show, and that they show nothing', async () => {
      const store = await make();
      await store.create(run('a'));
      await store.create(run('b'));
      const scores = [
        { node: 'generate', metric: 'right', value: 0.3, right: 9, of: 30 },
        { node: 'score', metric: 'recall@3', value: 0.916 },
      ];
      expect(await store.recordScores('a', scores)).toBe(true);
      expect(await store.recordScores('b', [])).toBe(true);
      expect(await store.recordScores('z', [])).toBe(false);
      expect((await store.get('a'))?.scores).toEqual(scores);
      expect((await store.get('b'))?.scores).toEqual([]);
    });

    it('prunes no run that a person has written about', async () => {
      const store = await make();
      for (const [at, id] of ['plain', 'noted', 'tagged'].entries()) {
        await store.create(run(id, { startedAt: at }));
        await store.finish(id, { status: 'succeeded', finishedAt: 9 });
      }
      await store.annotate('noted', { note: 'Keep', tags: [] });
      await store.annotate('tagged', { note: '', tags: ['keep'] });
      expect(await store.prune({ keep: 0 })).toEqual(['plain']);
      await store.annotate('noted', { note: '', tags: [] });
      expect(await store.prune({ keep: 0 })).toEqual(['noted']);
    });

    it('passes on a wish to cancel, of unfinished runs only', async () => {
      const store = await make();
      await store.create(run('a'));
      await store.create(run('b', { owner: '1:1:elsewhere' }));
      await store.create(run('c'));
      await store.finish('c', { status: 'succeeded', finishedAt: 9 });
      expect(await store.askToCancel('a')).toBe(true);
      expect(await store.askToCancel('c')).toBe(false);
      expect(await store.askToCancel('z')).toBe(false);
      const mine = await store.unfinishedOf('me');
      expect(mine).toMatchObject([{ id: 'a', cancelAt: expect.any(Number) }]);
      expect((await store.get('b'))?.cancelAt).toBeUndefined();
    });

    it('gathers the tokens of a run that has ended, so that they fold to the same texts', async () => {
      const store = await make();
      await store.create(run('a'));
      const write = (node: string, item: string, text: string): UnstampedEvent => ({
        type: 'step.token',
        node,
        item,
        text,
      });
      await store.append(
        'a',
        stamp(
          'a',
          1,
          { type: 'run.started', file, nodes: [] },
          write('done', 'q', 'It '),
          write('cut', 'q', 'Half '),
          write('cut', 'r', 'other'),
          write('done', 'q', 'is.'),
          write('cut', 'q', 'a sent'),
          finished(step('done')),
          finished(step('cut', { status: 'cancelled', outputs: {} })),
        ),
      );
      await store.finish('a', { status: 'cancelled', finishedAt: 9 });
      const events = await store.events('a', 0, 100);
      expect(events.map(({ seq, type }) => [seq, type])).toEqual([
        [1, 'run.started'],
        [4, 'step.token'],
        [6, 'step.token'],
        [7, 'step.finished'],
        [8, 'step.finished'],
      ]);
      expect(events.filter(({ type }) => type === 'step.token')).toMatchObject([
        { node: 'cut', item: 'r', text: 'other' },
        { node: 'cut', item: 'q', text: 'Half a sent' },
      ]);
      // A second end changes nothing.
      await store.finish('a', { status: 'cancelled', finishedAt: 9 });
      expect(await store.events('a', 0, 100)).toEqual(events);
    });

    it('returns each pruned run once, whoever prunes at the same time', async () => {
      const store = await make();
      for (const id of ['a', 'b', 'c']) {
        await store.create(run(id));
        await store.finish(id, { status: 'succeeded', finishedAt: 20 });
      }
      const pruned = await Promise.all([store.prune({ keep: 0 }), store.prune({ keep: 0 })]);
      expect(pruned.flat().sort()).toEqual(['a', 'b', 'c']);
    });

    it('prunes old runs, but none that is pinned, under way, or holds what a node last gave', async () => {
      const store = await make();
      const ids = ['last', 'pinned', 'running', 'old', 'older', 'new'];
      for (const [index, id] of ids.entries())
        await store.create(run(id, { startedAt: 10 - index }));
      await store.append('last', stamp('last', 1, finished(step('a'))));
      await store.append(
        'old',
        stamp('old', 1, token('x'), finished(step('gone', { outputs: {} }))),
      );
      await store.append('new', stamp('new', 90, finished(step('gone'))));
      for (const id of ids.filter((known) => known !== 'running')) {
        await store.finish(id, { status: 'succeeded', finishedAt: 20 });
      }
      expect(await store.pin('pinned', true)).toBe(true);
      expect(await store.pin('unknown', true)).toBe(false);
      expect((await store.get('pinned'))?.pinnedAt).toBeGreaterThan(0);
      expect(await store.prune({ keep: 6 })).toEqual([]);
      expect(await store.prune({ keep: 0, startedBefore: 7 })).toEqual(['older']);
      expect(await store.prune({ keep: 0 })).toEqual(['old']);
      expect(await store.events('old', 0, 9)).toEqual([]);
      expect(await store.steps('old')).toEqual([]);
      await store.pin('pinned', false);
      expect(await store.prune({ keep: 1 })).toEqual(['pinned']);
      expect((await store.list({ limit: 9 })).map(({ id }) => id)).toEqual([
        'last',
        'running',
        'new',
      ]);
    });

    it('lists and deletes runs of no file, the former only where they are asked for', async () => {
      const store = await make();
      await store.create(run('a', { startedAt: 1 }));
      await store.create(run('tried', { startedAt: 2, file: noFile, scope: 'trial' }));
      expect((await store.list({ limit: 9 })).map(({ id }) => id)).toEqual(['a']);
      expect((await store.list({ file: noFile, limit: 9 })).map(({ id }) => id)).toEqual(['tried']);
      expect((await store.unfinished()).map(({ id }) => id)).toEqual(['a', 'tried']);
      await store.finish('tried', { status: 'succeeded', finishedAt: 3 });
      await store.finish('a', { status: 'succeeded', finishedAt: 3 });
      // It does not count among those that are kept.
      expect(await store.prune({ keep: 1 })).toEqual([]);
      expect(await store.prune({ keep: 0 })).toEqual(['a', 'tried']);
    });

    it('pins what running runs refer to', async () => {
      const store = await make();
      await store.create(run('a'));
      await store.create(run('b'));
      await store.append('a', stamp('a', 1, finished(step('x')), finished(step('y'))));
      await store.append('b', stamp('b', 1, finished(step('z'))));
      await store.finish('b', { status: 'succeeded', finishedAt: 9 });
      expect(await store.pinned()).toEqual(new Set([sha256('x'), sha256('y')]));
    });
  });
}
