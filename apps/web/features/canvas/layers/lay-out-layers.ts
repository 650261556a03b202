import type { ELK, ElkNode, ElkPort } from 'elkjs/lib/elk-api.js';
import { columnGap } from '@graft/view';
import type { Places, Units } from './units.ts';

/** Units up to which edges are made as short as can be, which takes long with more. */
const mostShortened = 80;

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]',
  'elk.aspectRatio': '1.6',
  'elk.spacing.componentComponent': '80',
  'elk.spacing.nodeNode': '40',
  'elk.spacing.edgeNode': '16',
  'elk.layered.spacing.nodeNodeBetweenLayers': String(columnGap),
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
};

/** A port for each height at which something leaves a unit, or comes in. */
function portsAt(unit: string, side: 'EAST' | 'WEST', heights: Iterable<number> = []): ElkPort[] {
  return [...heights].map((y) => ({
    id: `${unit} ${side} ${String(y)}`,
    ...{ y, width: 0, height: 0 },
    layoutOptions: { 'elk.port.side': side },
  }));
}

/** Layers from left to right by what feeds what, with few crossings and short edges. Rejects what the layout cannot do. */
export async function layOutLayers(elk: ELK, { sizes, links }: Units): Promise<Places> {
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
  const { children: laid = [] } = await elk.layout({
    id: 'all',
    layoutOptions: {
      ...options,
      'elk.layered.nodePlacement.strategy':
        sizes.size > mostShortened ? 'BRANDES_KOEPF' : 'NETWORK_SIMPLEX',
    },
    children,
    edges: known.map(({ source, target, from, to }, at) => ({
      id: String(at),
      sources: [`${source} EAST ${String(from)}`],
      targets: [`${target} WEST ${String(to)}`],
    })),
  });
  return Object.fromEntries(
    laid.map(({ id, x = 0, y = 0 }) => [id, { x: Math.round(x), y: Math.round(y) }]),
  );
}
