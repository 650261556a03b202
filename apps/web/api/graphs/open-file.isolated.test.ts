import { emptyGraph, GraphError, serializeGraph, type Graph } from '@graft/graph';
import { beforeEach, expect, it, vi } from 'vitest';
import {
  conflictStore,
  isUnsaved,
  redo,
  undo,
  documentStore,
  runView,
  screenStore,
  provideNodeTypes,
} from '@graft/view';
import { fileChangedOutside, saveFile } from './save-file.ts';
import { openFile } from './open-file.ts';
import { syncDraft } from './graph-file.ts';
import { followAddress } from './navigation.ts';
import { stubBrowser } from '../testing/stub-browser.ts';

type Read = { path: string; revision: string; text: string };
type Written = Readonly<Record<'path' | 'text' | 'base', string>>;
const served = vi.hoisted(() => ({
  /** What each file answers, and when. */
  read: new Map<string, Promise<Read>>(),
  save: (_: Written): Promise<unknown> => Promise.reject(new Error('not asked for')),
}));
vi.mock('../client.ts', () => ({
  api: {
    graphs: {
      read: { query: ({ path }: { path: string }) => served.read.get(path) },
      save: { mutate: (input: Written) => served.save(input) },
    },
    runs: { list: { query: () => Promise.resolve([]) } },
  },
  queries: { graphs: { list: { queryKey: () => [] } } },
  queryClient: { invalidateQueries: () => Promise.resolve() },
}));

const sized = (size: number): Graph => ({
  ...emptyGraph,
  nodes: { chunk: { type: 'chunk', version: 1, params: { size } } },
});
const size = (): unknown => documentStore.getState().graph.nodes['chunk']?.params['size'];
const answer = (path: string, graph: Graph) => ({
  ...{ path, revision: serializeGraph(graph), text: serializeGraph(graph) },
});
/** A file that answers when it is told to. */
function late(path: string, graph: Graph): () => void {
  let tell = (): void => undefined;
  const answered = new Promise<void>((resolve) => (tell = resolve));
  served.read.set(
    path,
    answered.then(() => answer(path, graph)),
  );
  return tell;
}
const draw = (value: number): void => documentStore.getState().edit(() => sized(value));

beforeEach(() => {
  const leave = stubBrowser();
  served.read.clear();
  screenStore.setState({ notices: [] });
  provideNodeTypes(new Map());
  documentStore.getState().close();
  screenStore.setState({ notices: [] });
  return leave;
});

it('shows the file that was asked for last, whichever answers last', async () => {
  const tell = late('slow.graft.json', sized(1));
  served.read.set('fast.graft.json', Promise.resolve(answer('fast.graft.json', sized(2))));
  const slow = openFile('slow.graft.json');
  await openFile('fast.graft.json');
  tell();
  await slow;
  expect(documentStore.getState().file?.path).toBe('fast.graft.json');
});

it('has the history of a file again where one comes back to it, and says where the file has changed', async () => {
  for (const [path, drawn] of [
    ['a.graft.json', 1],
    ['b.graft.json', 2],
  ] as const) {
    served.read.set(path, Promise.resolve(answer(path, sized(drawn))));
  }
  const resize = (value: number): void =>
    documentStore.getState().edit((graph) => ({ ...graph, nodes: sized(value).nodes }));
  const message = 'Reloaded: this file was changed outside this page.';
  const messages = () => screenStore.getState().notices.map((notice) => notice.message);
  await openFile('a.graft.json');
  resize(3);
  await openFile('b.graft.json', [{ path: 'a.graft.json', nodes: ['use'] }]);
  resize(4);
  undo();
  await openFile('a.graft.json');
  undo();
  expect(size()).toBe(1);
  await openFile('b.graft.json');
  redo();
  expect(size()).toBe(4);
  undo();
  expect(messages()).not.toContain(message);
  await openFile('a.graft.json');
  served.read.set('b.graft.json', Promise.resolve(answer('b.graft.json', sized(5))));
  await openFile('b.graft.json');
  expect(messages()).toContain(message);
  undo();
  expect(size()).toBe(2);
});

it('shows the file that the browser’s own ways lead to last, whichever answers last', async () => {
  let pop = (): void => undefined;
  vi.stubGlobal('window', {
    addEventListener: (_: string, listen: () => void) => (pop = listen),
  });
  followAddress();
  served.read.set('b.graft.json', Promise.resolve(answer('b.graft.json', sized(2))));
  await openFile('b.graft.json');
  const tell = late('a.graft.json', sized(1));
  for (const graph of ['a', 'b']) {
    vi.stubGlobal('location', { href: `http://localhost/?graph=${graph}.graft.json` });
    pop();
  }
  tell();
  await vi.dynamicImportSettled();
  expect(documentStore.getState().file?.path).toBe('b.graft.json');
});

it('leaves the run that was looked at in the address that leads back', async () => {
  const left: unknown[] = [];
  const pushState = (): void => void left.push(runView.getState().past);
  vi.stubGlobal('history', { replaceState: () => undefined, pushState });
  served.read.set('a.graft.json', Promise.resolve(answer('a.graft.json', sized(1))));
  served.read.set('b.graft.json', Promise.resolve(answer('b.graft.json', sized(2))));
  await openFile('a.graft.json');
  runView.getState().lookBack('old');
  await openFile('b.graft.json');
  expect(left).toEqual([true]);
  expect(runView.getState().past).toBe(false);
});

it('keeps what is drawn while another file is on its way', async () => {
  served.read.set('a.graft.json', Promise.resolve(answer('a.graft.json', sized(1))));
  await openFile('a.graft.json');
  const tell = late('b.graft.json', sized(2));
  const other = openFile('b.graft.json');
  draw(3);
  tell();
  await other;
  await openFile('a.graft.json');
  expect(size()).toBe(3);
});

it('asks rather than replaces what is drawn while a change on disk is read', async () => {
  served.read.set('a.graft.json', Promise.resolve(answer('a.graft.json', sized(1))));
  await openFile('a.graft.json');
  const tell = late('a.graft.json', sized(2));
  const changed = fileChangedOutside('a.graft.json');
  await Promise.resolve();
  await Promise.resolve();
  draw(3);
  tell();
  await changed;
  expect(size()).toBe(3);
  expect(conflictStore.getState().conflict?.found).toBe('disk');
  const asked = (): boolean =>
    screenStore.getState().notices.some(({ message }) => message.includes('changed outside'));
  expect(asked()).toBe(true);
  conflictStore.getState().settle();
  expect(asked()).toBe(false);
});

const locked = (graph: Graph, digest: string): Graph => ({
  ...graph,
  lock: { ...graph.lock, files: { 'a.txt': { digest, size: 1 } } },
});
const lock = (): string | undefined => documentStore.getState().graph.lock.files['a.txt']?.digest;
const noticeCount = (): number => screenStore.getState().notices.length;

it('takes over the lock that a save wrote, and is saved', async () => {
  served.read.set('a.graft.json', Promise.resolve(answer('a.graft.json', sized(1))));
  await openFile('a.graft.json');
  draw(3);
  served.save = () => Promise.resolve(answer('a.graft.json', locked(sized(3), 'd')));
  expect(await saveFile()).toBe('a.graft.json');
  expect(lock()).toBe('d');
  expect(isUnsaved(documentStore.getState())).toBe(false);
});

it('takes over a lock that a run wrote, without a word, and keeps what is drawn', async () => {
  served.read.set('a.graft.json', Promise.resolve(answer('a.graft.json', sized(1))));
  await openFile('a.graft.json');
  const before = noticeCount();
  draw(3);
  const written = answer('a.graft.json', locked(sized(1), 'd'));
  served.read.set('a.graft.json', Promise.resolve(written));
  await fileChangedOutside('a.graft.json');
  expect([size(), lock(), noticeCount()]).toEqual([3, 'd', before]);
  expect(conflictStore.getState().conflict).toBeNull();
  expect(documentStore.getState().file?.base).toBe(written.revision);
});

it('saves again where only the lock was written meanwhile', async () => {
  served.read.set('a.graft.json', Promise.resolve(answer('a.graft.json', sized(1))));
  await openFile('a.graft.json');
  draw(3);
  const written = answer('a.graft.json', locked(sized(1), 'd'));
  served.read.set('a.graft.json', Promise.resolve(written));
  const bases: string[] = [];
  served.save = ({ path, base }) => {
    bases.push(base);
    if (base === written.revision) return Promise.resolve(answer(path, locked(sized(3), 'd')));
    return Promise.reject(new GraphError('stale-save', 'It was changed.'));
  };
  expect(await saveFile()).toBe('a.graft.json');
  expect(bases).toHaveLength(2);
  expect([size(), lock()]).toEqual([3, 'd']);
});

it('is saved where the file has what is drawn: of a save the answer did not come', async () => {
  served.read.set('a.graft.json', Promise.resolve(answer('a.graft.json', sized(1))));
  await openFile('a.graft.json');
  const resize = (value: number): Graph => {
    documentStore.getState().edit((graph) => ({ ...graph, nodes: sized(value).nodes }));
    return documentStore.getState().graph;
  };
  resize(2);
  served.save = ({ path, text }) => {
    served.read.set(path, Promise.resolve({ path, revision: text, text }));
    return Promise.reject(new GraphError('stale-save', 'It was changed.'));
  };
  expect(await saveFile()).toBe('a.graft.json');
  expect(conflictStore.getState().conflict).toBe(null);
  const { file, graph } = documentStore.getState();
  expect(file !== null && isUnsaved({ file, graph })).toBe(false);

  // Nor is it asked about where it is heard of from the disk.
  const third = resize(3);
  served.read.set('a.graft.json', Promise.resolve(answer('a.graft.json', third)));
  await fileChangedOutside('a.graft.json');
  expect(conflictStore.getState().conflict).toBe(null);
  expect(documentStore.getState().file?.base).toBe(serializeGraph(third));
});

it('is saved, or asked about, where a file that was gone has come again', async () => {
  const path = 'a.graft.json';
  served.read.set(path, Promise.resolve(answer(path, sized(1))));
  await openFile(path);
  served.read.set(path, Promise.reject(new GraphError('missing-file', 'It is gone.')));
  await fileChangedOutside(path);
  expect(documentStore.getState().file?.base).toBe(null);
  served.save = ({ text }) => {
    served.read.set(path, Promise.resolve({ path, revision: text, text }));
    return Promise.reject(new GraphError('name-taken', 'It is there.'));
  };
  syncDraft();
  expect(noticeCount()).toBe(1);
  expect(await saveFile()).toBe('a.graft.json');
  expect([conflictStore.getState().conflict, noticeCount()]).toEqual([null, 0]);

  served.read.set(path, Promise.reject(new GraphError('missing-file', 'It is gone.')));
  await fileChangedOutside(path);
  served.save = () => {
    served.read.set(path, Promise.resolve(answer(path, sized(2))));
    return Promise.reject(new GraphError('name-taken', 'It is there.'));
  };
  expect(await saveFile()).toBeUndefined();
  expect(conflictStore.getState().conflict?.found).toBe('save');
  expect(size()).toBe(1);
});

it('saves once what is asked to be saved while a save is under way', async () => {
  served.read.set('a.graft.json', Promise.resolve(answer('a.graft.json', sized(1))));
  await openFile('a.graft.json');
  draw(3);
  const bases: string[] = [];
  served.save = ({ path, base, text }) => {
    if (bases.push(base) > 1)
      return Promise.reject(new GraphError('stale-save', 'It was changed.'));
    return Promise.resolve({ path, revision: 'saved', text });
  };
  expect(await Promise.all([saveFile(), saveFile()])).toEqual(['a.graft.json', 'a.graft.json']);
  expect(bases).toHaveLength(1);
});

it('says that unsaved changes were kept until they are saved or undone', async () => {
  const path = 'a.graft.json';
  served.read.set(path, Promise.resolve(answer(path, sized(1))));
  served.read.set('b.graft.json', Promise.resolve(answer('b.graft.json', sized(2))));
  served.save = ({ text }) => Promise.resolve({ path, revision: text, text });
  const isSaid = (): boolean =>
    screenStore.getState().notices.some(({ message }) => message.includes('were kept'));
  const comeBack = async (): Promise<void> => {
    await openFile('b.graft.json');
    await openFile(path);
  };
  const resize = (value: number): void =>
    documentStore.getState().edit((graph) => ({ ...graph, nodes: sized(value).nodes }));
  await openFile(path);
  resize(3);
  await comeBack();
  undo();
  syncDraft();
  expect(isSaid()).toBe(false);
  resize(4);
  await comeBack();
  resize(5);
  syncDraft();
  expect(isSaid()).toBe(true);
  await saveFile();
  expect(isSaid()).toBe(false);
});

it('says of a path that no file can have that it cannot be opened', async () => {
  await openFile('x'.repeat(5_000));
  expect(screenStore.getState().notices.map(({ message }) => message)).toEqual([
    'The path has 5000 characters, which is too long. Choose a file in the list.',
  ]);
});

it('saves no other file than was open when it was asked to', async () => {
  for (const path of ['a.graft.json', 'b.graft.json']) {
    served.read.set(path, Promise.resolve(answer(path, sized(1))));
  }
  await openFile('b.graft.json');
  draw(2);
  await openFile('a.graft.json');
  draw(3);
  let tell = (): void => undefined;
  const answered = new Promise<void>((resolve) => (tell = resolve));
  const saved: string[] = [];
  served.save = async ({ path, text }) => {
    saved.push(path);
    await answered;
    return { path, revision: text, text };
  };
  const saves = [saveFile(), saveFile()];
  await openFile('b.graft.json');
  tell();
  expect(await Promise.all(saves)).toEqual(['a.graft.json', undefined]);
  expect(saved).toEqual(['a.graft.json']);
  expect([size(), isUnsaved(documentStore.getState())]).toEqual([2, true]);
});

it('says nothing of a file that was gone once it is back as it was, nor of what it had become before it went', async () => {
  const drawn = { ...emptyGraph, layout: { chunk: { x: 0, y: 0 } } };
  const at = (value: number): Graph => ({ ...sized(value), layout: drawn.layout });
  const answered = (value: number): void =>
    void served.read.set('a', Promise.resolve(answer('a', at(value))));
  const messages = () => screenStore.getState().notices.map(({ message }) => message);
  answered(1);
  await openFile('a');
  draw(5);
  answered(2);
  await fileChangedOutside('a');
  expect(messages()).toEqual([
    'This file was changed outside this page, and you have unsaved changes.',
  ]);
  const gone = new GraphError('missing-file', 'There is no such graph file in the workspace.');
  served.read.set('a', Promise.reject(gone));
  await fileChangedOutside('a');
  expect(conflictStore.getState().conflict).toBeNull();
  expect(messages()).toEqual([
    'This file was deleted or moved outside this page. Save to write it again.',
  ]);
  answered(1);
  await fileChangedOutside('a');
  expect(messages()).toEqual([]);
  expect(conflictStore.getState().conflict).toBeNull();
  expect(documentStore.getState().file?.base).toBe(serializeGraph(at(1)));
  expect(size()).toBe(5);
});

it('makes the first graph a step from the first screen, to which Back leads', async () => {
  let added = 0;
  let pop = (): void => undefined;
  vi.stubGlobal('history', { replaceState: () => undefined, pushState: () => void added++ });
  vi.stubGlobal('window', {
    addEventListener: (_type: string, hear: () => void) => (pop = hear),
  });
  followAddress();
  served.read.set('a.graft.json', Promise.resolve(answer('a.graft.json', sized(1))));
  screenStore.setState({ begun: false });
  await openFile('a.graft.json');
  // A page that opens with a graph has no first screen.
  expect(added).toBe(0);
  documentStore.getState().close();
  screenStore.setState({ begun: true });
  await openFile('a.graft.json');
  expect(added).toBe(1);
  vi.stubGlobal('location', { href: 'http://localhost/' });
  pop();
  expect(documentStore.getState().file).toBeNull();
  screenStore.setState({ begun: false });
});
