import { MiniMap, useStore, useStoreApi, type Node as FlowNode } from '@xyflow/react';
import { part } from '../shell/part.tsx';
import { useDocument } from '../state/document-store.ts';
import { familyColour } from './family-colour.ts';
import { reachesOut } from './keep-in-sight.ts';
import { lookOf } from '../state/node-shape.ts';
import { showView } from './viewport.ts';

const LargeOverview = part(() =>
  import('./large-overview.tsx').then((loaded) => loaded.LargeOverview),
);

function colourOf({ id, type }: Pick<FlowNode, 'id' | 'type'>): string {
  if (type !== 'graph') return type === 'note' ? 'var(--line-strong)' : 'transparent';
  return familyColour(lookOf(useDocument.getState().shown.nodes[id])?.group);
}

const size = { width: 148, height: 96 };

function SmallOverview() {
  const useful = useStore(reachesOut);
  return (
    <MiniMap
      className={useful ? '' : 'hidden-overview'}
      position="bottom-left"
      style={size}
      nodeColor={colourOf}
      nodeBorderRadius={18}
      nodeStrokeWidth={0}
      pannable
      zoomable
      ariaLabel="Overview of the graph"
    />
  );
}

/** The whole graph in a corner while not all of it is in sight: drag in it to move, scroll to zoom. */
export function Overview({ isMany }: { readonly isMany: boolean }) {
  const flow = useStoreApi();
  return isMany ? (
    <LargeOverview {...{ ...size, colourOf, reachesOut, showView, flow }} />
  ) : (
    <SmallOverview />
  );
}
