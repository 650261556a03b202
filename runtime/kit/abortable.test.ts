import { expect, it } from 'vitest';
import { abortable } from './abortable.ts';

const never = new Promise<string>(() => undefined);

it('gives what the work gives', async () => {
  const { signal } = new AbortController();
  await expect(abortable(Promise.resolve('done'), signal)).resolves.toBe('done');
  await expect(abortable(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
});

it('rejects as soon as the signal aborts, whatever the work does', async () => {
  const controller = new AbortController();
  const waiting = abortable(never, controller.signal);
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await expect(abortable(never, controller.signal)).rejects.toThrow('enough');
});
