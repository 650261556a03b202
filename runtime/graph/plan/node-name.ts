import { own } from '../base/record.ts';
import type { GraphBody } from '../format/graph-body.ts';
import type { Registry } from '../types/node-type.ts';
import { GraphError } from '../base/errors.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphLookup } from './graph-library.ts';

/** The nodes that stand beside each other in a graph, by what people see them called. */
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

/** What people see a node called: by its title, with its id where another has the same; a node that is not there by its id. */
export function nodeName(body: GraphBody, id: string, registry: Registry): string {
  return pathName(id, () => namedNodes(body, registry));
}

/**
 * The same of a node within graphs that are used, by its path: “Reader/Retrieve”. `nodesAt` gives the nodes whose paths
 * begin so, as `reader/`, or `` of the graph itself.
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

/** What people see the node of a path called, which may lie within graphs that others use: “Reader/Retrieve”. */
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
