import { expect, it } from 'vitest';
import {
  hintOf,
  modelsText,
  roomText,
  statusOf,
  waitingText,
  type Worker,
} from './worker-words.ts';

const idle: Worker = {
  ...{ name: 'worker/1', shown: 'gpu-1, process 7', queues: ['cpu', 'training'], slots: 2 },
  ...{ store: 's3', devices: ['cpu'], running: 0, silentMs: 400, isSameVersion: true, steps: [] },
};
const state: NonNullable<Worker['state']> = {
  ...{ isDraining: false, memory: { used: 2.1e9, all: 8e9 }, since: {} },
  models: [{ id: 'minilm', device: 'cpu', bytes: 90e6 }],
};
const step = { runId: 'r', node: 'embed', type: 'embed', ms: 12_000, isCancelled: false };

it('a worker is idle, working, finishing or silent', () => {
  expect(statusOf(idle).word).toBe('idle');
  expect(statusOf({ ...idle, steps: [step] }).word).toBe('working');
  const draining = { ...idle, steps: [step], state: { ...state, isDraining: true } };
  expect(statusOf(draining).word).toBe('finishing');
  expect(statusOf({ ...draining, silentMs: 7_000 }).word).toBe('silent');
});

it('its room and models are shown as far as it has told', () => {
  expect(roomText(idle)).toBe('takes cpu, training · 0 of 2 slots in use');
  expect(roomText({ ...idle, state, steps: [step] })).toBe(
    'takes cpu, training · 1 of 2 slots in use · 2.1 GB of 8.0 GB memory in use',
  );
  expect(modelsText(idle, (id) => id)).toBeUndefined();
  expect(modelsText({ state }, () => 'MiniLM')).toBe('Loaded: MiniLM (cpu, 90.0 MB).');
  expect(modelsText({ memory: 4e9 }, (id) => id)).toBe('Models take at most 4.0 GB.');
});

it('a hint says why it gets nothing', () => {
  expect(hintOf(idle)).toBeUndefined();
  expect(hintOf({ ...idle, isSameVersion: false })).toContain('Another version');
  expect(hintOf({ ...idle, silentMs: 9_000 })).toContain('No sign of life for 9.0 s');
  expect(hintOf({ ...idle, state: { ...state, isDraining: true } })).toContain('takes no more');
});

it('steps that wait are counted by queue', () => {
  const waiting = [
    { queue: 'cpu', count: 3 },
    { queue: 'training', count: 1 },
  ];
  expect(waitingText({ waiting })).toBe('3 steps for cpu, 1 step for training');
});
