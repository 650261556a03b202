import { isRecord } from '@graft/graph';
import { createStore } from 'zustand/vanilla';

/** The panels around the canvas. */
export type PanelName = 'palette' | 'inspector' | 'lower';

/** Height in pixels of the heading that remains of the folded lower panel. */
export const headingHeight = 33;

/** The size that people gave a panel, which the browser remembers. */
interface Kept {
  readonly size?: number;
  readonly folded?: boolean;
}

type KeptPanels = Readonly<Record<PanelName, Kept>>;

interface Chosen {
  readonly kept: KeptPanels;
  /** What the browser stores: not every size while a border is dragged. */
  readonly remembered: KeptPanels;
  /** Folded panels that are shown for now, because something in them was asked for. */
  readonly opened: readonly PanelName[];
  /** Whether the graph needs the room of the palette to be legible. */
  readonly graphIsWide: boolean;
  /** Whether the inspector covers all other panels. */
  readonly fullPage: boolean;
  /**
   * Whether the window has no room beside the canvas: side panels then lie over it, one at a time, and none at first.
   */
  readonly narrow: boolean;
}

interface PanelState extends Chosen {
  /** The folded panels. */
  readonly collapsed: Readonly<Record<PanelName, boolean>>;
}

function keptOf(stored: unknown): Kept {
  if (!isRecord(stored)) return {};
  const { size, folded } = stored;
  return {
    ...(typeof size === 'number' ? { size } : {}),
    ...(typeof folded === 'boolean' ? { folded } : {}),
  };
}

/** Restores the panels from the browser's storage; ignores anything that Graft did not write. */
export function recallPanels(stored: unknown): void {
  const { palette, inspector, lower } = isRecord(stored) ? stored : {};
  const kept = { palette: keptOf(palette), inspector: keptOf(inspector), lower: keptOf(lower) };
  change({ kept, remembered: kept });
}

function withFolds(chosen: Chosen): PanelState {
  const { kept, opened, graphIsWide, narrow } = chosen;
  const atFirst = { palette: graphIsWide, inspector: false, lower: true };
  const isFolded = (panel: PanelName): boolean =>
    !opened.includes(panel) &&
    ((narrow && panel !== 'lower') || (kept[panel].folded ?? atFirst[panel]));
  const collapsed = {
    palette: isFolded('palette'),
    inspector: isFolded('inspector'),
    lower: isFolded('lower'),
  };
  return { ...chosen, collapsed };
}

const nothingKept: KeptPanels = { palette: {}, inspector: {}, lower: {} };

/** The state of the panels. */
export const panelStore = createStore<PanelState>()(() =>
  withFolds({
    kept: nothingKept,
    remembered: nothingKept,
    opened: [],
    graphIsWide: false,
    fullPage: false,
    narrow: false,
  }),
);

function change(part: Partial<Chosen>): void {
  panelStore.setState((state) => withFolds({ ...state, ...part }));
}

function give(panel: PanelName, own: Kept): void {
  const { kept, opened } = panelStore.getState();
  change({ kept: { ...kept, [panel]: own }, opened: opened.filter((name) => name !== panel) });
}

/** Stores the state of the panels in the browser. */
export function keepPanels(): void {
  change({ remembered: panelStore.getState().kept });
}

/** Resizes or folds a panel. The browser remembers it after `keepPanels`. */
export function drawPanel(panel: PanelName, to: { size: number } | 'folded'): void {
  const { size } = panelStore.getState().kept[panel];
  if (to !== 'folded') give(panel, { size: to.size, folded: false });
  else give(panel, { ...(size === undefined ? {} : { size }), folded: true });
}

/** Resets a panel to its first size. */
export function resetPanel(panel: PanelName): void {
  give(panel, {});
  keepPanels();
}

/** Shows a panel that is folded. */
export function openPanel(panel: PanelName): void {
  const { collapsed, opened, narrow } = panelStore.getState();
  if (!collapsed[panel]) return;
  const stay = narrow && panel !== 'lower' ? opened.filter((name) => name === 'lower') : opened;
  change({ opened: [...stay, panel] });
}

/** Closes a panel that lies over the canvas. */
export function closePanel(panel: PanelName): void {
  const { narrow, opened } = panelStore.getState();
  if (narrow && opened.includes(panel)) change({ opened: opened.filter((name) => name !== panel) });
}

/** Sets whether the window has no room beside the canvas. */
export function setNarrow(narrow: boolean): void {
  if (narrow !== panelStore.getState().narrow) change({ narrow });
}

/** Lays the inspector over all other panels, or back beside them. */
export function setFullPage(fullPage: boolean): void {
  change({ fullPage });
}

/** Folds or shows a panel at a person's request. The browser remembers it, except for panels over the canvas. */
export function togglePanel(panel: PanelName): void {
  const { kept, collapsed, narrow } = panelStore.getState();
  if (narrow && panel !== 'lower') {
    if (collapsed[panel]) openPanel(panel);
    else closePanel(panel);
    return;
  }
  give(panel, { ...kept[panel], folded: !collapsed[panel] });
  keepPanels();
}

/** Shows the lower panel because a run began, unless a person has folded it. */
export function openForRun(): void {
  if (panelStore.getState().kept.lower.folded === undefined) openPanel('lower');
}

/** A graph was opened: the palette gives way to one that needs its room, unless a person has shown or sized it. */
export function giveWay(graphIsWide: boolean): void {
  if (graphIsWide !== panelStore.getState().graphIsWide) change({ graphIsWide });
}

/** Height in pixels of the lower panel while nobody resized it, and its most share of the window. */
const lower = { open: 240, share: 0.27 };

/**
 * The height in pixels of the open lower panel. One for all tabs, whatever they hold: its heading must not move away from the
 * pointer.
 */
export function openLowerHeight({ kept }: Chosen, windowHeight: number): number {
  return kept.lower.size ?? Math.min(lower.open, Math.round(windowHeight * lower.share));
}

/** Pixels that the lower panel takes from the canvas when a run opens it. */
export function lowerToCome(state: PanelState, windowHeight: number): number {
  const comes = state.collapsed.lower && state.kept.lower.folded === undefined;
  return comes ? openLowerHeight(state, windowHeight) - headingHeight : 0;
}
