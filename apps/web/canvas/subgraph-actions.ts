import { bypassRefusal, GraphError, setBypass } from '@graft/graph';
import { useDocument } from '../state/document-store.ts';
import { openFile, report } from '../state/file-actions.ts';
import { shapeOf } from '../state/node-shape.ts';
import { nodeTypes } from '../state/registry.ts';
import { useScreen } from '../state/screen-store.ts';

/** Those of the selected nodes that are switched off, or that are not. */
export function selectedBy(off: boolean): readonly string[] {
  const { nodes } = useDocument.getState().graph;
  return useScreen.getState().selection.filter((id) => {
    const node = nodes[id];
    return node !== undefined && (node.bypass === true) === off;
  });
}

/** Switches the selected nodes off, or on again: one step of the history. All of them, or none with the reason. */
export function switchSelected(off: boolean): void {
  const { graph, edit } = useDocument.getState();
  const ids = selectedBy(!off);
  for (const id of off ? ids : []) {
    const shape = shapeOf(graph.nodes[id]);
    const isTaken = graph.edges.some(({ source }) => source === id);
    const refusal = shape === undefined ? undefined : bypassRefusal(shape, isTaken);
    if (refusal !== undefined) {
      const location = ids.length === 1 ? {} : { node: id };
      report(new GraphError('bad-bypass', refusal, { location }));
      return;
    }
  }
  edit((before) => setBypass(before, ids, off));
}

/** The graph that the selected node uses: `#name` of this file, or the path of another; undefined where it uses none. */
export function selectedUse(): string | undefined {
  const { selection } = useScreen.getState();
  const [id] = selection;
  const node = selection.length === 1 ? useDocument.getState().graph.nodes[id ?? ''] : undefined;
  if (node === undefined || nodeTypes().get(node.type)?.structure !== 'graph') return undefined;
  const { use } = node.params;
  return typeof use === 'string' && use !== '' ? use : undefined;
}

/** The file of the graph that the selected node uses, where that is another one. */
export function selectedFile(): string | undefined {
  const use = selectedUse();
  return use === undefined || use.startsWith('#') ? undefined : use.split('#', 1)[0];
}

/** Opens that file. */
export function openSelectedFile(): void {
  const path = selectedFile();
  if (path !== undefined) void openFile(path);
}
