import type { RunRecord } from '@graft/graph';
import { create } from 'zustand';
import { api, queries, queryClient } from './client.ts';
import { documentStore, openPanel, screenStore } from '@graft/view';
import { report } from './graphs/graph-file.ts';
import { saveFile } from './graphs/save-file.ts';
import { usePlan } from './runs/plan-store.ts';
import { tellOfCancel } from './runs/run-actions.ts';

interface ExperimentView {
  /** Name of the experiment that is looked at; the first where the file has none of that name. */
  readonly chosen: string | null;
  /** Whether one is being saved and started. */
  readonly starting: boolean;
}
export const useExperiments = create<ExperimentView>()(() => ({ chosen: null, starting: false }));

async function refreshExperimentRuns(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: queries.experiments.runs.queryKey() });
}

/** A run of an experiment has ended: what it computed will be reused by a run of the file. */
export async function experimentEnded(): Promise<void> {
  await refreshExperimentRuns();
  const { file, graph } = documentStore.getState();
  if (file !== null) await usePlan.getState().ask(file.path, graph);
}

/** Opens the panel of experiments with one of them. */
export function showExperiment(name: string): void {
  useExperiments.setState({ chosen: name });
  openPanel('lower');
  screenStore.getState().show({ bottomTab: 'experiments' });
}

/** The run of an experiment that was shown last as it went on. */
let shownRun: string | undefined;

/** Shows an experiment of the open file that runs, once: after a reload, or where another tab or the command line began it. */
export function sawExperimentRun({ id, file, experiment }: RunRecord): void {
  if (id === shownRun || experiment === undefined) return;
  if (documentStore.getState().file?.path !== file) return;
  shownRun = id;
  showExperiment(experiment);
}

/** Saves, then runs an experiment of the file, and shows how it goes. */
export async function startExperiment(name: string): Promise<void> {
  const { file } = documentStore.getState();
  if (file === null || useExperiments.getState().starting) return;
  useExperiments.setState({ starting: true });
  showExperiment(name);
  try {
    const path = await saveFile();
    if (path === undefined) return;
    shownRun = (await api.experiments.start.mutate({ path, name })).runId;
    await refreshExperimentRuns();
  } catch (error) {
    report(error);
  } finally {
    useExperiments.setState({ starting: false });
  }
}

export async function cancelExperiment(runId: string): Promise<void> {
  try {
    tellOfCancel((await api.runs.cancel.mutate({ runId })).outcome);
    await refreshExperimentRuns();
  } catch (error) {
    report(error);
  }
}
