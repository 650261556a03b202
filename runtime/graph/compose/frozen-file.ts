import type { GraphNode } from '../format/graph-body.ts';

/** The node type that reads frozen rows. */
export const rowsReader = 'load-rows';

/** Whether a path below the workspace is one of frozen rows. Such files are edited through Graft, and no others. */
export function isFrozenFile(path: string): boolean {
  return /^frozen\/.+\.jsonl$/.test(path);
}

/** The file of frozen rows that a node reads; undefined for any other node, and one that reads another file. */
export function frozenFileOf(node: GraphNode | undefined): string | undefined {
  if (node?.type !== rowsReader) return undefined;
  const { file } = node.params;
  return typeof file === 'string' && isFrozenFile(file) ? file : undefined;
}
