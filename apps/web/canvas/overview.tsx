import { MiniMap, useStore, type Node as FlowNode, type ReactFlowState } from '@xyflow/react';
import { useDocument } from '../state/document-store.ts';
import { familyColour } from './family-colour.ts';
import { nodeTypes } from '../state/registry.ts';

function colourOf({ id }: FlowNode): string {
  const type = useDocument.getState().shown.nodes[id]?.type;
  return familyColour(nodeTypes().get(type ?? '')?.group);
}

/** Whether a part of any node is out of sight. */
function reachesOut({ nodeLookup, transform, width, height }: ReactFlowState): boolean {
  const [x, y, zoom] = transform;
  for (const { internals, measured } of nodeLookup.values()) {
    const left = internals.positionAbsolute.x * zoom + x;
    const top = internals.positionAbsolute.y * zoom + y;
    const right = left + (measured.width ?? 0) * zoom;
    const bottom = top + (measured.height ?? 0) * zoom;
    if (left < 0 || top < 0 || right > width || bottom > height) return true;
  }
  return false;
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
