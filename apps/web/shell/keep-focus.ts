import { hasKey } from '@graft/graph';
import { nodeCard } from '../kit/focus.ts';
import { neighbourOf, wayOf } from '@graft/view';
import { useConflict, useDocument, useOverlay, useScreen } from '../kit/stores.ts';

/** What covers the screen and takes the focus. */
const overlay = 'dialog, [role="menu"]';

/** Frames to wait for a node: it is measured, hidden, before it is shown. */
const patience = 60;
/** Frames to wait for another view, which is loaded when it is first shown. */
const patienceForView = 600;

type Control = HTMLElement | SVGElement;
const isControl = (target: EventTarget | null): target is Control =>
  target instanceof HTMLElement || target instanceof SVGElement;

/** The last place of the focus: a control, and a node. The control is preferred while it exists. */
interface Place {
  readonly control: Control | undefined;
  readonly node: string | undefined;
}

const card = '.react-flow__node';
/** A node is found by its id: its element may have been replaced. */
const controlOf = (element: Control): Control | undefined =>
  element.matches(card) ? undefined : element;
const canvas = (): HTMLElement | null => document.querySelector('.react-flow');
/** Where the focus starts in each view: the canvas, the first cell, the first field of the form, the comparison. */
const beginnings = [
  ...[
    '.react-flow',
    '.cell',
    '.app-view form :is(textarea, select, input:not([hidden]), [contenteditable])',
  ],
  ...['.app-view button', '.compare-rail [aria-current="true"]'],
];
const beginning = (): HTMLElement | null =>
  beginnings.reduce<HTMLElement | null>(
    (found, selector) => found ?? document.querySelector<HTMLElement>(selector),
    null,
  );
/** A node as the current view shows it: its card, or its cell. */
const drawnNode = (id: string): HTMLElement | null =>
  nodeCard(id) ?? document.querySelector<HTMLElement>(`[data-cell="${CSS.escape(id)}"]`);
/** The same control after the view was redrawn: each view has its own header. */
function again(control: Control | undefined): Control | undefined {
  const view = control?.isConnected === false ? control.dataset['view'] : undefined;
  return view === undefined
    ? control
    : (document.querySelector<HTMLElement>(`[data-view="${view}"]`) ?? control);
}

function isLost(focused: Element | null): boolean {
  return focused === null || focused === document.body || focused.matches(':disabled');
}

/** Removes the focus from the canvas, or from a node that a command has deselected because it added others. */
function leaveBehind(selection: readonly string[]): void {
  const { activeElement: focused } = document;
  if (!(focused instanceof HTMLElement)) return;
  const isNode = focused.matches(card) && !selection.includes(focused.dataset['id'] ?? '');
  if (isNode || focused === canvas()) focused.blur();
}

/**
 * Moves the focus to its last place, to the canvas, or to the start of a new view. False while that has not appeared.
 */
function giveTo({ control, node }: Place, isNewView: boolean): boolean {
  const isThere = node !== undefined && hasKey(useDocument.getState().shown, node);
  for (const place of [again(control), isThere ? drawnNode(node) : undefined]) {
    place?.focus({ preventScroll: true });
    if (place === document.activeElement) return true;
  }
  // Other views have no nodes to wait for.
  const { view } = useScreen.getState();
  if (isThere && (view === 'canvas' || view === 'notebook')) return false;
  const stop = isNewView ? beginning() : canvas();
  if (stop === null) return !isNewView;
  stop.focus({ preventScroll: true });
  return true;
}

/**
 * Prevents the focus from getting lost. If a command removes the focused element, or a dialog or menu closes, the focus
 * goes to its last place, the selected node, a neighbour of a deleted node, or the canvas. Returns the stop function.
 */
export function keepFocus(): () => void {
  const listening = new AbortController();
  let place: Place = { control: undefined, node: undefined };
  /** Whether a pointer button is down: a press on nothing removes the focus on purpose. */
  let pressed = false;
  /** Whether Tab is down, and whether it has left the page past the last control: the focus must not return then. */
  let tabbed = false;
  let hasLeft = false;
  /** Whether anything on the page has had the focus: until then, none can get lost. */
  let hasBegun = false;
  let waiting = 0;
  /** Whether another view was opened in which nothing has had the focus yet. */
  let isNewView = false;

  const restore = (): void => {
    cancelAnimationFrame(waiting);
    if (!hasBegun) return;
    let left = isNewView ? patienceForView : patience;
    const look = (): void => {
      if (!isLost(document.activeElement)) {
        isNewView = false;
        return;
      }
      if (hasLeft || document.querySelector('dialog[open], [role="menu"]') !== null) return;
      if (giveTo(place, isNewView) || --left === 0) {
        isNewView = false;
        return;
      }
      waiting = requestAnimationFrame(look);
    };
    // A frame later, the change is drawn, and new elements have taken the focus.
    waiting = requestAnimationFrame(look);
  };

  const took = ({ target, relatedTarget }: FocusEvent): void => {
    hasLeft = false;
    hasBegun = true;
    if (!isControl(target)) return;
    if (target.closest(overlay) === null) {
      const node = target.closest<HTMLElement>(card)?.dataset['id'];
      place = { control: controlOf(target), node: node ?? place.node };
    } else if (isControl(relatedTarget) && relatedTarget.closest(overlay) === null) {
      // The place before the dialog.
      place = { ...place, control: controlOf(relatedTarget) };
    }
  };
  const press = ({ target }: PointerEvent): void => {
    if (!(target instanceof Element) || target.closest(overlay) !== null) return;
    pressed = true;
    hasLeft = false;
    hasBegun = true;
    const pressedOn = target.closest<HTMLElement>(card)?.dataset['id'];
    const onCanvas = target.closest('.react-flow') !== null;
    place = { control: undefined, node: pressedOn ?? (onCanvas ? undefined : place.node) };
  };
  const release = (): void => {
    pressed = false;
  };
  const lost = (): void => {
    hasLeft = tabbed;
    if (!pressed) restore();
  };
  const key = ({ type, key: name }: KeyboardEvent): void => {
    tabbed = type === 'keydown' && name === 'Tab';
    // A key other than Tab means that the focus is back on the page.
    if (type === 'keydown' && !tabbed) hasLeft = false;
    hasBegun = true;
  };

  const { signal } = listening;
  document.addEventListener('focusin', took, { signal });
  document.addEventListener('focusout', lost, { signal });
  document.addEventListener('pointerdown', press, { signal, capture: true });
  for (const end of ['pointerup', 'pointercancel'] as const)
    document.addEventListener(end, release, { signal, capture: true });
  for (const type of ['keydown', 'keyup'] as const)
    document.addEventListener(type, key, { signal, capture: true });

  const stops = [
    useScreen.subscribe(({ selection, view }, before) => {
      const [first] = selection;
      if (selection !== before.selection && first !== undefined) {
        place = { control: undefined, node: first };
        if (!pressed) leaveBehind(selection);
      }
      if (view !== before.view) isNewView = true;
      restore();
    }),
    useDocument.subscribe((now, before) => {
      const moved =
        now.file?.path !== before.file?.path || wayOf(now.trail) !== wayOf(before.trail);
      const { node } = place;
      if (moved) place = { control: undefined, node: undefined };
      else if (node !== undefined && !hasKey(now.shown, node))
        place = { ...place, node: neighbourOf(node, before.shown, now.shown.nodes) };
      restore();
    }),
    useOverlay.subscribe(restore),
    useConflict.subscribe(restore),
  ];
  return () => {
    listening.abort();
    cancelAnimationFrame(waiting);
    for (const stop of stops) stop();
  };
}
