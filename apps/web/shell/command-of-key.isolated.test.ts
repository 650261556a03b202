import type { ReactFlowInstance } from '@xyflow/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { attachViewport } from '../features/canvas/viewport.ts';
import { setFullPage, type View, belongsTo, allCommands, commandOf, runCommand } from '@graft/view';
import { useRunView, useScreen } from '../kit/stores.ts';
import { provideFeatures } from './features.ts';
import { meansNodes, commandOfKey } from './command-of-key.ts';

vi.mock('../api/client.ts', () => ({ api: {}, queries: {}, queryClient: {} }));

/** What has the focus, by the selectors that fit it. */
class Target {
  readonly fits: readonly string[];
  constructor(...fits: readonly string[]) {
    this.fits = fits;
  }
  matches(selector: string): boolean {
    return selector.split(', ').some((part) => this.fits.includes(part));
  }
  closest(selector: string): Target | null {
    return this.matches(selector) ? this : null;
  }
}
const body = new Target();
const cell = new Target('.cell');
const prose = new Target('.prose-cell');
const within = new Target('button');

provideFeatures();

beforeEach(() => {
  vi.stubGlobal('Element', Target);
  vi.stubGlobal('document', { body, activeElement: body, querySelector: () => null });
});

const commandId = (
  view: View,
  key: string,
  { target = body, ctrlKey = false, selection = ['chunk'] } = {},
) => {
  useScreen.setState({ view, selection });
  const event = { key, code: '', metaKey: false, ctrlKey, altKey: false, shiftKey: false, target };
  return commandOfKey(event as unknown as KeyboardEvent)?.id;
};
const held = { ctrlKey: true };

it('leaves the unseen graph alone in the app view', () => {
  const there = allCommands()
    .filter((command) => belongsTo(command, 'app'))
    .map(({ id }) => id);
  expect(there).toEqual([
    ...['run', 'ask', 'cancel', 'leave-past-run', 'export-run', 'copy-link', 'search'],
    ...[
      'find',
      'canvas-view',
      'notebook-view',
      'app-view',
      'theme',
      'tour',
      'shortcuts',
      'settings',
    ],
  ]);
  for (const key of ['a', 'd', 'e', 'g', 'y', 'z', 'Z'])
    expect(commandId('app', key, held)).toBe(undefined);
  for (const key of ['Delete', 'Backspace', 'F2', 'Escape'])
    expect(commandId('app', key)).toBe(undefined);
  for (const type of ['copy', 'cut', 'paste'] as const) expect(meansNodes(type)).toBe(false);
  expect(commandId('app', 'Enter', held)).toBe('run');
});

it('deletes in the notebook only from a cell itself', () => {
  expect(commandId('notebook', 'Delete', { target: cell })).toBe('delete');
  expect(commandId('notebook', 'Backspace', { target: cell })).toBe('delete');
  expect(commandId('notebook', 'Delete', { target: prose })).toBe('delete');
  expect(commandId('notebook', 'Delete')).toBe(undefined);
  expect(commandId('notebook', 'Backspace', { target: within })).toBe(undefined);
  expect([meansNodes('cut'), meansNodes('copy'), meansNodes('paste')]).toEqual([false, true, true]);
  vi.stubGlobal('document', { body, activeElement: cell });
  expect(meansNodes('cut')).toBe(true);
});

it('selects all nodes only where they are drawn', () => {
  expect(commandId('notebook', 'a', held)).toBe(undefined);
  expect(commandId('notebook', 'z', held)).toBe('undo');
  expect(commandId('canvas', 'a', held)).toBe('select-all');
  expect(commandId('canvas', 'Delete')).toBe('delete');
});

it('changes no graph that the inspector lies over', () => {
  setFullPage(true);
  expect(commandId('canvas', 'Delete')).toBe(undefined);
  expect(commandId('canvas', 'a', held)).toBe(undefined);
  expect(meansNodes('cut')).toBe(false);
  expect(commandId('canvas', 'z', held)).toBe('undo');
  expect(commandId('canvas', 'Escape')).toBe('leave-full-page');
  setFullPage(false);
  expect(commandId('canvas', 'Escape')).toBe('select-none');
});

it('lets go of an edge by Escape before it goes back from an earlier run', () => {
  let edges = [{ id: 'a.rows -> b.rows', selected: true }];
  const flow = {
    getEdges: () => edges,
    updateEdge: (id: string, to: object) =>
      (edges = edges.map((edge) => (edge.id === id ? { ...edge, ...to } : edge))),
  };
  attachViewport(flow as unknown as ReactFlowInstance, {} as HTMLElement);
  const bare = { selection: [] };
  useRunView.setState({ past: true });
  for (const view of ['notebook', 'app'] as const)
    expect(commandId(view, 'Escape', bare)).toBe('leave-past-run');
  expect(commandId('canvas', 'Escape', bare)).toBe('select-none');
  runCommand(commandOf('select-none'));
  expect(commandId('canvas', 'Escape', bare)).toBe('leave-past-run');
  useRunView.setState({ past: false });
});

it('goes back from an earlier run by Escape, once nothing is selected', () => {
  const bare = { selection: [] };
  expect(commandId('canvas', 'Escape', bare)).toBe(undefined);
  useRunView.setState({ past: true });
  expect(commandId('canvas', 'Escape')).toBe('select-none');
  for (const view of ['canvas', 'notebook', 'app'] as const)
    expect(commandId(view, 'Escape', bare)).toBe('leave-past-run');
  setFullPage(true);
  expect(commandId('canvas', 'Escape', bare)).toBe('leave-full-page');
  setFullPage(false);
  useRunView.setState({ past: false });
});
