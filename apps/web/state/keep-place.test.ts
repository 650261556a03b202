import { emptyGraph } from '@graft/graph';
import { expect, it, vi } from 'vitest';
import { useDocument } from './document-store.ts';
import { keepPlaceInAddress } from './keep-place.ts';
import { useScreen } from './screen-store.ts';
import { stubBrowser } from './testing/stub-browser.ts';

it('writes what was looked at before it had come', () => {
  const leave = stubBrowser();
  const address = { href: 'http://localhost/?graph=a.graft.json' };
  const replaceState = (_data: unknown, _title: string, to: string | URL): void =>
    void (address.href = new URL(to, address.href).href);
  vi.stubGlobal('location', address);
  vi.stubGlobal('history', { replaceState, pushState: () => undefined });
  vi.stubGlobal('addEventListener', () => undefined);
  const file = { path: 'a.graft.json', base: 'r', baseText: '', baseGraph: emptyGraph };
  useDocument.getState().open(file, emptyGraph);
  useScreen.getState().show({ begun: true });
  useScreen.getState().look('app');
  keepPlaceInAddress();
  expect(new URL(address.href).searchParams.get('view')).toBe('app');
  leave();
});
