import { describe, expect, it } from 'vitest';
import type { NodeType } from '../types/node-type.ts';
import { formatEdge } from './edge.ts';
import { migrateGraph } from './migrate-graph.ts';
import { parseGraph } from './parse-graph.ts';
import { createRegistry } from '../types/registry.ts';
import { doubleNode, numberNode, testModels, testRegistry } from '../testing.ts';
import { validateGraph } from '../plan/resolve-graph.ts';

const old = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: {
      a: { type: 'number', version: 1 },
      b: { type: 'double', version: 1, title: 'kept', params: { times: 3 } },
      c: { type: 'double', version: 1 },
      odd: { type: 'unheard-of', version: 1, params: { times: 3 } },
      young: { type: 'double', version: 9, params: { times: 3 } },
    },
    edges: ['a.value -> b.in', 'b.out -> c.in', 'odd.out -> young.in'],
  }),
);

describe('migrateGraph', () => {
  it('upgrades params and keeps edges at renamed ports', () => {
    const graph = migrateGraph(old, testRegistry);
    expect(graph.nodes['b']).toEqual({
      type: 'double',
      version: 2,
      title: 'kept',
      params: { factor: 3 },
    });
    expect(graph.nodes['c']?.params).toEqual({});
    expect(graph.edges.map(formatEdge)).toEqual([
      'a.value -> b.value',
      'b.value -> c.value',
      'odd.out -> young.in',
    ]);
  });

  it('keeps the points that edges are led through at renamed ports', () => {
    const bends = { 'a.value -> b.in': [{ x: 1, y: 2 }], 'odd.out -> young.in': [{ x: 3, y: 4 }] };
    expect(migrateGraph({ ...old, bends }, testRegistry).bends).toEqual({
      'a.value -> b.value': [{ x: 1, y: 2 }],
      'odd.out -> young.in': [{ x: 3, y: 4 }],
    });
  });

  it('reads nodes of a type that another took the place of as of its version 1', () => {
    const triple = { ...doubleNode, type: 'triple', formerly: ['treble'] } as unknown as NodeType;
    const registry = createRegistry([numberNode, triple]);
    const written = parseGraph(
      JSON.stringify({
        graft: 1,
        nodes: {
          a: { type: 'number', version: 1 },
          b: { type: 'treble', version: 4, title: 'kept', params: { times: 3 } },
        },
        edges: ['a.value -> b.in'],
        experiments: {
          e: {
            vary: { 'b.times': [1, 2] },
            arms: { other: { replace: { a: { type: 'treble', version: 1 } } } },
          },
        },
      }),
    );
    const graph = migrateGraph(written, registry);
    const now = { type: 'triple', version: 2, title: 'kept', params: { factor: 3 } };
    expect(graph.nodes['b']).toEqual(now);
    expect(graph.edges.map(formatEdge)).toEqual(['a.value -> b.value']);
    expect(graph.experiments?.['e']?.vary).toEqual({ 'b.factor': [1, 2] });
    expect(graph.experiments?.['e']?.arms?.['other']?.replace?.['a']?.type).toBe('triple');
    expect(validateGraph(written, registry, { models: testModels })).toEqual([]);
    expect(() =>
      createRegistry([numberNode, doubleNode, triple, { ...triple, type: 'x' }]),
    ).toThrow('its former type "treble" is taken');
  });

  it('leaves unknown types and newer nodes as they are', () => {
    const graph = migrateGraph(old, testRegistry);
    expect(graph.nodes['odd']).toBe(old.nodes['odd']);
    expect(graph.nodes['young']).toBe(old.nodes['young']);
  });

  it('returns the same graph when there is nothing to do', () => {
    const graph = migrateGraph(old, testRegistry);
    expect(migrateGraph(graph, testRegistry)).toBe(graph);
  });

  it('follows a port through several renames, also where names are swapped', () => {
    const steps = {
      ...doubleNode,
      version: 3,
      migrations: [
        { from: 1, name: 'one', params: () => ({}), renamedInputs: { in: 'left', other: 'in' } },
        { from: 2, name: 'two', params: () => ({}), renamedInputs: { left: 'value', in: 'side' } },
      ],
    } as unknown as NodeType;
    const graph = parseGraph(
      '{"graft":1,"nodes":{"b":{"type":"double","version":1}},"edges":["a.x -> b.in","a.x -> b.other"]}',
    );
    expect(migrateGraph(graph, createRegistry([steps])).edges.map(formatEdge)).toEqual([
      'a.x -> b.side',
      'a.x -> b.value',
    ]);
  });

  it('locates a migration that fails, and validation goes on', () => {
    const broken = {
      ...numberNode,
      version: 2,
      migrations: [
        {
          from: 1,
          name: 'breaks',
          params: (): never => {
            throw new TypeError('no such thing');
          },
        },
      ],
    } as unknown as NodeType;
    const registry = createRegistry([broken, doubleNode]);
    expect(() => migrateGraph(old, registry)).toThrow('no such thing');
    const problems = validateGraph(old, registry, { models: testModels });
    expect(problems[0]).toMatchObject({ code: 'internal', location: { node: 'a' } });
    expect(problems.map(({ location }) => location.node)).toContain('odd');
  });
});
