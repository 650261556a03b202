import { emptyGraph, type Graph } from '@graft/graph';
import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { documentStore, openPanel, screenStore } from '@graft/view';

vi.mock('../client.ts', () => ({ api: {}, queries: {}, queryClient: {} }));

let place: typeof import('./place-in-address.ts');
const address = { href: 'http://graft/?graph=a.graft.json' };

beforeAll(async () => {
  vi.stubGlobal('location', {
    get href() {
      return address.href;
    },
    pathname: '/',
  });
  vi.stubGlobal('history', {
    replaceState: (_state: unknown, _title: string, url: URL) => (address.href = url.href),
  });
  place = await import('./place-in-address.ts');
});

const ids = Array.from({ length: 300 }, (_, at) => `chunk-${String(at)}`);
beforeEach(() => {
  address.href = 'http://graft/?graph=a.graft.json';
  const node = { type: 'chunk', version: 1, params: {} };
  const graph: Graph = { ...emptyGraph, nodes: Object.fromEntries(ids.map((id) => [id, node])) };
  documentStore
    .getState()
    .open({ path: 'a.graft.json', base: null, baseText: '', baseGraph: graph });
  screenStore.setState({ selection: [], bottomTab: 'run' });
});
const params = (): URLSearchParams => place.addressOfPlace().searchParams;

it('holds several selected nodes, and finds those again that are still there', () => {
  screenStore.getState().select(['chunk-2', 'note:n', 'chunk-1']);
  expect(params().getAll('node')).toEqual(['chunk-2', 'chunk-1']);
  address.href = 'http://graft/?graph=a.graft.json&node=chunk-3&node=gone&node=chunk-1';
  place.showPlace(place.placeFromAddress());
  expect(screenStore.getState().selection).toEqual(['chunk-3', 'chunk-1']);
});

it('leaves out those that would make it too long', () => {
  screenStore.getState().select(ids);
  const held = params().getAll('node');
  expect(held.length).toBeGreaterThan(50);
  expect(held).toEqual(ids.slice(0, held.length));
  expect(held.join('').length).toBeLessThanOrEqual(1_500);
  expect(place.addressOfPlace().href.length).toBeLessThan(4_000);
});

it('holds the tab of the lower panel while that is open, and opens it again', () => {
  screenStore.getState().show({ bottomTab: 'plan' });
  expect(params().has('below')).toBe(false);
  openPanel('lower');
  expect(params().get('below')).toBe('plan');
  screenStore.getState().show({ bottomTab: 'run' });
  expect(params().has('below')).toBe(false);
  address.href = 'http://graft/?graph=a.graft.json&below=runs';
  place.showPlace(place.placeFromAddress());
  expect(screenStore.getState().bottomTab).toBe('runs');
  address.href = 'http://graft/?graph=a.graft.json&below=nonsense';
  expect(place.placeFromAddress().below).toBeUndefined();
});

it('holds no run whose id can be none', () => {
  const runIn = (run: string): string | null => {
    address.href = `http://graft/?graph=a.graft.json&run=${run}`;
    return place.placeFromAddress().run;
  };
  expect([runIn('r1'), runIn(''), runIn('r'.repeat(201))]).toEqual(['r1', null, null]);
});

it('gives the address of a run', () => {
  address.href = 'http://graft/?graph=b.graft.json&node=chunk-1&view=compare';
  expect(place.addressOfRun('r1').href).toBe('http://graft/?graph=a.graft.json&run=r1');
});

it('names no file where the address leaves it empty', () => {
  address.href = 'http://graft/?graph=';
  expect(place.placeFromAddress().graph).toBeNull();
});
