import { describe, expect, it } from 'vitest';
import { GraphError } from '../base/errors.ts';
import { emptyGraph } from '../compose/graph-edit.ts';
import { parseGraph } from './parse-graph.ts';
import { serializeGraph } from './serialize-graph.ts';

const canonical = `{
  "graft": 1,
  "nodes": {
    "chunk": {
      "type": "chunk",
      "version": 1,
      "title": "Cut",
      "params": {
        "list": ["a", { "b": 1, "c": null }],
        "size": 512
      },
      "colour": "red"
    },
    "embed": {
      "type": "embed",
      "version": 2,
      "params": {}
    }
  },
  "edges": [
    "chunk.chunks -> embed.chunks"
  ],
  "lock": {
    "models": {
      "m": "0"
    }
  },
  "note": { "by": "me" },
  "layout": {
    "chunk": [0, -20],
    "embed": [100, 0, "collapsed"]
  }
}
`;

describe('serializeGraph', () => {
  it('writes the canonical text', () => {
    const scrambled = JSON.stringify({
      layout: { embed: [100.2, 0, 'collapsed'], chunk: [-0.1, -20] },
      note: { by: 'me' },
      lock: { files: {}, models: { m: '0' } },
      edges: ['chunk.chunks -> embed.chunks'],
      nodes: {
        embed: { params: {}, version: 2, type: 'embed' },
        chunk: {
          colour: 'red',
          params: { size: 512, list: ['a', { c: null, b: 1 }] },
          title: 'Cut',
          version: 1,
          type: 'chunk',
        },
      },
      graft: 1,
    });
    expect(serializeGraph(parseGraph(scrambled))).toBe(canonical);
    expect(serializeGraph(parseGraph(canonical))).toBe(canonical);
  });

  it('writes one line a locked source, and a lock of before as it was', () => {
    const locked = `{
  "graft": 1,
  "nodes": {},
  "edges": [],
  "lock": {
    "models": {
      "new": { "digest": "d", "size": 5, "source": "hf:a/b@main/c" },
      "old": "d"
    },
    "files": {
      "docs/*.md": { "by": "somebody", "digest": "e", "size": 0 }
    },
    "graphs": {
      "lib/a.graft.json": { "digest": "f", "size": 1 }
    },
    "later": [1]
  }
}
`;
    expect(serializeGraph(parseGraph(locked))).toBe(locked);
  });

  it('writes an empty graph', () => {
    expect(serializeGraph(emptyGraph)).toBe('{\n  "graft": 1,\n  "nodes": {},\n  "edges": []\n}\n');
  });

  it.each([NaN, Infinity, () => 1, 1n])(
    'refuses a parameter that is %s, and says where',
    (value) => {
      const nodes = { a: { type: 't', version: 1, params: { p: value } } };
      try {
        serializeGraph({ ...emptyGraph, nodes });
        expect.unreachable();
      } catch (error) {
        expect(error).toBeInstanceOf(GraphError);
        expect(GraphError.from(error)).toMatchObject({
          code: 'bad-param',
          location: { node: 'a', param: 'p' },
        });
      }
    },
  );
});
