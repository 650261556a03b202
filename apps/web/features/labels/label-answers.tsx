import { useDocument, useOverlay } from '../../kit/stores.ts';
import { placeOf } from '@graft/view';
import { isLabeller } from './labeller.ts';

/** Of a node that takes labels: opens the table in which they are given. */
export function LabelAnswers({ path }: { readonly path: string }) {
  const takesLabels = useDocument(({ graph }) => isLabeller(placeOf(graph, path)?.node));
  return takesLabels ? (
    <button
      type="button"
      className="button go"
      onClick={() => useOverlay.getState().show({ labelling: path })}
    >
      Label the answers …
    </button>
  ) : null;
}
