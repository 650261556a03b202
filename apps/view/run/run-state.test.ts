import type { RunEvent, StepSummary, UnstampedEvent } from '@graft/graph';
import { describe, expect, it, vi } from 'vitest';
import { listed, GrowingMap } from './growing-collections.ts';
import { emptyRun, foldEvent, isOver, stepsInOrder, type RunState } from './run-state.ts';
import type { StepView } from './step-view.ts';
import { roundsOf } from './run-view.ts';

function stamped(events: readonly UnstampedEvent[]): RunEvent[] {
  return events.map((event, index) => ({
    ...event,
    runId: 'r',
    seq: index + 1,
    at: 1_000 + index,
  }));
}
function fold(events: readonly RunEvent[], from: RunState = emptyRun('r')): RunState {
  return events.reduce(foldEvent, from);
}
/** All that can be read of a run. */
function plain({ steps, shown, ...run }: RunState): object {
  const { file, status, seq } = run;
  const step = (view: StepView): object => ({
    ...{ ...view, metrics: listed(view.metrics), texts: [...view.texts] },
  });
  const views = [...steps, ...shown].map(([id, view]) => [id, step(view)]);
  return { file, status, seq, views, order: stepsInOrder({ steps, shown, ...run }).map(step) };
}
const started: UnstampedEvent = {
  type: 'run.started',
  file: 'a.graft.json',
  nodes: [
    { node: 'chunk-1', type: 'chunk' },
    { node: 'generate-1', type: 'generate' },
  ],
};
const summary: StepSummary = {
  node: 'chunk-1',
  type: 'chunk',
  status: 'succeeded',
  ms: 40,
  device: 'cpu',
  outputs: { chunks: { digest: 'a'.repeat(64), mediaType: 'x', size: 3, summary: '418 chunks' } },
};
const script: readonly UnstampedEvent[] = [
  started,
  { type: 'step.started', node: 'chunk-1', device: 'cpu', reason: { kind: 'first' } },
  { type: 'step.progress', node: 'chunk-1', done: 3, total: 9, unit: 'documents' },
  { type: 'step.log', node: 'chunk-1', level: 'warning', message: 'empty', item: 'b.md' },
  { type: 'step.finished', step: summary },
  { type: 'step.started', node: 'generate-1', device: 'cpu', reason: { kind: 'volatile' } },
  { type: 'step.token', node: 'generate-1', item: 'q1', text: 'At ' },
  { type: 'step.token', node: 'generate-1', item: 'q2', text: 'No' },
  { type: 'step.token', node: 'generate-1', item: 'q1', text: 'dawn' },
];
const story = stamped(script);

describe('foldEvent', () => {
  it('shows where a step is computed', () => {
    const place = { worker: 'gpu-1, process 7', why: 'no other worker takes cpu' };
    const told = { type: 'step.log', node: 'chunk-1', level: 'info', message: 'm', place } as const;
    const run = fold(stamped([...script, told]));
    expect(run.steps.get('chunk-1')?.place).toEqual(place);
  });

  it('queues every node of the run at its start', () => {
    const run = fold(story.slice(0, 1));
    expect(run.status).toBe('running');
    expect(stepsInOrder(run).map((step) => step.status)).toEqual(['queued', 'queued']);
  });

  it('shows a loop at work in its rounds, whose steps stand behind it', () => {
    const nodes = ['reflect', 'after'].map((node) => ({ node, type: 'repeat' }));
    const round = (number: number): UnstampedEvent => ({
      ...{ type: 'run.extended', loop: 'reflect', round: number, limit: 5 },
      nodes: [{ node: `reflect#${String(number)}/grade`, type: 'upper' }],
    });
    const progress: UnstampedEvent = {
      ...{ type: 'step.progress', node: 'reflect', done: 1, total: 5, unit: 'rounds' },
    };
    const run = fold(stamped([{ ...started, nodes }, round(1), round(2), progress]));
    expect(stepsInOrder(run).map(({ node }) => node)).toEqual([
      ...['reflect', 'reflect#1/grade', 'reflect#2/grade', 'after'],
    ]);
    expect(run.steps.get('reflect')).toMatchObject({
      ...{ status: 'running', startedAt: 1001, progress: { done: 1, total: 5, unit: 'rounds' } },
    });
    expect(run.steps.get('reflect#2/grade')).toMatchObject({ status: 'queued', type: 'upper' });
  });

  it('keeps progress while a step runs and drops it when it finishes', () => {
    expect(fold(story.slice(0, 3)).steps.get('chunk-1')?.progress).toMatchObject({
      done: 3,
      total: 9,
      unit: 'documents',
    });
    const step = fold(story).steps.get('chunk-1');
    expect(step?.progress).toBeUndefined();
    expect(step).toMatchObject({ status: 'succeeded', ms: 40, reason: { kind: 'first' } });
    expect(step?.outputs['chunks']?.summary).toBe('418 chunks');
    expect(step?.logs).toEqual([{ at: 1_003, level: 'warning', message: 'empty', item: 'b.md' }]);
  });

  it('drops the progress of a download or a copy once the step writes, and no other', () => {
    const generate = (unit: string): StepView | undefined =>
      fold(
        stamped([
          started,
          { type: 'step.started', node: 'generate-1', device: 'cpu', reason: { kind: 'first' } },
          { type: 'step.progress', node: 'generate-1', done: 9, total: 9, unit },
          { type: 'step.token', node: 'generate-1', item: 'q1', text: 'At ' },
        ]),
      ).steps.get('generate-1');
    expect(generate('copied bytes of a-model')).not.toHaveProperty('progress');
    expect(generate('bytes of a-model')).not.toHaveProperty('progress');
    expect(generate('prompts')).toMatchObject({ progress: { done: 9, total: 9 } });
  });

  it('joins tokens by item', () => {
    expect([...(fold(story).steps.get('generate-1')?.texts ?? [])]).toEqual([
      ['q1', 'At dawn'],
      ['q2', 'No'],
    ]);
  });

  it('is the same whether events come once, twice or in two parts', () => {
    const once = fold(story);
    expect(plain(fold([...story, ...story]))).toEqual(plain(once));
    expect(plain(fold(story.slice(2), fold(story.slice(0, 4))))).toEqual(plain(once));
  });

  it('gathers rows of metrics in order', () => {
    const rows = Array.from({ length: 5_000 }, (_, step) => ({
      series: 'train',
      step,
      values: { loss: 1 / (step + 1) },
    }));
    const run = fold(
      stamped([
        started,
        ...rows.map((row): UnstampedEvent => ({ type: 'step.metrics', node: 'chunk-1', row })),
      ]),
    );
    const { metrics } = run.steps.get('chunk-1') ?? {};
    expect(metrics === undefined ? [] : listed(metrics)).toEqual(rows);
  });

  describe('with nodes that the run has other steps for', () => {
    const chunks = { digest: 'a'.repeat(64), mediaType: 'x', size: 3, summary: '418 chunks' };
    const begun: UnstampedEvent = {
      ...started,
      nodes: [
        { node: 'sub/files', type: 'load-files' },
        { node: 'sub/deep/chunk', type: 'chunk' },
        { node: 'other', type: 'chunk' },
      ],
      aliases: {
        'sub.chunks': ['sub/deep/chunk.chunks'],
        'sub/deep.chunks': ['sub/deep/chunk.chunks'],
        'result.value': ['sub/deep/chunk.chunks', 'other.chunks'],
        'left-out.value': ['not-in-this-run.rows'],
        'empty.value': [],
      },
    };
    const ends = (node: string, status: 'succeeded' | 'cached'): UnstampedEvent => ({
      type: 'step.finished',
      step: { ...summary, node, status, outputs: node === 'sub/files' ? {} : { chunks } },
    });
    const start = (node: string): UnstampedEvent => ({
      ...{ type: 'step.started', node, device: 'cpu', reason: { kind: 'first' } },
    });

    it('waits, works and is done as the steps within a graph are', () => {
      const events = [begun, start('sub/files'), ends('sub/files', 'succeeded')];
      const statuses = [1, 2, 3].map(
        (n) => fold(stamped(events.slice(0, n))).shown.get('sub')?.status,
      );
      // Between its two steps it is at work.
      expect(statuses).toEqual(['queued', 'running', 'running']);
      const done = fold(stamped([...events, ends('sub/deep/chunk', 'cached')]));
      expect(done.shown.get('sub')).toMatchObject({
        status: 'succeeded',
        ms: 80,
        outputs: { chunks },
      });
      expect(done.shown.get('sub/deep')).toMatchObject({ status: 'cached', outputs: { chunks } });
      expect(done.shown.get('result')).toMatchObject({
        status: 'running',
        outputs: { value: chunks },
      });
    });

    it('is never less far than it was, however its steps count and however many come', () => {
      const progress = (node: string, done: number, unit: string): UnstampedEvent => ({
        ...{ type: 'step.progress', node, done, total: 10, unit },
      });
      const events = [
        ...[
          begun,
          start('sub/files'),
          progress('sub/files', 8, 'bytes of a'),
          progress('sub/files', 1, 'files'),
        ],
        ...[
          ends('sub/files', 'succeeded'),
          start('sub/deep/chunk'),
          progress('sub/deep/chunk', 5, 'rows'),
        ],
        {
          ...{ type: 'run.extended' as const, loop: 'sub/deep/chunk', round: 1, limit: 3 },
          nodes: ['a', 'b', 'c', 'd'].map((id) => ({ node: `sub/deep/${id}`, type: 'chunk' })),
        },
      ];
      const views = events.map((_, at) => fold(stamped(events.slice(0, at + 1))).shown.get('sub'));
      expect(views.slice(1).map((view) => view?.share)).toEqual([
        0, 0.4, 0.4, 0.5, 0.5, 0.75, 0.75,
      ]);
      expect(views.at(-1)?.progress).toEqual({ done: 1, total: 6, unit: 'steps' });
    });

    it('leads from each output to that of the step', () => {
      const run = fold(stamped([begun]));
      expect(run.shown.get('sub')?.feeds).toEqual({
        chunks: { node: 'sub/deep/chunk', port: 'chunks' },
      });
      expect(run.shown.get('result')?.feeds).toEqual({
        value: { node: 'sub/deep/chunk', port: 'chunks' },
        'value 2': { node: 'other', port: 'chunks' },
      });
      expect([...run.shown.keys()].sort()).toEqual(['result', 'sub', 'sub/deep']);
    });

    it('fails as its step does, and leaves what does not show that step as it was', () => {
      const before = fold(stamped([begun]));
      const error = { code: 'bad-row', message: 'No.', location: {}, audience: 'user' } as const;
      const failed: UnstampedEvent = {
        type: 'step.finished',
        step: { ...summary, node: 'sub/files', status: 'failed', outputs: {}, error },
      };
      const skipped: UnstampedEvent = {
        type: 'step.finished',
        step: { ...summary, node: 'sub/deep/chunk', status: 'skipped', outputs: {} },
      };
      const [first, second] = [failed, skipped].map((event, index): RunEvent => ({
        ...{ ...event, runId: 'r', seq: index + 2, at: 2_000 },
      }));
      if (first === undefined || second === undefined) throw new Error('two events');
      const after = foldEvent(before, first);
      expect(after.shown.get('result')).toBe(before.shown.get('result'));
      expect(foldEvent(after, second).shown.get('sub')).toMatchObject({ status: 'failed', error });
    });
  });

  it('has the steps of each round of a loop, and what its nodes come to', () => {
    const output = (summary: string) => ({
      ...{ digest: 'b'.repeat(64), mediaType: 'x', size: 1, summary },
    });
    const round = (at: number): UnstampedEvent => ({
      ...{ type: 'run.extended', loop: 'again', round: at, limit: 5 },
      nodes: [{ node: `again#${at}/grade`, type: 'grade' }],
      aliases: { [`again#${at}/open.value`]: [`again#${at}/grade.rows`] },
    });
    const graded = (at: number): UnstampedEvent => ({
      type: 'step.finished',
      step: {
        ...{ node: `again#${at}/grade`, type: 'grade', status: 'succeeded', ms: 1 },
        outputs: { rows: output(`round ${at}`) },
      },
    });
    const first: UnstampedEvent = {
      ...{ type: 'run.started', file: 'a.graft.json' },
      nodes: [{ node: 'again', type: 'repeat' }],
    };
    const run = fold(stamped([first, round(1), graded(1), round(2), graded(2)]));
    expect(run.steps.get('again')?.status).toBe('running');
    for (const at of [1, 2]) {
      expect(run.shown.get(`again#${at}/open`)).toMatchObject({
        status: 'succeeded',
        outputs: { value: output(`round ${at}`) },
        feeds: { value: { node: `again#${at}/grade`, port: 'rows' } },
      });
    }
    const view = { run, past: false, earlier: {} };
    expect([roundsOf(view, 'again'), roundsOf(view, 'aga')]).toEqual([2, 0]);
    // What a round brings is all that is looked at: the others stay the same.
    const events = stamped([first, round(1), graded(1), round(2), graded(2), round(3)]);
    const next = fold(events.slice(-1), run);
    expect(next.shown.get('again#3/open')).toMatchObject({ status: 'queued' });
    for (const at of [1, 2]) {
      expect(next.shown.get(`again#${at}/open`)).toBe(run.shown.get(`again#${at}/open`));
    }
    const gathering: UnstampedEvent = {
      ...{ type: 'run.extended', loop: 'again', limit: 5 },
      nodes: [{ node: 'again#collect/done', type: 'gather-rows' }],
    };
    const gathered = fold(stamped([first, round(1), round(2), gathering]));
    expect(roundsOf({ ...view, run: gathered }, 'again')).toBe(2);
  });

  it('takes as many looks an event, however many steps there are', () => {
    // Rounds of a loop within a graph: each of their steps shows at the graph and at the round.
    const storyOf = (rounds: number): RunEvent[] =>
      stamped([
        { ...started, nodes: [{ node: 'g/again', type: 'repeat' }] },
        ...Array.from({ length: rounds }, (_, at): UnstampedEvent[] => {
          const round = `g/again#${at + 1}`;
          const nodes = ['a', 'b', 'c'].map((node) => ({ node: `${round}/${node}`, type: 't' }));
          return [
            {
              ...{ type: 'run.extended', loop: 'g/again', round: at + 1, limit: 1_000, nodes },
              aliases: { [`${round}/in.value`]: [`${round}/a.rows`] },
            },
            ...nodes.flatMap(({ node }): UnstampedEvent[] => [
              { type: 'step.started', node, device: 'cpu', reason: { kind: 'first' } },
              {
                type: 'step.finished',
                step: { node, type: 't', status: 'succeeded', ms: 1, outputs: {} },
              },
            ]),
          ];
        }).flat(),
      ]);
    /** How often an event looks at or sets a value of the maps; what goes through all of one does so when the run begins. */
    const costOf = (rounds: number): number => {
      const events = storyOf(rounds);
      const single = (['get', 'has', 'with'] as const).map((does) =>
        vi.spyOn(GrowingMap.prototype, does),
      );
      const whole = (['keys', 'values', Symbol.iterator] as const).map((does) =>
        vi.spyOn(GrowingMap.prototype, does),
      );
      const run = fold(events);
      const counts = [single, whole].map((spies) =>
        spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0),
      );
      vi.restoreAllMocks();
      expect(run.shown.get('g')).toMatchObject({ status: 'running', ms: 3 * rounds });
      expect(counts[1]).toBeLessThan(10);
      return (counts[0] ?? NaN) / events.length;
    };
    const [few, many] = [costOf(50), costOf(500)];
    expect(many).toBeGreaterThan(0);
    expect(many).toBeLessThan(1.1 * few);
  });

  it('takes no event of another run', () => {
    const [first] = story;
    if (first === undefined) throw new Error('the story has events');
    const run = emptyRun('other');
    expect(foldEvent(run, first)).toBe(run);
  });

  it('follows the checkpoints of a training, and takes what its end says of them', () => {
    const report = (state: 'resumed' | 'saved' | 'saving', step: number): UnstampedEvent => {
      return { type: 'step.checkpoint', node: 'generate-1', checkpoint: { state, step } };
    };
    const events = [started, report('resumed', 20), report('saved', 40), report('saving', 57)];
    const stopped = { step: 57, checkpoint: 'saving' } as const;
    const checkpoints = { from: 20, saved: 40, stopped };
    const run = fold(stamped(events));
    expect(run.steps.get('generate-1')?.checkpoints).toEqual(checkpoints);
    const saved = {
      ...checkpoints,
      saved: 57,
      stopped: { step: 57, checkpoint: 'saved' },
    } as const;
    const step = {
      ...summary,
      node: 'generate-1',
      status: 'cancelled',
      checkpoints: saved,
    } as const;
    const ended = fold(stamped([...events, { type: 'step.finished', step }]));
    expect(ended.steps.get('generate-1')?.checkpoints).toEqual(saved);
  });

  it('tells the truth about steps that a cancelled run left behind', () => {
    const end: UnstampedEvent = {
      type: 'run.finished',
      status: 'cancelled',
      outputs: {},
      steps: [],
      ms: 9,
    };
    const run = fold([...story, { ...end, runId: 'r', seq: 10, at: 2_000 }]);
    expect(isOver(run)).toBe(true);
    expect(run.finishedAt).toBe(2_000);
    expect(run.steps.get('generate-1')?.status).toBe('cancelled');
    expect(run.steps.get('chunk-1')?.status).toBe('succeeded');
  });

  it('does not mutate the state before', () => {
    const before = fold(story.slice(0, 7));
    const copy = structuredClone(plain(before));
    fold(story.slice(7), before);
    expect(plain(before)).toEqual(copy);
  });
});
