import type { Graph, GraphNode, NodeType } from '@graft/graph';
import { type Node as FlowNode, type NodeHandle, type Position, useStoreApi } from '@xyflow/react';
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
import { useState } from 'react';

/** What is left of a card's width for its title, and how it is written there: as in `canvas.css`. */
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

/** How many facts a card shows; undefined where its parameters are wrong, which leaves it as high as it is. */
function factsOn(node: GraphNode, look: NodeType): number | undefined {
  const known = factsByParams.get(node.params);
  if (known?.look === look) return known.facts;
  const facts = nodeFacts(node, node.params)?.length;
  if (facts !== undefined) factsByParams.set(node.params, { look, facts });
  return facts;
}

/** Width of a port as the renderer measures it: that of an index is turned by half a right angle. */
const portSize = (shape: string | undefined): number => (shape === 'index' ? 15.2 : 11);

/** From what a node's ports and size were found. */
const foundFrom = new WeakMap<readonly NodeHandle[], string>();

/** Where ports are on a card. Nothing is imported from the renderer here: it would come in pieces then. */
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
      // Those of a folded card share its height.
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

/** Nodes of a large graph with their size and ports as they will be drawn, so that none has to be drawn to be measured. */
export function knownCards(nodes: readonly FlowNode[], graph: Graph, sides: Sides): FlowNode[] {
  return nodes.map((node) => (node.type === 'graph' ? withSize(node, graph, sides) : node));
}

/** Comes when titles can be measured: with the font that they are written in. */
export async function titleFontLoaded(): Promise<void> {
  await document.fonts.load(titleFont).catch(() => []);
}

type Store = ReturnType<typeof useStoreApi>;

const keeping = new WeakSet<Store>();

/** Keeps the ports and the size of a card that `known-cards.ts` found: the renderer would look for each port in the page. */
function keepKnownSizes(store: Store): void {
  if (keeping.has(store)) return;
  keeping.add(store);
  const { updateNodeInternals } = store.getState();
  store.setState({
    updateNodeInternals(updates) {
      const { nodeLookup } = store.getState();
      const unknown = [...updates].filter(([id, { nodeElement }]) => {
        const { handles, measured } = nodeLookup.get(id) ?? {};
        const { offsetWidth, offsetHeight } = nodeElement;
        const isSame = measured?.width === offsetWidth && measured.height === offsetHeight;
        return handles === undefined || !isSame;
      });
      if (unknown.length > 0) updateNodeInternals(new Map(unknown));
    },
  });
}

/** Runs once, before the renderer takes the function that it measures with. */
export function useKnownSizesKept(): void {
  const store = useStoreApi();
  useState(() => keepKnownSizes(store));
}
