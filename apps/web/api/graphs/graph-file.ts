import { migrateGraph, parseGraph, serializeGraph, type Graph } from '@graft/graph';
import {
  isUnsaved,
  type OpenFile,
  laidOut,
  nodeTypes,
  overlayStore,
  problemText,
  screenStore,
  type Notice,
  documentStore,
} from '@graft/view';
import { queries, queryClient } from '../client.ts';
import { problemsOf } from '../problem.ts';
import { dropDraft, keepDraft } from './drafts.ts';
import { addressOfPlace } from './place-in-address.ts';

/** The most characters of a file's path; an address may hold more. */
export const longestPath = 1_000;

const ending = '.graft.json';
export const lastFileKey = 'graft.last';

/** The title of a file: its path without the ending. */
export function fileTitle(path: string): string {
  return path.endsWith(ending) ? path.slice(0, -ending.length) : path;
}

/** The path of a file that a person named; adds the ending if it lacks one. */
export function graphPath(name: string): string {
  const trimmed = name.trim();
  return trimmed.endsWith(ending) ? trimmed : `${trimmed}${ending}`;
}

/** Reports a failure, one line for each problem. The notice disappears when another file is opened. */
export function report(error: unknown, of: Pick<Notice, 'until' | 'action'> = {}): void {
  const message = problemsOf(error).slice(0, 3).map(problemText).join('\n');
  const { file } = documentStore.getState();
  const about = file === null ? {} : { about: file.path };
  screenStore.getState().notify({ tone: 'error', message, ...about, ...of });
}

/** Reports why a file could not be opened, until another one is. A file that is no graph can be opened as text. */
export function reportUnopened(path: string, error: unknown): void {
  const [problem] = problemsOf(error);
  if (problem === undefined) return;
  const { code, location } = problem;
  // Without a file in its location, the problem is not about this file: the server does not answer, for instance.
  const message = location.file === undefined ? problem.message : `${path}: ${problem.message}`;
  const mend = (): void => overlayStore.getState().show({ mending: path });
  screenStore.getState().notify({
    ...{ tone: 'error', message, about: path },
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
  readonly example?: OpenFile['example'];
}

/**
 * The graph that a text holds as the page draws it: laid out, with nodes of today's versions. To be so is no change of a person's,
 * so a file is compared with it to tell what is unsaved.
 */
export function readGraph(text: string, path: string): Graph {
  return migrateGraph(laidOut(parseGraph(text, path)), nodeTypes());
}

export function readFile(file: ReadFile): OpenFile {
  const baseGraph = readGraph(file.text, file.path);
  const { path, revision: base, text: baseText, example } = file;
  return { path, base, baseText, baseGraph, example };
}

/** Whether two graphs are equal apart from their locks, which runs and saves write. */
export function isSameButForLock(graph: Graph, other: Graph): boolean {
  return serializeGraph({ ...graph, lock: other.lock }) === serializeGraph(other);
}

export function showInAddress(path: string): void {
  const url = addressOfPlace();
  url.searchParams.set('graph', path);
  history.replaceState(null, '', url);
  localStorage.setItem(lastFileKey, path);
  document.title = `${fileTitle(path)} · Graft`;
}

/** Keeps unsaved work in the browser. Once it is saved, removes the draft and its notice. */
export function syncDraft(): void {
  const { file, graph } = documentStore.getState();
  if (file === null) return;
  if (!isUnsaved({ file, graph })) {
    if (file.base !== null) screenStore.getState().dismissUntil('saved', 'there');
    return dropDraft(file.path);
  }
  keepDraft(file.path, {
    base: file.base,
    baseText: file.baseText,
    text: serializeGraph(graph),
  });
}

export function tellReloaded(about: string): void {
  const message = 'Reloaded: this file was changed outside this page.';
  screenStore.getState().notify({ tone: 'info', message, about });
}
