import type { MouseEvent } from 'react';
import { portAt } from './focus.ts';
import { useDocument, useOverlay, useScreen } from './stores.ts';
import type { MenuTarget, RowAction } from '@graft/view';

/** The actions of the rows in an element, by row number. */
type RowActions = (row: number) => readonly RowAction[];

const lists = new WeakMap<Element, RowActions>();

/** Sets the menu of the rows in an element. */
export function giveRowMenus(list: Element, actions: RowActions): void {
  list.setAttribute('data-row-menus', '');
  lists.set(list, actions);
}

/** The actions of the row that contains an element; undefined outside of rows. */
function rowActionsAt(element: Element): readonly RowAction[] | undefined {
  const row = element.closest<HTMLElement>('[data-row]');
  const actions = lists.get(row?.closest('[data-row-menus]') ?? element);
  const own = actions?.(Number(row?.dataset['row'])) ?? [];
  return own.length === 0 ? undefined : own;
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** What the menu of an element is about. */
function targetOf(element: Element): MenuTarget | undefined {
  const file = element.closest<HTMLElement>('[data-file]')?.dataset['file'];
  if (file !== undefined) return { kind: 'file', path: file };
  const folder = element.closest<HTMLElement>('[data-folder]')?.dataset['folder'];
  if (folder !== undefined) return { kind: 'folder', path: folder };
  const actions = rowActionsAt(element);
  if (actions !== undefined) return { kind: 'row', actions };
  const run = element.closest<HTMLElement>('[data-run]')?.dataset['run'];
  if (run !== undefined) return { kind: 'run', id: run };
  const step = element.closest<HTMLElement>('[data-step]')?.dataset['step'];
  if (step !== undefined) return { kind: 'step', path: step };
  const port = portAt(element);
  if (port !== undefined) return { kind: 'port', port };
  const node =
    element.closest('.react-flow__node')?.getAttribute('data-id') ??
    element.closest<HTMLElement>('[data-cell]')?.dataset['cell'];
  if (typeof node === 'string') {
    const { selection, select } = useScreen.getState();
    // With several selected nodes the menu is for all; otherwise the node is selected first.
    if (!selection.includes(node)) select([node]);
    return { kind: 'nodes' };
  }
  const edge = element.closest('.react-flow__edge')?.getAttribute('data-id');
  if (typeof edge === 'string') return { kind: 'edge', id: edge };
  if (element.closest('.react-flow__nodesselection') !== null) return { kind: 'nodes' };
  const onCanvas = element.closest('.react-flow__pane, .react-flow') !== null;
  return onCanvas && useDocument.getState().file !== null ? { kind: 'canvas' } : undefined;
}

/** Opens the menu of an element. False if it has none. */
export function openMenu(element: Element, at: Place): boolean {
  if (element.closest('input, textarea, [contenteditable]') !== null) return false;
  const target = targetOf(element);
  if (target === undefined) return false;
  useOverlay.getState().show({ menu: { target, at } });
  return true;
}

/** Opens the menu at a right click; the browser's own menu if there is none. */
export function openMenuOf(event: MouseEvent<HTMLElement>): void {
  if (!(event.target instanceof Element)) return;
  if (openMenu(event.target, { x: event.clientX, y: event.clientY })) event.preventDefault();
}

/** Elements with a menu of their own while focused. */
const ownMenu =
  '[data-file], [data-folder], [data-run], [data-step], [data-cell], [data-row], .react-flow__edge, .react-flow__node';

/** Opens the menu of the focused element, else of the selected nodes, else of the canvas. */
export function openMenuAtFocus(): boolean {
  const focused = document.activeElement;
  const chosen = document.querySelector('.react-flow__node.selected');
  const canvas = document.querySelector('.react-flow__pane');
  const element =
    focused !== null && focused.closest(ownMenu) !== null ? focused : (chosen ?? canvas);
  if (element === null) return false;
  const box = element.getBoundingClientRect();
  const whole = element === canvas;
  return openMenu(element, {
    x: box.left + (whole ? box.width / 2 : Math.min(24, box.width / 2)),
    y: box.top + (whole ? box.height / 3 : Math.min(28, box.height / 2)),
  });
}

/** The parent of menus: a landmark, so that screen readers find an open menu. A panel over the canvas comes first. */
export function menuPlace(): HTMLElement | null {
  return document.querySelector('[role="main"]') ?? document.querySelector('main');
}
