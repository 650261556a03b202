import type { NodeType } from '@graft/graph';
import { definitions } from '@graft/nodes/definitions';

/** Order of work rather than of the alphabet: a node stands after those that feed it. */
function inOrderOfWork(all: readonly NodeType[]): readonly NodeType[] {
  const makers = (type: string): NodeType[] =>
    all.filter((one) => Object.values(one.outputs).some((port) => port.type.id === type));
  const depth = (one: NodeType, seen: ReadonlySet<string>): number => {
    const feeding = Object.values(one.inputs)
      .flatMap((port) => makers(port.type.id))
      .filter(({ type }) => !seen.has(type));
    return feeding.length === 0
      ? 0
      : 1 + Math.max(...feeding.map((next) => depth(next, new Set([...seen, next.type]))));
  };
  const rank = new Map(all.map((one) => [one, depth(one, new Set([one.type]))]));
  return [...all].sort(
    (a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0) || a.title.localeCompare(b.title),
  );
}

/** Every node type, sources first. */
export const inOrder = inOrderOfWork(definitions);
