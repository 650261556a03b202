import { describe, expect, it } from 'vitest';
import { diffGraphs } from './diff-graphs.ts';
import { formatDiff } from './format-diff.ts';
import { parseGraph } from '../format/parse-graph.ts';

const before = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: {
      chunk: { type: 'chunk', version: 1, params: { size: 512, overlap: 64, same: [1, { a: 2 }] } },
      embed: { type: 'embed', version: 1, title: 'Embed' },
      old: { type: 'number', version: 1 },
      turns: { type: 'number', version: 1 },
    },
    edges: ['chunk.chunks -> embed.chunks', 'old.value -> turns.x'],
    lock: { models: { m: '1' }, files: { gone: '1' } },
    layout: { chunk: [0, 0], embed: [0, 0], old: [0, 0], turns: [0, 0] },
    note: 'a',
  }),
);
const after = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: {
      chunk: { type: 'chunk', version: 2, params: { size: 256, same: [1, { a: 2 }], by: 'x' } },
      embed: { type: 'embed', version: 1, title: 'Vectors', colour: 'red' },
      new: { type: 'rerank', version: 1, params: { k: 5, text: 'x'.repeat(200) } },
      turns: { type: 'double', version: 1 },
    },
    edges: ['chunk.chunks -> embed.chunks', 'embed.out -> new.in'],
    lock: { models: { m: { digest: '1', size: 2 } }, files: { fresh: '1' }, graphs: { lib: '1' } },
    layout: { chunk: [0, 0], embed: [10, 0], new: [5, 5], turns: [0, 0, 'collapsed'] },
    note: 'b',
  }),
);

describe('diffGraphs', () => {
  it('speaks of nodes, parameters and edges', () => {
    expect(formatDiff(diffGraphs(before, after))).toEqual([
      `added node "new" (rerank): k 5, text "${'x'.repeat(79)}… (202 characters)`,
      'removed node "old" (number)',
      '"turns": type "number" → "double"',
      '"chunk": version 1 → 2',
      '"embed": title "Embed" → "Vectors"',
      '"chunk": by default → "x"',
      '"chunk": overlap 64 → default',
      '"chunk": size 512 → 256',
      'file: note "a" → "b"',
      '"embed": colour none → "red"',
      'connected embed.out -> new.in',
      'disconnected old.value -> turns.x',
      'renewed the lock of model "m"',
      'locked file "fresh"',
      'unlocked file "gone"',
      'locked graph "lib"',
      'moved 1 node (no result changes)',
      'folded or unfolded 1 node (no result changes)',
    ]);
  });

  it('keeps places apart from what is computed', () => {
    const moved = { ...before, layout: { ...before.layout, chunk: { x: 9, y: 9 } } };
    const diff = diffGraphs(before, moved);
    expect(diff.moved).toEqual(['chunk']);
    expect({ ...diff, moved: [] }).toEqual(diffGraphs(before, before));
  });

  it('is empty between equal graphs', () => {
    expect(formatDiff(diffGraphs(after, structuredClone(after)))).toEqual([]);
  });
});
