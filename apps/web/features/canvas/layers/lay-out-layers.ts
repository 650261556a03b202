import type { ELK, ElkNode, ElkPort } from 'elkjs/lib/elk-api.js';
import { columnGap, fittedZoom, type Size } from '@graft/view';
import type { Places, Units } from './units.ts';

/** Units up to which edges are made as short as can be, which takes long with more. */
const mostShortened = 80;

/** Pixels between units one below the other. */
const nodeGap = 40;

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]',
  'elk.aspectRatio': '1.6',
  'elk.spacing.componentComponent': '80',
  'elk.spacing.nodeNode': String(nodeGap),
  'elk.spacing.edgeNode': '16',
  'elk.layered.spacing.nodeNodeBetweenLayers': String(columnGap),
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
};

/** Pixels that a layout is looked at in, about: the canvas between its panels on a screen of 1440 × 900. */
const usualRoom = { width: 846, height: 728 };
/** Breaks a long row of layers into several, each below the one before. */
const wrapping = { 'elk.layered.wrapping.strategy': 'MULTI_EDGE' };
/** How much larger cards have to be drawn for that. */
const worthWrapping = 1.4;
/** How much larger for units to be moved beside one another. */
const worthCompacting = 1.05;

/** Moves units beside one another where a wide one, such as a group, keeps them apart. */
const compact = { 'elk.layered.compaction.postCompaction.strategy': 'EDGE_LENGTH' };
/** Pixels by which that may leave a unit out of line with those left of it. */
const outOfLine = columnGap / 2;

/** The zoom at which all of a layout is seen. */
const zoomIn = ({ width = 0, height = 0 }: ElkNode, room: Size): number =>
  fittedZoom({ left: 0, top: 0, right: width, bottom: height }, room);

/** A port for each height at which something leaves a unit, or comes in. */
function portsAt(unit: string, side: 'EAST' | 'WEST', heights: Iterable<number> = []): ElkPort[] {
  return [...heights].map((y) => ({
    id: `${unit} ${side} ${String(y)}`,
    ...{ y, width: 0, height: 0 },
    layoutOptions: { 'elk.port.side': side },
  }));
}

type Laid = readonly Required<Pick<ElkNode, 'id' | 'x' | 'y' | 'width' | 'height'>>[];

/** The units, those that stand a few pixels out of line moved left into it, where there is room. */
function inLine({ children = [] }: ElkNode): Laid {
  const placed: Laid[number][] = [];
  for (const { id, x = 0, y = 0, width = 0, height = 0 } of children.toSorted(
    (a, b) => (a.x ?? 0) - (b.x ?? 0),
  )) {
    const line = placed.findLast((other) => other.x < x && other.x >= x - outOfLine)?.x ?? x;
    const isFree = placed.every(
      (other) =>
        other.x + other.width + columnGap <= line ||
        other.y >= y + height + nodeGap ||
        other.y + other.height + nodeGap <= y,
    );
    placed.push({ id, x: isFree ? line : x, y, width, height });
  }
  return placed;
}

/**
 * Layers from left to right by what feeds what, with few crossings and short edges. A small graph that would be a long row is broken
 * into several, where its cards can be read better so. Rejects what the layout cannot do.
 */
export async function layOutLayers(elk: ELK, units: Units): Promise<Places> {
  const { room = usualRoom, sizes } = units;
  // Of the room as it is: a narrow one is better filled from top to bottom.
  const shape = { 'elk.aspectRatio': String(room.width / room.height) };
  let laid = await elk.layout(elkGraph(units));
  if (zoomIn(laid, room) < 1 && sizes.size <= mostShortened) {
    const compacted = await elk.layout(elkGraph(units, compact));
    if (zoomIn(compacted, room) > worthCompacting * zoomIn(laid, room))
      laid = { ...compacted, children: [...inLine(compacted)] };
    const wrapped = await elk.layout(elkGraph(units, { ...wrapping, ...shape }));
    if (zoomIn(wrapped, room) > worthWrapping * zoomIn(laid, room)) laid = wrapped;
  }
  return Object.fromEntries(
    (laid.children ?? []).map(({ id, x = 0, y = 0 }) => [
      id,
      { x: Math.round(x), y: Math.round(y) },
    ]),
  );
}

function elkGraph({ sizes, links }: Units, more: Readonly<Record<string, string>> = {}): ElkNode {
  const known = links.filter(
    ({ source, target }) => source !== target && sizes.has(source) && sizes.has(target),
  );
  const out = new Map([...sizes.keys()].map((id) => [id, new Set<number>()]));
  const into = new Map([...sizes.keys()].map((id) => [id, new Set<number>()]));
  for (const { source, target, from, to } of known) {
    out.get(source)?.add(from);
    into.get(target)?.add(to);
  }
  const children = [...sizes].map(([id, { width, height }]): ElkNode => {
    const right = portsAt(id, 'EAST', out.get(id)).map((port) => ({ ...port, x: width }));
    const left = portsAt(id, 'WEST', into.get(id)).map((port) => ({ ...port, x: 0 }));
    return {
      ...{ id, width, height },
      ports: [...right, ...left],
      layoutOptions: { 'elk.portConstraints': 'FIXED_POS' },
    };
  });
  return {
    id: 'all',
    layoutOptions: {
      ...options,
      'elk.layered.nodePlacement.strategy':
        sizes.size > mostShortened ? 'BRANDES_KOEPF' : 'NETWORK_SIMPLEX',
      ...more,
    },
    children,
    edges: known.map(({ source, target, from, to }, at) => ({
      id: String(at),
      sources: [`${source} EAST ${String(from)}`],
      targets: [`${target} WEST ${String(to)}`],
    })),
  };
}
