import { beforeEach, expect, it, vi } from 'vitest';
import { printLight } from './printing.ts';

let dataset: Record<string, string> = {};
let page = new EventTarget();
const tell = (...events: readonly string[]): void =>
  events.forEach((one) => page.dispatchEvent(new Event(one)));

beforeEach(() => {
  dataset = { theme: 'dark' };
  page = new EventTarget();
  vi.stubGlobal('window', page);
  vi.stubGlobal('document', { documentElement: { dataset } });
  return () => vi.unstubAllGlobals();
});

it('prints in light colours, and has those of the screen again, however often it is told of it', () => {
  const stop = printLight();
  tell('beforeprint', 'beforeprint');
  expect(dataset['theme']).toBe('light');
  tell('afterprint');
  expect(dataset['theme']).toBe('dark');
  tell('afterprint');
  expect(dataset['theme']).toBe('dark');
  delete dataset['theme'];
  tell('beforeprint', 'beforeprint', 'afterprint', 'afterprint');
  expect(dataset).toEqual({});
  tell('beforeprint');
  stop();
  expect(dataset).toEqual({});
});
