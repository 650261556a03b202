import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseGraph, type Graph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import ELK from 'elkjs/lib/elk.bundled.js';
import fc from 'fast-check';
import { beforeAll, expect, inject, it } from 'vitest';
import { provideNodeTypes, laidOut, columnLayout, meets, isWithin } from '@graft/view';
import { cardFrame, drawnFrames, groupFrames } from './drawn-frames.ts';
import { layOutLayers } from './layers/lay-out-layers.ts';
import type { Units } from './layers/units.ts';
import { tidied } from './tidied.ts';

beforeAll(async () => {
  provideNodeTypes(registry);
});

const inColumns = ({ sizes, links }: Units) => Promise.resolve(columnLayout(sizes, links));

const note = { text: 'said', x: 700, y: 500, width: 206, height: 60 };
const graph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: Object.fromEntries(
      ['a', 'b', 'c'].map((id) => [id, { type: 'unheard-of', version: 1, params: {} }]),
    ),
    edges: ['a.out -> c.in', 'b.out -> c.in'],
    notes: { about: { ...note, about: 'a' }, free: { ...note, x: 100, y: -100 } },
    groups: {
      sources: { title: 'Sources', x: 80, y: 80, width: 300, height: 900 },
      empty: { title: 'Empty', x: 5000, y: 0, width: 100, height: 100 },
    },
    layout: { a: [100, 100], b: [100, 800], c: [900, 100] },
  }),
);

it('lays notes below their nodes, with room for them, and draws groups around what stood in them', async () => {
  const { layout, notes, groups } = await tidied(graph, inColumns);
  expect([layout['a'], layout['c']]).toEqual([
    { x: 0, y: 44 },
    { x: 286, y: 0 },
  ]);
  const [about, below] = [notes?.['about'], layout['b']];
  expect(about).toMatchObject({ x: 0, y: 160 });
  expect(below?.y).toBeGreaterThanOrEqual((about?.y ?? 0) + 60 + 16);
  // As far from the graph as it was.
  expect(notes?.['free']).toMatchObject({ x: 0, y: -200 });
  const { x, y, width, height } = groups?.['sources'] ?? { x: 0, y: 0, width: 0, height: 0 };
  expect({ x, y, width }).toEqual({ x: -24, y: 0, width: 254 });
  expect(y + height).toBe((below?.y ?? 0) + 100 + 24);
  expect(groups?.['empty']).toEqual({ ...graph.groups?.['empty'], x: 4900, y: -100 });
});

/** Cards and notes that lie on one another, as they are drawn. */
function covered(drawn: Graph): string[] {
  const all = drawnFrames(drawn);
  return all.flatMap((frame, at) =>
    all
      .slice(at + 1)
      .flatMap((other) => (meets(frame, other) ? `${frame.id} and ${other.id}` : [])),
  );
}

/** Cards in a group that did not stand in it before. */
function taken(before: Graph, after: Graph): string[] {
  const stood = new Map(groupFrames(before).map((group) => [group.id, group]));
  return groupFrames(after).flatMap((group) =>
    Object.keys(after.nodes).flatMap((id) => {
      const frame = stood.get(group.id);
      const isOwn = frame !== undefined && isWithin(frame, cardFrame(before, id));
      return !isOwn && meets(group, cardFrame(after, id)) ? `${id} in ${group.id}` : [];
    }),
  );
}

const spot = fc.record({
  x: fc.integer({ min: -400, max: 1600 }),
  y: fc.integer({ min: -400, max: 1200 }),
});
const size = (most: number) => fc.integer({ min: 20, max: most });
/** Layers of nodes that feed any after them, anywhere on the canvas, with notes and groups anywhere over them. */
const anyGraph = fc
  .record({
    layers: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }),
    links: fc.array(fc.tuple(fc.nat(999), fc.nat(999)), { maxLength: 24 }),
    spots: fc.array(spot, { minLength: 20, maxLength: 20 }),
    notes: fc.array(
      fc.tuple(spot, size(500), fc.option(size(300)), fc.option(fc.nat(19)), fc.lorem()),
      { maxLength: 6 },
    ),
    groups: fc.array(fc.tuple(spot, size(1500), size(1500)), { maxLength: 5 }),
  })
  .map(({ layers, links, spots, notes, groups }) => {
    const ids = layers.flatMap((count, layer) =>
      Array.from({ length: count }, (_, at) => `n-${layer}-${at}`),
    );
    const edges = links.flatMap(([from, to]) => {
      const [a = '', b = ''] = [ids[from % ids.length], ids[to % ids.length]].sort();
      return a.slice(0, 3) === b.slice(0, 3) ? [] : `${a}.out -> ${b}.in-${to % 3}`;
    });
    return parseGraph(
      JSON.stringify({
        graft: 1,
        nodes: Object.fromEntries(ids.map((id) => [id, { type: 'any', version: 1 }])),
        edges: [...new Set(edges)].sort(),
        notes: Object.fromEntries(
          notes.map(([at, width, height, about, text], n) => [
            `note-${n}`,
            {
              ...{ ...at, text, width },
              ...(height === null ? {} : { height }),
              ...(about === null ? {} : { about: ids[about] ?? 'gone' }),
            },
          ]),
        ),
        groups: Object.fromEntries(
          groups.map(([at, width, height], n) => [`g-${n}`, { title: 'G', ...at, width, height }]),
        ),
        layout: Object.fromEntries(ids.map((id, n) => [id, [spots[n]?.x, spots[n]?.y]])),
      }),
    );
  });

it('leaves no card or note on another, and none in a group that is not its own, whatever there is', async () => {
  await fc.assert(
    fc.asyncProperty(anyGraph, async (before) => {
      const after = await tidied(before, inColumns);
      expect(covered(after)).toEqual([]);
      expect(taken(before, after)).toEqual([]);
      // Done again it changes nothing of that.
      expect(covered(await tidied(after, inColumns))).toEqual([]);
    }),
    { numRuns: 300 * inject('share') },
  );
});

const elk = new ELK();
const ask = (units: Units) => layOutLayers(elk, units);

it('nor in layers, whatever there is', async () => {
  await fc.assert(
    fc.asyncProperty(anyGraph, async (before) => {
      const after = await tidied(before, ask);
      expect(covered(after)).toEqual([]);
      expect(taken(before, after)).toEqual([]);
    }),
    { numRuns: 100 * inject('share') },
  );
});

const examples = path.resolve(import.meta.dirname, '../../../../examples');
const files = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.graft.json') && !name.includes('.graft/'),
);

it.each(files)('%s opens, and is tidied, with no card or note on another', async (name) => {
  const { graphs = {}, ...file } = laidOut(
    parseGraph(readFileSync(path.join(examples, name), 'utf8'), name),
  );
  for (const body of [file, ...Object.values(graphs)]) {
    // A subgraph has notes and groups of its own.
    const opened = { ...file, graphs, notes: {}, groups: {}, ...body };
    expect(covered(opened), 'as saved').toEqual([]);
    const after = await tidied(opened, inColumns);
    expect(covered(after), 'tidied').toEqual([]);
    expect(taken(opened, after), 'tidied').toEqual([]);
    const layered = await tidied(opened, ask);
    expect(covered(layered), 'in layers').toEqual([]);
    expect(taken(opened, layered), 'in layers').toEqual([]);
  }
});
