import { create } from 'zustand';
import { api } from '../../api/client.ts';
import { problemText, emptyRun, isOver, type RunState } from '@graft/view';
import { askable, graphFunction, type ShownOutput } from '../../api/graphs/graph-function.ts';
import { useDocument } from '../../kit/stores.ts';
import { report } from '../../api/graphs/graph-file.ts';
import { saveFile } from '../../api/graphs/save-file.ts';
import { followRun } from '../../api/runs/follow-run.ts';
import { tellOfCancel } from '../../api/runs/run-actions.ts';
import { keepAsked, keptAsked } from '../../api/graphs/kept-questions.ts';
import { showAsked } from './focus-ask.ts';

/** A question asked here, and the run that answers it. */
export interface Asked {
  readonly question: string;
  readonly outputs: readonly ShownOutput[];
  readonly run: RunState;
}

interface AskState {
  /** The file that this belongs to. */
  readonly file: string | undefined;
  readonly question: string;
  /** Newest first. */
  readonly asked: readonly Asked[];
  /** Whether a question is being sent. */
  readonly starting: boolean;
}

/** The most questions on the screen. */
const mostAsked = 20;

/** Questions to the open graph that the file does not store. */
export const useAsk = create<AskState>()(() => ({
  file: undefined,
  question: '',
  asked: [],
  starting: false,
}));

/** Shows the questions to a file, also those from before a reload. */
export function askOf(file: string | undefined): void {
  if (useAsk.getState().file === file) return;
  const kept = file === undefined ? [] : keptAsked(file).slice(0, mostAsked);
  const asked = kept.map(({ question, outputs, runId }) => ({
    ...{ question, outputs, run: emptyRun(runId) },
  }));
  useAsk.setState({ file, question: '', asked, starting: false });
  // One after the other: a browser has few connections to a server.
  const next = (at: number): void => {
    const runId = kept[at]?.runId;
    if (runId !== undefined) follow(runId, () => next(at + 1));
  };
  next(0);
}

/**
 * Runs the graph for a typed question; the screen keeps the results of the saved ones. False if the run did not start.
 */
export async function ask(question: string): Promise<boolean> {
  const { file } = useDocument.getState();
  const graph = graphFunction();
  const inputs = askable(graph);
  if (file === null || graph === undefined || inputs === undefined || question.trim() === '')
    return false;
  askOf(file.path);
  // Enter may be pressed again before the question is sent.
  if (useAsk.getState().starting) return false;
  useAsk.setState({ starting: true });
  try {
    if (!(await saveFile())) return false;
    const byName = inputs.filter(({ settings }) => settings === undefined);
    const { runId } = await api.runs.start.mutate({
      path: file.path,
      inputs: Object.fromEntries(byName.map(({ name }) => [name, question])),
      set: inputs.flatMap(({ settings }) => [...(settings?.(question) ?? [])]),
      ...graph.wanted,
    });
    keepAsked(file.path, (kept) =>
      [{ question, runId, outputs: [...graph.outputs] }, ...kept].slice(0, mostAsked),
    );
    if (useAsk.getState().file !== file.path) return false;
    const asked = { question, outputs: graph.outputs, run: emptyRun(runId) };
    useAsk.setState((state) => ({
      // Keep a text that was typed meanwhile.
      question: state.question === question ? '' : state.question,
      asked: [asked, ...state.asked].slice(0, mostAsked),
    }));
    follow(runId);
    return true;
  } catch (error) {
    report(error);
    return false;
  } finally {
    if (useAsk.getState().file === file.path) useAsk.setState({ starting: false });
  }
}

/** Follows a run until it is over. Calls `begun` once the run is known, or gone. */
function follow(runId: string, begun?: () => void): void {
  let waiting = begun;
  const isKnown = (): void => {
    waiting?.();
    waiting = undefined;
  };
  const heldNow = (): Asked | undefined =>
    useAsk.getState().asked.find(({ run }) => run.runId === runId);
  const stop = followRun(runId, {
    changed: (run) => {
      if (heldNow() === undefined) stop();
      else
        useAsk.setState(({ asked }) => ({
          asked: asked.map((entry) => (entry.run.runId === runId ? { ...entry, run } : entry)),
        }));
      isKnown();
    },
    failed: (error) => {
      const held = heldNow();
      // A pruned run has no answer any more. The question stays: the server may be in trouble, or serve another
      // workspace that has a file of this name.
      if (begun === undefined) report(error);
      else if (held !== undefined) takeOff(held);
      isKnown();
    },
  });
}

export async function cancelAsked({ run }: Asked): Promise<void> {
  try {
    tellOfCancel((await api.runs.cancel.mutate({ runId: run.runId })).outcome);
  } catch (error) {
    report(error);
  }
}

function takeOff({ run: { runId } }: Asked): void {
  useAsk.setState(({ asked }) => ({ asked: asked.filter(({ run }) => run.runId !== runId) }));
}

/** Removes a question for good; its run stays in the list of runs. */
export function forget(question: Asked): void {
  takeOff(question);
  const { file } = useAsk.getState();
  const { runId } = question.run;
  if (file !== undefined) keepAsked(file, (kept) => kept.filter((entry) => entry.runId !== runId));
}

/** Removes all questions whose runs are over. */
export function forgetAll(): void {
  for (const asked of useAsk.getState().asked) if (isOver(asked.run)) forget(asked);
}

/** Why there is no answer, as a sentence. */
export function failureOf({ run }: Asked): string | undefined {
  if (run.status !== 'failed') return undefined;
  return run.error === undefined ? 'The run failed.' : problemText(run.error);
}

/** Runs the graph for one of its saved questions, and shows the answer. The typed text stays. */
export async function askAlone(question: string): Promise<void> {
  if (await ask(question)) showAsked();
}
