import {
  announcementStore,
  checks,
  conflictStore,
  conversationStore,
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
export function bound<State, Methods extends object>(store: StoreApi<State> & Methods) {
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
/** The view and the selection. */
export const useScreen = bound(screenStore);
/** Dialogs and menus over the screen. */
export const useOverlay = bound(overlayStore);
/** The state of the panels. */
export const usePanels = bound(panelStore);
/** The file on disk, if it has changed since the open graph was read. */
export const useConflict = bound(conflictStore);
/** What is asked of the open graph, and given to it beside its file. */
export const useConversation = bound(conversationStore);
/** The problems of the graph, and the catalogue. */
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
    // The next page starts with the old panels.
  }
});

/** The path of a shown node in plans and runs: see `pathOf`. */
export function usePath(id: string): string {
  return useDocument(({ trail }) => prefixOf(trail)) + id;
}

/** `shapeOf` as a hook; also renewed when used graphs have loaded. */
export function useShape(node: GraphNode | undefined): NodeType | undefined {
  useUsedGraphs((state) => state.lookup);
  useDocument((state) => drawnFile(state).graphs);
  return shapeOf(node);
}

/** The parameters of a shown node in this use of its graph. */
export function useParamsHere(id: string): GraphNode['params'] | undefined {
  const own = useDocument((state) => state.shown.nodes[id]?.params);
  const given = useDocument(useShallow((state) => givenHere(state, id)));
  return useMemo(
    () => (Object.keys(given).length === 0 ? own : { ...own, ...given }),
    [own, given],
  );
}
