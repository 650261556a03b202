import { parseGraph, serializeGraph, type Graph } from '@graft/graph';
import { expect, it } from 'vitest';
import { cellOrder, proseOrder, provideNodeTypes } from '@graft/view';
import { movedProse } from './moved-prose.ts';

provideNodeTypes(new Map());

const node = { type: 'chunk', version: 1, params: {} };
const note = (y: number, about?: string) => ({ text: 'One line', x: 0, y, width: 200, about });
const written = (notes: Readonly<Record<string, ReturnType<typeof note>>>): Graph =>
  parseGraph(
    JSON.stringify({
      ...{ graft: 1, nodes: { one: node, two: node }, notes },
      layout: { one: [0, 0], two: [300, 0] },
    }),
  );
/** The page from the top down, as the file has it when it is read again: notes in small letters, cells in large ones. */
function page(graph: Graph | undefined): string | undefined {
  if (graph === undefined) return undefined;
  const again = parseGraph(serializeGraph(graph));
  const { head, before } = proseOrder(again);
  const names = (notes: typeof head = []): string[] => notes.map(([id]) => id);
  return [
    ...names(head),
    ...cellOrder(again).flatMap((id) => [...names(before.get(id)), id.toUpperCase()]),
  ].join(' ');
}

it('takes a note past notes and cells, up and down, until there is nothing to go past', () => {
  const start = written({ a: note(0), b: note(50), c: note(500, 'one'), d: note(400, 'two') });
  expect(page(start)).toBe('a b c ONE d TWO');
  let graph = start;
  const seen: (string | undefined)[] = [];
  for (const step of [1, 1, 1, 1] as const) {
    const next = movedProse(graph, 'a', step);
    seen.push(page(next));
    graph = next ?? graph;
  }
  expect(seen).toEqual([
    'b a c ONE d TWO',
    'b c a ONE d TWO',
    'b c ONE a d TWO',
    'b c ONE d a TWO',
  ]);
  expect(movedProse(graph, 'a', 1)).toBeUndefined();
  expect(graph.notes?.['a']?.about).toBe('two');
  for (const expected of [
    'b c ONE a d TWO',
    'b c a ONE d TWO',
    'b a c ONE d TWO',
    'a b c ONE d TWO',
  ]) {
    graph = movedProse(graph, 'a', -1) ?? graph;
    expect(page(graph)).toBe(expected);
  }
  expect(movedProse(graph, 'a', -1)).toBeUndefined();
  expect(graph.notes?.['a']?.about).toBeUndefined();
});

it('goes past a cell of which nothing is said, and past notes that stand at one place', () => {
  const alone = written({ a: note(0) });
  const moved = movedProse(alone, 'a', 1);
  expect(page(moved)).toBe('ONE a TWO');
  // Below the node on the canvas.
  expect(moved?.notes?.['a']).toMatchObject({ about: 'two', x: 300 });
  expect(moved?.notes?.['a']?.y).toBeGreaterThan(0);
  const heap = written({ a: note(7, 'two'), b: note(7, 'two'), c: note(7, 'two') });
  expect(page(movedProse(heap, 'c', -1))).toBe('ONE a c b TWO');
  expect(page(movedProse(heap, 'a', 1))).toBe('ONE b a c TWO');
  expect(page(movedProse(heap, 'a', -1))).toBe('a ONE b c TWO');
});

it('leaves notes of the canvas clear of one another', () => {
  const stack = written({ a: note(100, 'two'), b: note(160, 'two'), c: note(220, 'two') });
  const frames = Object.values(movedProse(stack, 'c', -1)?.notes ?? {})
    .map(({ y }) => y)
    .sort((a, b) => a - b);
  for (const [at, y] of frames.slice(1).entries())
    expect(y - (frames[at] ?? 0)).toBeGreaterThanOrEqual(40);
});
