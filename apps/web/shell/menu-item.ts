import type { Chord } from '@graft/view';

export interface MenuItem {
  readonly id: string;
  readonly title: string;
  readonly keys?: Chord;
  readonly disabled?: boolean;
  readonly grave?: boolean;
  run(): void;
}

/** What is wanted less often, behind a word of its own. */
export interface SubMenu {
  readonly id: string;
  readonly title: string;
  readonly items: readonly MenuItem[];
}

/** Items of a menu in groups, with a line between them. */
export type MenuGroups = readonly (readonly (MenuItem | SubMenu)[])[];
