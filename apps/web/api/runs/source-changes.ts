import { isLabelsFile } from '@graft/graph';
import { queries, queryClient } from '../client.ts';
import { isIdle, isOver, isUnsaved, documentStore, runView, screenStore } from '@graft/view';
import { usePlan } from './plan-store.ts';
import { startAlone, runShown } from './run-actions.ts';
import { runsOnChange, setRunsOnChange, useRunOnChange } from './run-on-change.ts';

/** Files that the open graph reads and that have other bytes than before: see `Workspace.watchSources`. */
export interface SourceChange {
  readonly files: readonly string[];
  readonly total: number;
  readonly state: string;
  readonly reads: string;
}

/** Runs in a row that changed what they read, after which it is no chance. */
const mostRepeats = 3;

/** Runs that were started here because files had changed, of the file that is open. */
const started = { path: '', runs: new Set<string>(), repeats: 0 };

/** How the files were when they were last told of, and which: the feed begins anew with every run. */
const last = { path: '', state: '', reads: '' };

/**
 * Whether this says no more than how files are that are looked at for the first time, or are known to be so: a feed that
 * begins may tell of a change before the one that ends. Where the graph names other files than before, these are looked
 * at for the first time.
 */
function isNoNews({ state, total, reads }: SourceChange, path: string): boolean {
  const isFirst = last.path !== path;
  const isTold = !isFirst && last.state === state;
  const readsOthers = isFirst || last.reads !== reads;
  Object.assign(last, { path, state, reads });
  return isTold || (total === 0 && readsOthers);
}

/**
 * Files changed that the open graph reads: the plan follows, and where the graph is to run then, it runs, one run after the
 * other. Unsaved work is neither saved nor run.
 */
export async function sourcesChanged(change: SourceChange): Promise<void> {
  const { file, graph } = documentStore.getState();
  if (file === null || isNoNews(change, file.path)) return;
  const { path } = file;
  // What fields say of the files that they name.
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

/** Whether the run under way, and those before it, were started for a change, as this one will be. */
function repeats(path: string): boolean {
  if (started.path !== path) Object.assign(started, { path, runs: new Set(), repeats: 0 });
  const { run } = runView.getState();
  const isOurs = run !== null && !isOver(run) && started.runs.has(run.runId);
  started.repeats = isOurs ? started.repeats + 1 : 0;
  return started.repeats >= mostRepeats;
}

/** The file whose one run waits for its turn. */
let waiting: string | undefined;
/** The turns until now: the next one comes after them. */
let turns = Promise.resolve();

function inTurn(path: string): void {
  if (waiting === path) return;
  waiting = path;
  turns = turns.then(whenIdle).then(() => {
    // What changes from here on, this run may have read already.
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

/** Files that this tab runs, or asks whether it does. */
const leading = new Map<string, Promise<boolean>>();

/**
 * Whether this tab is the one that runs a file, of several that have it open: it stays that until it opens another one, or
 * no longer runs on changes. Where the browser has no locks (no secure context), each is.
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
      // Refused where the page is not to keep anything.
      .catch(() => resolve(true));
  });
}

/** Until another file is open here, or this one does not run on changes any more. */
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

/** Switches the running on changes of the open file, and says how it is now. */
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
  // Who says which answers are right, or edits rows, knows it.
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
