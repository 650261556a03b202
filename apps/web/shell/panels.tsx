import { useEffect, useLayoutEffect, useSyncExternalStore, type ReactNode } from 'react';
import { useDocument, useRunView, useScreen, usePanels } from '../kit/stores.ts';
import {
  type BottomTab,
  closePanel,
  headingHeight,
  needHeight,
  openLowerHeight,
  setFullPage,
  setNarrow,
  type PanelName,
} from '@graft/view';
import { PanelBorder } from './panel-border.tsx';

/** Pixels that a side panel has at least. */
const leastWidth = { palette: 150, inspector: 260 };

/** Share of the window that a side panel takes at most. */
const mostShare = { palette: 0.4, inspector: 0.65 };

/** Pixels that the canvas keeps, whatever is made of the others. */
const leastCanvas = { width: 340, height: 160 };

/** Pixels of the border that a panel is drawn by: a part of its landmark, so that whoever goes by those comes to it. */
const borderSize = 1;

/** Pixels of the lower panel, where nobody gave it a size: as many as its steps need; lists and tables of their own need more. */
const lowerHeight = { least: 96, most: 215, table: 330 };

/** What is not of the steps of the run on the screen. */
const tables: ReadonlySet<BottomTab> = new Set(['runs', 'experiments']);

type SidePanel = Exclude<PanelName, 'lower'>;

/** Pixels that the side panels take at first: less where the window has little. */
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

/** Pixels that the lower panel needs for what it has to show: its heading only, where there is no run. */
function useNeededHeight(): number {
  const steps = useRunView(({ run }) =>
    run === null || run.seq === 0 ? undefined : run.steps.size,
  );
  const isTable = useScreen(({ bottomTab }) => tables.has(bottomTab));
  const windowHeight = useWindowSize('innerHeight');
  if (isTable) return Math.min(lowerHeight.table, Math.round(windowHeight * 0.4));
  if (steps === undefined) return headingHeight;
  return Math.min(lowerHeight.most, Math.max(lowerHeight.least, 52 + 20 * steps));
}

interface MiddleProps {
  readonly canvas: ReactNode;
  readonly lower: ReactNode;
}

function Middle({ canvas, lower }: MiddleProps) {
  const needed = useNeededHeight();
  useEffect(() => needHeight(needed), [needed]);
  const most = useWindowSize('innerHeight') - leastCanvas.height - 80;
  const height = Math.min(usePanels(openLowerHeight), Math.max(lowerHeight.least, most));
  const folded = usePanels((state) => state.collapsed.lower);
  const covered = usePanels(
    ({ fullPage, narrow, collapsed }) =>
      fullPage || (narrow && !(collapsed.palette && collapsed.inspector)),
  );
  const track = folded
    ? `${headingHeight + borderSize}px`
    : `minmax(${Math.min(lowerHeight.least, height) + borderSize}px, ${height + borderSize}px)`;
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
          least={lowerHeight.least}
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

/** A side panel in what the canvas and the panel across leave of the window: however wide it was drawn in a wider one. */
function useSide(panel: SidePanel, across: number) {
  const windowWidth = useWindowSize('innerWidth');
  const kept = usePanels((state) => state.kept[panel].size);
  const folded = usePanels(({ collapsed }) => collapsed[panel]);
  const least = leastWidth[panel];
  const left = windowWidth - leastCanvas.width - across - 2 * borderSize;
  const most = Math.max(least, Math.floor(Math.min(windowWidth * mostShare[panel], left)));
  const width = Math.min(most, kept ?? firstWidths(windowWidth)[panel]);
  const size = folded ? 0 : width;
  return { folded, track: `${size + borderSize}px`, border: { panel, size, least, most } };
}

/** Whether the window has no room for a panel beside the canvas; what was opened over it gives way to what was chosen there. */
function useNarrow(): boolean {
  const { palette, inspector } = leastWidth;
  const isNarrow = useWindowSize('innerWidth') < leastCanvas.width + palette + inspector;
  useLayoutEffect(() => setNarrow(isNarrow), [isNarrow]);
  const path = useDocument(({ file }) => file?.path);
  useEffect(() => closePanel('palette'), [path]);
  return usePanels((state) => state.narrow);
}

/**
 * The panels around the canvas: drawn larger and smaller by their borders (with the arrow keys too), folded away
 * past their least size, given their first size by a double click. All of it is remembered in this browser.
 */
export function Panels({ left, canvas, lower, right }: PanelsProps) {
  const inspectorFolded = usePanels(({ collapsed }) => collapsed.inspector);
  const palette = useSide('palette', inspectorFolded ? 0 : leastWidth.inspector);
  const inspector = useSide('inspector', palette.border.size);
  const fullPage = usePanels((state) => state.fullPage);
  const narrow = useNarrow();
  const over = (panel: SidePanel): string =>
    usePanels.getState().collapsed[panel] ? 'hidden' : 'absolute inset-0 z-20';
  // What lies over the canvas is what the page is about then.
  const roleOf = (isOver: boolean): string => (isOver ? 'main' : 'complementary');
  // It is of the node that is selected: whoever goes to another, or to another file or view, finds the panels as they were.
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
