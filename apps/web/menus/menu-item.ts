import type { Chord } from '../commands/chord.ts';

export interface MenuItem {
  readonly id: string;
  readonly title: string;
  readonly keys?: Chord;
  readonly disabled?: boolean;
  readonly grave?: boolean;
  run(): void;
}

/** Items of a menu in groups, with a line between them. */
export type MenuGroups = readonly (readonly MenuItem[])[];
