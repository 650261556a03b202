import { emptyGraph } from '@graft/graph';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { documentStore, runView, screenStore } from '@graft/view';
import { startRun } from './run-actions.ts';
import { setRunsOnChange } from './run-on-change.ts';
import { sourcesChanged, type SourceChange } from './source-changes.ts';

const server = vi.hoisted(() => ({
  planned: 0,
  runs: [] as string[],
  /** What is asked for anew. */
  asked: [] as string[],
  /** What a start waits for. */
  started: Promise.resolve(),
  /** What the list of runs waits for. */
  listed: Promise.resolve(),
}));
vi.mock('../client.ts', () => ({
  api: {
    runs: {
      plan: {
        mutate: () => {
          server.planned += 1;
          return Promise.resolve({ nodes: [], problems: [], reused: 0, toRun: 0 });
        },
      },
      start: {
        mutate: ({ path }: { path: string }) => {
          server.runs.push(path);
          const runId = `run-${server.runs.length}`;
          return server.started.then(() => ({ runId }));
        },
      },
    },
  },
  queries: {
    runs: {
      list: { queryKey: () => ['runs'] },
      history: { queryKey: () => ['history'] },
      course: { queryKey: () => ['course'] },
    },
    catalogue: { matchFiles: { queryKey: () => ['matches'] } },
  },
  queryClient: {
    invalidateQueries: ({ queryKey: [of = ''] }: { queryKey: readonly string[] }) => {
      server.asked.push(of);
      return server.listed;
    },
  },
}));

vi.mock('./run-refusal.ts', () => ({ readiness: () => Promise.resolve('ready') }));
// What is mocked is not waited for where it is loaded only when it is needed.
beforeAll(() => import('./run-refusal.ts'));

let state = 0;
const change = (...files: string[]): SourceChange => ({
  files,
  total: files.length,
  state: String((state += 1)),
  reads: 'docs',
});
const notices = (): string[] => screenStore.getState().notices.map(({ message }) => message);
/** Once all has happened that follows by itself: what is loaded only when it is needed takes its time. */
const settled = (): Promise<void> => vi.dynamicImportSettled();
/** Ends the run on the screen. */
function end(): void {
  runView.setState({ run: null });
}

let opened = 0;
function open(path: string): void {
  const file = { path, base: 'r', baseText: '', baseGraph: emptyGraph };
  documentStore.getState().open(file, emptyGraph);
}
beforeEach(async () => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
  vi.stubGlobal('navigator', {});
  const done = Promise.resolve();
  Object.assign(server, { planned: 0, runs: [], asked: [], started: done, listed: done });
  runView.setState({ run: null });
  screenStore.setState({ notices: [] });
  open(`${(opened += 1)}.graft.json`);
  await sourcesChanged(change());
  expect(server.planned).toBe(0);
});
const path = (): string => documentStore.getState().file?.path ?? '';

it('plans anew and says which files changed', async () => {
  await sourcesChanged(change('a.md', 'b.md', 'c.md'));
  expect(server.planned).toBe(1);
  expect(notices()).toEqual(['a.md, b.md and 1 more changed.']);
  expect(server.runs).toEqual([]);
});

it('asks anew which files the fields name', async () => {
  await sourcesChanged(change('a.md'));
  expect(server.asked).toEqual(['matches']);
});

it('says nothing of files that are edited on the screen, and plans', async () => {
  await sourcesChanged(change('answers.labels.jsonl', 'frozen/rows.jsonl'));
  expect([server.planned, notices()]).toEqual([1, []]);
});

it('learns from the state of the files that they changed while nobody told', async () => {
  const known = { ...change(), state: String(state) };
  await sourcesChanged(known);
  await sourcesChanged(known);
  const before = server.planned;
  await sourcesChanged(change());
  expect(server.planned).toBe(before + 1);
});

it('takes what the graph names anew for no change of what it reads', async () => {
  setRunsOnChange(path(), true);
  const before = server.planned;
  // A run saves the path that was typed, and the feed that begins with it is the first to look there.
  await sourcesChanged({ ...change(), reads: 'other' });
  await settled();
  expect([server.planned, server.runs, notices()]).toEqual([before, [], []]);
  setRunsOnChange(path(), false);
  await sourcesChanged({ ...change(), reads: 'other' });
  expect(notices()).toEqual(['A file that the graph reads changed.']);
});

it('runs where it is to, one after the other', async () => {
  setRunsOnChange(path(), true);
  await sourcesChanged(change('a.md'));
  await settled();
  expect(server.runs).toEqual([path()]);
  expect(runView.getState().run?.runId).toBe('run-1');
  // Two changes during it: one run more, when it has ended.
  await sourcesChanged(change('a.md'));
  await sourcesChanged(change('b.md'));
  await settled();
  expect(server.runs).toHaveLength(1);
  end();
  await settled();
  expect(server.runs).toHaveLength(2);
  expect(notices()).toEqual([]);
});

it('neither saves nor runs unsaved work', async () => {
  setRunsOnChange(path(), true);
  documentStore.getState().edit(() => ({
    ...emptyGraph,
    nodes: { chunk: { type: 'chunk', version: 1, params: {} } },
  }));
  await sourcesChanged(change('a.md'));
  await settled();
  expect(server.runs).toEqual([]);
  expect(notices()).toEqual(['a.md changed. Save the graph to run it.']);
});

it('stops where the runs themselves change what they read', async () => {
  setRunsOnChange(path(), true);
  await sourcesChanged(change('out.md'));
  await settled();
  for (let at = 0; at < 5; at += 1) {
    await sourcesChanged(change('out.md'));
    end();
    await settled();
  }
  expect(server.runs).toHaveLength(3);
  expect(notices()).toContainEqual(expect.stringContaining('Run on change is off'));
});

it('runs once more for what changes while a run is being started', async () => {
  setRunsOnChange(path(), true);
  let start = (): void => undefined;
  server.started = new Promise((resolve) => (start = resolve));
  await sourcesChanged(change('a.md'));
  await settled();
  await sourcesChanged(change('b.md'));
  await settled();
  // Not beside it.
  expect(server.runs).toHaveLength(1);
  start();
  await settled();
  expect(server.runs).toHaveLength(1);
  end();
  await settled();
  expect(server.runs).toHaveLength(2);
});

it('tells no change twice', async () => {
  const file = change('a.md');
  // The feed that begins with a run tells how the files are; the one that ends tells which changed.
  await sourcesChanged({ ...change(), state: file.state });
  await sourcesChanged(file);
  expect(notices()).toEqual(['A file that the graph reads changed.']);
  expect(server.planned).toBe(1);
  await sourcesChanged(change('a.md'));
  expect(notices()).toContain('a.md changed.');
});

describe('beside a run that is being started', () => {
  let start = (): void => undefined;
  beforeEach(() => {
    setRunsOnChange(path(), true);
    server.started = new Promise((resolve) => (start = resolve));
  });

  it('by hand, starts none for what changed, but one after it', async () => {
    const byHand = startRun();
    await sourcesChanged(change('a.md'));
    await settled();
    expect(server.runs).toHaveLength(1);
    start();
    await byHand;
    await settled();
    expect(server.runs).toHaveLength(1);
    end();
    await settled();
    expect(server.runs).toHaveLength(2);
  });

  it('for what changed, starts none by hand', async () => {
    await sourcesChanged(change('a.md'));
    await settled();
    await startRun();
    expect(server.runs).toHaveLength(1);
    start();
    await settled();
    expect(runView.getState().run?.runId).toBe('run-1');
  });

  it('of a file that is not open any more, shows what is', async () => {
    const byHand = startRun();
    await settled();
    open('other.graft.json');
    start();
    await byHand;
    expect([server.runs.length, runView.getState().run]).toEqual([1, null]);
  });
});

it('does not wait for the list of runs', async () => {
  setRunsOnChange(path(), true);
  server.listed = new Promise(() => undefined);
  await sourcesChanged(change('a.md'));
  await settled();
  end();
  await sourcesChanged(change('b.md'));
  await settled();
  expect(server.runs).toHaveLength(2);
});

/** Locks as a browser has them; `others` are held by another tab. */
function locksOf(others: readonly string[]) {
  const taken = new Set(others);
  const request = async (
    name: string,
    _options: object,
    use: (lock: object | null) => unknown,
  ): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (taken.has(name)) return void (await use(null));
    taken.add(name);
    await use({});
    taken.delete(name);
  };
  vi.stubGlobal('navigator', { locks: { request } });
  return taken;
}

it('asks once whether it is the one that runs the file', async () => {
  locksOf([]);
  setRunsOnChange(path(), true);
  await Promise.all([sourcesChanged(change('a.md')), sourcesChanged(change('b.md'))]);
  await settled();
  expect(server.runs).toHaveLength(1);
  expect(notices()).toEqual([]);
});

it('tells where another tab runs the file', async () => {
  locksOf([`graft.run-on-change ${path()}`]);
  setRunsOnChange(path(), true);
  await sourcesChanged(change('a.md'));
  await settled();
  expect(server.runs).toEqual([]);
  expect(notices()).toEqual(['a.md changed. Another page with this graph runs it.']);
});

it.each([
  ['another file is opened', () => open('other.graft.json')],
  ['it is switched off', () => setRunsOnChange(path(), false)],
])('leaves the running to another tab once %s', async (_when, act) => {
  const taken = locksOf([]);
  setRunsOnChange(path(), true);
  await sourcesChanged(change('a.md'));
  await settled();
  expect(server.runs).toHaveLength(1);
  expect(taken.size).toBe(1);
  // An edit is neither.
  documentStore.getState().edit((graph) => ({ ...graph, nodes: {} }));
  await settled();
  expect(taken.size).toBe(1);
  act();
  await settled();
  expect(taken.size).toBe(0);
});
