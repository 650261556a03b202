import { parseGraph } from '@graft/graph';
import { expect, it } from 'vitest';
import { proseOrder } from './prose-order.ts';

it('puts notes before the nodes that they are about, others at the head, each from the top down', () => {
  const note = (x: number, y: number, about?: string) => ({ text: '', x, y, width: 9, about });
  const graph = parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: { chunk: { type: 'chunk', version: 1, params: {} } },
      notes: {
        a: note(9, 5),
        b: note(0, 5),
        c: note(0, 0, 'gone'),
        d: note(0, 8, 'chunk'),
        e: note(0, 2, 'chunk'),
      },
    }),
  );
  const { head, before } = proseOrder(graph);
  expect(head.map(([id]) => id)).toEqual(['c', 'b', 'a']);
  expect([...before].map(([node, prose]) => [node, prose.map(([id]) => id)])).toEqual([
    ['chunk', ['e', 'd']],
  ]);
});
