import type { Span } from '@graft/graph';
import { createStore } from 'zustand/vanilla';

export type InspectorTab = 'parameters' | 'output' | 'logs' | 'about';
/** How the graph is looked at: as it is drawn, as a page of cells, or as a form with what comes out; or runs of it beside each other. */
export const views = ['canvas', 'notebook', 'app', 'compare'] as const;
export type View = (typeof views)[number];
export const bottomTabs = ['run', 'log', 'plan', 'runs', 'experiments'] as const;
export type BottomTab = (typeof bottomTabs)[number];

/** A line for the person, with one thing to do about it. */
export interface Notice {
  readonly id: number;
  readonly tone: 'info' | 'error';
  readonly message: string;
  readonly action?: { readonly label: string; readonly run: () => void };
  /** Path of the file that it is about: it goes when another is opened. */
  readonly about?: string;
  /**
   * With what it goes: `run`, when one starts, where it says what that would do or why there was none; `settled`, when the file
   * is again what the graph was made from; `saved`, when the file has what is drawn; `there`, when there is a file again; `done`, when
   * the work that it tells of is, and not by itself.
   */
  readonly until?: 'run' | 'settled' | 'saved' | 'there' | 'done';
}

/** A port that an edge is being drawn from. */
export interface PendingEdge {
  readonly node: string;
  readonly port: string;
  readonly side: 'source' | 'target';
}

/** An edge that was dropped on empty canvas: the menu then offers what it could go to. */
export interface OpenEnd {
  readonly from: PendingEdge;
  /** Place of the drop, on the canvas. */
  readonly at: { readonly x: number; readonly y: number };
}

interface ScreenState {
  readonly view: View;
  /** Whether the page has found out which graph to begin with, if any. */
  readonly begun: boolean;
  /** Whether a graph has been seen on the canvas. */
  readonly seen: boolean;
  readonly selection: readonly string[];
  readonly inspectorTab: InspectorTab;
  readonly bottomTab: BottomTab;
  readonly commandMenu: boolean;
  /** Whether each card says what a run would do with it. */
  readonly planOverlay: boolean;
  readonly pendingEdge: PendingEdge | null;
  readonly openEnd: OpenEnd | null;
  /** The place of a citation or hit whose text is open. */
  readonly source: Span | null;
  readonly notices: readonly Notice[];
  look(view: View): void;
  select(nodes: readonly string[]): void;
  /** Forgets selected nodes that are no longer there. */
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
  drawFrom(port: PendingEdge | null): void;
  notify(notice: Omit<Notice, 'id'>): void;
  dismiss(id: number): void;
  /** Takes away what concerns other files than this one. */
  dismissOthers(file: string): void;
  /** Takes away what was said only until this: it is so now. */
  dismissUntil(...now: readonly NonNullable<Notice['until']>[]): void;
}

let lastNotice = 0;
/** Notices shown at once; the oldest give way. */
const noticeLimit = 2;

/** What is shown and selected: nothing here is saved with the graph. */
export const screenStore = createStore<ScreenState>()((set) => ({
  view: 'canvas',
  begun: false,
  seen: false,
  selection: [],
  inspectorTab: 'parameters',
  bottomTab: 'run',
  commandMenu: false,
  planOverlay: false,
  pendingEdge: null,
  openEnd: null,
  source: null,
  notices: [],
  // What is selected on the canvas is nothing to keys that are pressed elsewhere.
  look: (view) => set((state) => (state.view === view ? state : { view, selection: [] })),
  select: (selection) =>
    set((state) =>
      state.selection.length === selection.length &&
      state.selection.every((id, index) => id === selection[index])
        ? state
        : { selection },
    ),
  keepSelected: (exists) =>
    set((state) =>
      state.selection.every(exists) ? state : { selection: state.selection.filter(exists) },
    ),
  show: (part) => set(part),
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

/** The step within a used file whose output is shown at the node that uses the file, which is as near as one can go to it. */
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
