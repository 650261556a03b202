import { lazy, Suspense } from 'react';
import { useDrift } from '../state/drift.ts';

const DriftList = lazy(() =>
  import('./drift-list.tsx').then((part) => ({ default: part.DriftList })),
);

/** Says which sources are others than the graph is locked to, of a node or of all, and takes them. */
export function DriftNotice({ node }: { readonly node?: string }) {
  const drift = useDrift(node);
  return drift.length === 0 ? null : (
    <Suspense>
      <DriftList drift={drift} />
    </Suspense>
  );
}
