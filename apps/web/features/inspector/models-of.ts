import { paramFields, type Graph } from '@graft/graph';
import { hostOf, shapeOf } from '@graft/view';
import { countingFields } from './counting-fields.ts';

interface UsedModel {
  readonly id: string;
  /** The first node that names it, and the parameter that does. */
  readonly node: string;
  readonly param: string;
  /** The server that is asked for it, as `127.0.0.1:11434`; absent: it runs in Graft. */
  readonly server?: string;
}

/** The models that the nodes of a graph need or ask for what they are set to, those within its subgraphs left out. */
export function modelsOf(graph: Graph): readonly UsedModel[] {
  const used = new Map<string, UsedModel>();
  for (const [node, one] of Object.entries(graph.nodes)) {
    const definition = shapeOf(one);
    if (definition === undefined) continue;
    const fields = paramFields(definition);
    for (const field of countingFields({ definition, fields, node, graph, trail: [] })) {
      const id = one.params[field.name] ?? field.default;
      if (field.modelKind === undefined || typeof id !== 'string' || id === '') continue;
      const url = one.params['url'] ?? fields.find(({ name }) => name === 'url')?.default;
      const server =
        field.control === 'model' ? {} : { server: hostOf(typeof url === 'string' ? url : '') };
      const key = `${server.server ?? ''} ${id}`;
      if (!used.has(key)) used.set(key, { id, node, param: field.name, ...server });
    }
  }
  return [...used.values()];
}
