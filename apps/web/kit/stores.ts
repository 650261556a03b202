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
} from '@graft/view';
import { useStore } from 'zustand';
import type { StoreApi } from 'zustand/vanilla';
import './panel-memory.ts';

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
