import { MiniMap, useStore, type Node as FlowNode } from '@xyflow/react';
import { useDocument } from '../state/document-store.ts';
import { familyColour } from './family-colour.ts';
import { reachesOut } from './keep-in-sight.ts';
import { lookOf } from '../state/node-shape.ts';

function colourOf({ id, type }: FlowNode): string {
  if (type !== 'graph') return type === 'note' ? 'var(--line-strong)' : 'transparent';
  return familyColour(lookOf(useDocument.getState().shown.nodes[id])?.group);
}

/** The whole graph in a corner while not all of it is in sight: drag in it to move, scroll to zoom. */
export function Overview() {
  const useful = useStore(reachesOut);
  return (
    <MiniMap
      className={useful ? '' : 'hidden-overview'}
      position="bottom-left"
      style={{ width: 148, height: 96 }}
      nodeColor={colourOf}
      nodeBorderRadius={18}
      nodeStrokeWidth={0}
      pannable
      zoomable
      ariaLabel="Overview of the graph"
    />
  );
}
