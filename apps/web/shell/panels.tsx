import { useEffect, type ReactNode } from 'react';
import { Group, Panel, Separator } from 'react-resizable-panels';
import { useRunView } from '../state/run-view.ts';
import { useScreen } from '../state/screen-store.ts';
import { headingHeight, useKeptLayout, useNamedPanel } from './named-panel.ts';

/** Pixels that the canvas keeps, whatever is made of the others. */
const leastCanvas = { width: 340, height: 160 };

/** Pixels of the lower panel, where nobody gave it a size: as many as its steps need; a table of variants needs more. */
const lowerHeight = { least: 96, most: 215, table: 330 };

/** Pixels that the side panels take at first: less where the window has little. */
function sideWidths(): { readonly palette: number; readonly inspector: number } {
  return window.innerWidth < 1200
    ? { palette: 188, inspector: 300 }
    : { palette: 220, inspector: 372 };
}

/** Pixels that the lower panel needs for what it has to show: its heading only, where there is no run. */
function useNeededHeight(): number {
  const steps = useRunView(({ run }) =>
    run === null || run.seq === 0 ? undefined : Object.keys(run.steps).length,
  );
  const isTable = useScreen(({ bottomTab }) => bottomTab === 'experiments');
  if (isTable) return Math.min(lowerHeight.table, Math.round(window.innerHeight * 0.4));
  if (steps === undefined) return headingHeight;
  return Math.min(lowerHeight.most, Math.max(lowerHeight.least, 52 + 20 * steps));
}

interface MiddleProps {
  readonly canvas: ReactNode;
  readonly lower: ReactNode;
}

function Middle({ canvas, lower }: MiddleProps) {
  const { layout, keep } = useKeptLayout('graft.panels.middle');
  const { handle, props } = useNamedPanel('lower', { size: lowerHeight.most, keep });
  const chosen = layout.defaultLayout !== undefined;
  const needed = useNeededHeight();
  useEffect(() => {
    // While nobody has given it a size, it is as large as what it has to show.
    if (!chosen) handle?.resize(needed);
  }, [handle, chosen, needed]);
  return (
    <Group orientation="vertical" {...layout}>
      <Panel id="canvas" minSize={leastCanvas.height}>
        {canvas}
      </Panel>
      <Separator onDoubleClick={keep} className="divider" aria-label="Height of the lower panel" />
      <Panel
        {...props}
        defaultSize={needed}
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
 * past their least size, given their first size by a double click. All of it is remembered in this browser.
 */
export function Panels({ left, canvas, lower, right }: PanelsProps) {
  const { layout, keep } = useKeptLayout('graft.panels');
  const widths = sideWidths();
  const palette = useNamedPanel('palette', { size: widths.palette, keep });
  const inspector = useNamedPanel('inspector', { size: widths.inspector, keep });
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
