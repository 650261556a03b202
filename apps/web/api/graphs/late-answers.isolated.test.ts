import { emptyGraph, GraphError, serializeGraph, type Graph } from '@graft/graph';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetUsedGraph, readUsedGraphs } from './used-graphs.ts';
import {
  conflictStore,
  undo,
  documentStore,
  provideNodeTypes,
  screenStore,
  usedGraphs,
  Latest,
  madeOfShown,
} from '@graft/view';
import { openFile } from './open-file.ts';
import { keepGraph, takeSources } from './lock-sources.ts';
import { discardChanges, fileChangedOutside, saveFile, withOwnMove } from './save-file.ts';
import { stubBrowser } from '../testing/stub-browser.ts';
import { duplicateFile, renameFile } from './workspace-files.ts';

/** A question that the server has been asked, which the test answers when it likes. */
interface Question {
  readonly of: string;
  answer(value: unknown): void;
  fail(error: Error): void;
}
const asked = vi.hoisted((): Question[] => []);
vi.mock('../client.ts', () => {
  const ask = (name: string) => (input?: Readonly<Record<string, unknown>>) =>
    new Promise((answer, fail) => {
      const on = input?.['path'] ?? input?.['from'] ?? '';
      asked.push({ of: `${name} ${typeof on === 'string' ? on : ''}`.trim(), answer, fail });
    });
  const runs = { list: { query: () => Promise.resolve([]) } };
  const graphs = {
    ...{ read: { query: ask('read') }, save: { mutate: ask('save') } },
    ...{
      copy: { mutate: ask('copy') },
      rename: { mutate: ask('rename') },
      lock: { mutate: ask('lock') },
    },
    kept: { query: ask('kept') },
  };
  return {
    api: { graphs, runs },
    queries: { graphs: { list: { queryKey: () => [], queryOptions: () => ({}) } } },
    queryClient: {
      invalidateQueries: () => Promise.resolve(),
      fetchQuery: () => Promise.resolve([]),
    },
  };
});

const a = 'a.graft.json';
const sized = (size: number): Graph => ({
  ...emptyGraph,
  nodes: { chunk: { type: 'chunk', version: 1, params: { size } } },
});
const using = (use: string): Graph => ({
  ...emptyGraph,
  nodes: { use: { type: 'graph', version: 1, params: { use } } },
});
const size = (): unknown => documentStore.getState().graph.nodes['chunk']?.params['size'];
const draw = (value: number): void => documentStore.getState().edit(() => sized(value));
const messages = (): readonly string[] =>
  screenStore.getState().notices.map(({ message }) => message);
const onDisk = (path: string, value: number) => ({
  ...{ path, revision: `r${String(value)}`, text: serializeGraph(sized(value)) },
});
/** The questions that are asked next, in their order. */
async function next(...of: readonly string[]): Promise<readonly Question[]> {
  await expect.poll(() => asked.map((question) => question.of)).toEqual(of);
  return asked.splice(0);
}
async function open(path: string, value: number): Promise<void> {
  const opened = openFile(path);
  const [read] = await next(`read ${path}`);
  read?.answer(onDisk(path, value));
  await opened;
}
const missing = (file = a): GraphError =>
  new GraphError('missing-file', 'There is no such file.', { location: { file } });

beforeEach(async () => {
  const leave = stubBrowser();
  asked.length = 0;
  provideNodeTypes(new Map());
  documentStore.getState().close();
  conflictStore.getState().settle();
  await open(a, 1);
  screenStore.setState({ notices: [] });
  return leave;
});

describe('a change on disk', () => {
  it('shows what was read last, whichever answer comes last', async () => {
    const changes = [fileChangedOutside(a), fileChangedOutside(a)];
    const [first, second] = await next(`read ${a}`, `read ${a}`);
    second?.answer(onDisk(a, 3));
    first?.answer(onDisk(a, 2));
    await Promise.all(changes);
    expect(size()).toBe(3);
    expect(documentStore.getState().file?.base).toBe('r3');
  });

  it('is read again where the graph was saved while it was read', async () => {
    const changed = fileChangedOutside(a);
    const [old] = await next(`read ${a}`);
    draw(2);
    const saved = saveFile();
    const [save] = await next(`save ${a}`);
    const { revision, text } = onDisk(a, 2);
    save?.answer({ revision, text });
    await saved;
    old?.answer(onDisk(a, 1));
    const [fresh] = await next(`read ${a}`);
    fresh?.answer(onDisk(a, 2));
    await changed;
    expect(size()).toBe(2);
    expect(messages()).toEqual([]);
  });

  it('is no conflict where it is the page’s own save, of which the answer is on its way', async () => {
    draw(2);
    const saved = saveFile();
    const [save] = await next(`save ${a}`);
    draw(3);
    const changed = fileChangedOutside(a);
    const [read] = await next(`read ${a}`);
    read?.answer(onDisk(a, 2));
    const { revision, text } = onDisk(a, 2);
    save?.answer({ revision, text });
    await saved;
    const [again] = await next(`read ${a}`);
    again?.answer(onDisk(a, 2));
    await changed;
    expect(conflictStore.getState().conflict).toBeNull();
    expect(size()).toBe(3);
  });

  it('is nothing to the file that was opened meanwhile', async () => {
    const changed = fileChangedOutside(a);
    const [read] = await next(`read ${a}`);
    await open('b.graft.json', 5);
    read?.fail(missing());
    await changed;
    expect(documentStore.getState().file).toMatchObject({ path: 'b.graft.json', base: 'r5' });
    expect(messages()).toEqual([]);
  });

  it('is newer than what changes are discarded for', async () => {
    draw(4);
    const discarded = discardChanges(a);
    const [old] = await next(`read ${a}`);
    const changed = fileChangedOutside(a);
    const [fresh] = await next(`read ${a}`);
    old?.answer(onDisk(a, 1));
    await discarded;
    fresh?.answer(onDisk(a, 2));
    await changed;
    expect(conflictStore.getState().conflict?.revision).toBe('r2');
  });
});

describe('a file that this page moves', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is no news until the watcher has told of the last of its moves', async () => {
    await withOwnMove(a, () => Promise.resolve());
    await vi.advanceTimersByTimeAsync(1_500);
    await withOwnMove(a, () => Promise.resolve());
    await vi.advanceTimersByTimeAsync(1_500);
    await fileChangedOutside(a);
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_500);
    void fileChangedOutside(a);
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toHaveLength(1);
  });
});

describe('a file that is renamed', () => {
  const b = 'b.graft.json';

  it('waits for the save under way, and is saved under its new name', async () => {
    draw(2);
    const saves = [saveFile()];
    const [save] = await next(`save ${a}`);
    const renamed = renameFile(a, b);
    draw(3);
    const { revision, text } = onDisk(a, 2);
    save?.answer({ revision, text });
    const [rename] = await next(`rename ${a}`);
    saves.push(saveFile());
    rename?.answer(undefined);
    const [again] = await next(`save ${b}`);
    again?.answer({ revision: 'r3', text: onDisk(b, 3).text });
    expect(await Promise.all(saves)).toEqual([a, b]);
    expect(await renamed).toBeUndefined();
    expect(documentStore.getState().file).toMatchObject({ path: b, base: 'r3' });
  });
});

describe('once another file is asked for', () => {
  it('nothing is said of one that could not be opened', async () => {
    const broken = openFile('broken.graft.json');
    const [read] = await next('read broken.graft.json');
    await open('b.graft.json', 5);
    read?.fail(missing());
    await broken;
    expect(messages()).toEqual([]);
  });

  it('a copy that is written after that is not opened', async () => {
    const copied = duplicateFile(a);
    const [copy] = await next(`copy ${a}`);
    await open('b.graft.json', 5);
    copy?.answer(undefined);
    await copied;
    expect(documentStore.getState().file?.path).toBe('b.graft.json');
    expect(asked).toEqual([]);
  });

  it('a graph that is kept for the one before does not change it', async () => {
    const used = 'used.graft.json';
    const kept = keepGraph(used, 'sha256');
    const [query] = await next('kept');
    const opened = openFile('b.graft.json');
    const [read] = await next('read b.graft.json');
    read?.answer({ ...onDisk('b.graft.json', 5), text: serializeGraph(using(used)) });
    await opened;
    const uses = readUsedGraphs(using(used));
    const [file] = await next(`read ${used}`);
    file?.answer(onDisk(used, 6));
    await uses;
    const before = documentStore.getState().graph;
    query?.answer(serializeGraph(sized(6)));
    await kept;
    expect(documentStore.getState().graph).toBe(before);
  });
});

describe('a file that cannot be opened', () => {
  it.each<[string, GraphError, string]>([
    [
      'is no JSON',
      new GraphError(
        'bad-syntax',
        'The file is not valid JSON (line 1): a key should stand here.',
        {
          location: { file: 'b.graft.json', line: 1 },
        },
      ),
      'b.graft.json: The file is not valid JSON (line 1): a key should stand here.',
    ],
    ['is gone', missing('b.graft.json'), 'b.graft.json: There is no such file.'],
    ['cannot be asked for', new GraphError('unavailable', 'No answer for b.'), 'No answer for b.'],
  ])('is named where it %s, until another is opened', async (_, error, message) => {
    const opened = openFile('b.graft.json');
    const [read] = await next('read b.graft.json');
    read?.fail(error);
    await opened;
    expect(messages()).toEqual([message]);
    await open('c.graft.json', 7);
    expect(messages()).toEqual([]);
  });

  it('says nothing in another file of what failed in the one before', async () => {
    draw(2);
    const saved = saveFile();
    const [save] = await next(`save ${a}`);
    save?.fail(new Error('The disk is full.'));
    await saved;
    expect(messages()).toEqual(['The disk is full.']);
    await open('b.graft.json', 5);
    expect(messages()).toEqual([]);
  });
});

describe('the lock that sources are taken into', () => {
  const lock = { documents: {}, models: {}, graphs: {} };

  it('is of the graph as it is by then', async () => {
    const taken = takeSources();
    const [first] = await next(`lock ${a}`);
    draw(2);
    first?.answer({ ...lock, documents: { old: 'x' } });
    const [second] = await next(`lock ${a}`);
    second?.answer(lock);
    await taken;
    expect(documentStore.getState().graph.lock).toEqual(lock);
    expect(size()).toBe(2);
  });

  it('does not come where it is undone before', async () => {
    draw(2);
    const taken = takeSources();
    const [query] = await next(`lock ${a}`);
    undo();
    query?.answer({ ...lock, documents: { old: 'x' } });
    await taken;
    expect(documentStore.getState().graph.lock).toEqual(emptyGraph.lock);
    expect(size()).toBe(2);
  });
});

it('an edit that was dropped takes no undo for itself, though it never comes', () => {
  draw(2);
  const edits = new Latest();
  void madeOfShown(edits, () => new Promise(() => undefined));
  edits.drop();
  undo();
  expect(size()).toBe(1);
});

it('a graph file that changes while it is read is read again', async () => {
  const used = 'changed.graft.json';
  const read = readUsedGraphs(using(used));
  const [old] = await next(`read ${used}`);
  forgetUsedGraph(used);
  old?.answer(onDisk(used, 1));
  const [fresh] = await next(`read ${used}`);
  fresh?.answer(onDisk(used, 2));
  await read;
  expect(usedGraphs.getState().lookup(used)).toMatchObject({
    nodes: { chunk: { params: { size: 2 } } },
  });
});
