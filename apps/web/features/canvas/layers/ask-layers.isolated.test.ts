import { afterEach, expect, it, vi } from 'vitest';
import { askLayers, type LayersAnswer, type LayersQuestion } from './ask-layers.ts';
import type { Units } from './units.ts';

const size = { width: 206, height: 100 };
const units: Units = {
  sizes: new Map([
    ['a', size],
    ['b', size],
  ]),
  links: [{ source: 'a', target: 'b', from: 40, to: 40 }],
};
const columns = { a: { x: 0, y: 0 }, b: { x: 262, y: 0 } };

afterEach(() => vi.unstubAllGlobals());

it('lays out in columns where there can be no worker', async () => {
  vi.stubGlobal(
    'Worker',
    class {
      constructor() {
        throw new Error('No workers here.');
      }
    },
  );
  expect(await askLayers(units)).toEqual(columns);
});

it('lays out in columns where the script of the worker cannot be had, and has another the next time', async () => {
  let started = 0;
  vi.stubGlobal(
    'Worker',
    class extends EventTarget {
      constructor() {
        super();
        started += 1;
      }
      postMessage(): void {
        queueMicrotask(() => this.dispatchEvent(new Event('error')));
      }
      terminate(): void {}
    },
  );
  expect(await Promise.all([askLayers(units), askLayers(units)])).toEqual([columns, columns]);
  expect(started).toBe(1);
  expect(await askLayers(units)).toEqual(columns);
  expect(started).toBe(2);
});

it('is stopped for one question, and answers the others', async () => {
  let started = 0;
  const places = { a: { x: 7, y: 7 }, b: { x: 8, y: 8 } };
  vi.stubGlobal(
    'Worker',
    class extends EventTarget {
      readonly #isFirst = ++started === 1;
      postMessage({ id }: LayersQuestion): void {
        const data = { id, places } satisfies LayersAnswer;
        if (!this.#isFirst) this.dispatchEvent(new MessageEvent('message', { data }));
      }
      terminate(): void {}
    },
  );
  const stopping = new AbortController();
  const asked = [askLayers(units, stopping.signal), askLayers(units)];
  stopping.abort();
  expect(await Promise.allSettled(asked)).toMatchObject([
    { status: 'rejected', reason: { name: 'AbortError' } },
    { status: 'fulfilled', value: places },
  ]);
});
