import { clock } from '@graft/nodes/kit/ui';
import { documentStore, runView, screenStore, Latest, whileOpen } from '@graft/view';
import { report } from '../graphs/graph-file.ts';
import { replaceGraph } from '../graphs/replace-graph.ts';
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
    replaceGraph(graph, `Restored the graph of the run of ${clock(startedAt)}.`);
  } catch (error) {
    report(error);
  }
}
