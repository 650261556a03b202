import { create } from 'zustand';

/** The panels around the canvas. */
export type PanelName = 'palette' | 'inspector' | 'lower';

/** What the layout gives to move a panel by. */
interface PanelHandle {
  collapse(): void;
  expand(): void;
  isCollapsed(): boolean;
  /** Remembers how the panels stand. */
  keep(): void;
}

interface PanelState {
  readonly collapsed: Readonly<Record<PanelName, boolean>>;
  setCollapsed(panel: PanelName, collapsed: boolean): void;
}

/** Which panels are folded away; their sizes are the layout's own. */
export const usePanels = create<PanelState>()((set) => ({
  collapsed: { palette: false, inspector: false, lower: true },
  setCollapsed: (panel, collapsed) =>
    set((state) =>
      state.collapsed[panel] === collapsed
        ? state
        : { collapsed: { ...state.collapsed, [panel]: collapsed } },
    ),
}));

const handles = new Map<PanelName, PanelHandle>();
/** What was asked of a panel before the layout had been measured. */
const wishes = new Map<PanelName, Wish>();

interface Wish {
  readonly open: boolean;
  /** Whether a person asked for it, so that it is remembered. */
  readonly keep: boolean;
}

/** The layout says where its panels are, once it has measured them, so that menus and keys can act on them. */
export function attachPanel(panel: PanelName, handle: PanelHandle | null): void {
  if (handle === null) {
    handles.delete(panel);
    return;
  }
  handles.set(panel, handle);
  const wish = wishes.get(panel);
  wishes.delete(panel);
  if (wish !== undefined) fulfil(handle, wish);
}

function fulfil(handle: PanelHandle, { open, keep }: Wish): void {
  if (open && handle.isCollapsed()) handle.expand();
  else if (!open) handle.collapse();
  if (keep) handle.keep();
}

/** Shows a panel where it is folded away. */
export function openPanel(panel: PanelName): void {
  const handle = handles.get(panel);
  const wish = { open: true, keep: wishes.get(panel)?.keep ?? false };
  if (handle === undefined) wishes.set(panel, wish);
  else fulfil(handle, wish);
}

/** Folds a panel away or shows it again, as a person asked: this browser remembers it. */
export function togglePanel(panel: PanelName): void {
  const handle = handles.get(panel);
  const open = wishes.get(panel)?.open ?? !usePanels.getState().collapsed[panel];
  if (handle === undefined) wishes.set(panel, { open: !open, keep: true });
  else fulfil(handle, { open: handle.isCollapsed(), keep: true });
}
