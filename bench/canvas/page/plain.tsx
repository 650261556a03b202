import {
  Background,
  BackgroundVariant,
  Handle,
  MiniMap,
  Position,
  ReactFlow,
  useEdgesState,
  useNodesState,
  useStore,
  type Edge,
  type Node,
  type NodeProps,
} from '@xyflow/react';
import { memo, type CSSProperties } from 'react';
import { createRoot } from 'react-dom/client';
import type { PlainGraph, PlainNode } from '../made-graph.ts';

/**
 * The peer: React Flow with its defaults, and cards of the same elements and the same style sheet as the workbench has.
 * A card is memoised and knows of nothing but its own data.
 */
type CardNode = Node<{ readonly card: PlainNode }, 'card'>;

declare module 'react' {
  interface CSSProperties {
    '--c'?: string;
    '--port'?: string;
    '--far'?: number | undefined;
  }
}

function Port(props: {
  readonly port: PlainNode['inputs'][number] | undefined;
  readonly side: 'source' | 'target';
}) {
  const { port, side } = props;
  if (port === undefined) return <span />;
  return (
    <>
      <Handle
        id={port.name}
        type={side}
        position={side === 'source' ? Position.Right : Position.Left}
        className="port"
        style={{ '--port': `var(--c-${port.family})` }}
        data-shape={port.shape}
        role="button"
        aria-label={`${side} ${port.name}`}
        title={`${port.name}: ${port.doc}`}
      />
      <span className="node-port-name">{port.name}</span>
    </>
  );
}

const Card = memo(function Card({ data: { card }, selected }: NodeProps<CardNode>) {
  const { id, title, group, inputs, outputs, facts } = card;
  return (
    <article
      className="node"
      style={{ '--c': `var(--c-${group})` }}
      data-selected={selected}
      data-status="idle"
      aria-label={`${title}, ${id}`}
    >
      <header className="node-head">
        <i className="group-square" />
        <span className="node-title" title={id}>
          {title}
        </span>
      </header>
      <div className="relative">
        <div className="node-ports">
          {Array.from({ length: Math.max(inputs.length, outputs.length) }, (_, row) => (
            <div className="node-port-row" key={row}>
              <Port port={inputs[row]} side="target" />
              <span className="ml-auto">
                <Port port={outputs[row]} side="source" />
              </span>
            </div>
          ))}
        </div>
      </div>
      <dl className="node-facts">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt>{name}</dt>
            <dd title={value}>{value}</dd>
          </div>
        ))}
      </dl>
      <footer className="node-foot">
        <div>not run yet</div>
      </footer>
    </article>
  );
});

const nodeTypes = { card: Card };

/** How much larger titles are drawn far out, as in `apps/web/features/canvas/far/far-cards.ts`: cards look the same at every zoom. */
function farScale(zoom: number): number | undefined {
  if (zoom >= 0.55) return undefined;
  return 2 ** (Math.round(Math.log2(1 / Math.max(zoom, 0.18)) * 4) / 4);
}

/** Carries the look of far out, which is the style sheet's. */
function Far() {
  const far = useStore(({ transform: [, , zoom] }) => farScale(zoom));
  document.body.dataset['far'] = String(far !== undefined);
  document.body.style.setProperty('--far', String(far ?? ''));
  return null;
}

function Page({
  graph,
  visibleOnly,
}: {
  readonly graph: PlainGraph;
  readonly visibleOnly: boolean;
}) {
  const [nodes, , onNodesChange] = useNodesState<CardNode>(
    graph.nodes.map((card) => {
      const [x, y] = card.at;
      return { id: card.id, type: 'card', position: { x, y }, data: { card } };
    }),
  );
  const [edges, , onEdgesChange] = useEdgesState<Edge>(
    graph.edges.map(({ id, from, to, family }) => ({
      ...{ id, source: from[0], sourceHandle: from[1], target: to[0], targetHandle: to[1] },
      style: { stroke: `var(--c-${family})` },
    })),
  );
  return (
    <ReactFlow<CardNode>
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      onNodesChange={onNodesChange}
      onEdgesChange={onEdgesChange}
      onlyRenderVisibleElements={visibleOnly}
      // As the workbench takes the wheel, so that both are driven alike.
      panOnScroll
      minZoom={0.02}
      maxZoom={2}
      fitView
      fitViewOptions={{
        padding: { top: '28px', left: '28px', right: '28px', bottom: '60px' },
        minZoom: 0.02,
        maxZoom: 1,
      }}
    >
      <Background variant={BackgroundVariant.Dots} gap={22} size={1.6} color="var(--grid)" />
      <MiniMap
        position="bottom-left"
        style={{ width: 148, height: 96 } satisfies CSSProperties}
        nodeStrokeWidth={0}
        pannable
        zoomable
      />
      <Far />
    </ReactFlow>
  );
}

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root.');
const asked = new URLSearchParams(location.search);
root.style.width = `${asked.get('width')}px`;
root.style.height = `${asked.get('height')}px`;
const response = await fetch(`graph.json${location.search}`);
const graph: PlainGraph = await response.json();
createRoot(root).render(<Page graph={graph} visibleOnly={asked.has('visible')} />);
