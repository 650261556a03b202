import { useEffect, type ReactNode } from 'react';
import {
  Group,
  Panel,
  Separator,
  useDefaultLayout,
  useGroupRef,
  usePanelCallbackRef,
} from 'react-resizable-panels';
import { attachPanel, usePanels, type PanelName } from '../state/panel-store.ts';
import { useRunView } from '../state/run-view.ts';

/** Pixels of the heading that stays of the lower panel when it is folded. */
const headingHeight = 33;
/** Pixels that the canvas keeps, whatever is made of the others. */
const leastCanvas = { width: 340, height: 160 };

/** Pixels of the lower panel, where nobody gave it a size: as many as its steps need. */
const lowerHeight = { least: 96, most: 215 };

/** Pixels that the side panels take at first: less where the window has little. */
function sideWidths(): { readonly palette: number; readonly inspector: number } {
  return window.innerWidth < 1200
    ? { palette: 188, inspector: 300 }
    : { palette: 220, inspector: 372 };
}

/** Lets menus and keys fold a panel; tells the rest of the screen when it is folded. */
function useNamed(name: PanelName) {
  const [handle, panelRef] = usePanelCallbackRef();
  useEffect(() => {
    attachPanel(name, handle);
    usePanels.getState().setCollapsed(name, handle?.isCollapsed() ?? false);
    return () => attachPanel(name, null);
  }, [name, handle]);
  return {
    handle,
    props: {
      id: name,
      panelRef,
      collapsible: true,
      groupResizeBehavior: 'preserve-pixel-size' as const,
      onResize: ({ inPixels }: { readonly inPixels: number }) =>
        usePanels
          .getState()
          .setCollapsed(name, inPixels <= (name === 'lower' ? headingHeight + 1 : 1)),
    },
  };
}

const kept = { onlySaveAfterUserInteractions: true };

/** Sizes as this browser remembers them. The library keeps what is drawn; `keep` keeps what a double click resets. */
function useKeptLayout(id: string) {
  const layout = useDefaultLayout({ id, ...kept });
  const groupRef = useGroupRef();
  const keep = (): void => {
    const now = groupRef.current?.getLayout();
    if (now !== undefined) layout.onLayoutChanged(now, { isUserInteraction: true });
  };
  return { layout: { ...layout, groupRef }, keep };
}

interface MiddleProps {
  readonly canvas: ReactNode;
  readonly lower: ReactNode;
}

function Middle({ canvas, lower }: MiddleProps) {
  const { layout, keep } = useKeptLayout('graft.panels.middle');
  const { handle, props } = useNamed('lower');
  const chosen = layout.defaultLayout !== undefined;
  const steps = useRunView(({ run }) =>
    run === null || run.seq === 0 ? undefined : Object.keys(run.steps).length,
  );
  useEffect(() => {
    // While nobody has given it a size, it is as large as what it has to show.
    if (handle === null || chosen) return;
    if (steps === undefined) handle.collapse();
    else handle.resize(Math.min(lowerHeight.most, Math.max(lowerHeight.least, 52 + 20 * steps)));
  }, [handle, chosen, steps]);
  return (
    <Group orientation="vertical" {...layout}>
      <Panel id="canvas" minSize={leastCanvas.height}>
        {canvas}
      </Panel>
      <Separator onDoubleClick={keep} className="divider" aria-label="Height of the lower panel" />
      <Panel
        {...props}
        defaultSize={lowerHeight.most}
        minSize={lowerHeight.least}
        collapsedSize={headingHeight}
      >
        {lower}
      </Panel>
    </Group>
  );
}

interface PanelsProps extends MiddleProps {
  readonly left: ReactNode;
  readonly right: ReactNode;
}

/**
 * The panels around the canvas: drawn larger and smaller by their borders (with the arrow keys too), folded away
 * past their least size, given their first size by a double click. Sizes are remembered in this browser.
 */
export function Panels({ left, canvas, lower, right }: PanelsProps) {
  const { layout, keep } = useKeptLayout('graft.panels');
  const palette = useNamed('palette');
  const inspector = useNamed('inspector');
  const widths = sideWidths();
  return (
    <Group orientation="horizontal" {...layout}>
      <Panel {...palette.props} defaultSize={widths.palette} minSize={150} maxSize="40%">
        {left}
      </Panel>
      <Separator onDoubleClick={keep} className="divider" aria-label="Width of the left panel" />
      <Panel id="middle" minSize={leastCanvas.width}>
        <Middle canvas={canvas} lower={lower} />
      </Panel>
      <Separator onDoubleClick={keep} className="divider" aria-label="Width of the inspector" />
      <Panel {...inspector.props} defaultSize={widths.inspector} minSize={260} maxSize="65%">
        {right}
      </Panel>
    </Group>
  );
}
