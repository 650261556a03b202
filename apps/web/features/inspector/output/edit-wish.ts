import { readRowsOf, type GraphNode } from '@graft/graph';
import { useOverlay } from '../../../kit/stores.ts';
import { editOutput, type OutputOfStep } from './freeze.ts';

/** A way to edit rows, as a button says it. */
export interface EditWish {
  readonly label: string;
  readonly title: string;
  readonly run: () => void;
}

/** How the rows of an output are edited: where they are frozen, else once they are. Undefined where they cannot be. */
export function editWish(
  node: GraphNode | undefined,
  output: OutputOfStep | undefined,
): EditWish | undefined {
  const frozen = readRowsOf(node);
  if (frozen !== undefined) {
    const run = (): void => useOverlay.getState().show({ editedRows: frozen });
    return { label: 'Edit the rows', title: `Edit the rows in ${frozen.file} …`, run };
  }
  if (output === undefined) return undefined;
  return {
    label: 'Edit this output',
    title: 'Edit this output …: freezes its rows to a file that takes the node’s place',
    run: () => void editOutput(output),
  };
}
