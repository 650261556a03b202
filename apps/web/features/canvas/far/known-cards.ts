import type { Graph, GraphNode, NodeType } from '@graft/graph';
import type { Node as FlowNode, NodeHandle, Position } from '@xyflow/react';
import {
  shapeOf,
  nodeFacts,
  untitled,
  cardHeight,
  foldedHeight,
  mostTitleLines,
  nodeWidth,
  portMiddle,
  portsOf,
} from '@graft/view';
import { titleLines } from './title-lines.ts';

/** The width and font of titles on cards, as in `canvas.css`. */
const titleWidth = 167;
const titleFont = '600 13px "Inter Variable", system-ui, sans-serif';

let context: CanvasRenderingContext2D | null = null;
const linesOf = new Map<string, number>();

function linesOfTitle(title: string): number {
  const known = linesOf.get(title);
  if (known !== undefined) return known;
  if (context === null) {
    context = document.createElement('canvas').getContext('2d');
    if (context !== null) context.font = titleFont;
  }
  const lines = context === null ? 1 : titleLines(context, title, { width: titleWidth }).length;
  const shown = Math.min(mostTitleLines, Math.max(1, lines));
  linesOf.set(title, shown);
  return shown;
}

const factsByParams = new WeakMap<object, { readonly look: NodeType; readonly facts: number }>();

/** The number of facts on a card; undefined for invalid parameters, with which the card keeps its height. */
function factsOn(node: GraphNode, look: NodeType): number | undefined {
  const known = factsByParams.get(node.params);
  if (known?.look === look) return known.facts;
  const facts = nodeFacts(node, node.params)?.length;
  if (facts !== undefined) factsByParams.set(node.params, { look, facts });
  return facts;
}

/** The width of a port as React Flow measures it: that of an index is rotated by 45°. */
const portSize = (shape: string | undefined): number => (shape === 'index' ? 15.2 : 11);

/** The inputs from which a node's ports and size were computed. */
const foundFrom = new WeakMap<readonly NodeHandle[], string>();

/** The positions of ports on a card. Imports nothing from React Flow: the bundler would split it. */
interface Sides {
  readonly target: Position;
  readonly source: Position;
}

function withSize(node: FlowNode, graph: Graph, sides: Sides): FlowNode {
  const own = graph.nodes[node.id];
  const look = shapeOf(own);
  if (own === undefined || look === undefined) return node;
  const { inputs, outputs } = portsOf(graph.edges, node.id, look);
  const lines = linesOfTitle(own.title ?? untitled(node.id, own));
  const facts = factsOn(own, look);
  const isFolded = graph.layout[node.id]?.collapsed === true;
  const folded = foldedHeight(lines);
  const portRows = Math.max(inputs.length, outputs.length);
  const from = JSON.stringify([look.title, lines, facts, inputs, outputs, isFolded]);
  if (node.handles !== undefined && foundFrom.get(node.handles) === from) return node;
  const handlesOf = (names: readonly string[], side: 'source' | 'target'): NodeHandle[] =>
    names.map((id, row) => {
      const ports = side === 'source' ? look.outputs : look.inputs;
      const size = portSize(ports[id]?.type.shape);
      const x = (side === 'source' ? nodeWidth - 1 : 1) - size / 2;
      // The ports of a folded card share its height.
      const middle = isFolded
        ? 1 + ((row + 0.5) / portRows) * (folded - 2)
        : portMiddle(lines, row);
      return {
        ...{ id, type: side, position: sides[side] },
        ...{ x, y: middle - size / 2, width: size, height: size },
      };
    });
  const handles = [...handlesOf(inputs, 'target'), ...handlesOf(outputs, 'source')];
  foundFrom.set(handles, from);
  const height = isFolded
    ? folded
    : facts === undefined
      ? (node.measured?.height ?? cardHeight({ titleLines: lines, portRows, facts: 2 }))
      : cardHeight({ titleLines: lines, portRows, facts });
  return { ...node, handles, measured: { width: nodeWidth, height } };
}

/** Nodes of a large graph with their computed size and ports, so that none must be drawn to be measured. */
export function knownCards(nodes: readonly FlowNode[], graph: Graph, sides: Sides): FlowNode[] {
  return nodes.map((node) => (node.type === 'graph' ? withSize(node, graph, sides) : node));
}

/** Resolves when titles can be measured: their font has loaded. */
export async function titleFontLoaded(): Promise<void> {
  await document.fonts.load(titleFont).catch(() => []);
}
