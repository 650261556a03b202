import type { Actions } from '@graft/view';

export const compareActions = {
  // Loaded when first asked for.
  compareSides: (sides) =>
    void import('./compare-place.ts').then((loaded) => loaded.compareSides(sides)),
  compareVariants: (variants) =>
    void import('./compare-variants.ts').then((loaded) => loaded.compareVariants(variants)),
} satisfies Partial<Actions>;
