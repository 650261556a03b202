import { describe, expect, it } from 'vitest';
import { GraphError, type Problem } from '../base/errors.ts';
import { maxNodes, maxText, parseGraph } from './parse-graph.ts';
import { serializeGraph } from './serialize-graph.ts';

function refusal(text: string): Problem {
  try {
    parseGraph(text, 'x.graft.json');
  } catch (error) {
    expect(error).toBeInstanceOf(GraphError);
    return GraphError.from(error).toProblem();
  }
  return expect.unreachable('it was accepted');
}
const node = (fields: string): string => `{"graft":1,"nodes":{"a":${fields}}}`;

describe('parseGraph', () => {
  it('says in which subgraph something is wrong', () => {
    const inside = (body: string): string => `{"graft":1,"graphs":{"reader":${body}}}`;
    expect(refusal(inside('{"nodes":{"a":{"type":""}}}')).location).toEqual({
      file: 'x.graft.json',
      graph: 'reader',
      node: 'a',
    });
    expect(refusal(inside('[]'))).toMatchObject({
      message: expect.stringContaining('A subgraph should be an object'),
      location: { graph: 'reader' },
    });
    expect(refusal('{"graft":1,"graphs":{"a b":{}}}').message).toContain('subgraph');
    expect(refusal('{"graft":1,"expose":{"k":"top"}}').message).toBe(
      '"expose": "k" should name a parameter as "node.param".',
    );
    expect(refusal(node('{"type":"x","version":1,"bypass":1}')).message).toContain('"bypass"');
  });

  it('reads a whole file, and keeps what it does not know', () => {
    const graph = parseGraph(
      JSON.stringify({
        graft: 1,
        comment: 'kept',
        nodes: {
          chunk: { type: 'chunk', version: 1, title: 'Cut', params: { size: 512 }, colour: 'red' },
          load: { type: 'from-the-future', version: 7 },
        },
        edges: ['load.out -> chunk.documents', 'chunk.x -> chunk.y', 'chunk.x -> chunk.y'],
        lock: { models: { m: 'd' } },
        layout: { chunk: [10.4, -0.2] },
      }),
    );
    expect(graph).toEqual({
      nodes: {
        chunk: {
          type: 'chunk',
          version: 1,
          title: 'Cut',
          params: { size: 512 },
          extra: { colour: 'red' },
        },
        load: { type: 'from-the-future', version: 7, params: {} },
      },
      edges: [
        { source: 'chunk', sourcePort: 'x', target: 'chunk', targetPort: 'y' },
        { source: 'load', sourcePort: 'out', target: 'chunk', targetPort: 'documents' },
      ],
      lock: { models: { m: { digest: 'd' } }, files: {}, graphs: {} },
      layout: { chunk: { x: 10, y: 0 } },
      extra: { comment: 'kept' },
    });
  });

  it.each([
    ['', 'The file is not valid JSON (line 1): the file ends too early.', 1],
    ['{"graft": 1,\n"nodes": {\n "a": }}', 'not valid JSON (line 3): expected a value.', 3],
    ['{"graft": 1}\n}', 'there is text after the closing brace', 2],
    ['{"graft": 1,\n"graft": 1}', 'has the key "graft" twice', 2],
    ['{"graft": 1,\n<<<<<<< ours\n', 'unresolved git conflict at line 2', 2],
    ['{"graft": 1, "x": 1e999}', 'the number 1e999 is too large', 1],
    ['{"graft": 1, "x": "a\nb"}', 'no closing double quote on its line', 1],
    ['{"graft": 1, "x": "\\q"}', 'an unknown escape', 1],
    [`${'['.repeat(100_000)}`, 'nested deeper than 200 levels', 1],
    ['{"graft": 1, "edges": [\n"a.b > c.d"]}', 'is not an edge', 2],
  ])('refuses %j by line', (text, message, line) => {
    const problem = refusal(text);
    expect(problem.code).toBe('bad-syntax');
    expect(problem.message).toContain(message);
    expect(problem.location).toEqual({ file: 'x.graft.json', line });
  });

  it.each([
    ['[]', 'begins with "graft": 1'],
    ['{}', 'begins with "graft": 1'],
    ['{"graft": "1"}', 'begins with "graft": 1'],
    ['{"__proto__": {"graft": 1}}', 'begins with "graft": 1'],
    ['{"graft": 1, "nodes": []}', '"nodes" should be'],
    ['{"graft": 1, "edges": {}}', '"edges" should be'],
    ['{"graft": 1, "edges": [1]}', 'Each edge should be text'],
    ['{"graft": 1, "lock": {"models": {"a": 1}}}', '"lock.models" should have'],
    ['{"graft": 1, "lock": {"files": {"a": {"size": 1}}}}', '"lock.files" should have'],
    ['{"graft": 1, "lock": {"files": {"a": {"digest": "d", "size": -1}}}}', '"lock.files" should'],
    ['{"graft": 1, "nodes": {"a.b": {}}}', '"a.b" is not a valid node id'],
    ['{"graft": 1, "nodes": {"__proto__": {}}}', '"__proto__" is not a valid node id'],
  ])('refuses %j', (text, message) => {
    expect(refusal(text)).toMatchObject({ code: 'bad-syntax', location: { file: 'x.graft.json' } });
    expect(refusal(text).message).toContain(message);
  });

  it.each([
    ['1', 'A node should be an object'],
    ['{"version": 1}', '"type" should name'],
    ['{"type": "t"}', '"version" should be a whole number'],
    ['{"type": "t", "version": 1.5}', '"version" should be a whole number'],
    ['{"type": "t", "version": 1, "title": 3}', '"title" should be text'],
    ['{"type": "t", "version": 1, "params": []}', '"params" should be an object'],
  ])('locates a node that is %j', (fields, message) => {
    const problem = refusal(node(fields));
    expect(problem.location).toEqual({ file: 'x.graft.json', node: 'a' });
    expect(problem.message).toContain(message);
  });

  it.each(['["1", 2]', '[1]', '{}', 'null'])('locates a place that is %s', (place) => {
    expect(refusal(`{"graft": 1, "layout": {"a": ${place}}}`).location.node).toBe('a');
  });

  it('reads the format before the rest, and names it', () => {
    const problem = refusal('{"graft": 2, "nodes": "another shape altogether"}');
    expect(problem.code).toBe('newer-format');
    expect(problem.message).toContain('x.graft.json has graph format 2');
  });

  it('reads -0 as 0, which a file cannot tell apart once it is saved', () => {
    const graph = parseGraph(node('{"type":"t","version":1,"params":{"p":[-0, -0.0]}}'));
    expect(graph.nodes['a']?.params).toEqual({ p: [0, 0] });
  });

  it('keeps hostile keys harmless', () => {
    const text = node('{"type":"t","version":1,"params":{"__proto__":{"x":1},"constructor":2}}');
    const graph = parseGraph(text);
    const params = graph.nodes['a']?.params ?? {};
    expect(Object.getPrototypeOf(params)).toBe(Object.prototype);
    expect(Object.keys(params)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(serializeGraph(graph)).toContain('"__proto__": { "x": 1 }');
    expect(serializeGraph(parseGraph(serializeGraph(graph)))).toBe(serializeGraph(graph));
  });

  it('reads 100,000 nodes, and refuses what is beyond its limits', () => {
    const lines = Array.from({ length: 100_000 }, (_, i) => `"n${i}":{"type":"t","version":1}`);
    const edges = lines.slice(1).map((_, i) => `"n${i}.a -> n${i + 1}.b"`);
    const graph = parseGraph(`{"graft":1,"nodes":{${lines.join()}},"edges":[${edges.join()}]}`);
    expect(Object.keys(graph.nodes)).toHaveLength(100_000);

    const many = Array.from({ length: maxNodes + 1 }, (_, i) => `"n${i}":0`);
    expect(refusal(`{"graft":1,"nodes":{${many.join()}}}`)).toMatchObject({
      code: 'too-large',
      message: expect.stringContaining('200001 nodes') as string,
    });
    expect(refusal(' '.repeat(maxText + 1)).code).toBe('too-large');
  });
});
