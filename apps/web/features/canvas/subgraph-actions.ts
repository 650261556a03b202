import { bypassRefusal, GraphError, setBypass } from '@graft/graph';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { report } from '../../api/graphs/graph-file.ts';
import { shapeOf } from '@graft/view';

/** Those of the selected nodes that are switched off, or that are not. */
export function selectedBy(off: boolean): readonly string[] {
  const { nodes } = useDocument.getState().shown;
  return useScreen.getState().selection.filter((id) => {
    const node = nodes[id];
    return node !== undefined && (node.bypass === true) === off;
  });
}

/** Switches the selected nodes off, or on again: one step of the history. All of them, or none with the reason. */
export function switchSelected(off: boolean): void {
  const { shown, edit } = useDocument.getState();
  const ids = selectedBy(!off);
  for (const id of off ? ids : []) {
    const shape = shapeOf(shown.nodes[id]);
    const isTaken = shown.edges.some(({ source }) => source === id);
    const refusal = shape === undefined ? undefined : bypassRefusal(shape, isTaken);
    if (refusal !== undefined) {
      const location = ids.length === 1 ? {} : { node: id };
      report(new GraphError('bad-bypass', refusal, { location }));
      return;
    }
  }
  edit((before) => setBypass(before, ids, off));
}
