import type { PlanReport } from '../client.ts';

type Planned = PlanReport['nodes'][number];
type Parts = ReadonlyMap<string, readonly Planned[]>;

const none: readonly Planned[] = [];
const known = new WeakMap<readonly Planned[], Parts>();

/** By a node's path, its own step and those within the graph that it uses. */
function partsByPath(nodes: readonly Planned[]): Parts {
  const found = known.get(nodes);
  if (found !== undefined) return found;
  const parts = new Map<string, Planned[]>();
  for (const planned of nodes) {
    const { node } = planned;
    for (let end = node.indexOf('/'); ; end = node.indexOf('/', end + 1)) {
      const path = end < 0 ? node : node.slice(0, end);
      const own = parts.get(path);
      if (own === undefined) parts.set(path, [planned]);
      else own.push(planned);
      if (end < 0) break;
    }
  }
  known.set(nodes, parts);
  return parts;
}

/** What a plan says of a node's own step, and of those within the graph that it uses; found once for a plan. */
export function plannedParts(nodes: readonly Planned[], path: string): readonly Planned[] {
  return partsByPath(nodes).get(path) ?? none;
}
