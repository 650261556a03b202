import { setImmediate as nextTurn } from 'node:timers/promises';
import { GraphError } from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { DeviceMemory } from './device-memory.ts';
import { ModelResidency, type ModelLoader } from './model-residency.ts';

const device = { id: 'cpu', class: 'cpu', name: 'the CPU', software: false } as const;

/** Loads letters; writes down what it does. */
function letters(memory: DeviceMemory, diary: string[]) {
  return (key: string): ModelLoader<string> => ({
    key,
    model: key,
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
    await expect.poll(() => diary).toEqual(['load a']);
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

  it('claim their memory before they load, and never more than there is', async () => {
    const memory = new DeviceMemory(device, 300);
    const residency = new ModelResidency<string>();
    const { signal } = new AbortController();
    let loading = 0;
    const loader = (key: string): ModelLoader<string> => ({
      key,
      model: key,
      memory,
      estimate: 120,
      load: async () => {
        loading += 120;
        // What is taken while others load beside is claimed already.
        expect(memory.used).toBeGreaterThanOrEqual(loading);
        await new Promise((resolve) => setTimeout(resolve, 2));
        loading -= 120;
        return { value: key, bytes: () => 110, dispose: () => Promise.resolve() };
      },
    });
    const uses = Array.from({ length: 30 }, (_, i) => {
      const key = ['a', 'b', 'c'][i % 3] ?? 'a';
      return residency.use(loader(key), signal, async (value) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return value === key;
      });
    });
    expect(await Promise.all(uses)).not.toContain(false);
    expect(memory.peak).toBeLessThanOrEqual(300);
    expect(memory.peak).toBeGreaterThan(200);
  });

  it('claim what a use adds, putting others and at last themselves out for it', async () => {
    const diary: string[] = [];
    const memory = new DeviceMemory(device, 100);
    const residency = new ModelResidency<{ uses: Set<string> }>();
    const { signal } = new AbortController();
    const growing = (key: string, use: string): ModelLoader<{ uses: Set<string> }> => ({
      key,
      model: key,
      memory,
      estimate: 40 + 25,
      growth: ({ uses }) => (uses.has(use) ? 0 : 25),
      grow: ({ uses }) => uses.add(use),
      load: () => {
        diary.push(`load ${key}`);
        const value = { uses: new Set<string>() };
        const bytes = (): number => 40 + 25 * value.uses.size;
        return Promise.resolve({ value, bytes, dispose: () => Promise.resolve() });
      },
    });
    const use = (key: string, how: string) =>
      residency.use(growing(key, how), signal, async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return how;
      });
    await use('a', 'one');
    await use('a', 'two');
    expect(memory.used).toBe(90);
    // A third does not fit beside the two: loaded again, for this one alone.
    await use('a', 'three');
    expect(memory.used).toBe(65);
    // Two that want to grow at once do not wait for each other for ever.
    await Promise.all([use('a', 'four'), use('b', 'one'), use('a', 'five'), use('b', 'two')]);
    expect(memory.peak).toBeLessThanOrEqual(100);
    expect(diary.slice(0, 2)).toEqual(['load a', 'load a']);
  });

  it('put out what is idle and try again where memory runs out, also on a GPU that tells nothing', async () => {
    const gpu = { id: 'webgpu', class: 'webgpu', name: 'a GPU', software: false } as const;
    const memory = new DeviceMemory(gpu, Number.POSITIVE_INFINITY);
    const diary: string[] = [];
    const residency = new ModelResidency<string>();
    const { signal } = new AbortController();
    await residency.use(letters(memory, diary)('a'), signal, () => nextTurn());
    const tight: ModelLoader<string> = {
      ...letters(memory, diary)('b'),
      load: (shared) =>
        diary.includes('drop a')
          ? letters(memory, diary)('b').load(shared)
          : Promise.reject(new GraphError('out-of-memory', 'the driver says so')),
    };
    await nextTurn();
    expect(await residency.use(tight, signal, (value) => value)).toBe('b');
    expect(diary).toEqual(['load a', 'drop a', 'load b']);
    await nextTurn();
    // In the midst of work: whoever tries the step again finds the room.
    const error = new GraphError('out-of-memory', 'no room for activations');
    const work = async (): Promise<never> => {
      await nextTurn();
      throw error;
    };
    await expect(residency.use(letters(memory, diary)('c'), signal, work)).rejects.toBe(error);
    expect(memory.used).toBe(0);
    expect(diary.slice(3).sort()).toEqual(['drop b', 'drop c', 'load c']);
  });
});
