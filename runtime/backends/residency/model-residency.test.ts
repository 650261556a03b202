import { describe, expect, it } from 'vitest';
import { DeviceMemory } from './device-memory.ts';
import { ModelResidency, type ModelLoader } from './model-residency.ts';

const device = { id: 'cpu', class: 'cpu', name: 'the CPU', software: false } as const;

/** Loads letters; writes down what it does. */
function letters(memory: DeviceMemory, diary: string[]) {
  return (key: string): ModelLoader<string> => ({
    key,
    memory,
    estimate: 60,
    load: async () => {
      await Promise.resolve();
      diary.push(`load ${key}`);
      return {
        value: key,
        bytes: () => 60,
        dispose: async () => {
          await Promise.resolve();
          diary.push(`drop ${key}`);
        },
      };
    },
  });
}

describe('resident models', () => {
  it('load once for all who ask at a time, and stay', async () => {
    const diary: string[] = [];
    const loader = letters(new DeviceMemory(device, 100), diary)('a');
    const residency = new ModelResidency<string>();
    const { signal } = new AbortController();
    const uses = [1, 2, 3].map((n) => residency.use(loader, signal, (value) => `${value}${n}`));
    expect(await Promise.all(uses)).toEqual(['a1', 'a2', 'a3']);
    expect(diary).toEqual(['load a']);
  });

  it('make way for another, and come back when they are asked for again', async () => {
    const diary: string[] = [];
    const loader = letters(new DeviceMemory(device, 100), diary);
    const residency = new ModelResidency<string>();
    const { signal } = new AbortController();
    const use = (key: string) => residency.use(loader(key), signal, (value) => value);
    expect([await use('a'), await use('b'), await use('a')]).toEqual(['a', 'b', 'a']);
    expect(diary).toEqual(['load a', 'drop a', 'load b', 'drop b', 'load a']);
  });

  it('are not dropped while they work', async () => {
    const diary: string[] = [];
    const memory = new DeviceMemory(device, 100);
    const residency = new ModelResidency<string>();
    const { signal } = new AbortController();
    let finish = (): void => undefined;
    const working = new Promise<void>((resolve) => (finish = resolve));
    const use = residency.use(letters(memory, diary)('a'), signal, () => working);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const lease = memory.lease(50);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(diary).toEqual(['load a']);
    finish();
    await use;
    expect((await lease).bytes).toBe(50);
    expect(diary).toEqual(['load a', 'drop a']);
  });

  it('report a failed load to all who wait, and load again the next time', async () => {
    const memory = new DeviceMemory(device, 100);
    const residency = new ModelResidency<string>();
    const { signal } = new AbortController();
    let fails = true;
    const loader: ModelLoader<string> = {
      ...letters(memory, [])('a'),
      load: () =>
        fails ? Promise.reject(new Error('broken')) : letters(memory, [])('a').load(signal),
    };
    const use = () => residency.use(loader, signal, (value) => value);
    const results = await Promise.allSettled([use(), use()]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fails = false;
    expect(await use()).toBe('a');
  });
});
