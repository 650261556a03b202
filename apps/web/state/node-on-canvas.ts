import type { LocatedMessage } from '@graft/graph';

/**
 * The node of the open graph at which a problem shows: of one within a graph that is used, the node that uses it. `file` is
 * the open file's path, for problems that name theirs.
 */
export function nodeOnCanvas(
  { file: at, graph, node, path }: LocatedMessage['location'],
  file?: string,
): string | undefined {
  if (path !== undefined) return path.split('/', 1)[0];
  return graph !== undefined || (at !== undefined && at !== file) ? undefined : node;
}
