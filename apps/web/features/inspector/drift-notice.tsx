import { useDrift } from '../../api/runs/plan-report.ts';
import { part } from '../../kit/part.tsx';

const DriftList = part(() => import('./drift-list.tsx').then((loaded) => loaded.DriftList));

/** Says which sources are others than the graph is locked to, of a node or of all, and takes them. */
export function DriftNotice({ node }: { readonly node?: string }) {
  const drift = useDrift(node);
  return drift.length === 0 ? null : <DriftList drift={drift} />;
}
