import { isRecord } from '@graft/graph';
import { createStore } from 'zustand/vanilla';

/** The panels around the canvas. */
export type PanelName = 'palette' | 'inspector' | 'lower';

/** Height in pixels of the heading that remains of the folded lower panel. */
export const headingHeight = 33;

/** Height in pixels of the lower panel while it has nothing to show. */
const openHeight = 215;

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
  /** Height in pixels of the content of the lower panel. */
  readonly needed: number;
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
  const { kept, opened, needed, narrow } = chosen;
  const isFolded = (panel: PanelName): boolean =>
    !opened.includes(panel) &&
    (panel === 'lower'
      ? (kept.lower.folded ?? needed <= headingHeight)
      : narrow || (kept[panel].folded ?? false));
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
    needed: headingHeight,
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

/** The content of the lower panel has changed its height: the panel follows unless a person gave it a size. */
export function needHeight(needed: number): void {
  const { kept, opened, needed: before } = panelStore.getState();
  // The address may have opened the panel before it was drawn.
  if (needed === before) return;
  const isChosen = kept.lower.size !== undefined || kept.lower.folded !== undefined;
  change({ needed, opened: isChosen ? opened : opened.filter((panel) => panel !== 'lower') });
}

/** Height in pixels of the open lower panel. */
export function openLowerHeight({ kept, needed }: Chosen): number {
  return kept.lower.size ?? (needed > headingHeight ? needed : openHeight);
}
