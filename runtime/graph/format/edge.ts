import { GraphError } from '../base/errors.ts';
import { byCodeUnit } from '../base/record.ts';

/** `source.port -> target.port` */
export interface Edge {
  readonly source: string;
  readonly sourcePort: string;
  readonly target: string;
  readonly targetPort: string;
}

const edgePattern =
  /^([A-Za-z0-9][\w-]*)\.([A-Za-z0-9][\w-]*) -> ([A-Za-z0-9][\w-]*)\.([A-Za-z0-9][\w-]*)$/;

/** `chunk.chunks -> embed.chunks` */
export function formatEdge(edge: Edge): string {
  return `${edge.source}.${edge.sourcePort} -> ${edge.target}.${edge.targetPort}`;
}

/** Reverse of `formatEdge`. Throws GraphError `bad-syntax`. */
export function parseEdge(text: string): Edge {
  const [, source, sourcePort, target, targetPort] = edgePattern.exec(text) ?? [];
  if (
    source === undefined ||
    sourcePort === undefined ||
    target === undefined ||
    targetPort === undefined
  ) {
    throw new GraphError(
      'bad-syntax',
      `${JSON.stringify(text.slice(0, 200))} is not an edge. Write it as "source.port -> target.port".`,
    );
  }
  return { source, sourcePort, target, targetPort };
}

/** Edges in the order of their strings, without repetitions. */
export function sortEdges(edges: readonly Edge[]): readonly Edge[] {
  const texts = edges.map(formatEdge);
  let sorted = true;
  for (let i = 1; i < texts.length && sorted; i++) sorted = (texts[i - 1] ?? '') < (texts[i] ?? '');
  if (sorted) return edges;
  const byText = new Map(edges.map((edge, i) => [texts[i] ?? '', edge]));
  return [...byText].sort(([a], [b]) => byCodeUnit(a, b)).map(([, edge]) => edge);
}

/** `retriever/embed.embeddings` */
export function formatFeed({ node, port }: Feed): string {
  return `${node}.${port}`;
}

/** Reverse of `formatFeed`. */
export function parseFeed(text: string): Feed {
  const dot = text.lastIndexOf('.');
  return { node: text.slice(0, dot), port: text.slice(dot + 1) };
}

/** An output of a node. */
export interface Feed {
  readonly node: string;
  readonly port: string;
}

/** The given nodes and everything downstream (`after`) or upstream (`before`) of them. */
export function reachable(
  edges: readonly Edge[],
  from: Iterable<string>,
  side: 'before' | 'after',
): Set<string> {
  const next = new Map<string, string[]>();
  for (const { source, target } of edges) {
    const [near, far] = side === 'after' ? [source, target] : [target, source];
    const list = next.get(near);
    if (list === undefined) next.set(near, [far]);
    else list.push(far);
  }
  const found = new Set(from);
  // Iterating a Set reaches entries added meanwhile.
  for (const id of found) for (const neighbour of next.get(id) ?? []) found.add(neighbour);
  return found;
}
