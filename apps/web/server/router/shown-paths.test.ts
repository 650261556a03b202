import { homedir } from 'node:os';
import { join, sep } from 'node:path';
import { expect, it } from 'vitest';
import type { RunEvent, StepSummary } from '@graft/graph';
import { shownEvent, shownRun } from './shown-paths.ts';

const root = `${sep}srv${sep}team${sep}pottery`;
const inside = join(root, 'models', 'a.gguf');
const outside = join(homedir(), '.cache', 'graft', 'b.gguf');
const message = `${inside} and ${outside} cannot be opened`;
const shown = `${join('models', 'a.gguf')} and ${join('~', '.cache', 'graft', 'b.gguf')} cannot be opened`;
const error = {
  ...{ code: 'missing-file', message, audience: 'user' as const },
  location: { file: inside, node: 'n' },
};
const step: StepSummary = {
  ...{ node: 'n', type: 'generate', status: 'failed', ms: 1, outputs: {} },
  error,
};
const stamp = { seq: 1, runId: 'r', at: 1 };

it('no event tells the page where this machine keeps things', () => {
  const events: readonly RunEvent[] = [
    { ...stamp, type: 'step.log', node: 'n', level: 'error', message },
    { ...stamp, type: 'step.progress', node: 'n', done: 0, unit: 'bytes', message },
    { ...stamp, type: 'step.finished', step },
    {
      ...{ ...stamp, type: 'run.finished', status: 'failed', outputs: {}, ms: 1, error },
      steps: [step],
    },
  ];
  for (const event of events) {
    const text = JSON.stringify(shownEvent(event, root));
    expect(text, event.type).toContain(JSON.stringify(shown).slice(1, -1));
    expect(text, event.type).not.toContain(JSON.stringify(root).slice(1, -1));
    expect(text, event.type).not.toContain(JSON.stringify(homedir()).slice(1, -1));
  }
  const run = { id: 'r', file: 'f', startedAt: 1, owner: 'o', status: 'failed' as const };
  expect(shownRun({ ...run, error: message }, root).error).toBe(shown);
});

it('what a model writes stays as it is', () => {
  const event: RunEvent = { ...stamp, type: 'step.token', node: 'n', item: 'i', text: message };
  expect(shownEvent(event, root)).toBe(event);
});
