import { api, queries, queryClient } from '../client.ts';
import {
  documentStore,
  isGoingOn,
  isOver,
  openForRun,
  plannedPath,
  runView,
  screenStore,
  action,
  Latest,
  whileOpen,
} from '@graft/view';
import { report } from '../graphs/graph-file.ts';
import { problemsOf } from '../problem.ts';
import { saveFile } from '../graphs/save-file.ts';
import { usePlan } from './plan-store.ts';
import { readiness, wayTo, type AwaitedModels } from './run-refusal.ts';

export async function refreshRuns(): Promise<void> {
  const { list, history, course } = queries.runs;
  const keys = [list.queryKey(), history.queryKey(), course.queryKey()];
  await Promise.all(keys.map((queryKey) => queryClient.invalidateQueries({ queryKey })));
}

type StartInput = Parameters<typeof api.runs.start.mutate>[0];
/** What a run of the file gets when it is used as a function. */
export type Given = Pick<StartInput, 'inputs' | 'set' | 'outputs' | 'only'>;

/**
 * Saves and runs the file. `only` limits the run to these nodes and what they need; a node in a loop stands for the
 * loop.
 */
export async function startRun(...only: readonly string[]): Promise<void> {
  const paths = [...new Set(only.map(plannedPath))];
  if (paths.length === 0) await start({}, isSound);
  else await start({ only: paths }, () => isSound(paths));
}

/** Whether the page knows nothing that prevents a run; see `readiness`. Models that are being downloaded are waited for. */
async function isSound(only?: readonly string[]): Promise<boolean> {
  const found = await readiness(only);
  if (found === 'ready' || found === 'refused') return found === 'ready';
  runOnceHere(found, only ?? []);
  return false;
}

const waits = new Latest();

/** Runs once these models are here, unless another run begins, the file is left, or the person no longer waits. */
function runOnceHere({ models, words }: AwaitedModels, only: readonly string[]): void {
  const signal = waits.ask();
  const isOpen = whileOpen();
  const stop = usePlan.subscribe(({ coming }) => {
    if (signal.aborted || !isOpen()) stop();
    else if (!models.some((model) => coming.has(model))) {
      stop();
      screenStore.getState().dismissUntil('run');
      void startRun(...only);
    }
  });
  screenStore.getState().notify({
    ...{ tone: 'info', until: 'run', message: `${words} The run starts after that.` },
    action: { label: 'Do not wait', run: () => waits.drop() },
  });
}

/** Saves and runs the file with these inputs. Whether it started; if not, the screen says why. */
export function startGiven(given: Given): Promise<boolean> {
  return start(given);
}

async function start(
  options: Omit<StartInput, 'path'>,
  mayRun: () => Promise<boolean> = () => Promise.resolve(true),
): Promise<boolean> {
  const { file } = documentStore.getState();
  if (file === null) return false;
  let saved: string | undefined;
  const ready = async (): Promise<string | undefined> => {
    if (!(await mayRun())) return undefined;
    // At once: when the server answers, the pointer is on the way to something else.
    openForRun();
    return (saved = await saveFile());
  };
  const runId = await startAlone({ path: file.path, ...options }, ready);
  if (runId !== undefined && documentStore.getState().file?.path === saved)
    screenStore.getState().show({ bottomTab: 'run' });
  return runId !== undefined;
}

/**
 * Starts a run once `ready` gives the file to run, and follows it. Undefined if a run is in progress or starting, if `ready`
 * refuses, or if starting fails, which is reported.
 */
export async function startAlone(
  input: StartInput,
  ready: () => Promise<string | undefined> = () => Promise.resolve(input.path),
): Promise<string | undefined> {
  const view = runView.getState();
  if (view.starting || isGoingOn(view)) return undefined;
  waits.drop();
  runView.setState({ starting: true });
  try {
    const path = await ready();
    if (path === undefined) return undefined;
    const { graph } = documentStore.getState();
    const { runId } = await api.runs.start.mutate({ ...input, path });
    if (documentStore.getState().file?.path === path) {
      runView.getState().setNewest(runId);
      runView.getState().follow(runId);
      runView.setState({ ranGraph: { runId, graph } });
      screenStore.getState().dismissUntil('run');
    }
    // Nothing waits for the list.
    void refreshRuns();
    return runId;
  } catch (error) {
    report(error, { until: 'run', ...wayTo(problemsOf(error)[0]) });
    return undefined;
  } finally {
    runView.setState({ starting: false });
  }
}

/** What the page says about a request to cancel; nothing if the events of the run show it at once. */
const cancelWords: Readonly<
  Record<Awaited<ReturnType<typeof api.runs.cancel.mutate>>['outcome'], string | undefined>
> = {
  cancelled: undefined,
  asked: 'Another Graft process is running this. Graft asked it to cancel.',
  ended: 'This run has already ended.',
  unknown: 'This run is no longer in the history.',
};

export function tellOfCancel(outcome: keyof typeof cancelWords): void {
  const message = cancelWords[outcome];
  if (message !== undefined) screenStore.getState().notify({ tone: 'info', message });
}

export async function cancelRun(): Promise<void> {
  const { run } = runView.getState();
  if (run === null || isOver(run)) return;
  try {
    tellOfCancel((await api.runs.cancel.mutate({ runId: run.runId })).outcome);
  } catch (error) {
    report(error);
  }
}

/** Runs what is shown: in the app view with the values of its form, else the file as it is. */
export async function runShown(): Promise<void> {
  if (screenStore.getState().view !== 'app') return startRun();
  await action('runForm')();
}
