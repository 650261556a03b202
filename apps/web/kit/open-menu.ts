import type { MouseEvent } from 'react';
import { portAt } from './focus.ts';
import { useDocument, useOverlay, useScreen } from './stores.ts';
import type { MenuTarget, RowAction } from '@graft/view';

/** What can be done to the rows in an element, by their numbers. */
type RowActions = (row: number) => readonly RowAction[];

const lists = new WeakMap<Element, RowActions>();

/** Says what the rows in an element have for a menu. */
export function giveRowMenus(list: Element, actions: RowActions): void {
  list.setAttribute('data-row-menus', '');
  lists.set(list, actions);
}

/** What can be done to the row that an element belongs to; undefined where it is of none. */
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

/** What an element belongs to that has a menu. */
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
    // Of several that are selected the menu is for all; another node is selected instead of them.
    if (!selection.includes(node)) select([node]);
    return { kind: 'nodes' };
  }
  const edge = element.closest('.react-flow__edge')?.getAttribute('data-id');
  if (typeof edge === 'string') return { kind: 'edge', id: edge };
  if (element.closest('.react-flow__nodesselection') !== null) return { kind: 'nodes' };
  const onCanvas = element.closest('.react-flow__pane, .react-flow') !== null;
  return onCanvas && useDocument.getState().file !== null ? { kind: 'canvas' } : undefined;
}

/** Opens the menu of an element. False where it has none. */
export function openMenu(element: Element, at: Place): boolean {
  if (element.closest('input, textarea, [contenteditable]') !== null) return false;
  const target = targetOf(element);
  if (target === undefined) return false;
  useOverlay.getState().show({ menu: { target, at } });
  return true;
}

/** By the right button, the menu of what was pointed at; the browser's own where it has none. */
export function openMenuOf(event: MouseEvent<HTMLElement>): void {
  if (!(event.target instanceof Element)) return;
  if (openMenu(event.target, { x: event.clientX, y: event.clientY })) event.preventDefault();
}

/** What has a menu of its own when it has the focus. */
const ownMenu =
  '[data-file], [data-folder], [data-run], [data-step], [data-cell], [data-row], .react-flow__edge, .react-flow__node';

/** By key: the menu of what has the focus, else of the selected nodes, else of the canvas. */
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

/**
 * Where menus stand in the page: within a landmark, so that whoever goes by those finds what is open. A panel that lies over
 * the canvas is the one that counts.
 */
export function menuPlace(): HTMLElement | null {
  return document.querySelector('[role="main"]') ?? document.querySelector('main');
}
