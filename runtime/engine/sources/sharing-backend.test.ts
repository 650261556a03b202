import type { StepRequest, StepSignal } from '@graft/graph';
import { expect, it } from 'vitest';
import type { SharedRequests } from './shared-requests.ts';
import { createSharingBackend } from './sharing-backend.ts';

const request: StepRequest = {
  ...{ runId: 'r', node: 'n', type: 't', lane: 'light', params: {}, inputs: {}, sources: [] },
  ...{ inputFacets: {}, cacheKey: 'k', familyParts: [], device: 'cpu' },
};

it.each([['no worker takes cpu'], [undefined]])(
  'a step runs here where nobody elsewhere takes it, and says why: %s',
  async (why) => {
    const result = { outputs: {}, device: 'cpu' };
    const backend = createSharingBackend({
      elsewhere: {
        ...{ takes: () => Promise.resolve(false), whyNot: () => Promise.resolve(why) },
        execute: () => Promise.reject(new Error('nobody is there')),
      },
      here: { execute: () => Promise.resolve(result) },
      // Nothing is shared.
      requests: {} as SharedRequests,
      artifacts: { has: () => Promise.resolve(true) },
    });
    const signals: StepSignal[] = [];
    const hooks = {
      signal: new AbortController().signal,
      report: (signal: StepSignal) => void signals.push(signal),
    };
    expect(await backend.execute(request, hooks)).toBe(result);
    const message = `This machine computes this step: ${String(why)}.`;
    const told = { type: 'log', level: 'info', message, place: { why } };
    expect(signals).toEqual(why === undefined ? [] : [told]);
  },
);
