import { parseGraph, setTitle } from '@graft/graph';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { undo, provideNodeTypes, columnLayout } from '@graft/view';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { timeOf } from '../../shell/notices.tsx';
import { tidySelected } from './arrange-selection.ts';
import { tidyShown } from './tidy-shown.ts';
import type { Units } from './layers/units.ts';

vi.mock('../../api/client.ts', () => ({ api: {}, queries: {}, queryClient: {} }));
provideNodeTypes(new Map());
vi.mock('./viewport.ts', () => ({
  cardSize: () => ({ width: 206, height: 100 }),
  roomNow: () => undefined,
}));
vi.mock('./edges/edges.ts', () => ({ edgesLed: () => Promise.resolve() }));
vi.mock('./fit-view.ts', () => ({ fitAll: () => Promise.resolve() }));
const asked = vi.hoisted(() => ({
  times: 0,
  meanwhile: (): void => undefined,
  until: Promise.resolve(),
}));
vi.mock('./layers/ask-layers.ts', () => ({
  askLayers: async ({ sizes, links }: Units, signal: AbortSignal) => {
    asked.times += 1;
    const stopped = new Promise((stop) => signal.addEventListener('abort', stop));
    await Promise.race([asked.until, stopped]);
    signal.throwIfAborted();
    asked.meanwhile();
    asked.meanwhile = () => undefined;
    return columnLayout(sizes, links);
  },
}));

const any = { type: 'any', version: 1, params: {} };
const baseGraph = parseGraph(
  JSON.stringify({
    graft: 1,
    nodes: { a: any, b: any },
    edges: ['a.out -> b.in'],
    layout: { a: [0, 0], b: [20, 40] },
  }),
);
const open = (path: string): unknown =>
  useDocument.getState().open({ path, base: 'r', baseText: '', baseGraph });
const steps = (): number => useDocument.temporal.getState().pastStates.length;

beforeEach(() => {
  useDocument.getState().close();
  open('a.graft.json');
  Object.assign(asked, { times: 0, until: Promise.resolve() });
});

it('is one edit, laid out once, however often it is pressed before it is done', async () => {
  await Promise.all([tidyShown(), tidyShown(), tidyShown()]);
  expect(useDocument.getState().shown.layout['b']).toEqual({ x: 262, y: 0 });
  expect(steps()).toBe(1);
  expect(asked.times).toBe(1);
});

describe('while it is at work', () => {
  let end = (): void => undefined;
  const messages = (): readonly string[] =>
    useScreen.getState().notices.map(({ message }) => message);

  beforeEach(() => {
    vi.useFakeTimers();
    asked.until = new Promise((resolve) => (end = resolve));
    return () => vi.useRealTimers();
  });

  it('says so after a moment, until it is done', async () => {
    const work = tidyShown();
    expect(messages()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(messages()).toEqual(['Tidying 2 nodes …']);
    // Without it nobody could stop what takes longer than other lines stay.
    expect(useScreen.getState().notices.map(timeOf)).toEqual([undefined]);
    end();
    await work;
    expect(messages()).toEqual([]);
  });

  it('says nothing where it is done at once', async () => {
    end();
    await tidyShown();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(messages()).toEqual([]);
  });

  it('can be stopped, which leaves the graph as it is, and can be asked for again', async () => {
    const work = tidyShown();
    await vi.advanceTimersByTimeAsync(1_000);
    useScreen.getState().notices[0]?.action?.run();
    await work;
    expect(useDocument.getState().graph).toBe(baseGraph);
    expect(messages()).toEqual([]);
    end();
    await tidyShown();
    expect(steps()).toBe(1);
  });

  it('stops, and says no more of it, where another graph is shown', async () => {
    const work = tidyShown();
    await vi.advanceTimersByTimeAsync(1_000);
    open('b.graft.json');
    await vi.advanceTimersByTimeAsync(0);
    expect(messages()).toEqual([]);
    await work;
    expect(steps()).toBe(0);
  });
});

it('lays out what was edited meanwhile with the rest', async () => {
  asked.meanwhile = () =>
    useDocument.getState().edit((graph) => ({ ...graph, nodes: { ...graph.nodes, c: any } }));
  await tidyShown();
  expect(Object.keys(useDocument.getState().shown.layout)).toEqual(['a', 'b', 'c']);
});

it('leaves another file alone that was opened meanwhile', async () => {
  asked.meanwhile = () => void open('b.graft.json');
  await tidyShown();
  expect(useDocument.getState().graph).toBe(baseGraph);
});

it('leaves a run of before alone that is looked at meanwhile', async () => {
  asked.meanwhile = () => useDocument.getState().look({ ...baseGraph });
  await tidyShown();
  expect(useDocument.getState().graph).toBe(baseGraph);
  expect(steps()).toBe(0);
});

describe('undone before it comes', () => {
  let end = (): void => undefined;
  beforeEach(() => {
    asked.until = new Promise((resolve) => (end = resolve));
  });

  it.each([
    ['Tidy', tidyShown],
    [
      'Tidy of the selection',
      () => {
        useScreen.getState().select(['a', 'b']);
        return tidySelected();
      },
    ],
  ])('%s does not come, and nothing else is undone', async (_, tidy) => {
    useDocument.getState().edit((graph) => setTitle(graph, 'a', 'Edited'));
    const work = tidy();
    undo();
    end();
    await work;
    expect(useDocument.getState().graph.nodes['a']?.title).toBe('Edited');
    expect(useDocument.getState().shown.layout['b']).toEqual({ x: 20, y: 40 });
    undo();
    expect(useDocument.getState().graph).toBe(baseGraph);
  });
});
