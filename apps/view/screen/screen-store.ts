import type { Span } from '@graft/graph';
import { createStore } from 'zustand/vanilla';
import { documentStore } from '../document/document-store.ts';
import { prefixOf } from '../document/levels.ts';
import { askedStep, runView, stepRun } from '../run/run-view.ts';

export type InspectorTab = 'parameters' | 'output' | 'logs' | 'about';
/** The views of a graph: canvas, page of cells, form with outputs; and runs side by side. */
export const views = ['canvas', 'notebook', 'app', 'compare'] as const;
export type View = (typeof views)[number];
export const bottomTabs = ['run', 'log', 'plan', 'runs', 'experiments'] as const;
export type BottomTab = (typeof bottomTabs)[number];

/** A message for the person, with one action. */
export interface Notice {
  readonly id: number;
  readonly tone: 'info' | 'error';
  readonly message: string;
  readonly action?: { readonly label: string; readonly run: () => void };
  /** Path of the file that it is about; it disappears when another file is opened. */
  readonly about?: string;
  /**
   * When it disappears: `run`: a run starts; `settled`: the file again equals the graph's origin; `saved`: the file has
   * the drawn graph; `there`: the file exists again; `done`: the work is done, and no timer removes it.
   */
  readonly until?: 'run' | 'settled' | 'saved' | 'there' | 'done';
}

/** The port from which an edge is being drawn. */
export interface PendingEdge {
  readonly node: string;
  readonly port: string;
  readonly side: 'source' | 'target';
}

/** An edge dropped on the empty canvas: the menu offers what it can connect to. */
export interface OpenEnd {
  readonly from: PendingEdge;
  /** Where it was dropped, on the canvas. */
  readonly at: { readonly x: number; readonly y: number };
  /** The same place in pixels of the window: the menu opens there. */
  readonly over: { readonly x: number; readonly y: number };
}

interface ScreenState {
  readonly view: View;
  /** Whether the page knows which graph to start with, if any. */
  readonly begun: boolean;
  /** Whether the canvas has shown a graph. */
  readonly seen: boolean;
  readonly selection: readonly string[];
  readonly inspectorTab: InspectorTab;
  /** The tabs on which nodes open that have run, and others: as the person last chose for such nodes. */
  readonly opensOn: { readonly ran: InspectorTab; readonly other: InspectorTab };
  readonly bottomTab: BottomTab;
  readonly commandMenu: boolean;
  /** Whether each card shows what a run would do with it. */
  readonly planOverlay: boolean;
  readonly pendingEdge: PendingEdge | null;
  readonly openEnd: OpenEnd | null;
  /** The cited place whose text is open, and the run whose answer cites it; absent: one of those on the screen. */
  readonly source: { readonly span: Span; readonly run?: string } | null;
  readonly notices: readonly Notice[];
  look(view: View): void;
  /** Selects nodes; of a single one the inspector shows the tab on which such nodes open. */
  select(nodes: readonly string[]): void;
  /** Deselects nodes that no longer exist. */
  keepSelected(exists: (node: string) => boolean): void;
  show(
    part: Partial<
      Pick<
        ScreenState,
        | 'begun'
        | 'seen'
        | 'inspectorTab'
        | 'bottomTab'
        | 'commandMenu'
        | 'planOverlay'
        | 'openEnd'
        | 'source'
      >
    >,
  ): void;
  /** Shows a tab of the inspector, and opens nodes like the selected one on it from now on. */
  chooseTab(tab: InspectorTab): void;
  drawFrom(port: PendingEdge | null): void;
  notify(notice: Omit<Notice, 'id'>): void;
  dismiss(id: number): void;
  /** Removes notices about other files. */
  dismissOthers(file: string): void;
  /** Removes notices that end with one of these events. */
  dismissUntil(...now: readonly NonNullable<Notice['until']>[]): void;
}

/** Whether a node of the graph that is shown has run. What the plan says of others comes later, and moves no tab. */
function hasRun(node: string): boolean {
  const path = prefixOf(documentStore.getState().trail) + node;
  const runs = runView.getState();
  const step = stepRun(runs, path) ?? askedStep(runs, path);
  return Object.keys(step?.outputs ?? {}).length > 0;
}

let lastNotice = 0;
/** Notices shown at once; the oldest make room. */
const noticeLimit = 2;

/** What the screen shows and has selected. None of it is saved with the graph. */
export const screenStore = createStore<ScreenState>()((set) => ({
  view: 'canvas',
  begun: false,
  seen: false,
  selection: [],
  inspectorTab: 'parameters',
  opensOn: { ran: 'output', other: 'parameters' },
  bottomTab: 'run',
  commandMenu: false,
  planOverlay: false,
  pendingEdge: null,
  openEnd: null,
  source: null,
  notices: [],
  // Keys in another view must not act on the canvas selection.
  look: (view) => set((state) => (state.view === view ? state : { view, selection: [] })),
  select: (selection) =>
    set((state) => {
      const [node, ...others] = selection;
      if (
        state.selection.length === selection.length &&
        state.selection.every((id, index) => id === selection[index])
      )
        return state;
      if (node === undefined || others.length > 0) return { selection };
      return { selection, inspectorTab: state.opensOn[hasRun(node) ? 'ran' : 'other'] };
    }),
  keepSelected: (exists) =>
    set((state) =>
      state.selection.every(exists) ? state : { selection: state.selection.filter(exists) },
    ),
  show: (part) => set(part),
  chooseTab: (inspectorTab) =>
    set(({ selection: [node], opensOn }) => ({
      inspectorTab,
      opensOn:
        node === undefined
          ? opensOn
          : { ...opensOn, [hasRun(node) ? 'ran' : 'other']: inspectorTab },
    })),
  drawFrom: (pendingEdge) => set({ pendingEdge }),
  notify: (notice) =>
    set((state) => ({
      notices: [
        ...state.notices.filter(({ message }) => message !== notice.message),
        { ...notice, id: ++lastNotice },
      ].slice(-noticeLimit),
    })),
  dismiss: (id) =>
    set((state) => ({ notices: state.notices.filter((notice) => notice.id !== id) })),
  dismissOthers: (file) =>
    set((state) => ({
      notices: state.notices.filter(({ about }) => about === undefined || about === file),
    })),
  dismissUntil: (...now) =>
    set((state) => ({
      notices: state.notices.filter(({ until }) => until === undefined || !now.includes(until)),
    })),
}));

/** The step inside a used file whose output is shown at the node that uses the file. */
export const innerStepStore = createStore<{ readonly step: string | null }>()(() => ({
  step: null,
}));

/** Announcements for screen readers: what a key changed elsewhere on the screen. */
export const announcementStore = createStore<{ readonly message: string }>()(() => ({
  message: '',
}));

/** Announces a message. A repeated one gets a trailing space: screen readers read only changed text. */
export function announce(message: string): void {
  announcementStore.setState((last) => ({
    message: last.message === message ? `${message}\u00a0` : message,
  }));
}
