import {
  GraphError,
  pathWithoutRounds,
  type Graph,
  type GraphBody,
  type GraphLookup,
  type LocatedMessage,
} from '@graft/graph';
import { bodyAt, nodeIn, prefixInto, prefixOf, usedGraph, wayOf, type Trail } from './levels.ts';

type Location = LocatedMessage['location'];

/** What the canvas shows, and where it is in the file. */
export interface Viewed {
  readonly graph: Graph;
  readonly trail: Trail;
  readonly shown: Graph;
  /** Path of the open file. */
  readonly file: string | undefined;
  readonly files: GraphLookup;
}

/**
 * All graphs that a use reaches, itself among them: `#name` for a subgraph of the open file, else the path of a file.
 * The loop visits what it adds to the set.
 */
function reached(use: string, { graph, files, file: open }: Viewed): ReadonlySet<string> {
  const keys = new Set<string>();
  const waiting = new Set([JSON.stringify([open ?? '', use])]);
  for (const next of waiting) {
    const [from = '', written = ''] = JSON.parse(next) as readonly string[];
    const inside = written.startsWith('#');
    const file = inside ? from : written;
    const own = file === (open ?? '');
    const document = own ? graph : files(file);
    if (document === undefined || document instanceof GraphError) continue;
    const name = written.slice(1);
    const body: GraphBody | undefined = inside ? document.graphs?.[name] : document;
    keys.add(own && inside ? written : file);
    for (const node of Object.values(body?.nodes ?? {})) {
      const next = usedGraph(node);
      if (next !== undefined) waiting.add(JSON.stringify([file, next]));
    }
  }
  return keys;
}

/** Finds the shown nodes at which to show a problem: its own node, else the nodes that use the graph it is in. */
export function nodesAt(view: Viewed): (location: Location) => readonly string[] {
  const { graph, trail, shown, file: open } = view;
  const [at, prefix] = [bodyAt(trail), wayOf(trail)];
  let byGraph: Map<string, string[]> | undefined;
  const users = (key: string): readonly string[] => {
    if (byGraph === undefined) {
      byGraph = new Map();
      for (const [id, node] of Object.entries(shown.nodes)) {
        const use = usedGraph(node);
        for (const key of use === undefined ? [] : reached(use, view)) {
          byGraph.set(key, [...(byGraph.get(key) ?? []), id]);
        }
      }
    }
    return byGraph.get(key) ?? [];
  };
  return ({ file, graph: body, node, path }) => {
    if (path !== undefined) {
      const way = pathWithoutRounds(path);
      const id = way.startsWith(prefix) ? way.slice(prefix.length).split('/', 1)[0] : undefined;
      return id === undefined || nodeIn(graph, at, id) === undefined ? [] : [id];
    }
    if (file !== undefined && file !== open) return users(file);
    if (body !== at) return body === undefined ? [] : users(`#${body}`);
    return node === undefined ? [] : [node];
  };
}

/** The path of the node of the open file that a problem is at; undefined if that node cannot be shown. */
export function problemPath(
  { location: { file: at, graph: body, node, path } }: { readonly location: Location },
  { graph, trail, file }: Pick<Viewed, 'graph' | 'trail'> & { file: { path: string } | null },
): string | undefined {
  const known = path ?? node;
  if (known === undefined) return undefined;
  if (path !== undefined) return nodeIn(graph, undefined, path.split('/', 1)[0] ?? '') && path;
  if ((at !== undefined && at !== file?.path) || nodeIn(graph, body, known) === undefined)
    return undefined;
  const prefix = body === bodyAt(trail) ? prefixOf(trail) : prefixInto(graph, body);
  return prefix === undefined ? undefined : prefix + known;
}

/**
 * The path or pattern in a parameter's value that matches no file. Undefined for other problems, and for problems of
 * other nodes.
 */
export function missingPath(
  { location: { source } }: { readonly location: Location },
  value: unknown,
): string | undefined {
  const paths: readonly unknown[] = Array.isArray(value) ? value : [value];
  return paths.includes(source) ? source : undefined;
}
