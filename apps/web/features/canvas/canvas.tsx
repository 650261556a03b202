import { disconnect } from '@graft/graph';
import {
  Background,
  BackgroundVariant,
  Panel,
  ReactFlow,
  useNodesInitialized,
  useReactFlow,
  useStore,
  useStoreApi,
  type Node as FlowNode,
  type ReactFlowProps,
} from '@xyflow/react';
import { useEffect, useMemo, useRef } from 'react';
import { openMenu } from '../../kit/open-menu.ts';
import { FitIcon, PlanIcon, TidyIcon } from '../../kit/icons.tsx';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { connectInPlace, edgeBetween, portRefusal, shapeOf } from '@graft/view';
import { familyColour, nodeDragType } from '../../kit/node-types.ts';
import {
  FarContext,
  farScale,
  nearScale,
  manyNodes,
  placedFlat,
  pointAt,
  showsResults,
  useKnownSizesKept,
  useManyInSight,
} from './far/far-view.ts';
import {
  beginDrawing,
  connectionEnds,
  endMoving,
  endDrawing,
  graphWhileDrawing,
  moveEnd,
} from './edge-drawing.ts';
import { drawEdge } from './drop-connection.ts';
import { tidyShown } from './tidy-shown.ts';
import { useFlowEdges, useFlowNodes, type GraphFlowEdge } from './flow-nodes.ts';
import { GraphNodeView } from './graph-node.tsx';
import { addBendAt, GraphEdgeView, isLit, useEdgeUnder, useRouting } from './edges/edges.ts';
import { fitAll } from './fit-view.ts';
import { holdView, useFitOnShow } from './fit-on-show.ts';
import { attachViewport, revealNode, zoomRange } from './viewport.ts';
import { enterSelected } from '../../api/graphs/navigation.ts';
import { CanvasExtras } from './canvas-extras.tsx';
import { GroupFrame } from './notes/group-frame.tsx';
import { addDropped, endNodeDrag, markEdgeUnder, markEdgeUnderNode } from './insert-on-edge.ts';
import { part } from '../../kit/part.tsx';

const FarLayer = part(() => import('./far/far-layer.tsx').then((loaded) => loaded.FarLayer));

const NoteCard = part(() => import('./notes/note-card.tsx').then((loaded) => loaded.NoteCard));

const flowNodeTypes = {
  graph: GraphNodeView,
  note: NoteCard,
  frame: GroupFrame,
};
const edgeTypes = { graph: GraphEdgeView };
// One constant object: React Flow listens again for every new one, and loses the pressed keys.
const multiSelectionKeys = ['Shift', 'Meta', 'Control'];
/** Milliseconds in which the first graph fades in, with some reserve. */
const fadeIn = 300;

// Constant functions: React Flow redraws every node and edge for new ones.
type Handlers = ReactFlowProps<FlowNode, GraphFlowEdge>;
const nodeHandlers = {
  onNodeDoubleClick({ target }) {
    // A double click renames there.
    if (target instanceof Element && target.closest('.node-title') !== null) return;
    enterSelected();
  },
  onNodeDrag: (_event, node, dragged) => markEdgeUnderNode(node, dragged.length),
  onNodeDragStop: (_event, node, dragged) => endNodeDrag(node, dragged.length),
  onNodeMouseEnter: (_event, { id }) => pointAt(id),
  onNodeMouseLeave: () => pointAt(undefined),
  onNodeClick(event, { id }) {
    // A click on one of several selected nodes selects it alone.
    if (!event.shiftKey && !event.metaKey && !event.ctrlKey) useScreen.getState().select([id]);
  },
  onEdgeDoubleClick: ({ clientX: x, clientY: y }, { id }) => addBendAt(id, { x, y }),
  onContextMenu(event) {
    if (!(event.target instanceof Element)) return;
    if (openMenu(event.target, { x: event.clientX, y: event.clientY })) event.preventDefault();
  },
} satisfies Handlers;
const reconnectHandlers = {
  onReconnectStart: (_event, { data }) => moveEnd(data?.edge),
  onReconnectEnd: (...[, { data }, , state]) => endMoving(data?.edge, state),
  onReconnect(old, connection) {
    const { data } = old;
    if (data === undefined) return;
    const to = edgeBetween(...connectionEnds(connection));
    if (to !== undefined)
      useDocument.getState().edit((graph) => connectInPlace(disconnect(graph, data.edge), to));
  },
} satisfies Handlers;

function CanvasTools() {
  const planned = useScreen((state) => state.planOverlay);
  const isOpen = useDocument(({ file }) => file !== null);
  if (!isOpen) return null;
  return (
    <Panel position="bottom-right">
      <div className="flex rounded-[7px] border border-line bg-panel p-0.5">
        <button
          type="button"
          className="icon-button"
          aria-label="Plan on the canvas"
          aria-pressed={planned}
          title="Show what a run would compute or reuse (W)"
          onClick={() => useScreen.getState().show({ planOverlay: !planned })}
        >
          <PlanIcon />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label="Tidy layout"
          title="Tidy layout"
          onClick={() => void tidyShown()}
        >
          <TidyIcon />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label="Fit view"
          title="Fit view"
          onClick={() => void fitAll()}
        >
          <FitIcon />
        </button>
      </div>
    </Panel>
  );
}

/** Gives the edge being drawn the colour of its port. */
function useLineColour(): string {
  const pending = useScreen((state) => state.pendingEdge);
  const node = useDocument((state) => state.shown.nodes[pending?.node ?? '']);
  const definition = shapeOf(node);
  const ports = pending?.side === 'target' ? definition?.inputs : definition?.outputs;
  return familyColour(ports?.[pending?.port ?? '']?.type.family);
}

/** The highlighted edges: beside the picture of a large graph, only these are drawn one by one. */
function useOutstanding(edges: readonly GraphFlowEdge[]): GraphFlowEdge[] {
  const selection = useScreen((state) => state.selection);
  const under = useEdgeUnder(({ id }) => id);
  return useMemo(
    () => edges.filter((edge) => edge.selected || edge.id === under || isLit(selection, edge)),
    [edges, selection, under],
  );
}

export function Canvas() {
  const frame = useRef<HTMLDivElement>(null);
  const flow = useReactFlow();
  const { nodes, onNodesChange } = useFlowNodes();
  const { edges, onEdgesChange } = useFlowEdges();
  useEffect(() => {
    if (frame.current !== null) attachViewport(flow, frame.current);
  }, [flow]);
  // Before the view is fitted: it holds the edges, too.
  useRouting(nodes, edges);
  const measured = useNodesInitialized();
  const first = useFitOnShow(flow, measured);
  useEffect(() => (frame.current === null ? undefined : holdView(frame.current)), []);
  useEffect(() => {
    if (first !== 'seen') return undefined;
    const timer = setTimeout(() => {
      // Requests from here on are not part of the first load.
      performance.mark('graph-seen');
      useScreen.getState().show({ seen: true });
    }, fadeIn);
    return () => clearTimeout(timer);
  }, [first]);
  useKnownSizesKept();
  const lineColour = useLineColour();
  const far = useStore(({ transform: [, , zoom] }) => farScale(zoom));
  const near = useStore(({ transform: [, , zoom] }) => nearScale(zoom));
  const store = useStoreApi();
  const isMany = nodes.length > manyNodes;
  const planned = useScreen((state) => state.planOverlay);
  const isEdited = useDocument(({ past }) => past === null);
  const manyInSight = useManyInSight();
  const isPicture = manyInSight && far !== undefined && !planned;
  const outstanding = useOutstanding(edges);
  const drawn = useMemo(() => (isPicture ? nodes.map(placedFlat) : nodes), [isPicture, nodes]);
  return (
    <div
      ref={frame}
      className={`h-full [contain:layout_size] ${first === 'held' ? 'held' : ''}`}
      data-far={far !== undefined}
      data-near={near !== undefined}
      data-far-results={far === undefined ? undefined : showsResults(far)}
      data-picture={isPicture}
      data-planned={planned}
      style={{ '--far': far, '--near': near }}
      onFocus={({ target }) => {
        // A node reached by Tab must be wholly in sight.
        const id = target.matches('.react-flow__node:focus-visible') && target.dataset['id'];
        if (id) revealNode(useDocument.getState().shown, id);
      }}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(nodeDragType)) return;
        event.preventDefault();
        const point = { x: event.clientX, y: event.clientY };
        markEdgeUnder(point);
      }}
      onDragLeave={() => useEdgeUnder.setState({ id: undefined })}
      onDrop={(event) => {
        const type = event.dataTransfer.getData(nodeDragType);
        if (type === '') return;
        event.preventDefault();
        const point = { x: event.clientX, y: event.clientY };
        addDropped(type, point);
      }}
    >
      <FarContext value={isPicture}>
        <ReactFlow<(typeof nodes)[number], GraphFlowEdge>
          nodes={drawn}
          edges={isPicture ? outstanding : edges}
          nodeTypes={flowNodeTypes}
          edgeTypes={edgeTypes}
          onNodesChange={onNodesChange}
          onEdgesChange={onEdgesChange}
          {...nodeHandlers}
          onConnectStart={(_event, { nodeId, handleId, handleType }) => {
            if (nodeId === null || handleType === null) return;
            beginDrawing({ node: nodeId, port: handleId ?? '', side: handleType });
          }}
          onConnectEnd={endDrawing}
          onConnect={(connection) => void drawEdge(...connectionEnds(connection))}
          isValidConnection={(connection) =>
            portRefusal(graphWhileDrawing(), ...connectionEnds(connection)) === undefined
          }
          {...reconnectHandlers}
          reconnectRadius={14}
          nodesDraggable={isEdited}
          nodesConnectable={isEdited}
          edgesReconnectable={isEdited}
          onlyRenderVisibleElements={isMany && !isPicture}
          connectionLineStyle={{ stroke: lineColour }}
          // A command: the canvas would take the keys from dialogs and lists, too.
          deleteKeyCode={null}
          selectionOnDrag
          panOnDrag={[1, 2]}
          panOnScroll
          zoomOnDoubleClick={false}
          selectionKeyCode={null}
          multiSelectionKeyCode={multiSelectionKeys}
          connectionRadius={28}
          // A selection that starts at the border would scroll the canvas.
          autoPanOnSelection={false}
          minZoom={zoomRange.min}
          maxZoom={zoomRange.max}
          proOptions={{ hideAttribution: true }}
          aria-label="Canvas"
          // The focus goes here when its element disappears.
          tabIndex={-1}
        >
          <Background variant={BackgroundVariant.Dots} gap={22} size={1.6} color="var(--grid)" />
          {isPicture ? (
            <FarLayer
              nodes={nodes}
              edges={edges}
              far={far}
              onEdgesChange={onEdgesChange}
              flow={store}
            />
          ) : null}
          <CanvasTools />
          <CanvasExtras flow={store} />
        </ReactFlow>
      </FarContext>
    </div>
  );
}
