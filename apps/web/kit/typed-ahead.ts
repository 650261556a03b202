import { pressKey } from './press-key.ts';
import { useOverlay, useScreen } from './stores.ts';

/** Frames for which keys are kept: a field that has not appeared by then may never appear. */
const patience = 300;

/** Kept keys besides those that write. */
const otherKeys = new Set(['Enter', 'Escape', 'Backspace', 'ArrowUp', 'ArrowDown']);

/** A pressed key and its modifiers. */
type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isTrusted'>;

let kept: string[] = [];
/**
 * `awaiting`: a field was requested and has not appeared. `pressing`: kept keys are replayed in it, and later ones
 * follow.
 */
let state: 'idle' | 'awaiting' | 'pressing' = 'idle';
let frame = 0;
/** Counts the fields in which keys were replayed: the remaining keys go to the newest. */
let turn = 0;

/** Keeps keys for a requested field, list or menu until it has the focus: they would be lost, or taken for commands. */
export function awaitField(): void {
  state = 'awaiting';
  cancelAnimationFrame(frame);
  const wait = (left: number): void => {
    if (left === 0) dropKeys();
    else frame = requestAnimationFrame(() => wait(left - 1));
  };
  wait(patience);
}

/** Forgets the kept keys: the field does not appear. */
function dropKeys(): void {
  state = 'idle';
  kept = [];
  cancelAnimationFrame(frame);
}

/**
 * The field has the focus: replays the kept keys. A command among them may request another field, which gets the rest.
 */
export async function pressKept(): Promise<void> {
  if (state !== 'awaiting') return;
  cancelAnimationFrame(frame);
  state = 'pressing';
  const mine = ++turn;
  try {
    while (state === 'pressing' && mine === turn) {
      const key = kept.shift();
      if (key === undefined) state = 'idle';
      else await pressKey(key);
    }
  } catch (error) {
    if (mine === turn) dropKeys();
    throw error;
  }
}

/** Keeps a key while a field is awaited. True if it was kept. */
export function typeAhead({ key, ctrlKey, metaKey, altKey, isTrusted }: Press): boolean {
  // The page replays kept keys; those must not be kept again.
  if (state === 'idle' || !isTrusted || ctrlKey || metaKey || altKey) return false;
  if (key.length !== 1 && !otherKeys.has(key)) return false;
  kept.push(key);
  return true;
}

/** How many requested fields, lists and menus take keys; the tour takes none. */
function countAsked(): number {
  const { tour: _tour, show: _show, ...questions } = useOverlay.getState();
  const { commandMenu } = useScreen.getState();
  return [...Object.values(questions), commandMenu].filter(
    (value) => value !== null && value !== false,
  ).length;
}

/** Elements that take keys. */
const takesKeys =
  'input, textarea, [contenteditable="true"], dialog[open], dialog[open] *, [role="menu"]';

/** Awaits everything that is requested from now on, until it has the focus. Returns the stop function. */
export function awaitAsked(): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  let before = countAsked();
  const look = (): void => {
    const asked = countAsked();
    if (asked > before) awaitField();
    // It was closed before it appeared.
    if (asked < before && state === 'awaiting') dropKeys();
    before = asked;
  };
  const stops = [useOverlay.subscribe(look), useScreen.subscribe(look)];
  const focused = ({ target }: FocusEvent): void => {
    // The focus may move on at once, and the text gets selected.
    if (target instanceof Element && target.matches(takesKeys))
      queueMicrotask(() => void pressKept());
  };
  document.addEventListener('focusin', focused, { signal });
  // A press elsewhere moves the typing there.
  document.addEventListener('pointerdown', dropKeys, { signal, capture: true });
  return () => {
    listening.abort();
    dropKeys();
    for (const stop of stops) stop();
  };
}

/** Frames to wait for the element. */
const focusPatience = 120;

/** Focuses an element as soon as it exists; calls `done` when it has the focus, or never appears. */
export function focusOnceThere(
  find: () => HTMLElement | null,
  done?: (has: boolean) => void,
): void {
  const look = (left: number): void => {
    const found = find();
    found?.focus();
    if (found !== null || left === 0) done?.(found !== null);
    else requestAnimationFrame(() => look(left - 1));
  };
  requestAnimationFrame(() => look(focusPatience));
}

/** The same for a field: keys pressed meanwhile are replayed in it. */
export function focusAwaited(find: () => HTMLElement | null): void {
  awaitField();
  focusOnceThere(find, (has) => (has ? void pressKept() : dropKeys()));
}
