import { type Axis, type Side, type Command, selectedNodes } from '@graft/view';

// Loaded on demand: few graphs are arranged by hand.
const arranging = () => import('./arrange-selection.ts');

const sides: readonly Side[] = ['left', 'centre', 'right', 'top', 'middle', 'bottom'];

const several = (least: number) => (): boolean => selectedNodes().length >= least;

const align = (side: Side): Command => ({
  id: `align-${side}`,
  title: `Align: ${side}`,
  group: 'Edit',
  submenu: 'Arrange',
  views: ['canvas'],
  enabled: several(2),
  run: () => void arranging().then(({ alignSelected }) => alignSelected(side)),
});

const distribute = (axis: Axis): Command => ({
  id: `distribute-${axis}`,
  title: `Distribute ${axis}`,
  group: 'Edit',
  submenu: 'Arrange',
  views: ['canvas'],
  enabled: several(3),
  run: () => void arranging().then(({ distributeSelected }) => distributeSelected(axis)),
});

export const arrangeCommands: readonly Command[] = [
  ...sides.map(align),
  distribute('across'),
  distribute('down'),
  {
    id: 'tidy-selection',
    title: 'Tidy the selection',
    group: 'Edit',
    submenu: 'Arrange',
    views: ['canvas'],
    enabled: several(2),
    run: () => void arranging().then(({ tidySelected }) => tidySelected()),
  },
];
