import { GraphError } from '../base/errors.ts';
import { own } from '../base/record.ts';
import type { Graph } from '../format/graph.ts';
import type { GraphBody } from '../format/graph-body.ts';
import type { Registry } from '../types/node-type.ts';
import type { GraphLookup } from './graph-library.ts';
import { namedNodes, pathName } from './node-name.ts';

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
