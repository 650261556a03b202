import type { RowAction } from '@graft/view';

/** What can be done to the rows in an element, by their numbers. */
type RowActions = (row: number) => readonly RowAction[];

const lists = new WeakMap<Element, RowActions>();

/** Says what the rows in an element have for a menu. */
export function giveRowMenus(list: Element, actions: RowActions): void {
  list.setAttribute('data-row-menus', '');
  lists.set(list, actions);
}

/** What can be done to the row that an element belongs to; undefined where it is of none. */
export function rowActionsAt(element: Element): readonly RowAction[] | undefined {
  const row = element.closest<HTMLElement>('[data-row]');
  const actions = lists.get(row?.closest('[data-row-menus]') ?? element);
  const own = actions?.(Number(row?.dataset['row'])) ?? [];
  return own.length === 0 ? undefined : own;
}
