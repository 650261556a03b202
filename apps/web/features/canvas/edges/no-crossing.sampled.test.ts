import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseGraph, type Graph, type GraphBody } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import ELK from 'elkjs/lib/elk.bundled.js';
import { beforeAll, expect, inject, it } from 'vitest';
import {
  groupTitleWidth,
  laidOut,
  nodeHeight,
  nodeWidth,
  portsOf,
  provideNodeTypes,
  shapeOf,
} from '@graft/view';
import { layOutLayers } from '../layers/lay-out-layers.ts';
import { tidied } from '../tidied.ts';
import { routeEdges } from './route-edges.ts';
import type { Ends } from './route.ts';
import { obstaclesOf } from './use-routing.ts';
import { contains, crosses, curvePoints, grown, type Box, type Point } from './shapes.ts';

type Drawn = GraphBody & Pick<Graph, 'groups'>;

/** Pixels from the top of a group to below its title, as notes.css has it. */
const headHeight = 34;

const examples = path.resolve(import.meta.dirname, '../../../../../examples');

beforeAll(async () => {
  provideNodeTypes(registry);
});

/** Where the canvas draws the cards of a graph, and the ends of its edges. */
function drawn(graph: GraphBody): { readonly boxes: Map<string, Box>; readonly ends: Ends[] } {
  const boxes = new Map<string, Box>();
  for (const id of Object.keys(graph.nodes)) {
    const { x, y } = graph.layout[id] ?? { x: 0, y: 0 };
    boxes.set(id, { left: x, top: y, right: x + nodeWidth, bottom: y + nodeHeight(graph, id) });
  }
  const place = (id: string, port: string, side: 'inputs' | 'outputs'): Point => {
    const { left = 0, right = 0, top = 0 } = boxes.get(id) ?? {};
    const at = portsOf(graph.edges, id, shapeOf(graph.nodes[id]))[side].indexOf(port);
    return { x: side === 'inputs' ? left : right, y: top + 34 + at * 20 + 10 };
  };
  const ends = graph.edges.flatMap(({ source, sourcePort, target, targetPort }): Ends[] =>
    boxes.has(source) && boxes.has(target)
      ? [
          {
            id: `${source}.${sourcePort} -> ${target}.${targetPort}`,
            port: `${source}.${sourcePort}`,
            from: place(source, sourcePort, 'outputs'),
            to: place(target, targetPort, 'inputs'),
          },
        ]
      : [],
  );
  return { boxes, ends };
}

/** The nodes as the renderer has them. */
function flowNodes(graph: Drawn): Parameters<typeof obstaclesOf>[0] {
  const cards = Object.keys(graph.nodes).map((id) => ({
    ...{ type: 'graph', position: graph.layout[id] ?? { x: 0, y: 0 } },
    measured: { width: nodeWidth, height: nodeHeight(graph, id) },
  }));
  const frames = Object.values(graph.groups ?? {}).map(({ x, y, width, height, title }) => ({
    ...{ type: 'frame', position: { x, y }, measured: { width, height }, ariaLabel: title },
  }));
  return [...frames, ...cards];
}

/** Where the words of its groups' titles are drawn. */
const titles = ({ groups = {} }: Drawn): Box[] =>
  Object.values(groups).map(({ x, y, width, title }) => ({
    ...{ left: x, top: y, bottom: y + headHeight },
    right: x + Math.min(width, groupTitleWidth(title)),
  }));

/** Edges that run behind a card, or something else, as they are drawn: by the way found for them, or else by their curve. */
function crossings(graph: Drawn, others: readonly Box[] = []): string[] {
  const { boxes, ends } = drawn(graph);
  const all = [...boxes.values(), ...others];
  const routes = routeEdges(ends, obstaclesOf(flowNodes(graph)));
  return ends.flatMap(({ id, from, to }) => {
    const way = routes.get(id);
    const behind = all.some((box) => {
      const inner = grown(box, -1);
      return way === undefined
        ? curvePoints(from, to).some((point) => contains(inner, point))
        : way.some((point, at) => at > 0 && crosses(inner, way[at - 1] ?? point, point));
    });
    return behind ? [id] : [];
  });
}

const files = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.graft.json') && !name.includes('.graft/'),
);

const elk = new ELK();
const inLayers = (graph: Graph): Promise<Graph> =>
  tidied(graph, (units) => layOutLayers(elk, units));

it.each(files)(
  'draws no edge of %s behind a card or over a title, as it is saved and when tidied',
  async (name) => {
    const graph = laidOut(parseGraph(readFileSync(path.join(examples, name), 'utf8'), name));
    for (const body of [graph, ...Object.values(graph.graphs ?? {})]) {
      const columns = laidOut({ ...graph, ...body, layout: {} });
      expect(crossings(body), 'as saved').toEqual([]);
      expect(crossings({ ...columns, groups: {} }), 'tidied').toEqual([]);
      const layers = await inLayers({ ...graph, notes: {}, groups: {}, ...body });
      expect(crossings(layers, titles(layers)), 'in layers').toEqual([]);
    }
  },
);

/** Numbers from 0 to 1, the same in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A graph of three to eight layers of one to six nodes, whose edges may pass over layers. */
function layered(seed: number): Graph {
  const next = random(seed);
  const upTo = (least: number, most: number): number =>
    least + Math.floor(next() * (most - least + 1));
  const layers = Array.from({ length: upTo(3, 8) }, (_, layer) =>
    Array.from({ length: upTo(1, 6) }, (__, at) => `n-${String(layer)}-${String(at)}`),
  );
  const edges = new Set<string>();
  for (const [layer, ids] of layers.entries()) {
    const before = layers.slice(0, layer).flat();
    if (before.length === 0) continue;
    for (const target of ids) {
      for (let at = upTo(1, 3); at > 0; at--) {
        // Mostly of the layer before, sometimes of any.
        const from = next() < 0.7 ? (layers[layer - 1] ?? before) : before;
        const source = from[Math.floor(next() * from.length)] ?? '';
        edges.add(`${source}.out-${String(upTo(1, 2))} -> ${target}.in-${String(upTo(1, 3))}`);
      }
    }
  }
  // Of a type that is not known: each has the ports that its edges name.
  const nodes = Object.fromEntries(layers.flat().map((id) => [id, { type: 'any', version: 1 }]));
  return parseGraph(JSON.stringify({ graft: 1, nodes, edges: [...edges].sort() }));
}

/** Pairs of edges that would cross, were they straight lines. */
function crossed(graph: GraphBody): number {
  const side = (a: Point, b: Point, c: Point): number =>
    Math.sign((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x));
  const { ends } = drawn(graph);
  return ends.reduce(
    (sum, a, at) =>
      sum +
      ends
        .slice(at + 1)
        .filter(
          (b) =>
            side(a.from, a.to, b.from) * side(a.from, a.to, b.to) < 0 &&
            side(b.from, b.to, a.from) * side(b.from, b.to, a.to) < 0,
        ).length,
    0,
  );
}

const graphs = 200 * inject('share');

it('draws no edge of random layered graphs behind a card, once they are tidied', async () => {
  let edges = 0;
  let [inColumnsCross, inLayersCross] = [0, 0];
  const behind: string[] = [];
  for (let seed = 1; seed <= graphs; seed++) {
    const graph = layered(seed);
    edges += graph.edges.length;
    const columns = laidOut({ ...graph, layout: {} });
    const layers = await inLayers(graph);
    inColumnsCross += crossed(columns);
    inLayersCross += crossed(layers);
    const found = [...crossings(columns), ...crossings(layers)];
    behind.push(...found.map((id) => `${String(seed)}: ${id}`));
  }
  expect(edges).toBeGreaterThan(15 * graphs);
  expect(behind).toEqual([]);
  // What the layout by layers is there for.
  expect(inLayersCross).toBeLessThan(0.75 * inColumnsCross);
});
