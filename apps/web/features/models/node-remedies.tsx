import { paramFields, setParam } from '@graft/graph';
import { FileRemedies } from '../../kit/slots.ts';
import { missingPath } from '@graft/view';
import { useDocument, useShape } from '../../kit/stores.ts';
import { useProblemsAt } from '../../api/graphs/use-problems.ts';
import { ModelRemedies } from './model-remedies.tsx';

/** Ways to get each model and file that the node names and that is missing. */
export function NodeRemedies({ id }: { readonly id: string }) {
  const node = useDocument((state) => state.shown.nodes[id]);
  const definition = useShape(node);
  const problems = useProblemsAt(id);
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
            node={id}
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
      {problems.map((problem) => {
        const { param } = problem.location;
        const missing = param === undefined ? undefined : missingPath(problem, node.params[param]);
        return param === undefined || missing === undefined ? null : (
          <FileRemedies key={`${param} ${missing}`} node={id} param={param} missing={missing} />
        );
      })}
    </>
  );
}
