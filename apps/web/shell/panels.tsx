import { useEffect, useLayoutEffect, useSyncExternalStore, type ReactNode } from 'react';
import { useDocument, useScreen, usePanels } from '../kit/stores.ts';
import {
  closePanel,
  headingHeight,
  openLowerHeight,
  setFullPage,
  setNarrow,
  type PanelName,
} from '@graft/view';
import { useGivingWay } from './give-way.ts';
import { PanelBorder } from './panel-border.tsx';

/** The least widths of side panels, in pixels. */
const leastWidth = { palette: 150, inspector: 260 };

/** The largest share of the window for a side panel. */
const mostShare = { palette: 0.4, inspector: 0.65 };

/** The least size of the canvas in pixels, whatever the panels take. */
const leastCanvas = { width: 340, height: 160 };

/**
 * Width in pixels of the border that resizes a panel. It is part of the panel's landmark, so that screen readers reach
 * it.
 */
const borderSize = 1;

/** The least height in pixels of the open lower panel. */
const leastLower = 96;

type SidePanel = Exclude<PanelName, 'lower'>;

/** The first widths of the side panels in pixels: smaller in a small window. */
function firstWidths(windowWidth: number): Readonly<Record<SidePanel, number>> {
  return windowWidth < 1200 ? { palette: 188, inspector: 300 } : { palette: 220, inspector: 372 };
}

function onResize(changed: () => void): () => void {
  window.addEventListener('resize', changed);
  return () => window.removeEventListener('resize', changed);
}

function useWindowSize(side: 'innerWidth' | 'innerHeight'): number {
  return useSyncExternalStore(onResize, () => window[side]);
}

interface MiddleProps {
  readonly canvas: ReactNode;
  readonly lower: ReactNode;
}

function Middle({ canvas, lower }: MiddleProps) {
  const windowHeight = useWindowSize('innerHeight');
  const most = windowHeight - leastCanvas.height - 80;
  const wanted = usePanels((state) => openLowerHeight(state, windowHeight));
  const height = Math.min(wanted, Math.max(leastLower, most));
  const folded = usePanels((state) => state.collapsed.lower);
  const covered = usePanels(
    ({ fullPage, narrow, collapsed }) =>
      fullPage || (narrow && !(collapsed.palette && collapsed.inspector)),
  );
  const track = folded
    ? `${headingHeight + borderSize}px`
    : `minmax(${Math.min(leastLower, height) + borderSize}px, ${height + borderSize}px)`;
  return (
    <div
      data-group
      className="grid h-full min-w-0 grid-cols-[minmax(0,1fr)]"
      inert={covered}
      style={{ gridTemplateRows: `minmax(${leastCanvas.height}px, 1fr) ${track}` }}
    >
      <div role={covered ? undefined : 'main'} className="min-h-0">
        {canvas}
      </div>
      <section aria-label="Runs" className="flex min-h-0 flex-col">
        <PanelBorder
          panel="lower"
          label="Height of the lower panel"
          size={folded ? headingHeight : height}
          least={leastLower}
          most={most}
        />
        <div className="min-h-0 flex-1 overflow-hidden">{lower}</div>
      </section>
    </div>
  );
}

interface PanelsProps extends MiddleProps {
  readonly left: ReactNode;
  readonly right: ReactNode;
}

/** A side panel, limited to the space that the canvas and the opposite panel leave. */
function useSide(panel: SidePanel, across: number) {
  const windowWidth = useWindowSize('innerWidth');
  const kept = usePanels((state) => state.kept[panel].size);
  const folded = usePanels(({ collapsed }) => collapsed[panel]);
  const least = leastWidth[panel];
  const left = windowWidth - leastCanvas.width - across - 2 * borderSize;
  const most = Math.max(least, Math.floor(Math.min(windowWidth * mostShare[panel], left)));
  const width = Math.min(most, kept ?? firstWidths(windowWidth)[panel]);
  const size = folded ? 0 : width;
  return { folded, width, track: `${size + borderSize}px`, border: { panel, size, least, most } };
}

/**
 * Whether the window has no room for a panel beside the canvas. A panel over the canvas closes when something is chosen
 * on the canvas.
 */
function useNarrow(): boolean {
  const { palette, inspector } = leastWidth;
  const isNarrow = useWindowSize('innerWidth') < leastCanvas.width + palette + inspector;
  useLayoutEffect(() => setNarrow(isNarrow), [isNarrow]);
  const path = useDocument(({ file }) => file?.path);
  useEffect(() => closePanel('palette'), [path]);
  return usePanels((state) => state.narrow);
}

/**
 * The panels around the canvas: resized at their borders, also by arrow keys; folded below their least size; reset by a
 * double click. The browser remembers all of it.
 */
export function Panels({ left, canvas, lower, right }: PanelsProps) {
  const inspectorFolded = usePanels(({ collapsed }) => collapsed.inspector);
  const palette = useSide('palette', inspectorFolded ? 0 : leastWidth.inspector);
  const inspector = useSide('inspector', palette.border.size);
  const fullPage = usePanels((state) => state.fullPage);
  const narrow = useNarrow();
  useGivingWay({
    canvas: window.innerWidth - inspector.border.size - 2 * borderSize,
    palette: palette.width,
  });
  const over = (panel: SidePanel): string =>
    usePanels.getState().collapsed[panel] ? 'hidden' : 'absolute inset-0 z-20';
  // A panel over the canvas is the main content of the page.
  const roleOf = (isOver: boolean): string => (isOver ? 'main' : 'complementary');
  // The full-page inspector belongs to the selected node: another node, file or view restores the panels.
  useEffect(
    () =>
      useScreen.subscribe(({ selection }, before) => {
        if (selection === before.selection) return;
        setFullPage(false);
        closePanel('palette');
      }),
    [],
  );
  useEffect(() => () => setFullPage(false), []);
  return (
    <div
      data-group
      className="relative grid h-full min-h-0"
      style={{
        gridTemplateColumns: narrow
          ? 'minmax(0, 1fr)'
          : `${palette.track} minmax(${leastCanvas.width}px, 1fr) ${inspector.track}`,
      }}
    >
      <section
        role={roleOf(narrow && !palette.folded)}
        aria-label="Palette"
        className={`flex min-h-0 min-w-0 ${narrow ? over('palette') : ''}`}
        inert={fullPage}
      >
        <div className="min-w-0 flex-1 overflow-hidden" inert={palette.folded}>
          {left}
        </div>
        {narrow ? null : <PanelBorder {...palette.border} label="Width of the left panel" />}
      </section>
      <Middle canvas={canvas} lower={lower} />
      <section
        role={roleOf(fullPage || (narrow && !inspector.folded))}
        aria-label="Inspector"
        className={`flex min-h-0 min-w-0 ${fullPage ? 'absolute inset-0 z-30' : narrow ? over('inspector') : ''}`}
      >
        {fullPage || narrow ? null : (
          <PanelBorder {...inspector.border} label="Width of the inspector" />
        )}
        <div
          className="min-w-0 flex-1 overflow-hidden"
          inert={inspector.folded && !fullPage}
          data-full-page={fullPage}
        >
          {right}
        </div>
      </section>
    </div>
  );
}
