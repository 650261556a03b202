import type { Actions } from '@graft/view';

export const compareActions = {
  // Loaded when first asked for.
  compareSides: (sides) =>
    void import('./compare-place.ts').then((loaded) => loaded.compareSides(sides)),
} satisfies Partial<Actions>;
