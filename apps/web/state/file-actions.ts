import { GraphError, migrateGraph, parseGraph, serializeGraph, type Graph } from '@graft/graph';
import { laidOut } from '../canvas/missing-places.ts';
import { api, queries, queryClient } from '../api/client.ts';
import { problemsOf, problemText } from '../api/problem.ts';
import { useConflict } from './conflict-store.ts';
import { isUnsaved, type OpenFile, type Origin } from '@graft/view';
import { useDocument } from './stores.ts';
import { dropDraft, keepDraft, takeDraft, type Draft } from './draft.ts';
import { useOverlay } from './overlay-store.ts';
import { usePlan } from './plan-store.ts';
import { addressOfPlace, placeFromAddress, showPlace } from './place-in-address.ts';
import { useRunView } from './stores.ts';
import { useScreen, type Notice } from './screen-store.ts';
import { nodeTypes } from './registry.ts';
import { Latest } from './wanted.ts';
import { discardChanges } from './save-file.ts';

/** Runs looked through for the newest one of the file as it is. */
const newestLooked = 20;
const ending = '.graft.json';
const lastFileKey = 'graft.last';

/** Name of a file for people: its path without the ending. */
export function fileTitle(path: string): string {
  return path.endsWith(ending) ? path.slice(0, -ending.length) : path;
}

/** The path of a file that people call by a name: it gets its ending where it lacks it. */
export function graphPath(name: string): string {
  const trimmed = name.trim();
  return trimmed.endsWith(ending) ? trimmed : `${trimmed}${ending}`;
}

/** Reports a failure, with one line for each of its problems. The notice goes when another file is opened. */
export function report(error: unknown, of: Pick<Notice, 'until'> = {}): void {
  const message = problemsOf(error).slice(0, 3).map(problemText).join('\n');
  const { file } = useDocument.getState();
  const about = file === null ? {} : { about: file.path };
  useScreen.getState().notify({ tone: 'error', message, ...about, ...of });
}

/** Says which file could not be opened and why, until another is. A file that is no graph can be mended as text. */
export function reportUnopened(path: string, error: unknown): void {
  const [problem] = problemsOf(error);
  if (problem === undefined) return;
  const { code, message } = problem;
  // A server that does not answer concerns no file, and a path may be too long to be read.
  const isNamed = code === 'unavailable' || path.length > longestPath || message.includes(path);
  const named = isNamed ? message : `${path}: ${message}`;
  const whole = message.startsWith('The file ') ? message.replace('The file', path) : named;
  const mend = (): void => useOverlay.getState().show({ mending: path });
  useScreen.getState().notify({
    ...{ tone: 'error', message: whole, about: path },
    ...(code === 'bad-syntax' ? { action: { label: 'Open as text', run: mend } } : {}),
  });
}

export async function refreshFiles(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: queries.graphs.list.queryKey() });
}

interface ReadFile {
  readonly path: string;
  readonly revision: string;
  readonly text: string;
}

export function readFile(file: ReadFile): OpenFile {
  const baseGraph = laidOut(parseGraph(file.text, file.path));
  return { path: file.path, base: file.revision, baseText: file.text, baseGraph };
}

/** Unsaved work as it was kept, and the file that it began from. */
function placedDraft(
  { text, base, baseText }: Draft,
  path: string,
): { readonly graph: Graph; readonly file: OpenFile } {
  const graph = laidOut(parseGraph(text, path));
  const baseGraph = laidOut(parseGraph(baseText, path));
  return { graph, file: { path, base, baseText, baseGraph } };
}

/** Whether two graphs are the same, whatever they are locked to: a run and a save write locks. */
export function isSameButForLock(one: Graph, other: Graph): boolean {
  return serializeGraph({ ...one, lock: other.lock }) === serializeGraph(other);
}

export function showInAddress(path: string): void {
  const url = addressOfPlace();
  url.searchParams.set('graph', path);
  history.replaceState(null, '', url);
  localStorage.setItem(lastFileKey, path);
  document.title = `${fileTitle(path)} · Graft`;
}

/** Keeps unsaved work in the browser, or drops what was kept, and what was said of it, once it is saved. */
export function syncDraft(): void {
  const { file, graph } = useDocument.getState();
  if (file === null) return;
  if (!isUnsaved({ file, graph })) {
    if (file.base !== null) useScreen.getState().dismissUntil('saved', 'there');
    return dropDraft(file.path);
  }
  keepDraft(file.path, {
    base: file.base,
    baseText: file.baseText,
    text: serializeGraph(graph),
  });
}

export function tellReloaded(about: string): void {
  const message = 'Reloaded: this file was changed outside.';
  useScreen.getState().notify({ tone: 'info', message, about });
}

/** Characters that the path of a file has at most; an address may hold more. */
const longestPath = 1_000;

/** The files asked for: the last one is shown, whichever answer comes last. */
const opening = new Latest();

/** What is open stays open: a file that is on its way is not shown. */
export function stayHere(): void {
  opening.drop();
}

/** Asks for a file that has to be written first. Opens it then, unless another was asked for meanwhile. */
export function openWhenWritten(): (path: string) => Promise<void> {
  const signal = opening.ask();
  return async (path) => {
    if (!signal.aborted) await openFile(path);
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
  const signal = opening.ask();
  syncDraft();
  try {
    if (path.length > longestPath) {
      const message = `No file has a path of ${String(path.length)} characters. Choose one in the list of files.`;
      throw new GraphError('missing-file', message);
    }
    const read = await api.graphs.read.query({ path });
    if (signal.aborted) return path;
    // An address may name it otherwise than the workspace does, as by `lib/../rag.graft.json`.
    if (read.path !== path) return await openFile(read.path, from, goThere);
    // What was drawn meanwhile.
    syncDraft();
    const draft = await takeDraft(path);
    if (signal.aborted) return path;
    let file = readFile(read);
    const drafted = draft === undefined ? undefined : placedDraft(draft, path);
    let graph = migrateGraph(file.baseGraph, nodeTypes());
    // Of a save the answer may not have come, and its lock with it.
    const isSaved =
      drafted?.file.base === file.base
        ? draft?.text === serializeGraph(file.baseGraph)
        : drafted !== undefined && isSameButForLock(file.baseGraph, drafted.graph);
    if (drafted !== undefined && !isSaved) {
      // The base stays the draft's: if the file changed since, saving is refused and merged.
      ({ graph, file } = drafted);
      useScreen.getState().notify({
        tone: 'info',
        message: 'Your unsaved changes were kept.',
        about: path,
        until: 'saved',
        action: {
          label: 'Discard them',
          run: () => void discardChanges(path),
        },
      });
    }
    useConflict.getState().settle();
    useScreen.getState().dismissOthers(path);
    // The browser's own way back leads to the file before, and to the run of it that was looked at.
    const isNamed = new URL(location.href).searchParams.get('graph') === path;
    if (useDocument.getState().file !== null && !isNamed) {
      history.pushState(null, '', location.href);
    }
    // Nothing of the file before is left on the screen while the answers for this one are on their way.
    usePlan.getState().clear();
    useRunView.getState().follow(null);
    useRunView.getState().setNewest(null);
    const isChanged = useDocument.getState().open(file, graph, from);
    if (isChanged) tellReloaded(path);
    useScreen.getState().select([]);
    showInAddress(path);
    goThere();
    const runs = await api.runs.list.query({ file: path, limit: newestLooked });
    // What the file as it is gave, before what it gave to something that it was given for once.
    const newest = runs.find(({ scope }) => scope === undefined) ?? runs[0];
    const { newest: begun, run, past, setNewest, lookBack, follow } = useRunView.getState();
    // One that has begun meanwhile is newer than all of the list.
    if (useDocument.getState().file?.path !== path || begun !== null) return path;
    setNewest(newest?.id ?? null);
    if (past && run !== null) lookBack(run.runId);
    else follow(newest?.id ?? null);
  } catch (error) {
    if (!signal.aborted) reportUnopened(path, error);
  }
  return path;
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
      await openFile(asked, [], () => showPlace({ ...place, view: useScreen.getState().view }));
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
    useScreen.getState().show({ begun: true });
  }
}
