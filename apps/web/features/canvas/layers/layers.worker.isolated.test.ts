import { expect, it, vi } from 'vitest';
import type { LayersAnswer, LayersQuestion } from './ask-layers.ts';

it('answers within a worker, in which there is no document', async () => {
  const page = new EventTarget();
  const answered = new Promise<LayersAnswer>((resolve) => vi.stubGlobal('postMessage', resolve));
  vi.stubGlobal('self', globalThis);
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  await import('./layers.worker.ts');
  const size = { width: 206, height: 100 };
  const sizes = new Map(['a', 'b', 'c'].map((id) => [id, size]));
  const links = [
    { source: 'a', target: 'c', from: 40, to: 40 },
    { source: 'b', target: 'c', from: 40, to: 60 },
  ];
  const data: LayersQuestion = { id: 7, units: { sizes, links } };
  page.dispatchEvent(new MessageEvent('message', { data }));
  const { id, places } = await answered;
  expect(id).toBe(7);
  expect([places?.['a']?.x, places?.['b']?.x]).toEqual([0, 0]);
  expect(places?.['c']?.x).toBeGreaterThan(206);
});
