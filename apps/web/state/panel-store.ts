import { create } from 'zustand';

/** The panels around the canvas. */
export type PanelName = 'palette' | 'inspector' | 'lower';

/** What the layout gives to move a panel by. */
interface PanelHandle {
  collapse(): void;
  expand(): void;
  isCollapsed(): boolean;
}

interface PanelState {
  readonly collapsed: Readonly<Record<PanelName, boolean>>;
  setCollapsed(panel: PanelName, collapsed: boolean): void;
}

/** Which panels are folded away; their sizes are the layout's own. */
export const usePanels = create<PanelState>()((set) => ({
  collapsed: { palette: false, inspector: false, lower: false },
  setCollapsed: (panel, collapsed) =>
    set((state) =>
      state.collapsed[panel] === collapsed
        ? state
        : { collapsed: { ...state.collapsed, [panel]: collapsed } },
    ),
}));

const handles = new Map<PanelName, PanelHandle>();

/** The layout says where its panels are, so that menus and keys can act on them. */
export function attachPanel(panel: PanelName, handle: PanelHandle | null): void {
  if (handle === null) handles.delete(panel);
  else handles.set(panel, handle);
}

/** Folds a panel away or shows it again; `open` says which. */
export function togglePanel(panel: PanelName, open?: boolean): void {
  const handle = handles.get(panel);
  if (handle === undefined) return;
  if (open ?? handle.isCollapsed()) handle.expand();
  else handle.collapse();
}
