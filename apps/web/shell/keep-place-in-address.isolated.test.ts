import { emptyGraph } from '@graft/graph';
import { beforeEach, expect, it, vi } from 'vitest';
import type { View } from '@graft/view';
import { useDocument, useScreen } from '../kit/stores.ts';
import { keepPlaceInAddress } from './keep-place-in-address.ts';
import { stubBrowser } from '../api/testing/stub-browser.ts';

const { waiting } = vi.hoisted(() => ({ waiting: new Set<() => void>() }));
vi.mock('../kit/after-paint.ts', () => ({
  afterPaint: (work: () => void) => {
    waiting.add(work);
    return () => waiting.delete(work);
  },
}));

/** Looks at a view, until the screen is drawn. */
function look(view: View): void {
  useScreen.getState().look(view);
  draw();
}

/** Does what waits for the screen to be drawn. */
function draw(): void {
  for (const work of waiting) {
    waiting.delete(work);
    work();
  }
}

/** Hears the browser's Back. */
let back: () => void = () => undefined;
let stop: () => void = () => undefined;

beforeEach(() => {
  const leave = stubBrowser();
  vi.stubGlobal('addEventListener', (type: string, hear: () => void) => {
    if (type === 'popstate') back = hear;
  });
  vi.stubGlobal('requestAnimationFrame', () => 0);
  vi.stubGlobal('removeEventListener', () => undefined);
  useDocument.getState().close();
  useScreen.setState({ begun: true, view: 'canvas' });
  return () => {
    stop();
    leave();
  };
});

/** Opens an address. The result follows what is written to it, and lists the history entries that were added. */
function come(href: string): { href: string; readonly added: string[] } {
  const address = { href, added: new Array<string>() };
  const replaceState = (_data: unknown, _title: string, to: string | URL): void =>
    void (address.href = new URL(to, address.href).href);
  vi.stubGlobal('location', address);
  const pushState = (data: unknown, title: string, to: string | URL): void => {
    replaceState(data, title, to);
    address.added.push(address.href);
  };
  vi.stubGlobal('history', { replaceState, pushState });
  return address;
}

it('writes what was looked at before it had come', () => {
  const address = come('http://localhost/?graph=a.graft.json');
  const file = { path: 'a.graft.json', base: 'r', baseText: '', baseGraph: emptyGraph };
  useDocument.getState().open(file, emptyGraph);
  useScreen.getState().look('app');
  stop = keepPlaceInAddress();
  expect(new URL(address.href).searchParams.get('view')).toBe('app');
});

it('keeps the place in a file that could not be read', () => {
  const asked = 'http://localhost/?graph=a.graft.json&in=loop&node=chunk&run=r1';
  const address = come(asked);
  stop = keepPlaceInAddress();
  expect(address.href).toBe(asked);
});

const chunk = { type: 'chunk', version: 1, params: {} };
const graph = { ...emptyGraph, nodes: { chunk } };

/** Opens a graph of one node on the canvas, and keeps its place from then on. */
function openChunk(): ReturnType<typeof come> {
  const address = come('http://localhost/?graph=a.graft.json');
  const file = { path: 'a.graft.json', base: 'r', baseText: '', baseGraph: graph };
  useDocument.getState().open(file, graph);
  stop = keepPlaceInAddress();
  return address;
}

it('makes each view that a person looks at an entry of the history', () => {
  const { added } = openChunk();
  look('app');
  look('canvas');
  const views = added.map((href) => new URL(href).searchParams.get('view'));
  expect(views).toEqual(['app', null]);
});

it('adds no entry for the view to which Back led', () => {
  const address = openChunk();
  look('app');
  // The address is the canvas's again when the page hears of it.
  address.href = 'http://localhost/?graph=a.graft.json';
  useScreen.getState().look('canvas');
  back();
  useScreen.getState().select(['chunk']);
  draw();
  expect(address.added).toHaveLength(1);
  expect(new URL(address.href).searchParams.get('node')).toBe('chunk');
});

it('adds no entry where an app without nodes gives way to the canvas', () => {
  const { added } = openChunk();
  look('app');
  useDocument.getState().edit(() => emptyGraph);
  look('canvas');
  expect(added).toHaveLength(1);
});
