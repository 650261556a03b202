import type { Plan } from '@graft/graph';

/** What an event says of a plan whose nodes become steps of a run. */
export function planEvent({ nodes, aliases }: Plan): {
  readonly nodes: { node: string; type: string }[];
  readonly aliases?: Record<string, string[]>;
} {
  const steps = nodes.map(({ id, definition }) => ({ node: id, type: definition.type }));
  if (aliases === undefined) return { nodes: steps };
  const copied = Object.entries(aliases).map(([port, feeds]) => [port, [...feeds]]);
  return { nodes: steps, aliases: Object.fromEntries(copied) };
}
