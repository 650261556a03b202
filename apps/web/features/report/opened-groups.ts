import { createContext } from 'react';
import type { ReportCell, ReportGroup } from '@graft/view';

/** Where a cell is, as an address names it. */
export const anchorOf = ({ path }: Pick<ReportCell, 'path'>): string => `node-${path}`;

/** A graph or a round that can be unfolded, by its first node. */
export const groupKey = ({ cells }: ReportGroup): string => cells[0]?.path ?? '';

/** Which of them are unfolded. */
export interface OpenedGroups {
  readonly opened: ReadonlySet<string>;
  toggle(key: string, open: boolean): void;
}

export const Opened = createContext<OpenedGroups>({ opened: new Set(), toggle: () => undefined });

/** The groups in which a cell stands, the outermost first; undefined where there is no such cell. */
export function groupsAround(
  cells: readonly ReportCell[],
  anchor: string,
): readonly string[] | undefined {
  for (const cell of cells) {
    if (anchorOf(cell) === anchor) return [];
    for (const group of cell.inside) {
      const within = groupsAround(group.cells, anchor);
      if (within !== undefined) return [groupKey(group), ...within];
    }
  }
  return undefined;
}
