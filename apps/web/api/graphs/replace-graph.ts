import type { Graph } from '@graft/graph';
import { documentStore, screenStore, undo } from '@graft/view';

/**
 * Puts another graph in the place of the open file's, as one step of the history. A notice says so, and offers to undo it for as long as
 * nothing else was edited.
 */
export function replaceGraph(graph: Graph, message: string): void {
  documentStore.getState().replace(graph);
  const { file } = documentStore.getState();
  screenStore.getState().notify({
    tone: 'info',
    message,
    ...(file === null ? {} : { about: file.path }),
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
}
