import { GraphError, type StepRequest, type StepSignal } from '@graft/graph';
import { expect, it } from 'vitest';
import type { SharedRequests } from './shared-requests.ts';
import { createSharingBackend, NobodyThere } from './sharing-backend.ts';

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

it('a step runs here where the last worker goes while what it needs is stored again', async () => {
  const result = { outputs: {}, device: 'cpu' };
  const errors = [new GraphError('missing-file', 'gone'), new NobodyThere()];
  const backend = createSharingBackend({
    elsewhere: { execute: () => Promise.reject(errors.shift() ?? new Error('a third try')) },
    here: { execute: () => Promise.resolve(result) },
    requests: {
      share: () => Promise.resolve(request),
      forget: () => undefined,
    } as unknown as SharedRequests,
    artifacts: { has: () => Promise.resolve(true) },
  });
  const hooks = { signal: new AbortController().signal, report: () => undefined };
  expect(await backend.execute(request, hooks)).toBe(result);
});

const away = new Promise<never>(() => undefined);

it.each([
  { what: 'stored', share: () => away, has: () => Promise.resolve(true) },
  { what: 'looked for', share: () => Promise.resolve(request), has: () => away },
])('a cancelled step ends while what it needs is $what in a store that is away', async (parts) => {
  const controller = new AbortController();
  const backend = createSharingBackend({
    elsewhere: { execute: () => Promise.reject(new GraphError('missing-file', 'gone')) },
    here: { execute: () => Promise.reject(new Error('not here')) },
    requests: { share: parts.share } as unknown as SharedRequests,
    artifacts: { has: parts.has },
  });
  const input = { digest: 'd', mediaType: '', size: 1 };
  const executed = backend.execute(
    { ...request, inputs: { rows: [input] } },
    { signal: controller.signal, report: () => undefined },
  );
  const reason = new Error('cancelled');
  setTimeout(() => {
    controller.abort(reason);
  }, 10);
  const late = new Promise((resolve) => setTimeout(resolve, 1_000, 'late'));
  await expect(Promise.race([executed, late])).rejects.toBe(reason);
});
