import { emptyGraph, serializeGraph } from '@graft/graph';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { begin } from './begin.ts';
import { useDocument, useScreen } from '../kit/stores.ts';
import { provideNodeTypes } from '@graft/view';
import { stubBrowser } from '../api/testing/stub-browser.ts';

const server = vi.hoisted(() => ({
  /** What the answer with the file waits for, and that with its runs. */
  read: Promise.resolve(),
  listed: Promise.resolve(),
}));
vi.mock('../api/client.ts', () => ({
  api: {
    graphs: {
      read: {
        query: ({ path }: { path: string }) =>
          server.read.then(() => ({ path, revision: 'r', text: serializeGraph(emptyGraph) })),
      },
    },
    runs: { list: { query: () => server.listed.then(() => []) } },
  },
  queries: { graphs: { list: { queryKey: () => [] } } },
  queryClient: { invalidateQueries: () => Promise.resolve() },
}));

const never = new Promise<never>(() => undefined);
beforeEach(() => {
  const leave = stubBrowser();
  vi.useFakeTimers();
  vi.stubGlobal('location', { href: 'http://localhost/?graph=a.graft.json' });
  vi.stubGlobal('window', new EventTarget());
  provideNodeTypes(new Map());
  useDocument.getState().close();
  useScreen.setState({ begun: false });
  Object.assign(server, { read: Promise.resolve(), listed: never });
  return leave;
});
afterEach(() => void vi.useRealTimers());

it('is over once the file is there, whatever else of it is on its way', async () => {
  await begin(new Map());
  expect(useDocument.getState().file?.path).toBe('a.graft.json');
  expect(useScreen.getState().begun).toBe(false);
});

it('does not wait for long for a server that does not answer', async () => {
  server.read = never;
  const over = begin(new Map());
  await vi.advanceTimersByTimeAsync(2_000);
  await over;
  expect(useDocument.getState().file).toBeNull();
});

it('begins with the view that the address names, and keeps what the address holds of it', async () => {
  const address = {
    href: 'http://localhost/?graph=a.graft.json&view=compare&side=run-1&side=run-2',
  };
  const replaceState = (_data: unknown, _title: string, to: string | URL): void =>
    void (address.href = new URL(to, address.href).href);
  vi.stubGlobal('history', { replaceState, pushState: () => undefined });
  vi.stubGlobal('location', address);
  await begin(new Map());
  expect(useScreen.getState().view).toBe('compare');
  expect(new URL(address.href).searchParams.getAll('side')).toEqual(['run-1', 'run-2']);
});

it('follows the way back while the first file is on its way', async () => {
  let answer = (): void => undefined;
  server.read = new Promise((resolve) => (answer = resolve));
  const over = begin(new Map());
  await vi.advanceTimersByTimeAsync(1);
  vi.stubGlobal('location', { href: 'http://localhost/?graph=before.graft.json' });
  window.dispatchEvent(new Event('popstate'));
  answer();
  await over;
  await vi.advanceTimersByTimeAsync(1);
  expect(useDocument.getState().file?.path).toBe('before.graft.json');
});
