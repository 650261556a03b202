import { setParam, usableParameters } from '@graft/graph';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { queries } from '../../api/client.ts';
import { ModelOffer } from '../../kit/slots.ts';
import { useDocument, useOverlay } from '../../kit/stores.ts';
import { modelsOf } from './models-of.ts';

/** Beside answers: that the model which wrote them is for trying out, with the way to a larger one, and which one suits this computer. */
export function SmallModelLine() {
  const graph = useDocument((state) => state.graph);
  const models = useMemo(() => modelsOf(graph), [graph]);
  const { data: offered } = useQuery(
    queries.models.offered.queryOptions(undefined, { enabled: models.length > 0 }),
  );
  const writers = models.flatMap((used) => {
    if (used.server !== undefined) return [];
    const facts = offered?.models.find(({ facts: { id } }) => id === used.id)?.facts;
    return facts?.kind === 'language-model' ? [{ ...used, facts }] : [];
  });
  const [small] = writers;
  // Where the graph has another model too, that one may have written them.
  const isOnlyModel =
    writers.every(({ facts }) => (facts.parameters ?? usableParameters) < usableParameters) &&
    Object.values(graph.nodes).every(({ type }) => type !== 'remote-model');
  if (small === undefined || !isOnlyModel) return null;
  const best = offered?.models.find(
    ({ facts: { kind }, recommended }) => kind === 'language-model' && recommended?.best === true,
  );
  const choose = (id: string): void =>
    useDocument
      .getState()
      .edit((edited) => setParam(edited, { node: small.node, param: 'model' }, id));
  return (
    <div className="text-sm text-ink-2">
      <p>
        This model is for trying out.{' '}
        <button
          type="button"
          className="underline hover:text-ink"
          onClick={() =>
            useOverlay.getState().show({
              modelQuestion: {
                kind: 'language-model',
                ...{ current: small.id, choose, node: small.node },
                first: best?.facts.id ?? small.id,
              },
            })
          }
        >
          Choose a larger one
        </button>
        .
      </p>
      <div className="mt-2 text-ink empty:hidden">
        <ModelOffer />
      </div>
    </div>
  );
}
