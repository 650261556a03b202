import { describe, expect, it } from 'vitest';
import { GraphError } from '../base/errors.ts';
import type { Graph } from './graph.ts';
import { meaningDigest } from './graph-meaning.ts';
import { parseGraph } from './parse-graph.ts';
import { serializeGraph } from './serialize-graph.ts';

const text = `{
  "graft": 1,
  "nodes": {},
  "edges": [],
  "notes": {
    "first": {
      "about": "chunk",
      "text": "Look **here**",
      "width": 240,
      "x": 1,
      "y": -2
    },
    "second": {
      "colour": "red",
      "height": 80,
      "text": "",
      "width": 100,
      "x": 0,
      "y": 0
    }
  },
  "groups": {
    "all": {
      "height": 200,
      "title": "Retrieval",
      "width": 300,
      "x": 0,
      "y": 10
    }
  },
  "layout": {
    "chunk": [0, 0]
  }
}
`;

function refused(file: object): GraphError {
  try {
    parseGraph(JSON.stringify({ graft: 1, ...file }), 'f.graft.json');
  } catch (error) {
    return GraphError.from(error);
  }
  throw new Error('It was read.');
}

const note = { text: 'said', x: 0, y: 0, width: 10 };
const group = { title: 'said', x: 0, y: 0, width: 10, height: 10 };

describe('notes and groups in a file', () => {
  it('stand before the layout, sorted, a field a line, on whole pixels', () => {
    expect(serializeGraph(parseGraph(text))).toBe(text);
    const { notes = {} } = parseGraph(text);
    const second = { ...notes['second'], x: 0.4, y: -0.2 };
    const turned = JSON.parse(JSON.stringify({ second, first: notes['first'] }));
    const { extra, ...fields } = turned.second;
    const written = JSON.stringify({
      ...JSON.parse(text),
      notes: { second: { ...fields, ...extra }, first: turned.first },
    });
    expect(serializeGraph(parseGraph(written))).toBe(text);
  });

  it('are absent where there are none, and stand in subgraphs too', () => {
    const empty = parseGraph('{"graft": 1, "notes": {}, "groups": {}}');
    expect(Object.keys(empty)).not.toContain('notes');
    expect(Object.keys(empty)).not.toContain('groups');
    const inner = parseGraph(
      JSON.stringify({ graft: 1, graphs: { inner: { notes: { a: note } } } }),
    );
    expect(inner.graphs?.['inner']?.notes).toEqual({ a: note });
    expect(parseGraph(serializeGraph(inner))).toEqual(inner);
  });

  it.each([
    [{ notes: [] }, 'notes'],
    [{ notes: { 'no id': note } }, 'notes'],
    [{ notes: { a: 'text' } }, 'notes.a'],
    [{ notes: { a: { ...note, text: 1 } } }, 'notes.a.text'],
    [{ notes: { a: { ...note, x: '1' } } }, 'notes.a.x'],
    [{ notes: { a: { ...note, width: 0 } } }, 'notes.a.width'],
    [{ notes: { a: { ...note, height: null } } }, 'notes.a.height'],
    [{ notes: { a: { ...note, about: 7 } } }, 'notes.a.about'],
    [{ groups: { a: { ...group, title: null } } }, 'groups.a.title'],
    [{ groups: { a: { ...group, height: undefined } } }, 'groups.a.height'],
  ])('%j is refused with its place', (file, field) => {
    const error = refused(file);
    expect(error.code).toBe('bad-syntax');
    expect(error.location).toEqual({ file: 'f.graft.json', field });
    expect(error.message).toMatch(/should|is not/);
  });

  it('says in which subgraph', () => {
    const { location } = refused({ graphs: { inner: { notes: { a: { ...note, y: true } } } } });
    expect(location).toEqual({ file: 'f.graft.json', graph: 'inner', field: 'notes.a.y' });
  });

  it('are nothing to who uses the graph', () => {
    const bare = parseGraph('{"graft": 1, "graphs": {"inner": {}}}');
    const said: Graph = {
      ...bare,
      notes: { a: note },
      groups: { b: group },
      graphs: { inner: { nodes: {}, edges: [], layout: {}, notes: { a: note } } },
    };
    expect(meaningDigest(said)).toBe(meaningDigest(bare));
  });
});
