import {
  formatEdge,
  moveNodes,
  placeOfKey,
  type Edge,
  type GraphBody,
  type NodeLayout,
} from '@graft/graph';
import {
  applyEdgeChanges,
  applyNodeChanges,
  Position,
  type EdgeChange,
  type Node as FlowNode,
  type Edge as FlowEdge,
  type NodeChange,
} from '@xyflow/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useDocument, useScreen, useUsedGraphs } from '../../kit/stores.ts';
import { familyColour } from '../../kit/node-types.ts';
import { knownCards, manyNodes, titleFontLoaded, useFarCards } from './far/far-view.ts';
import { edgeLayer, flowGroups, flowNotes } from './flow-annotations.ts';
import { shapeOf, titleAmong } from '@graft/view';
import { create } from 'zustand';

/** The order of nodes in the page, and so of Tab: reading order, once the code for it has loaded. */
export const useReadingOrder = create<{
  readonly order: ((graph: GraphBody) => readonly string[]) | undefined;
}>()(() => ({ order: undefined }));

/** Adds the content of moving groups to changes of places. */
type Carry = (changes: readonly NodeChange[], nodes: readonly FlowNode[]) => readonly NodeChange[];

let carry: Carry = (changes) => changes;

/** Set by the frames of groups; until they have loaded, groups move alone. */
export function provideCarry(given: Carry): void {
  carry = given;
}

const carried: Carry = (changes, nodes) => carry(changes, nodes);

export type GraphFlowEdge = FlowEdge<{ edge: Edge }>;

/** React Flow's nodes for those of the graph, in their order. Unchanged nodes stay the same objects. */
function reconcile(
  before: readonly FlowNode[],
  { ids, layout }: Pick<GraphBody, 'layout'> & { readonly ids: readonly string[] },
  selection: ReadonlySet<string>,
): FlowNode[] {
  const known = new Map(before.map((node) => [node.id, node]));
  return ids.map((id) => {
    const old = known.get(id);
    const position = layout[id] ?? { x: 0, y: 0 };
    const selected = selection.has(id);
    if (
      old !== undefined &&
      old.position.x === position.x &&
      old.position.y === position.y &&
      (old.selected ?? false) === selected
    ) {
      return old;
    }
    return { data: {}, ...old, id, type: 'graph', position: { ...position }, selected };
  });
}

/** Writes changed places into the graph. */
function commitPlaces(places: Readonly<Record<string, NodeLayout>>): void {
  useDocument.getState().edit((graph) => {
    const moved = Object.entries(places).filter(([id, { x, y }]) => {
      const old = placeOfKey(graph, id);
      return old === undefined || old.x !== Math.round(x) || old.y !== Math.round(y);
    });
    return moved.length === 0 ? graph : moveNodes(graph, Object.fromEntries(moved));
  }, 'move');
}

/**
 * Takes over what people selected on the canvas. Only their clicks arrive as changes: reading React Flow's whole
 * selection would endlessly undo selections made elsewhere.
 */
function commitSelection(changes: readonly NodeChange[]): void {
  const selects = changes.filter((change) => change.type === 'select');
  if (selects.length === 0) return;
  const { selection, select } = useScreen.getState();
  const selected = new Set(selection);
  for (const change of selects) {
    if (change.selected) selected.add(change.id);
    else selected.delete(change.id);
  }
  select([...selected].sort());
}

/** Whether the font for measuring titles has loaded. */
let hasFont = false;
const sides = { target: Position.Left, source: Position.Right };

async function loadTitleFont(): Promise<void> {
  await titleFontLoaded();
  hasFont = true;
}

/** Adds computed sizes to the cards of a large graph; those of a small one are drawn and measured. */
function sized(nodes: FlowNode[]): FlowNode[] {
  const { shown } = useDocument.getState();
  if (nodes.length > manyNodes) return knownCards(nodes, shown, sides);
  return nodes.map((node) => {
    const { handles, ...measured } = node;
    return handles === undefined ? node : measured;
  });
}

/** Nodes for React Flow. A drag stays in here; the drop changes the graph, in one edit. */
export function useFlowNodes(): {
  nodes: FlowNode[];
  onNodesChange: (changes: NodeChange[]) => void;
} {
  const graphNodes = useDocument((state) => state.shown.nodes);
  const graphEdges = useDocument((state) => state.shown.edges);
  const layout = useDocument((state) => state.shown.layout);
  const notes = useDocument((state) => state.shown.notes);
  const groups = useDocument((state) => state.shown.groups);
  const selection = useScreen((state) => state.selection);
  // Ports of used graphs arrive after the graph.
  const used = useUsedGraphs((state) => state.lookup);
  const order = useReadingOrder((state) => state.order);
  const [nodes, setNodes] = useState<FlowNode[]>([]);
  const drawn = useRef(nodes);
  drawn.current = nodes;
  useEffect(() => {
    const selected = new Set(selection);
    let isGone = false;
    const place = (): void => {
      if (isGone) return;
      const body = { nodes: graphNodes, edges: graphEdges, layout };
      const ids = order?.(body) ?? Object.keys(graphNodes);
      setNodes((before) => {
        const now = [
          ...sized(reconcile(before, { ids, layout }, selected)),
          ...flowNotes(before, notes, selected),
          ...flowGroups(before, groups, selected),
        ];
        // React Flow has already drawn a selection made on the canvas.
        const isSame = now.length === before.length && now.every((node, at) => node === before[at]);
        return isSame ? before : now;
      });
    };
    if (hasFont || Object.keys(graphNodes).length <= manyNodes) place();
    else void loadTitleFont().then(place);
    return () => {
      isGone = true;
    };
  }, [graphNodes, graphEdges, layout, notes, groups, selection, used, order]);
  const onNodesChange = useCallback((own: NodeChange[]) => {
    const changes = carried(own, drawn.current);
    const places: Record<string, NodeLayout> = {};
    for (const change of changes) {
      if (change.type === 'position' && change.dragging !== true && change.position !== undefined) {
        places[change.id] = change.position;
      }
    }
    const { carry } = useFarCards.getState();
    const uncarried = carry?.(changes, drawn.current) ?? changes;
    const single = uncarried.filter(({ type }) => type !== 'remove');
    if (single.length > 0) setNodes((before) => applyNodeChanges(single, before));
    if (Object.keys(places).length > 0) commitPlaces(places);
    commitSelection(changes);
  }, []);
  return { nodes, onNodesChange };
}

/** Edges for React Flow, in the colour of their source's port. */
export function useFlowEdges(): {
  edges: GraphFlowEdge[];
  onEdgesChange: (changes: EdgeChange<GraphFlowEdge>[]) => void;
} {
  const graphEdges = useDocument((state) => state.shown.edges);
  const graphNodes = useDocument((state) => state.shown.nodes);
  // Ports of used graphs arrive after the graph.
  const used = useUsedGraphs((state) => state.lookup);
  const [edges, setEdges] = useState<GraphFlowEdge[]>([]);
  useEffect(() => {
    setEdges((before) => {
      const known = new Map(before.map((edge) => [edge.id, edge]));
      return graphEdges.map((edge) => {
        const id = formatEdge(edge);
        const type = shapeOf(graphNodes[edge.source]);
        const stroke = familyColour(type?.outputs[edge.sourcePort]?.type.family);
        const old = known.get(id);
        const [from, to] = [edge.source, edge.target].map((id) => titleAmong(id, graphNodes));
        const ariaLabel = `Connection from ${edge.sourcePort} of ${from} to ${edge.targetPort} of ${to}`;
        if (old !== undefined && old.style?.stroke === stroke && old.ariaLabel === ariaLabel)
          return old;
        return {
          id,
          type: 'graph',
          source: edge.source,
          sourceHandle: edge.sourcePort,
          target: edge.target,
          targetHandle: edge.targetPort,
          data: { edge },
          zIndex: edgeLayer,
          style: { stroke },
          ariaLabel,
        };
      });
    });
  }, [graphEdges, graphNodes, used]);
  const onEdgesChange = useCallback((changes: EdgeChange<GraphFlowEdge>[]) => {
    setEdges((before) =>
      applyEdgeChanges(
        changes.filter(({ type }) => type !== 'remove'),
        before,
      ),
    );
  }, []);
  return { edges, onEdgesChange };
}
