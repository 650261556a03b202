import {
  exposedAs,
  formatSettingName,
  paramCounts,
  type Graph,
  type NodeType,
  type ParamField,
} from '@graft/graph';
import { bodyAt, bodyNodes, type Trail } from '@graft/view';

interface Form {
  readonly definition: Pick<NodeType, 'when'>;
  readonly fields: readonly ParamField[];
  readonly node: string;
  readonly graph: Graph;
  readonly trail: Trail;
}

/**
 * The fields that count for what the node is set to, or may be set to by an experiment of the file or a node that uses the
 * graph. Those that these set are among them whether they count or not: nowhere else could that be taken back.
 */
export function countingFields({ definition, fields, node, graph, trail }: Form): ParamField[] {
  const at = bodyAt(trail);
  const params = bodyNodes(graph, at)[node]?.params ?? {};
  const body = at === undefined ? graph : graph.graphs?.[at];
  const isExposed = (param: string): boolean =>
    body !== undefined && exposedAs(body, { node, param }) !== undefined;
  const triedOf = (param: string): readonly unknown[] =>
    trail.length > 0 ? [] : tried(graph, formatSettingName({ node, param }));
  const defaults = new Map(fields.map((field) => [field.name, field.default]));
  return fields.filter(
    ({ name }) =>
      isExposed(name) ||
      triedOf(name).length > 0 ||
      paramCounts(definition, name, (other) =>
        isExposed(other) ? undefined : [params[other] ?? defaults.get(other), ...triedOf(other)],
      ),
  );
}

/** What the experiments of a file set a parameter to. */
function tried({ experiments = {} }: Graph, setting: string): readonly unknown[] {
  return Object.values(experiments).flatMap(({ vary = {}, arms = {} }) => [
    ...(vary[setting] ?? []),
    ...Object.values(arms).flatMap(({ set = {} }) =>
      Object.hasOwn(set, setting) ? [set[setting]] : [],
    ),
  ]);
}
