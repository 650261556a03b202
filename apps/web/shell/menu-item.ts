import { commandOf, runCommand, type Chord } from '@graft/view';

export interface MenuItem {
  readonly id: string;
  readonly title: string;
  readonly keys?: Chord;
  readonly disabled?: boolean;
  readonly grave?: boolean;
  run(): void;
}

/** Rarer items, behind an item of their own. */
export interface SubMenu {
  readonly id: string;
  readonly title: string;
  readonly items: readonly MenuItem[];
}

/** Items of a menu in groups, with a line between them. */
export type MenuGroups = readonly (readonly (MenuItem | SubMenu)[])[];

/** A command as a menu item. */
export function command(id: string, other: Partial<MenuItem> = {}): MenuItem {
  const own = commandOf(id);
  return {
    id: own.id,
    title: own.title,
    ...(own.keys?.[0] === undefined ? {} : { keys: own.keys[0] }),
    disabled: own.enabled?.() === false,
    run: () => runCommand(own),
    ...other,
  };
}

/** A command if it is enabled, else nothing. */
export const ifEnabled = (id: string): readonly MenuItem[] =>
  commandOf(id).enabled?.() === false ? [] : [command(id)];

export const subMenu = (title: string, items: readonly MenuItem[]): SubMenu => ({
  id: title.toLowerCase(),
  title,
  items,
});
