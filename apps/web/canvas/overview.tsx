import { registry } from '@graft/nodes/definitions';
import { MiniMap, type Node as FlowNode } from '@xyflow/react';
import { useDocument } from '../state/document-store.ts';
import { familyColour } from './family-colour.ts';

/** Nodes from which on the whole is worth a picture of its own. */
const worthwhile = 6;

function colourOf({ id }: FlowNode): string {
  const type = useDocument.getState().graph.nodes[id]?.type;
  return familyColour(registry.get(type ?? '')?.group);
}

/** The whole graph in a corner: drag in it to move, scroll to zoom. */
export function Overview({ count }: { readonly count: number }) {
  if (count < worthwhile) return null;
  return (
    <MiniMap
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
