import { GraphError, setParam, suggestion, type Graph, type GraphInterface } from '@graft/graph';

/** A graph with values of parameters that it exposes, by their names. Throws `unknown-param` for a name that it does not have. */
export function withExposed(
  graph: Graph,
  { params }: GraphInterface,
  values: Readonly<Record<string, unknown>>,
): Graph {
  let set = graph;
  for (const [name, value] of Object.entries(values)) {
    const exposed = params.get(name);
    if (exposed === undefined) {
      throw new GraphError(
        'unknown-param',
        `The graph exposes no parameter "${name}".${suggestion(name, [...params.keys()])}`,
      );
    }
    set = setParam(set, exposed, value);
  }
  return set;
}
