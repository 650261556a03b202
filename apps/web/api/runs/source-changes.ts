import { isLabelsFile } from '@graft/graph';
import { queries, queryClient } from '../client.ts';
import { isIdle, isOver, isUnsaved, documentStore, runView, screenStore } from '@graft/view';
import { usePlan } from './plan-store.ts';
import { startAlone, runShown } from './run-actions.ts';
import { runsOnChange, setRunsOnChange, useRunOnChange } from './run-on-change.ts';

/** Sources of the open graph that have changed: see `Workspace.watchSources`. */
export interface SourceChange {
  readonly files: readonly string[];
  readonly total: number;
  readonly state: string;
  readonly reads: string;
}

/** Consecutive runs that changed their own sources, after which run on change turns off. */
const mostRepeats = 3;

/** Runs of the open file that this tab started because sources changed. */
const started = { path: '', runs: new Set<string>(), repeats: 0 };

/** The state of the sources in the last message, and which sources they are: the feed restarts with every run. */
const last = { path: '', state: '', reads: '' };

/**
 * Whether a message reports nothing new: the first look at sources, or a known state. A new feed may report a change
 * before the old one ends. When the graph names other files, they are looked at for the first time.
 */
function isNoNews({ state, total, reads }: SourceChange, path: string): boolean {
  const isFirst = last.path !== path;
  const isTold = !isFirst && last.state === state;
  const readsOthers = isFirst || last.reads !== reads;
  Object.assign(last, { path, state, reads });
  return isTold || (total === 0 && readsOthers);
}

/**
 * Sources of the open graph have changed: renews the plan, and runs the graph if it runs on change, one run after the
 * other. Unsaved work is neither saved nor run.
 */
export async function sourcesChanged(change: SourceChange): Promise<void> {
  const { file, graph } = documentStore.getState();
  if (file === null || isNoNews(change, file.path)) return;
  const { path } = file;
  // What fields show of the files that they name.
  void queryClient.invalidateQueries({ queryKey: queries.catalogue.matchFiles.queryKey() });
  await usePlan.getState().ask(path, graph);
  if (documentStore.getState().file?.path !== path) return;
  if (!runsOnChange(path)) return tell(change, path);
  if (isUnsaved(documentStore.getState())) {
    return tell(change, path, ' Save the graph to run it.');
  }
  if (repeats(path)) {
    setRunsOnChange(path, false);
    screenStore.getState().notify({
      ...{ tone: 'error', about: path },
      message: `Run on change is off: ${namesOf(change)} changed during each of the last ${mostRepeats} runs it started. Write the outputs elsewhere, then turn it on again.`,
    });
    return;
  }
  const isLed = await leads(path);
  if (documentStore.getState().file?.path !== path) return;
  if (!isLed) {
    return tell(change, path, ' Another page with this graph runs it.');
  }
  inTurn(path);
}

/** Whether this run and those before it were started by a change. */
function repeats(path: string): boolean {
  if (started.path !== path) Object.assign(started, { path, runs: new Set(), repeats: 0 });
  const { run } = runView.getState();
  const isOurs = run !== null && !isOver(run) && started.runs.has(run.runId);
  started.repeats = isOurs ? started.repeats + 1 : 0;
  return started.repeats >= mostRepeats;
}

/** The file whose single next run is waiting. */
let waiting: string | undefined;
/** The chain of runs: the next one starts after it. */
let turns = Promise.resolve();

function inTurn(path: string): void {
  if (waiting === path) return;
  waiting = path;
  turns = turns.then(whenIdle).then(() => {
    // A change from here on may already be part of this run.
    if (waiting === path) waiting = undefined;
    return runNow(path);
  });
}

function whenIdle(): Promise<void> {
  if (isIdle(runView.getState())) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = runView.subscribe((view) => {
      if (!isIdle(view)) return;
      stop();
      resolve();
    });
  });
}

async function runNow(path: string): Promise<void> {
  if (documentStore.getState().file?.path !== path || !runsOnChange(path)) return;
  const runId = await startAlone({ path });
  if (runId !== undefined) started.runs.add(runId);
}

/** Files that this tab runs, or is deciding to. */
const leading = new Map<string, Promise<boolean>>();

/**
 * Whether this tab runs a file, among several that have it open. It does so until it opens another file or stops
 * running on change. Without locks in the browser (no secure context), every tab does.
 */
function leads(path: string): Promise<boolean> {
  if (!('locks' in navigator)) return Promise.resolve(true);
  const known = leading.get(path);
  if (known !== undefined) return known;
  const asked = askToLead(path);
  leading.set(path, asked);
  // Another tab may be closed by the next time.
  void asked.then((leadsIt) => leadsIt || leading.delete(path));
  return asked;
}

function askToLead(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    navigator.locks
      .request(`graft.run-on-change ${path}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        if (lock === null) return undefined;
        return whileRunOnChange(path).then(() => leading.delete(path));
      })
      // Refused if the page may not store anything.
      .catch(() => resolve(true));
  });
}

/** Until this tab opens another file, or stops running on change. */
function whileRunOnChange(path: string): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (documentStore.getState().file?.path === path && runsOnChange(path)) return;
      for (const stop of stops) stop();
      resolve();
    };
    const stops = [documentStore.subscribe(check), useRunOnChange.subscribe(check)];
    check();
  });
}

/** Switches run on change for the open file, and announces it. */
export function switchRunOnChange(): void {
  const { file } = documentStore.getState();
  if (file === null) return;
  const on = !runsOnChange(file.path);
  setRunsOnChange(file.path, on);
  const message = on
    ? 'Run on change is on: the graph runs whenever a file that it reads changes, while this page is open.'
    : 'Run on change is off.';
  screenStore.getState().notify({ tone: 'info', about: file.path, message });
}

function tell(change: SourceChange, path: string, why = ''): void {
  // Whoever labels answers or edits rows already knows.
  if (
    change.total > 0 &&
    change.files.every((file) => isLabelsFile(file) || file.startsWith('frozen/'))
  )
    return;
  screenStore.getState().notify({
    ...{ tone: 'info', about: path, until: 'run' },
    message: `${namesOf(change)} changed.${why}`,
    action: { label: 'Run', run: () => void runShown() },
  });
}

/** `a.md, b.md and 3 more`. */
function namesOf({ files, total }: SourceChange): string {
  if (total === 0) return 'A file that the graph reads';
  const shown = files.slice(0, 2);
  const more = total - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
