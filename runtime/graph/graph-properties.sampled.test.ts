import fc from 'fast-check';
import { describe, expect, inject, it } from 'vitest';
import { cacheKey } from './key/cache-key.ts';
import { connectionVerdict } from './plan/connection-verdict.ts';
import { diffGraphs } from './merge/diff-graphs.ts';
import { formatDiff } from './merge/format-diff.ts';
import { sortEdges } from './format/edge.ts';
import { GraphError } from './base/errors.ts';
import type { Graph } from './format/graph.ts';
import type { PlannedNode } from './format/plan.ts';
import type { GraphBody } from './format/graph-body.ts';
import { noLock } from './format/lock.ts';
import { mergeGraphs } from './merge/merge-graphs.ts';
import { migrateGraph } from './format/migrate-graph.ts';
import { parseGraph } from './format/parse-graph.ts';
import { GraphLibrary } from './plan/graph-library.ts';
import { planGraph } from './plan/plan-graph.ts';
import { isRecord } from './base/record.ts';
import { serializeGraph } from './format/serialize-graph.ts';
import { anyGraph, id, json, record, type } from './fixtures/any-graph.ts';
import { testModels, testEngines, testRegistry } from './testing.ts';
import { validateGraph } from './plan/resolve-graph.ts';

const models = testModels;

/** Graphs of numbers that are sound: each node after the first doubles one before it. */
const soundGraph: fc.Arbitrary<Graph> = fc
  .tuple(
    fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
    fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 8, maxLength: 8 }),
  )
  .map(([feeds, factors]) => ({
    nodes: Object.fromEntries(
      feeds.map((_, i) => [
        `n${i}`,
        i === 0
          ? { type: 'number', version: 1, params: { value: factors[0] } }
          : { type: 'double', version: 2, params: { factor: factors[i], threads: 2 } },
      ]),
    ),
    edges: sortEdges(
      feeds.slice(1).map((feed, i) => ({
        source: `n${feed % (i + 1)}`,
        sourcePort: 'value',
        target: `n${i + 1}`,
        targetPort: 'value',
      })),
    ),
    lock: noLock,
    layout: {},
  }));

/** Runs what may throw a GraphError, and fails on any other error. */
function tolerate<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    expect(error.message).not.toBe('');
    return undefined;
  }
}

function inputNames(graph: Graph): string[] {
  const library = new GraphLibrary(graph, { registry: testRegistry });
  return [...(library.interfaceOf(library.root)?.inputs.keys() ?? [])];
}

/** All that reads graphs, on one of them. */
function exercise(graph: Graph): void {
  const problems = validateGraph(graph, testRegistry, { models, file: 'f' });
  for (const { message, location } of problems) {
    expect(message).not.toBe('');
    expect(location.file).toBe('f');
  }
  const given = new Set(inputNames(graph));
  const plan = tolerate(() => planGraph(graph, testRegistry, { models, given }));
  if (problems.length === 0) expect(plan).toBeDefined();
  // What is wrong with a subgraph that nothing uses keeps nothing from running.
  const blocking = problems.filter(
    ({ code, location }) => location.graph === undefined && code !== 'missing-input',
  );
  if (plan !== undefined) expect(blocking).toEqual([]);
  for (const only of Object.keys(graph.nodes)) {
    tolerate(() => planGraph(graph, testRegistry, { models, only }));
  }
  tolerate(() => migrateGraph(graph, testRegistry));
  formatDiff(diffGraphs(graph, parseGraph(serializeGraph(graph))));
  for (const edge of graph.edges)
    connectionVerdict(graph, edge, { registry: testRegistry, models });
}

describe('the file format', () => {
  it('parse after serialize is the identity on graphs', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        expect(parseGraph(serializeGraph(graph))).toEqual(graph);
      }),
      { numRuns: 300 * inject('share') },
    );
  });

  it('serialize after parse is the identity on canonical text, whatever order it was made in', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const text = serializeGraph(graph);
        expect(serializeGraph(parseGraph(text))).toBe(text);
        expect(serializeGraph(reversed(graph))).toBe(text);
        expect(JSON.parse(text)).toBeDefined();
      }),
      { numRuns: 300 * inject('share') },
    );
  });
});

/** The same graph with every object's keys in the other order. */
function reversed(graph: Graph): Graph {
  const turn = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(turn)
      : isRecord(value)
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, field]) => [key, turn(field)]),
          )
        : value;
  const entries = Object.entries(graph.nodes).reverse();
  return {
    ...graph,
    edges: [...graph.edges].reverse(),
    nodes: Object.fromEntries(
      entries.map(([name, one]) => [
        name,
        {
          ...one,
          params: Object.fromEntries(
            Object.entries(one.params)
              .reverse()
              .map(([key, value]) => [key, turn(value)]),
          ),
        },
      ]),
    ),
    layout: Object.fromEntries(Object.entries(graph.layout).reverse()),
  };
}

describe('cache keys', () => {
  /** Keys of all steps, as if each step's output digest were its key. */
  function keys(graph: Graph): Map<string, string> {
    const values = new Map<string, string>();
    for (const planned of planGraph(graph, testRegistry, { models }).nodes) {
      values.set(
        planned.id,
        cacheKey({
          node: planned,
          inputs: digestsOf(planned, values),
          sources: [],
          deviceClass: 'cpu',
          engines: testEngines,
        }).value,
      );
    }
    return values;
  }
  function digestsOf(planned: PlannedNode, values: ReadonlyMap<string, string>) {
    return Object.fromEntries(
      Object.entries(planned.inputs).map(([name, feeds]) => [
        name,
        feeds.map((feed) => values.get(feed.node) ?? ''),
      ]),
    );
  }

  it('do not depend on ids, titles, layout or the order of keys', () => {
    fc.assert(
      fc.property(soundGraph, fc.string(), (graph, title) => {
        const rename = (name: string): string => `z${9 - Number(name.slice(1))}`;
        const renamed: Graph = {
          ...reversed(graph),
          nodes: Object.fromEntries(
            Object.entries(reversed(graph).nodes).map(([name, one]) => [
              rename(name),
              { ...one, title },
            ]),
          ),
          edges: sortEdges(
            graph.edges.map((edge) => ({
              ...edge,
              source: rename(edge.source),
              target: rename(edge.target),
            })),
          ),
          layout: { z1: { x: 1, y: 2 } },
          notes: { said: { text: title, x: 3, y: 4, width: 5, about: 'z1' } },
          groups: { all: { title, x: 0, y: 0, width: 9, height: 9 } },
        };
        const before = keys(graph);
        const after = keys(renamed);
        for (const [name, value] of before) expect(after.get(rename(name))).toBe(value);
      }),
    );
  });

  it('change for a changed parameter and for all below it, and for nothing else', () => {
    fc.assert(
      fc.property(soundGraph, fc.nat(), (graph, pick) => {
        const names = Object.keys(graph.nodes);
        const name = names[pick % names.length] ?? '';
        const old = graph.nodes[name];
        if (old === undefined) return;
        const param = old.type === 'number' ? 'value' : 'factor';
        const value = Number(old.params[param]) === 10 ? 1 : Number(old.params[param]) + 1;
        const changed = {
          ...graph,
          nodes: { ...graph.nodes, [name]: { ...old, params: { ...old.params, [param]: value } } },
        };
        const below = new Set([name]);
        for (const at of below)
          for (const edge of graph.edges) if (edge.source === at) below.add(edge.target);
        const before = keys(graph);
        for (const [at, key] of keys(changed)) expect(key !== before.get(at)).toBe(below.has(at));
      }),
    );
  });
});

/** A graph without notes and groups. */
function unsaid(graph: Graph): Graph {
  const strip = <B extends GraphBody>({ notes: _notes, groups: _groups, ...body }: B) => body;
  const graphs = Object.entries(graph.graphs ?? {}).map(([name, body]) => [name, strip(body)]);
  return {
    ...strip(graph),
    ...(graphs.length === 0 ? {} : { graphs: Object.fromEntries(graphs) }),
  };
}

describe('merging', () => {
  it('obeys its laws', () => {
    fc.assert(
      fc.property(anyGraph, anyGraph, (base, side) => {
        for (const [a, b] of [
          [side, side],
          [base, side],
          [side, base],
        ] as const) {
          const { graph, conflicts } = mergeGraphs({ base, ours: a, theirs: b }, testRegistry);
          expect(serializeGraph(graph)).toBe(serializeGraph(side));
          expect(conflicts).toEqual([]);
        }
      }),
      { numRuns: 300 * inject('share') },
    );
  });

  it('of any three graphs is a graph that can be saved, and takes all that does not clash', () => {
    fc.assert(
      fc.property(anyGraph, anyGraph, anyGraph, (base, ours, theirs) => {
        const { graph, conflicts } = mergeGraphs({ base, ours, theirs }, testRegistry);
        expect(parseGraph(serializeGraph(graph))).toEqual(graph);
        for (const conflict of conflicts) expect(conflict.message).not.toBe('');
        for (const name of Object.keys(theirs.nodes)) {
          if (!Object.hasOwn(base.nodes, name)) expect(Object.keys(graph.nodes)).toContain(name);
        }
        exercise(graph);
      }),
      { numRuns: 300 * inject('share') },
    );
  });

  it('is the same from both sides where nothing clashes', () => {
    fc.assert(
      fc.property(anyGraph, anyGraph, anyGraph, (base, ours, theirs) => {
        const one = mergeGraphs({ base, ours, theirs }, testRegistry);
        const other = mergeGraphs({ base, ours: theirs, theirs: ours }, testRegistry);
        expect(one.conflicts.length === 0).toBe(other.conflicts.length === 0);
        if (one.conflicts.length > 0) return;
        // Places, locks, and of notes and groups those that both added, keep ours without a conflict.
        const computed = ({ graph }: { graph: Graph }): string =>
          serializeGraph({ ...unsaid(graph), layout: {}, lock: noLock });
        expect(computed(one)).toBe(computed(other));
      }),
      { numRuns: 300 * inject('share') },
    );
  });
});

describe('bad input', () => {
  it('any text: nothing but a GraphError', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.string().map((rest) => `{"graft":1,${rest}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const graph = tolerate(() => parseGraph(text, 'f'));
        if (graph !== undefined) exercise(graph);
      }),
      { numRuns: 1000 * inject('share') },
    );
  });

  it('agrees with JSON.parse on what JSON is', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), (value) => {
        const graph = parseGraph(`{"graft": 1, "x": ${value}}`);
        expect(graph.extra?.['x']).toEqual(JSON.parse(value.replaceAll(/-0(?![.\d])/g, '0')));
      }),
    );
  });

  it('any JSON in the place of any part of a graph file', () => {
    const file = fc.record(
      {
        graft: fc.oneof(fc.constant(1), json),
        nodes: fc.oneof(
          json,
          fc.dictionary(
            id,
            fc.oneof(
              json,
              fc.record(
                {
                  type,
                  version: fc.oneof(fc.constant(1), json),
                  params: fc.oneof(record, json),
                  title: json,
                },
                { requiredKeys: ['type'] },
              ),
            ),
          ),
        ),
        edges: fc.oneof(json, fc.array(fc.string())),
        lock: json,
        notes: fc.oneof(json, fc.dictionary(id, json)),
        groups: fc.oneof(json, fc.dictionary(id, json)),
        layout: fc.oneof(json, fc.dictionary(id, json)),
      },
      { requiredKeys: ['graft'] },
    );
    fc.assert(
      fc.property(file, (value) => {
        const graph = tolerate(() => parseGraph(JSON.stringify(value), 'f'));
        if (graph !== undefined) exercise(graph);
      }),
      { numRuns: 1000 * inject('share') },
    );
  });

  it('a sound file with a piece cut out or put in', () => {
    const cut = fc.record({ at: fc.nat(), length: fc.nat({ max: 5 }) });
    fc.assert(
      fc.property(anyGraph, cut, fc.string({ maxLength: 4 }), (graph, { at, length }, piece) => {
        const text = serializeGraph(graph);
        const start = at % text.length;
        const mutated = `${text.slice(0, start)}${piece}${text.slice(start + length)}`;
        const read = tolerate(() => parseGraph(mutated, 'f'));
        if (read !== undefined) exercise(read);
      }),
      { numRuns: 500 * inject('share') },
    );
  });

  it('any graph: validation, plan, diff and verdicts', () => {
    fc.assert(fc.property(anyGraph, exercise), { numRuns: 500 * inject('share') });
  });
});
