import { beforeEach, expect, it, vi } from 'vitest';
import { useScreen } from '../../kit/stores.ts';
import { focusInspector } from './focus-inspector.ts';

/** The node whose form the inspector shows, which follows the selection a frame later. */
let shown = '';
let frames: (() => void)[] = [];
const focused: string[] = [];
const frame = (): void => frames.splice(0).forEach((act) => act());

beforeEach(() => {
  focused.length = 0;
  frames = [];
  const focus = (): void => void focused.push(shown);
  const querySelector = (selector: string): object | null => {
    const node = /\[data-node="([^"]*)"\]/.exec(selector)?.[1];
    return node === undefined || node === shown
      ? { querySelector: () => ({ focus }), focus }
      : null;
  };
  vi.stubGlobal('document', { querySelector });
  vi.stubGlobal('CSS', { escape: (text: string) => text });
  vi.stubGlobal('requestAnimationFrame', (act: () => void) => frames.push(act));
  vi.stubGlobal('cancelAnimationFrame', () => undefined);
  return () => vi.unstubAllGlobals();
});

it.each(['parameters', 'output'] as const)(
  'gives the focus to the %s of the node, not to those of the one before, which are shown for a frame more',
  (tab) => {
    useScreen.getState().select(['before']);
    shown = 'before';
    focusInspector('node', tab);
    frame();
    shown = 'node';
    frame();
    frame();
    expect(focused).toEqual(['node']);
  },
);
