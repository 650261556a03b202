import { create } from 'zustand';
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
