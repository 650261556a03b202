import { performance } from 'node:perf_hooks';
import { parseGraph, planGraph, type Graph } from '@graft/graph';
import { testModels, testRegistry } from '@graft/graph/testing';

/**
 * Planning is linear in the nodes, whether a file has them all or graphs within graphs stand for them: times a node at
 * 25,000, 50,000 and 100,000 nodes, flat and nested ten deep, as ratios.
 */
const sizes = [25_000, 50_000, 100_000];
const depth = 10;
const rounds = 5;

const number = { type: 'number', version: 1, params: { value: 1 } };
const double = { type: 'double', version: 2, params: { factor: 2 } };

/** Chains of ten numbers, each doubled from the one before. */
function flat(count: number): Graph {
  const nodes: Record<string, object> = {};
  const edges: string[] = [];
  for (let i = 0; i < count; i++) {
    nodes[`n${String(i)}`] = i % 10 === 0 ? number : double;
    if (i % 10 > 0) edges.push(`n${String(i - 1)}.value -> n${String(i)}.value`);
  }
  return parseGraph(JSON.stringify({ graft: 1, nodes, edges }));
}

/** As many nodes: a number, doubled in each of ten graphs within each other. */
function nested(count: number): Graph {
  const graphs = Array.from({ length: depth }, (_, level) => {
    const deeper = level === depth - 1 ? {} : { g: use(level + 1) };
    return [
      `g${String(level)}`,
      {
        nodes: { in: { type: 'input', version: 1 }, d: double, ...deeper },
        edges: ['in.value -> d.value', ...(level === depth - 1 ? [] : ['d.value -> g.in'])],
      },
    ];
  });
  const nodes: Record<string, object> = {};
  const edges: string[] = [];
  for (let i = 0; i < count / (depth + 1); i++) {
    nodes[`n${String(i)}`] = number;
    nodes[`u${String(i)}`] = use(0);
    edges.push(`n${String(i)}.value -> u${String(i)}.in`);
  }
  return parseGraph(JSON.stringify({ graft: 1, nodes, edges, graphs: Object.fromEntries(graphs) }));
}

function use(level: number): object {
  return { type: 'graph', version: 1, params: { use: `#g${String(level)}` } };
}

/** Least of some rounds: microseconds a planned node. */
function measure(graph: Graph): { readonly nodes: number; readonly micros: number } {
  let least = Infinity;
  let nodes = 0;
  for (let round = 0; round < rounds; round++) {
    const begin = performance.now();
    nodes = planGraph(graph, testRegistry, { models: testModels }).nodes.length;
    least = Math.min(least, performance.now() - begin);
  }
  return { nodes, micros: (least * 1000) / nodes };
}

measure(flat(5_000));
measure(nested(5_000));
const first = { flat: 0, nested: 0 };
for (const size of sizes) {
  const results = { flat: measure(flat(size)), nested: measure(nested(size)) };
  for (const shape of ['flat', 'nested'] as const) {
    const { nodes, micros } = results[shape];
    first[shape] ||= micros;
    process.stdout.write(
      `${shape.padEnd(6)} ${String(nodes).padStart(6)} nodes  ${micros.toFixed(2)} µs a node  ${(micros / first[shape]).toFixed(2)} × that at ${String(sizes[0])}\n`,
    );
  }
  process.stdout.write(
    `nested / flat at ${String(size)}: ${(results.nested.micros / results.flat.micros).toFixed(2)}\n`,
  );
}
