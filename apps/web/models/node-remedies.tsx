import { paramFields, setParam } from '@graft/graph';
import { useDocument } from '../state/document-store.ts';
import { useShape } from '../state/node-shape.ts';
import { ModelRemedies } from './model-remedies.tsx';

/** Under a card, of each model that the node names and that is not here: the ways to it. */
export function NodeRemedies({ id }: { readonly id: string }) {
  const node = useDocument((state) => state.shown.nodes[id]);
  const definition = useShape(node);
  if (node === undefined || definition === undefined) return null;
  const params = definition.params.safeParse(node.params);
  const sources = params.success ? (definition.sources?.(params.data) ?? []) : [];
  const fields = new Map(paramFields(definition).map((field) => [field.name, field]));
  return (
    <>
      {sources.map((source) =>
        source.kind === 'model' ? (
          <ModelRemedies
            key={source.param}
            id={source.id}
            kind={fields.get(source.param)?.modelKind}
            choose={(model) =>
              useDocument
                .getState()
                .edit((graph) => setParam(graph, { node: id, param: source.param }, model))
            }
          />
        ) : null,
      )}
    </>
  );
}
