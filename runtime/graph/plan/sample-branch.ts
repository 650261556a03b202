import type { NodeDraft } from './node-draft.ts';

/**
 * The nodes that only give samples to inputs which are fed from outside: all that leaves them leads there. They are not
 * planned.
 */
export function sampleBranch(
  drafts: ReadonlyMap<string, NodeDraft>,
  fed: (id: string, draft: NodeDraft) => boolean,
): ReadonlySet<string> {
  const branch = new Set<string>();
  const inputs = [...drafts].filter(
    ([id, draft]) => draft.definition.structure === 'input' && fed(id, draft),
  );
  if (inputs.every(([, { inputs: ports }]) => (ports['sample'] ?? []).length === 0)) return branch;
  /** Edges out of each node that are still wanted. */
  const wanted = new Map<string, number>();
  for (const { inputs: ports } of drafts.values()) {
    for (const { node } of Object.values(ports).flat())
      wanted.set(node, (wanted.get(node) ?? 0) + 1);
  }
  const unwanted = inputs.flatMap(([, { inputs: ports }]) => ports['sample'] ?? []);
  for (let feed = unwanted.pop(); feed !== undefined; feed = unwanted.pop()) {
    const left = (wanted.get(feed.node) ?? 0) - 1;
    wanted.set(feed.node, left);
    const source = left === 0 ? drafts.get(feed.node) : undefined;
    if (source === undefined || source.definition.structure === 'input') continue;
    branch.add(feed.node);
    for (const feeds of Object.values(source.inputs)) {
      for (const next of feeds) unwanted.push(next);
    }
  }
  return branch;
}
