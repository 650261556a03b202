import { useEffect, useRef, useState } from 'react';
import {
  useDefaultLayout,
  useGroupRef,
  usePanelCallbackRef,
  type PanelImperativeHandle,
  type PanelSize,
} from 'react-resizable-panels';
import { attachPanel, usePanels, type PanelName } from '../state/panel-store.ts';

/** Pixels of the heading that stays of the lower panel when it is folded. */
export const headingHeight = 33;

interface NamedPanelOptions {
  /** Pixels that it opens with, where it has not been open yet. */
  readonly size: number;
  /** Remembers how the panels of its group stand. */
  keep(): void;
}

/**
 * Lets menus and keys fold a panel; tells the rest of the screen when it is folded. `handle` is null until the group
 * has been measured: what is asked of a panel before that is lost, as the library lays the group out anew then.
 */
export function useNamedPanel(name: PanelName, { size, keep }: NamedPanelOptions) {
  const [panel, panelRef] = usePanelCallbackRef();
  const [handle, setHandle] = useState<PanelImperativeHandle | null>(null);
  const opened = useRef<number>(undefined);
  const latest = useRef({ size, keep });
  useEffect(() => {
    latest.current = { size, keep };
  });
  useEffect(() => {
    if (handle === null) return;
    attachPanel(name, {
      collapse: () => handle.collapse(),
      expand: () => handle.resize(opened.current ?? latest.current.size),
      isCollapsed: () => handle.isCollapsed(),
      keep: () => latest.current.keep(),
    });
    return () => attachPanel(name, null);
  }, [name, handle]);
  const onResize = ({ asPercentage, inPixels }: PanelSize): void => {
    // No share of nothing: the window, or what the group stands in, has no size now.
    if (!Number.isFinite(asPercentage)) return;
    setHandle(panel);
    const collapsed = inPixels <= (name === 'lower' ? headingHeight + 1 : 1);
    if (!collapsed) opened.current = inPixels;
    usePanels.getState().setCollapsed(name, collapsed);
  };
  return {
    handle,
    props: {
      id: name,
      panelRef,
      collapsible: true,
      groupResizeBehavior: 'preserve-pixel-size' as const,
      onResize,
    },
  };
}

const kept = { onlySaveAfterUserInteractions: true };

/** Sizes as this browser remembers them. The library keeps what is drawn; `keep` keeps what a double click or a key does. */
export function useKeptLayout(id: string) {
  const layout = useDefaultLayout({ id, ...kept });
  const groupRef = useGroupRef();
  const keep = (): void => {
    const now = groupRef.current?.getLayout();
    if (now !== undefined) layout.onLayoutChanged(now, { isUserInteraction: true });
  };
  return { layout: { ...layout, groupRef }, keep };
}
