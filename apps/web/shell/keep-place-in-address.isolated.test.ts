import { emptyGraph } from '@graft/graph';
import { beforeEach, expect, it, vi } from 'vitest';
import { useDocument, useScreen } from '../kit/stores.ts';
import { keepPlaceInAddress } from './keep-place-in-address.ts';
import { stubBrowser } from '../api/testing/stub-browser.ts';

beforeEach(() => {
  const leave = stubBrowser();
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('requestAnimationFrame', () => 0);
  useDocument.getState().close();
  useScreen.setState({ begun: true, view: 'canvas' });
  return leave;
});

/** Comes to an address. What is written to it is told by what it gives. */
function come(href: string): { readonly href: string } {
  const address = { href };
  const replaceState = (_data: unknown, _title: string, to: string | URL): void =>
    void (address.href = new URL(to, address.href).href);
  vi.stubGlobal('location', address);
  vi.stubGlobal('history', { replaceState, pushState: () => undefined });
  return address;
}

it('writes what was looked at before it had come', () => {
  const address = come('http://localhost/?graph=a.graft.json');
  const file = { path: 'a.graft.json', base: 'r', baseText: '', baseGraph: emptyGraph };
  useDocument.getState().open(file, emptyGraph);
  useScreen.getState().look('app');
  keepPlaceInAddress();
  expect(new URL(address.href).searchParams.get('view')).toBe('app');
});

it('keeps the place in a file that could not be read', () => {
  const asked = 'http://localhost/?graph=a.graft.json&in=loop&node=chunk&run=r1';
  const address = come(asked);
  keepPlaceInAddress();
  expect(address.href).toBe(asked);
});
