import { parseGraph } from '@graft/graph';
import { expect, it, vi } from 'vitest';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { provideNodeTypes, columnLayout, meets } from '@graft/view';
import { tidySelected } from './arrange-selection.ts';
import { drawnFrames, groupFrames } from './drawn-frames.ts';

vi.mock('../../api/client.ts', () => ({ api: {}, queries: {}, queryClient: {} }));
provideNodeTypes(new Map());

it('tidies what is selected, with notes about it, onto no other card, note or group', async () => {
  const any = { type: 'any', version: 1, params: {} };
  const note = { text: 'said', width: 206, height: 60 };
  const baseGraph = parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: { a: any, b: any, other: any },
      edges: ['a.out -> b.in'],
      notes: {
        about: { ...note, x: 900, y: 900, about: 'a' },
        free: { ...note, x: 270, y: 0 },
      },
      groups: { held: { title: 'Held', x: -30, y: 180, width: 300, height: 220 } },
      layout: { a: [0, 0], b: [20, 40], other: [0, 240] },
    }),
  );
  useDocument.getState().open({ path: 'a.graft.json', base: 'r', baseText: '', baseGraph });
  useScreen.getState().select(['a', 'b']);
  await tidySelected(({ sizes, links }) => Promise.resolve(columnLayout(sizes, links)));
  const { shown } = useDocument.getState();
  const all = drawnFrames(shown);
  const own = all.filter(({ id }) => ['a', 'b', 'note:about'].includes(id));
  const others = [...all.filter((frame) => !own.includes(frame)), ...groupFrames(shown)];
  expect(own.flatMap((frame) => others.filter((other) => meets(frame, other)))).toEqual([]);
  const { a, b } = shown.layout;
  expect(b).toEqual({ x: (a?.x ?? 0) + 262, y: a?.y });
  expect(shown.notes?.['about']).toMatchObject({ x: a?.x, y: (a?.y ?? 0) + 116 });
  expect(shown.layout['other']).toEqual({ x: 0, y: 240 });
});

it('tidies what was selected when it was asked to, whatever is edited and selected meanwhile', async () => {
  const any = { type: 'any', version: 1, params: {} };
  const baseGraph = parseGraph(
    JSON.stringify({
      ...{ graft: 1, nodes: { a: any, b: any, c: any, d: any } },
      edges: ['a.out -> b.in', 'c.out -> d.in'],
      layout: { a: [0, 0], b: [20, 40], c: [0, 900], d: [20, 940] },
    }),
  );
  useDocument.getState().open({ path: 'b.graft.json', base: 'r', baseText: '', baseGraph });
  useScreen.getState().select(['a', 'b']);
  let asked = 0;
  await tidySelected(({ sizes, links }) => {
    if (asked++ === 0) {
      useScreen.getState().select(['c', 'd']);
      useDocument.getState().edit((graph) => ({ ...graph, title: 'Edited' }));
    }
    return Promise.resolve(columnLayout(sizes, links));
  });
  const { layout } = useDocument.getState().shown;
  expect([layout['b'], layout['d']]).toEqual([
    { x: 262, y: 0 },
    { x: 20, y: 940 },
  ]);
});
