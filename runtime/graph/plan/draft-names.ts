import type { Feed } from '../format/graph.ts';
import type { NodeDraft } from './node-draft.ts';
import type { NamedNodes } from './node-name.ts';

/** Nodes on their way into the plan, by what people see them called. */
export function namedDrafts(drafts: ReadonlyMap<string, NodeDraft>): NamedNodes {
  const titleOf = (id: string): string | undefined => {
    const draft = drafts.get(id);
    return draft && (draft.node.title ?? draft.definition.title);
  };
  return { ids: [...drafts.keys()], titleOf };
}

/** Where edges come from, as a sentence has it: `"chunks" of “Chunk”`. */
export function feedsText(feeds: readonly Feed[], nameOf: (node: string) => string): string {
  return feeds.map(({ node, port }) => `"${port}" of ${nameOf(node)}`).join(' and ');
}
