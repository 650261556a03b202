import { own } from '../base/record.ts';
import type { GraphBody } from '../format/graph-body.ts';
import type { Registry } from '../types/node-type.ts';
import { GraphError } from '../base/errors.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphLookup } from './graph-library.ts';

/** The nodes of one body, by their names for people. */
export interface NamedNodes {
  readonly ids: readonly string[];
  readonly titleOf: (id: string) => string | undefined;
}

function namedNodes({ nodes }: GraphBody, registry: Registry): NamedNodes {
  const titleOf = (id: string): string | undefined => {
    const node = own(nodes, id);
    return node && (node.title ?? registry.get(node.type)?.title);
  };
  return { ids: Object.keys(nodes), titleOf };
}

/**
 * A node's name for people: its title, plus its id if another node has the same title; its id if the node does not
 * exist.
 */
export function nodeName(body: GraphBody, id: string, registry: Registry): string {
  return pathName(id, () => namedNodes(body, registry));
}

/**
 * The name of a node within used graphs, by path: “Reader/Retrieve”. `nodesAt` returns the nodes under a path prefix,
 * such as `reader/`, or the empty one for the graph itself.
 */
export function pathName(
  path: string,
  nodesAt: (prefix: string) => NamedNodes | undefined,
): string {
  const titles: string[] = [];
  let prefix = '';
  let isAlone = true;
  for (const part of path.split('/')) {
    const [id = '', round] = part.split('#');
    const nodes = nodesAt(prefix);
    const title = nodes?.titleOf(id);
    if (nodes === undefined || title === undefined) return `"${path}"`;
    isAlone &&= nodes.ids.every((other) => other === id || nodes.titleOf(other) !== title);
    titles.push(round === undefined ? title : `${title}#${round}`);
    prefix += `${part}/`;
  }
  const quoted = `“${titles.join('/')}”`;
  return isAlone ? quoted : `${quoted} (${path})`;
}

interface Known {
  readonly registry: Registry;
  readonly graphs?: GraphLookup;
}

/** The name of a node for people, by its path, which may lead into used graphs: “Reader/Retrieve”. */
export function nameInGraph(path: string, graph: Graph, { registry, graphs }: Known): string {
  return pathName(path, (prefix) => {
    let file: Graph | undefined = graph;
    let body: GraphBody | undefined = graph;
    for (const part of prefix.split('/').slice(0, -1)) {
      const use: unknown = body && own(body.nodes, part.replace(/#\d+$/, ''))?.params['use'];
      if (typeof use !== 'string' || file === undefined) return undefined;
      if (use.startsWith('#')) body = own(file.graphs ?? {}, use.slice(1));
      else {
        const other = graphs?.(use);
        file = other instanceof GraphError ? undefined : other;
        body = file;
      }
    }
    return body && namedNodes(body, registry);
  });
}
