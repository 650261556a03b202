import { clock } from '@graft/nodes/kit/ui';
import { undo, documentStore, runView, screenStore, Latest, whileOpen } from '@graft/view';
import { report } from '../graphs/graph-file.ts';
import { ranGraph } from './ran-graph.ts';

const restores = new Latest();

/**
 * Takes the graph as a run had it into the open file, as one step of the history; what the newest run gave is shown beside it again.
 */
export async function restoreRan(runId: string): Promise<void> {
  const { file } = documentStore.getState();
  if (file === null) return;
  const { notify } = screenStore.getState();
  const signal = restores.ask();
  const isOpen = whileOpen();
  try {
    const ran = await ranGraph(runId, file.path);
    if (signal.aborted || !isOpen()) return;
    if (ran?.graph === undefined) {
      const message = 'The graph of this run is missing, so it cannot be restored.';
      return notify({ tone: 'info', message, about: file.path });
    }
    const { graph, startedAt } = ran;
    runView.getState().follow(runView.getState().newest);
    documentStore.getState().replace(graph);
    const message = `Restored the graph of the run of ${clock(startedAt)}.`;
    notify({
      tone: 'info',
      message,
      about: file.path,
      action: {
        label: 'Undo',
        run: () => {
          // Only what this did: later edits have steps of their own.
          if (documentStore.getState().graph === graph) undo();
        },
      },
    });
    const stop = documentStore.subscribe((state) => {
      if (state.graph === graph) return;
      stop();
      const { notices, dismiss } = screenStore.getState();
      // Undone or edited, it is no longer so.
      for (const notice of notices) if (notice.message === message) dismiss(notice.id);
    });
  } catch (error) {
    report(error);
  }
}
