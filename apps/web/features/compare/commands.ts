import {
  baseFirst,
  type Command,
  hasRun,
  selectedNodes,
  pathOf,
  mostSides,
  type Actions,
} from '@graft/view';
import { useDocument, useRunView } from '../../kit/stores.ts';

export const compareActions = {
  // Loaded on demand.
  compareSides: (sides) =>
    void import('./compare-place.ts').then((loaded) => loaded.compareSides(sides)),
  compareVariants: (variants) =>
    void import('./compare-variants.ts').then((loaded) => loaded.compareVariants(variants)),
} satisfies Partial<Actions>;

/** Compares the selected nodes in the run on the screen, the base first. */
function compareSelected(): void {
  const { run } = useRunView.getState();
  if (run === null) return;
  compareActions.compareSides(
    baseFirst(selectedNodes(), useDocument.getState().shown)
      .slice(0, mostSides)
      .map((id) => ({ run: run.runId, node: pathOf(id) })),
  );
}

export const compareCommands: readonly Command[] = [
  {
    id: 'compare-nodes',
    title: 'Compare the selected nodes',
    group: 'Run',
    enabled: () => hasRun() && selectedNodes().length > 1,
    run: compareSelected,
  },
];
