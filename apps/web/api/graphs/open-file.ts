import { GraphError, serializeGraph, type Graph } from '@graft/graph';
import {
  conflictStore,
  type OpenFile,
  type Origin,
  documentStore,
  runView,
  screenStore,
  Latest,
} from '@graft/view';
import { api, queries, queryClient } from '../client.ts';
import { takeDraft, type Draft } from './drafts.ts';
import { usePlan } from '../runs/plan-store.ts';
import { placeFromAddress, showPlace } from './place-in-address.ts';
import {
  isSameButForLock,
  lastFileKey,
  longestPath,
  readGraph,
  readFile,
  report,
  reportUnopened,
  showInAddress,
  syncDraft,
  tellReloaded,
} from './graph-file.ts';
import { keptAsked } from './kept-questions.ts';
import { discardChanges } from './save-file.ts';

/** Runs looked through for the newest one of the file as it is. */
const newestLooked = 20;

/** Unsaved work as it was kept, and the file that it began from. */
function placedDraft(
  { text, base, baseText }: Draft,
  { path, example }: OpenFile,
): { readonly graph: Graph; readonly file: OpenFile } {
  const graph = readGraph(text, path);
  const baseGraph = readGraph(baseText, path);
  return { graph, file: { path, base, baseText, baseGraph, example } };
}

/** The files asked for: the last one is shown, whichever answer comes last. */
const opening = new Latest();

/** What is open stays open: a file that is on its way is not shown. */
export function stayHere(): void {
  opening.drop();
}

/** Shows no file, as before the first was opened. Unsaved work is kept. */
export function closeFile(): void {
  stayHere();
  syncDraft();
  documentStore.getState().close();
  conflictStore.getState().settle();
  screenStore.getState().select([]);
  runView.getState().follow(null);
  usePlan.getState().clear();
  document.title = 'Graft';
}

/**
 * Reserves the next file to open before it is written. The returned function shows it, unless another file was opened meanwhile, and
 * does not wait for its runs: a dialog can close as soon as the file is shown.
 */
export function openWhenWritten(): (path: string) => Promise<void> {
  const signal = opening.ask();
  return async (path) => {
    if (signal.aborted) return;
    const shown = await showFile(path);
    if (shown !== undefined) void followNewestRun(shown);
  };
}

/**
 * Opens a file, with the unsaved work that this browser holds on it, and its newest run. Where one comes to it through a
 * node that uses it, `from` leads back. `goThere` goes to a place in it before anything else of it is seen. Gives the path by
 * which the workspace calls it.
 */
export async function openFile(
  path: string,
  from: readonly Origin[] = [],
  goThere: () => void = () => undefined,
): Promise<string> {
  const shown = await showFile(path, from, goThere);
  if (shown !== undefined) await followNewestRun(shown);
  return shown ?? path;
}

/** Shows a file without its runs. Undefined where it cannot be read, which is reported, or another was asked for meanwhile. */
async function showFile(
  path: string,
  from: readonly Origin[] = [],
  goThere: () => void = () => undefined,
): Promise<string | undefined> {
  const signal = opening.ask();
  syncDraft();
  try {
    if (path.length > longestPath) {
      const message = `The path has ${String(path.length)} characters, which is too long. Choose a file in the list.`;
      throw new GraphError('missing-file', message);
    }
    const read = await api.graphs.read.query({ path });
    if (signal.aborted) return undefined;
    // An address may name it otherwise than the workspace does, as by `lib/../rag.graft.json`.
    if (read.path !== path) return await showFile(read.path, from, goThere);
    // What was drawn meanwhile.
    syncDraft();
    const draft = await takeDraft(path);
    if (signal.aborted) return undefined;
    let file = readFile(read);
    const drafted = draft === undefined ? undefined : placedDraft(draft, file);
    let graph = file.baseGraph;
    // Of a save the answer may not have come, and its lock with it.
    const isSaved =
      drafted?.file.base === file.base
        ? draft?.text === serializeGraph(file.baseGraph)
        : drafted !== undefined && isSameButForLock(file.baseGraph, drafted.graph);
    if (drafted !== undefined && !isSaved) {
      // The base stays the draft's: if the file changed since, saving is refused and merged.
      ({ graph, file } = drafted);
      screenStore.getState().notify({
        tone: 'info',
        message: 'Your unsaved changes were kept.',
        about: path,
        until: 'saved',
        action: {
          label: 'Discard changes',
          run: () => void discardChanges(path),
        },
      });
    }
    conflictStore.getState().settle();
    screenStore.getState().dismissOthers(path);
    // The browser's own way back leads to the file before, and to the run of it that was looked at; or to the first screen.
    const isNamed = new URL(location.href).searchParams.get('graph') === path;
    const isFromElsewhere = documentStore.getState().file !== null || screenStore.getState().begun;
    if (isFromElsewhere && !isNamed) {
      history.pushState(null, '', location.href);
    }
    // Nothing of the file before is left on the screen while the answers for this one are on their way.
    usePlan.getState().clear();
    runView.getState().follow(null);
    runView.getState().setNewest(null);
    runView.setState({ seeking: true });
    const isChanged = documentStore.getState().open(file, graph, from);
    if (isChanged) tellReloaded(path);
    screenStore.getState().select([]);
    showInAddress(path);
    goThere();
    return path;
  } catch (error) {
    if (!signal.aborted) reportUnopened(path, error);
    return undefined;
  }
}

/** Follows the newest run of the file that is shown, unless one has begun meanwhile. */
async function followNewestRun(path: string): Promise<void> {
  try {
    const runs = await api.runs.list.query({ file: path, limit: newestLooked });
    // Prefers a run of the file as it is. Skips runs of questions: the conversation shows them.
    const asked = new Set(keptAsked(path).map(({ runId }) => runId));
    const newest =
      runs.find(({ scope }) => scope === undefined) ?? runs.find(({ id }) => !asked.has(id));
    const { newest: begun, run, past, setNewest, lookBack, follow } = runView.getState();
    // One that has begun meanwhile is newer than all of the list.
    if (documentStore.getState().file?.path !== path || begun !== null) return;
    setNewest(newest?.id ?? null);
    if (past && run !== null) lookBack(run.runId);
    else follow(newest?.id ?? null);
  } catch (error) {
    if (documentStore.getState().file?.path === path) report(error);
  } finally {
    if (documentStore.getState().file?.path === path) runView.setState({ seeking: false });
  }
}

/** The example that shows what Graft is for within a minute; others may train for many. */
const quickstart = 'rag-quickstart.graft.json';

/** The file to begin with: that of the address, the last one, the quickstart, or the first there is. */
export async function openFirstFile(): Promise<void> {
  try {
    const place = placeFromAddress();
    const asked = place.graph;
    if (asked !== null) {
      // Another view may have been pressed while the file was on its way.
      await openFile(asked, [], () => showPlace({ ...place, view: screenStore.getState().view }));
      return;
    }
    const signal = opening.ask();
    const files = await queryClient.fetchQuery(queries.graphs.list.queryOptions());
    if (signal.aborted) return;
    const last = localStorage.getItem(lastFileKey);
    const known = (path: string | null): boolean => files.some((file) => file.path === path);
    const path = [last, quickstart].find(known) ?? files[0]?.path;
    if (typeof path === 'string') await openFile(path);
  } catch (error) {
    report(error);
  } finally {
    screenStore.getState().show({ begun: true });
  }
}
