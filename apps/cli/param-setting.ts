import {
  GraphError,
  shapedType,
  suggestion,
  type Graph,
  type InterfaceLookup,
  type Registry,
} from '@graft/graph';

/** `node.param=value` (of a `graph` node `node.set.name=value`) as given on the command line; the value is JSON, or else a string. */
export interface ParamSetting {
  readonly node: string;
  readonly param: string;
  readonly text: string;
}

export function parseSetting(argument: string): ParamSetting {
  const match = /^([^.=\s]+)\.((?:set\.)?[^.=\s]+)=(.*)$/s.exec(argument);
  const [, node, param, text] = match ?? [];
  if (node === undefined || param === undefined || text === undefined) {
    throw new GraphError(
      'bad-param',
      `--set cannot take "${argument}". Write node.param=value, for example --set chunk-1.size=256.`,
    );
  }
  return { node, param, text };
}

/** The graph with those parameters set. An unknown node or parameter is refused with a suggestion. */
export function applySettings(
  graph: Graph,
  settings: readonly ParamSetting[],
  { registry, graphs }: { readonly registry: Registry; readonly graphs: InterfaceLookup },
): Graph {
  const nodes = { ...graph.nodes };
  for (const { node, param, text } of settings) {
    const target = Object.hasOwn(nodes, node) ? nodes[node] : undefined;
    if (target === undefined) {
      const hint = suggestion(node, Object.keys(nodes));
      throw new GraphError('unknown-node', `--set: the graph has no node "${node}".${hint}`, {
        location: { node },
      });
    }
    const known = registry.get(target.type);
    const definition = known === undefined ? undefined : shapedType(known, target.params, graphs);
    const schema = definition?.params.shape[param];
    if (definition !== undefined && schema === undefined) {
      const names = Object.keys(definition.params.shape);
      throw new GraphError(
        'unknown-param',
        `--set: a node of type "${target.type}" has no such parameter.${
          suggestion(param, names) || ` It has: ${names.join(', ')}.`
        }`,
        { location: { node, param } },
      );
    }
    const accepts = (value: unknown): boolean =>
      schema === undefined || !('safeParse' in schema) || schema.safeParse(value).success;
    nodes[node] = { ...target, params: { ...target.params, [param]: readValue(text, accepts) } };
  }
  return { ...graph, nodes };
}

/** JSON where the parameter takes it; else the text itself, so that strings need no quotes. */
function readValue(text: string, accepts: (value: unknown) => boolean): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  return accepts(value) || !accepts(text) ? value : text;
}
