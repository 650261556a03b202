import type { Edge, NodeType } from '@graft/graph';

/** Names of ports, from top to bottom. */
interface PortNames {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

type Named = Readonly<Record<keyof PortNames, Set<string>>>;
const named = new WeakMap<readonly Edge[], ReadonlyMap<string, Named>>();

/** The ports that edges name, by node; found once for a list of edges. */
function portsByNode(edges: readonly Edge[]): ReadonlyMap<string, Named> {
  const known = named.get(edges);
  if (known !== undefined) return known;
  const byNode = new Map<string, Named>();
  const at = (node: string): Named => {
    const ports = byNode.get(node) ?? { inputs: new Set(), outputs: new Set() };
    byNode.set(node, ports);
    return ports;
  };
  for (const { source, sourcePort, target, targetPort } of edges) {
    at(source).outputs.add(sourcePort);
    at(target).inputs.add(targetPort);
  }
  named.set(edges, byNode);
  return byNode;
}

/**
 * The ports that are drawn at a node: its own, and those that edges name beside them, so that no edge vanishes with the
 * port that it led to.
 */
export function portsOf(
  edges: readonly Edge[],
  node: string,
  type: Pick<NodeType, keyof PortNames> | undefined,
): PortNames {
  const own = portsByNode(edges).get(node);
  const all = (side: keyof PortNames): string[] => [
    ...new Set([...Object.keys(type?.[side] ?? {}), ...(own?.[side] ?? [])]),
  ];
  return { inputs: all('inputs'), outputs: all('outputs') };
}
