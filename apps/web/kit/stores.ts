import {
  announcementStore,
  checks,
  conflictStore,
  documentStore,
  innerStepStore,
  overlayStore,
  panelStore,
  runView,
  screenStore,
  usedGraphs,
  readJson,
  recallPanels,
  drawnFile,
  givenHere,
  prefixOf,
  shapeOf,
} from '@graft/view';
import { useStore } from 'zustand';
import type { StoreApi } from 'zustand/vanilla';
import type { GraphNode, NodeType } from '@graft/graph';
import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';

/** A store of `apps/view` as a hook, with the store's own methods. */
function bound<State, Methods extends object>(store: StoreApi<State> & Methods) {
  function use(): State;
  function use<Picked>(select: (state: State) => Picked): Picked;
  function use<Picked>(select?: (state: State) => Picked): State | Picked {
    return useStore(store, (state): State | Picked =>
      select === undefined ? state : select(state),
    );
  }
  return Object.assign(use, store);
}

/** The open document. */
export const useDocument = bound(documentStore);
/** The runs on the screen. */
export const useRunView = bound(runView);
/** What is shown and selected. */
export const useScreen = bound(screenStore);
/** What lies over the screen for a moment. */
export const useOverlay = bound(overlayStore);
/** How the panels stand. */
export const usePanels = bound(panelStore);
/** The file on disk, where it is no longer what the open graph was made from. */
export const useConflict = bound(conflictStore);
/** What keeps the graph from running, and the catalogue. */
export const useChecks = bound(checks);
/** The graph files that the open one uses. */
export const useUsedGraphs = bound(usedGraphs);
/** The latest announcement for screen readers. */
export const useAnnouncement = bound(announcementStore);
/** The step within a used file whose output is shown. */
export const useInnerStep = bound(innerStepStore);

const storageKey = 'graft.panels';

try {
  recallPanels(readJson(localStorage.getItem(storageKey)));
} catch {
  // Storage is switched off.
}

panelStore.subscribe(({ remembered }, before) => {
  if (remembered === before.remembered) return;
  try {
    localStorage.setItem(storageKey, JSON.stringify(remembered));
  } catch {
    // The next page has them as they were.
  }
});

/** What a node that is shown is called in plans and runs: see `pathOf`. */
export function usePath(id: string): string {
  return useDocument(({ trail }) => prefixOf(trail)) + id;
}

/** As `shapeOf`, and again when the graphs that the open one uses have come. */
export function useShape(node: GraphNode | undefined): NodeType | undefined {
  useUsedGraphs((state) => state.lookup);
  useDocument((state) => drawnFile(state).graphs);
  return shapeOf(node);
}

/** The parameters that a node that is shown has in this use of its graph. */
export function useParamsHere(id: string): GraphNode['params'] | undefined {
  const own = useDocument((state) => state.shown.nodes[id]?.params);
  const given = useDocument(useShallow((state) => givenHere(state, id)));
  return useMemo(
    () => (Object.keys(given).length === 0 ? own : { ...own, ...given }),
    [own, given],
  );
}
