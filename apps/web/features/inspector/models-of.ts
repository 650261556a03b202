import { paramFields, type Graph } from '@graft/graph';
import { shapeOf } from '@graft/view';
import { countingFields } from './counting-fields.ts';

interface UsedModel {
  readonly id: string;
  /** The first node that names it. */
  readonly node: string;
}

/** The models that the nodes of a graph need for what they are set to, those within its subgraphs left out. */
export function modelsOf(graph: Graph): readonly UsedModel[] {
  const used = new Map<string, UsedModel>();
  for (const [node, one] of Object.entries(graph.nodes)) {
    const definition = shapeOf(one);
    if (definition === undefined) continue;
    const fields = paramFields(definition);
    for (const field of countingFields({ definition, fields, node, graph, trail: [] })) {
      const id = one.params[field.name] ?? field.default;
      if (field.modelKind === undefined || typeof id !== 'string' || id === '' || used.has(id))
        continue;
      used.set(id, { id, node });
    }
  }
  return [...used.values()];
}
