import { parseGraph, serializeGraph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import {
  documentStore,
  prefixOf,
  innerStepStore,
  provideNodeTypes,
  screenStore,
} from '@graft/view';
import { goTo } from './navigation.ts';

vi.mock('../client.ts', () => ({ api: {}, queries: {}, queryClient: {} }));

const repeat = (use: string) => ({ type: 'repeat', version: 1, params: { use } });
const chunk = { type: 'chunk', version: 1, params: {} };

beforeAll(async () => {
  provideNodeTypes(registry);
});
beforeEach(() => {
  const graph = parseGraph(
    JSON.stringify({
      graft: 1,
      nodes: { again: repeat('#outer'), far: repeat('lib/x.graft.json') },
      graphs: {
        outer: { nodes: { inner: repeat('#cut') } },
        cut: { nodes: { chunk } },
      },
    }),
  );
  const file = {
    path: 'f.graft.json',
    base: null,
    baseText: serializeGraph(graph),
    baseGraph: graph,
  };
  documentStore.getState().open(file);
  return () => documentStore.getState().close();
});

it.each([
  ['again#2/inner#3/chunk', 'again#2/inner#3/', ['chunk']],
  ['again#2/inner', 'again#2/', ['inner']],
  // What is gathered of all rounds is the loop's.
  ['again#collect/done', '', ['again']],
  ['again#2/inner#collect/done', 'again#2/', ['inner']],
  // In another file.
  ['far#2/chunk', '', ['far']],
  ['gone/chunk', '', []],
  ['again#2/gone', 'again#2/', []],
])('a step %s is shown where it is written', (step, prefix, selection) => {
  goTo(step);
  expect(prefixOf(documentStore.getState().trail)).toBe(prefix);
  expect(screenStore.getState().selection).toEqual(selection);
});

it('of a step in another file the output is shown, until one goes to another node', () => {
  goTo('far/chunk');
  expect(innerStepStore.getState().step).toBe('far/chunk');
  goTo('far');
  expect(innerStepStore.getState().step).toBeNull();
});
