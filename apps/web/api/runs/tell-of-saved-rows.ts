import { isLocked, parseGraph, serializeGraph } from '@graft/graph';
import { api } from '../client.ts';
import { planLine } from './plan-report.ts';
import { isUnsaved, openPanel, whileOpen, documentStore, screenStore } from '@graft/view';
import { usePlan } from './plan-store.ts';
import { runShown } from './run-actions.ts';

/**
 * Locks the graph to the edited rows, as every save does. A graph with unsaved changes is locked when the person saves
 * it.
 */
async function lockToRows(): Promise<void> {
  const { file, graph } = documentStore.getState();
  if (file === null || file.base === null) return;
  if (!isLocked(graph.lock) || isUnsaved({ file, graph })) return;
  const { path, base } = file;
  const saved = await api.graphs.save.mutate({ path, base, text: serializeGraph(graph) });
  if (documentStore.getState().file !== file) return;
  const { lock } = parseGraph(saved.text, path);
  documentStore.getState().relock({
    ...{ path, base: saved.revision, baseText: saved.text },
    baseGraph: { ...graph, lock },
  });
}

/** After saving rows: shows what the next run would compute, and offers it. */
export async function tellOfSaved(rowsFile: string, subject: string): Promise<void> {
  // If that fails, the plan reports the changed rows.
  const isOpen = whileOpen();
  await lockToRows().catch(() => undefined);
  const { file, graph } = documentStore.getState();
  if (file === null || !isOpen()) return;
  await usePlan.getState().ask(file.path, graph);
  if (!isOpen()) return;
  const { report } = usePlan.getState();
  openPanel('lower');
  screenStore.getState().show({ bottomTab: 'plan' });
  const next = report === null ? '' : `\nThe next run: ${planLine(report)}.`;
  screenStore.getState().notify({
    tone: 'info',
    message: `${subject} in ${rowsFile}.${next}`,
    about: file.path,
    until: 'run',
    action: { label: 'Run', run: () => void runShown() },
  });
}
