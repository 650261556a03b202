import { parseGraph } from '@graft/graph';
import { clock } from '@graft/nodes/kit/ui';
import { api } from '../api/client.ts';
import { withPlaces } from '../canvas/places.ts';
import { undo, useDocument } from './document-store.ts';
import { report } from './file-actions.ts';
import { loadNodeTypes } from './registry.ts';
import { useRunView } from './run-view.ts';
import { useScreen } from './screen-store.ts';

/**
 * Takes the graph as the run on the screen had it into the open file, as one step of the history; what the newest run gave is shown
 * beside it again.
 */
export async function restoreRan(): Promise<void> {
  const { run } = useRunView.getState();
  const { file } = useDocument.getState();
  if (run === null || file === null) return;
  const { notify } = useScreen.getState();
  try {
    const ran = await api.runs.graph.query({ runId: run.runId });
    if (ran === null) {
      const message = `The graph of the run of ${clock(run.startedAt)} is no longer kept.`;
      return notify({ tone: 'info', message, about: file.path });
    }
    const { migrateGraph, registry } = await loadNodeTypes();
    const graph = await withPlaces(migrateGraph(parseGraph(ran.text, file.path), registry));
    // Another file may have been opened meanwhile.
    if (useDocument.getState().file?.path !== file.path) return;
    useDocument.getState().editFile(() => graph);
    useRunView.getState().follow(useRunView.getState().newest);
    notify({
      tone: 'info',
      message: `The graph is as it was in the run of ${clock(run.startedAt)}.`,
      about: file.path,
      action: {
        label: 'Undo',
        run: () => {
          // Only what this did: later edits have steps of their own.
          if (useDocument.getState().graph === graph) undo();
        },
      },
    });
  } catch (error) {
    report(error);
  }
}
