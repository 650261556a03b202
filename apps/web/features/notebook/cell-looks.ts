import { create } from 'zustand';
import { focusAwaited } from '../../kit/focus-awaited.ts';
import type { OutputLook } from '../../kit/notebook/cell-frame.tsx';

/** How a cell is looked at; nothing of it is saved with the graph. */
interface CellLook extends OutputLook {
  /** Whether its parameters are a form. */
  readonly open?: boolean;
}

const none: CellLook = {};

/** The looks of cells by the paths of their nodes, as long as the page is open. */
const useLooks = create<{ readonly looks: Readonly<Record<string, CellLook>> }>()(() => ({
  looks: {},
}));

/** How the cell of a node is looked at, also after the graph was shown in another way meanwhile. */
export function useCellLook(path: string): CellLook {
  return useLooks(({ looks }) => looks[path] ?? none);
}

export function lookAtCell(path: string, change: CellLook): void {
  useLooks.setState(({ looks }) => ({
    looks: { ...looks, [path]: { ...looks[path], ...change } },
  }));
}

const fields = '.cell-form :is(input, textarea, select, [contenteditable])';

/** Opens the parameters of a cell, and goes into the first of them. `path` is its node's. */
export function openForm(id: string, path: string): void {
  lookAtCell(path, { open: true });
  focusAwaited(() => document.querySelector(`[data-cell="${CSS.escape(id)}"] ${fields}`));
}
