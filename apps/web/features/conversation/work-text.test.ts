import { Model, parseGraph, type RunEvent } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { emptyRun, foldEvent, provideNodeTypes } from '@graft/view';
import { beforeAll, expect, it } from 'vitest';
import { modelsText, workText } from './work-text.ts';

const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: {
      remote: {
        ...{ type: 'remote-model', version: 1 },
        params: { url: 'http://127.0.0.1:11434/v1', model: 'kiln-1' },
      },
      write: { type: 'generate', version: registry.get('generate')?.version },
    },
    edges: ['remote.model -> write.model'],
  }),
);

beforeAll(() => provideNodeTypes(registry));

const begun: readonly object[] = [
  {
    ...{ type: 'run.started', file: 'a.graft.json' },
    nodes: [
      { node: 'remote', type: 'remote-model' },
      { node: 'write', type: 'generate' },
    ],
  },
];
const asks: readonly object[] = [
  ...begun,
  {
    type: 'step.finished',
    step: {
      ...{ node: 'remote', type: 'remote-model', status: 'succeeded', ms: 1 },
      outputs: {
        model: { digest: 'd', mediaType: Model.mediaType, size: 1, summary: 'kiln-1' },
      },
    },
  },
  { type: 'step.started', node: 'write', device: 'cpu' },
];
const runOf = (events: readonly object[]) =>
  events.reduce(
    (run: ReturnType<typeof emptyRun>, event, at) =>
      foldEvent(run, { runId: 'r', seq: at + 1, at: 1, ...event } as RunEvent),
    emptyRun('r'),
  );
const words = (events: readonly object[], waits = false) =>
  workText(runOf(events), { waits, graph });

it('says what is waited for, from sending the question to the last word', () => {
  expect(workText(undefined, { waits: false, graph })).toBe('Sending.');
  expect(words(begun)).toBe('Starting.');
  expect(words(begun, true)).toBe('Queued: another run is under way.');
  expect(words(asks)).toBe('Generate: waiting for the first word of kiln-1, at 127.0.0.1:11434/v1');
  const delayed = { type: 'step.log', node: 'write', level: 'info', message: 'Again in 5 s.' };
  expect(words([...asks, { ...delayed, item: 'q' }])).toBe('Generate: Again in 5 s.');
  expect(words([...asks, { type: 'step.token', node: 'write', item: 'q', text: 'At' }])).toBe(
    'Generate: writing',
  );
  const progress = { type: 'step.progress', node: 'write', done: 1, total: 2, unit: 'rows' };
  expect(words([...asks, progress])).toBe('Generate: 1 of 2 rows');
});

it('names no node and no server to those who do not see the graph', () => {
  expect(workText(runOf(asks), { waits: false, graph: undefined })).toBe('Running: 1 of 2 done.');
});

it('names the model of a run once it is known', () => {
  expect(modelsText(runOf(begun))).toBe('');
  expect(modelsText(runOf(asks))).toBe('kiln-1');
});
