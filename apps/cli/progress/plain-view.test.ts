import { expect, it } from 'vitest';
import { PlainView } from './plain-view.ts';

it('prints one line for each thing worth knowing', () => {
  let text = '';
  const view = new PlainView({ write: (part: string) => (text += part) });
  const stamp = { seq: 1, runId: 'r1', at: 0 };
  view.show({
    ...stamp,
    type: 'run.started',
    file: 'a.graft.json',
    nodes: [
      { node: 'chunk-1', type: 'chunk' },
      { node: 'generate-1', type: 'generate' },
    ],
  });
  const reason = {
    kind: 'changed' as const,
    parts: [{ name: 'param.size', before: '400', after: '256' }],
  };
  view.show({ ...stamp, type: 'step.started', node: 'chunk-1', device: 'cpu', reason });
  const progress = { type: 'step.progress' as const, node: 'chunk-1', total: 9, unit: 'documents' };
  view.show({ ...stamp, ...progress, at: 100, done: 1 });
  view.show({ ...stamp, ...progress, at: 2500, done: 7 });
  view.show({ ...stamp, type: 'step.token', node: 'chunk-1', item: 'q1', text: 'hello' });
  view.show({
    ...stamp,
    type: 'step.finished',
    step: {
      node: 'chunk-1',
      type: 'chunk',
      status: 'succeeded',
      ms: 3100,
      device: 'cpu',
      items: { total: 9, computed: 2, reused: 7, failed: 0 },
      outputs: {},
    },
  });
  expect(text.split('\n')).toEqual([
    'run r1 of a.graft.json, 2 nodes',
    '> chunk-1     on cpu: param.size 400 → 256',
    '  chunk-1     7 of 9 documents',
    '✓ chunk-1     succeeded 3.1 s 9 items, 2 computed, 7 reused cpu',
    '',
  ]);
});

it('names the package whose result a step reuses', () => {
  let text = '';
  const view = new PlainView({ write: (part: string) => (text += part) });
  const step = { node: 'a', type: 'chunk', ms: 0, outputs: {}, from: 'theirs' };
  const event = { seq: 1, runId: 'r', at: 0, type: 'step.finished' } as const;
  view.show({ ...event, step: { ...step, status: 'cached' } });
  expect(text).toContain('cached, from theirs');
});

it('says what a training continues from, and where it was stopped', () => {
  let text = '';
  const view = new PlainView({ write: (part) => (text += part) });
  const stamp = { seq: 1, runId: 'r1', at: 0 };
  const checkpoint = (state: 'resumed' | 'saved', step: number): void => {
    view.show({ ...stamp, type: 'step.checkpoint', node: 'lora', checkpoint: { state, step } });
  };
  checkpoint('resumed', 15);
  checkpoint('saved', 20);
  const stopped = { step: 27, checkpoint: 'saved' } as const;
  const checkpoints = { from: 15, saved: 27, stopped };
  const step = { node: 'lora', type: 'train-lora', ms: 0, outputs: {}, checkpoints };
  view.show({ ...stamp, type: 'step.finished', step: { ...step, status: 'cancelled' } });
  expect(text.split('\n')).toEqual([
    '  lora  Continues from step 15.',
    '! lora  cancelled Stopped at step 27. The next run continues from there.',
    '',
  ]);
});
