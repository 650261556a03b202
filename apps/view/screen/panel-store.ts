import { isRecord } from '@graft/graph';
import { createStore } from 'zustand/vanilla';

/** The panels around the canvas. */
export type PanelName = 'palette' | 'inspector' | 'lower';

/** Pixels of the heading that stays of the lower panel when it is folded. */
export const headingHeight = 33;

/** Pixels of the lower panel that is asked for where there is nothing to show in it yet. */
const openHeight = 215;

/** What this browser remembers of a panel: what people gave it. */
interface Kept {
  readonly size?: number;
  readonly folded?: boolean;
}

type KeptPanels = Readonly<Record<PanelName, Kept>>;

interface Chosen {
  readonly kept: KeptPanels;
  /** What the browser is to remember of that: not every size while a border is drawn. */
  readonly remembered: KeptPanels;
  /** Those that were folded away and are shown for now, since something in them was asked for. */
  readonly opened: readonly PanelName[];
  /** Pixels that the lower panel needs for what it has to show. */
  readonly needed: number;
  /** Whether the inspector lies over all the others. */
  readonly fullPage: boolean;
  /** Whether the window has no room beside the canvas: a side panel lies over it then, one at a time, and none at first. */
  readonly narrow: boolean;
}

interface PanelState extends Chosen {
  /** Which panels are folded away. */
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

/** Gives the panels what the browser remembered of them; anything that it did not write is ignored. */
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

/** How the panels stand. */
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

/** Has the browser remember how the panels stand. */
export function keepPanels(): void {
  change({ remembered: panelStore.getState().kept });
}

/** Draws a panel larger or smaller, or folds it away; remembered once `keepPanels` is asked. */
export function drawPanel(panel: PanelName, to: { size: number } | 'folded'): void {
  const { size } = panelStore.getState().kept[panel];
  if (to !== 'folded') give(panel, { size: to.size, folded: false });
  else give(panel, { ...(size === undefined ? {} : { size }), folded: true });
}

/** Gives a panel its first size again. */
export function resetPanel(panel: PanelName): void {
  give(panel, {});
  keepPanels();
}

/** Shows a panel where it is folded away. */
export function openPanel(panel: PanelName): void {
  const { collapsed, opened, narrow } = panelStore.getState();
  if (!collapsed[panel]) return;
  const stay = narrow && panel !== 'lower' ? opened.filter((name) => name === 'lower') : opened;
  change({ opened: [...stay, panel] });
}

/** Puts a panel away that lies over the canvas. */
export function closePanel(panel: PanelName): void {
  const { narrow, opened } = panelStore.getState();
  if (narrow && opened.includes(panel)) change({ opened: opened.filter((name) => name !== panel) });
}

/** Says whether the window has no room beside the canvas. */
export function setNarrow(narrow: boolean): void {
  if (narrow !== panelStore.getState().narrow) change({ narrow });
}

/** Lays the inspector over all the other panels, or back beside them. */
export function setFullPage(fullPage: boolean): void {
  change({ fullPage });
}

/** Folds a panel away or shows it again, as a person asked: this browser remembers it, but for one over the canvas. */
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

/** What the lower panel has to show has become more or less: where nobody gave it a size, it follows. */
export function needHeight(needed: number): void {
  const { kept, opened, needed: before } = panelStore.getState();
  // A place in the address may have opened it before it was drawn.
  if (needed === before) return;
  const isChosen = kept.lower.size !== undefined || kept.lower.folded !== undefined;
  change({ needed, opened: isChosen ? opened : opened.filter((panel) => panel !== 'lower') });
}

/** Pixels of the lower panel that is open. */
export function openLowerHeight({ kept, needed }: Chosen): number {
  return kept.lower.size ?? (needed > headingHeight ? needed : openHeight);
}
