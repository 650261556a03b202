import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Problem } from '../base/errors.ts';
import { parseGraph } from '../format/parse-graph.ts';
import { defineNode, type NodeType } from '../types/node-type.ts';
import { Index, Questions } from '../rows/port-types.ts';
import { createRegistry } from '../types/registry.ts';
import { testModels, testRegistry } from '../testing.ts';
import { validateGraph } from './resolve-graph.ts';

type Nodes = Record<string, { type: string; version?: number; params?: Record<string, unknown> }>;

function problems(
  nodes: Nodes,
  edges: readonly string[] = [],
  models = testModels,
): readonly Problem[] {
  const full = Object.entries(nodes).map(([id, node]) => [
    id,
    { version: testRegistry.get(node.type)?.version ?? 1, params: {}, ...node },
  ]);
  const graph = parseGraph(
    JSON.stringify({ graft: 1, nodes: Object.fromEntries(full) as object, edges }),
  );
  return validateGraph(graph, testRegistry, { models, file: 'x.graft.json' });
}
function only(found: readonly Problem[]): Problem {
  expect(found.map(({ message }) => message)).toHaveLength(1);
  return found[0] ?? expect.unreachable();
}

const n = { type: 'number' };
const retrieval: Nodes = {
  read: { type: 'read' },
  split: { type: 'split' },
  embed: { type: 'vectors' },
  shelf: { type: 'shelf' },
  ask: { type: 'lines' },
  find: { type: 'look-up' },
};
const wires = [
  'read.documents -> split.documents',
  'split.chunks -> embed.chunks',
  'embed.vectors -> shelf.vectors',
  'shelf.index -> find.index',
  'ask.rows -> find.questions',
];

describe('validateGraph', () => {
  it('finds nothing wrong with a sound graph', () => {
    expect(problems(retrieval, wires)).toEqual([]);
  });

  it('suggests the type that was meant, and still checks the rest', () => {
    const found = problems({
      a: { type: 'nubmer' },
      b: { type: 'number', params: { value: 'x' } },
    });
    expect(found.map(({ code }) => code)).toEqual(['unknown-type', 'bad-param']);
    expect(found[0]?.message).toContain('Did you mean "number"?');
    expect(found[0]?.location).toEqual({ file: 'x.graft.json', node: 'a' });
  });

  it('leaves edges at a placeholder alone', () => {
    const found = problems({ a: { type: 'zzzzzzzzz' }, b: { type: 'double' } }, [
      'a.anything -> b.value',
      'b.value -> a.whatever',
    ]);
    expect(found.map(({ code }) => code)).toEqual(['unknown-type', 'cycle']);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['number', { value: '3' }, '"value" must be a number, but is "3".'],
    ['number', { value: 2e9 }, '"value" must be at most 1000000000, but is 2000000000.'],
    ['double', { factor: 0 }, '"factor" must be at least 1, but is 0.'],
    ['double', { factor: 1.5 }, '"factor" must be a whole number, but is 1.5.'],
    [
      'split',
      { by: 'sentense' },
      '"by" must be one of "sentence", "paragraph" (did you mean "sentence"?), but is "sentense".',
    ],
    ['read', { files: ['a', 3] }, '"files[1]" must be text, but is 3.'],
    [
      'fail',
      { message: { $secret: 'KEY' } },
      '"message" must be text, but is { "$secret": "KEY" }.',
    ],
    ['fail', { message: null }, '"message" must be text, but is null.'],
    ['number', { valu: 1 }, '"number" has no parameter "valu". Did you mean "value"?'],
    ['number', { zzzzzz: 1 }, '"number" has no parameter "zzzzzz". It has "value".'],
    ['number', { constructor: 1 }, '"number" has no parameter "constructor". It has "value".'],
  ])('says what is wrong with a %s of %j', (type, params, message) => {
    const found = problems({ a: { type, params } }).filter(({ code }) => code.endsWith('param'));
    expect(only(found).message).toBe(message);
    expect(only(found).location).toMatchObject({ node: 'a', param: Object.keys(params)[0] });
  });

  it('reports every parameter that is wrong', () => {
    const found = problems({ a: { type: 'double', params: { factor: 0, threads: 0, x: 1 } } }, []);
    expect(found.map(({ location }) => location.param ?? location.port)).toEqual([
      'x',
      'factor',
      'threads',
      'value',
    ]);
  });

  it('locates edges at nodes and ports that are not there', () => {
    const node = only(
      problems({ a: n, total: { type: 'add' } }, ['a.value -> totl.terms']).slice(0, 1),
    );
    expect(node).toMatchObject({ code: 'unknown-node', location: { node: 'a' } });
    expect(node.message).toContain('Did you mean "total"?');
    const output = problems({ a: n, b: { type: 'double' } }, ['a.valeu -> b.value']);
    expect(only(output)).toMatchObject({
      code: 'unknown-port',
      location: { node: 'a', port: 'valeu' },
    });
    expect(output[0]?.message).toContain('Did you mean "value"?');
    const input = problems({ a: n, b: { type: 'add' } }, ['a.value -> b.zzzzz']);
    expect(input[0]).toMatchObject({
      code: 'unknown-port',
      location: { node: 'b', port: 'zzzzz' },
    });
    expect(input[0]?.message).toContain('Its inputs: "terms".');
    expect(problems({ a: n, b: { type: 'double' } }, ['a.constructor -> b.value'])[0]?.code).toBe(
      'unknown-port',
    );
  });

  it('names both types of a mismatch, and what could stand between', () => {
    const found = problems({ read: { type: 'read' }, embed: { type: 'vectors' } }, [
      'read.documents -> embed.chunks',
    ]);
    expect(only(found)).toMatchObject({
      code: 'type-mismatch',
      location: { node: 'embed', port: 'chunks' },
    });
    expect(found[0]?.message).toContain(
      'This input takes chunks, but the connection brings documents. Put "Split" between them.',
    );
  });

  it('refuses two edges into a single input, and takes them into one of many', () => {
    const nodes = { a: n, b: n, c: { type: 'double' }, d: { type: 'add' } };
    const found = problems(nodes, [
      'a.value -> c.value',
      'b.value -> c.value',
      'a.value -> d.terms',
      'b.value -> d.terms',
    ]);
    expect(only(found)).toMatchObject({
      code: 'too-many-edges',
      location: { node: 'c', port: 'value' },
    });
    expect(found[0]?.message).toContain(
      'from "value" of “Number” (a) and "value" of “Number” (b). Keep one.',
    );
  });

  it('asks for required inputs, not for optional ones', () => {
    const found = problems({ a: { type: 'double' }, b: { type: 'slow' } });
    expect(only(found)).toMatchObject({
      code: 'missing-input',
      location: { node: 'a', port: 'value' },
    });
    expect(found[0]?.message).toBe(
      'Nothing is connected to "value". Connect questions, for example from "Number", "Random" or "Lines".',
    );
  });

  it('names first what gives an input with least effort', () => {
    const rows = { type: Questions, doc: 'Rows.' };
    const node = (type: string, ports: Partial<Pick<NodeType, 'inputs' | 'outputs'>>): NodeType =>
      defineNode({
        ...{ type, version: 1, implementation: 1, title: type, group: 'sources', doc: '' },
        ...{ inputs: {}, outputs: {}, params: z.strictObject({}), summary: () => [] },
        ...{ caching: 'pure', device: { needs: 'cpu', affectsResult: false }, migrations: [] },
        ...ports,
      });
    const index = { type: Index, doc: 'An index.' };
    const registry = createRegistry([
      node('passes-on', { inputs: { rows }, outputs: { rows } }),
      node('beside', { outputs: { index, rows } }),
      node('of-an-index', { inputs: { index }, outputs: { rows } }),
      node('by-itself', { outputs: { rows } }),
      node('takes', { inputs: { index, rows } }),
    ]);
    const graph = parseGraph('{"graft":1,"nodes":{"t":{"type":"takes","version":1,"params":{}}}}');
    expect(
      validateGraph(graph, registry, { models: testModels }).map(({ message }) => message),
    ).toEqual([
      'Nothing is connected to "index". Connect an index, for example from "beside".',
      'Nothing is connected to "rows". Connect questions, for example from "by-itself", "of-an-index" or "beside".',
    ]);
  });

  it('names the nodes on each cycle in order', () => {
    const nodes = Object.fromEntries([...'abcdxy'].map((id) => [id, { type: 'add' }]));
    const found = problems(nodes, [
      'b.sum -> a.terms',
      'a.sum -> c.terms',
      'c.sum -> b.terms',
      'b.sum -> d.terms',
      'x.sum -> x.terms',
      'x.sum -> y.terms',
    ]).filter(({ code }) => code === 'cycle');
    expect(found.map(({ location }) => location.node)).toEqual(['a', 'x']);
    expect(found[0]?.message).toContain('“Add” (a) → “Add” (c) → “Add” (b) → “Add” (a)');
    expect(found[1]?.message).toContain('“Add” (x) → “Add” (x)');
  });

  it('finds an index under another embedder', () => {
    const found = problems(
      { ...retrieval, find: { type: 'look-up', params: { model: 'wide-embedder' } } },
      wires,
    );
    expect(only(found)).toMatchObject({
      code: 'facet-mismatch',
      location: { node: 'find', port: 'index', param: 'model' },
    });
    expect(found[0]?.message).toContain('384 wide');
  });

  it('finds vectors of two embedders in one input', () => {
    const found = problems(
      { ...retrieval, wide: { type: 'vectors', params: { model: 'wide-embedder' } } },
      [...wires, 'split.chunks -> wide.chunks', 'wide.vectors -> shelf.vectors'],
    );
    expect(only(found)).toMatchObject({
      code: 'facet-mismatch',
      location: { node: 'shelf', port: 'vectors' },
    });
  });

  it.each([
    // What to click or to type is said where it is shown.
    [
      'no-such-model',
      'There is no model "no-such-model" in the catalogue. Choose another, or import it.',
    ],
    [
      'tiny-writer',
      '"tiny-writer" has the kind language-model. Choose a model of the kind embedder.',
    ],
  ])('refuses the model %s', (model, message) => {
    const found = problems({ ...retrieval, embed: { type: 'vectors', params: { model } } }, wires);
    expect(only(found)).toMatchObject({
      code: 'bad-model',
      location: { node: 'embed', param: 'model' },
    });
    expect(found[0]?.message).toContain(message);
  });

  it('refuses a model that is here and cannot be run, with the reason', () => {
    const unusable = 'Its file is cut off.';
    const embed = { type: 'vectors', params: { model: 'tiny-embedder' } };
    const found = problems({ ...retrieval, embed }, wires, (id) => {
      const facts = testModels(id);
      return facts && { ...facts, unusable };
    });
    expect(found.find(({ location }) => location.node === 'embed')).toMatchObject({
      code: 'bad-model',
      message: 'Graft cannot run "tiny-embedder": Its file is cut off.',
      location: { node: 'embed', param: 'model' },
    });
  });

  it('reports a node that a newer version saved, and leaves it alone', () => {
    const found = problems({ a: { type: 'number', version: 9, params: { unheard: 1 } } });
    expect(only(found)).toMatchObject({ code: 'newer-format', location: { node: 'a' } });
  });

  it('finds 20,000 nodes with a problem each', () => {
    const nodes = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, i) => [`n${i}`, { type: 'double' }]),
    );
    const edges = Array.from({ length: 20_000 }, (_, i) => `m${i}.value -> n${i}.value`);
    expect(problems(nodes, edges)).toHaveLength(20_000);
  });
});
