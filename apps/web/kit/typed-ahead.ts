import { pressKey } from './press-key.ts';
import { useOverlay, useScreen } from './stores.ts';

/** Frames for which keys are kept. What was asked for and has not come by then may never come. */
const patience = 300;

/** Keys that are kept besides those that write. */
const otherKeys = new Set(['Enter', 'Escape', 'Backspace', 'ArrowUp', 'ArrowDown']);

/** A key that is pressed, and what is held with it. */
type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isTrusted'>;

let kept: string[] = [];
/** `awaiting`: a field was asked for and has not come. `pressing`: kept keys are being pressed in it, and later ones follow. */
let state: 'idle' | 'awaiting' | 'pressing' = 'idle';
let frame = 0;
/** Counts the fields in which kept keys were pressed: those left go to the newest. */
let turn = 0;

/**
 * Keeps keys from now on for a field, a list or a menu that was asked for: until it has the focus, keys would be lost or be taken
 * for commands.
 */
export function awaitField(): void {
  state = 'awaiting';
  cancelAnimationFrame(frame);
  const wait = (left: number): void => {
    if (left === 0) dropKeys();
    else frame = requestAnimationFrame(() => wait(left - 1));
  };
  wait(patience);
}

/** Forgets the keys that were kept: what was asked for does not come. */
function dropKeys(): void {
  state = 'idle';
  kept = [];
  cancelAnimationFrame(frame);
}

/** The field has the focus: presses the kept keys there. A command among them may ask for another field, which gets the rest. */
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

/** Keeps a key that is pressed while a field is awaited. True if it was kept. */
export function typeAhead({ key, ctrlKey, metaKey, altKey, isTrusted }: Press): boolean {
  // Kept keys are pressed by the page itself, which nobody would press again.
  if (state === 'idle' || !isTrusted || ctrlKey || metaKey || altKey) return false;
  if (key.length !== 1 && !otherKeys.has(key)) return false;
  kept.push(key);
  return true;
}

/** How many fields, lists and menus are asked for that take keys as soon as they are there: the tour takes none. */
function countAsked(): number {
  const { tour: _tour, show: _show, ...questions } = useOverlay.getState();
  const { commandMenu } = useScreen.getState();
  return [...Object.values(questions), commandMenu].filter(
    (value) => value !== null && value !== false,
  ).length;
}

/** What takes keys. */
const takesKeys =
  'input, textarea, [contenteditable="true"], dialog[open], dialog[open] *, [role="menu"]';

/** Awaits whatever is asked for from now on, until it has the focus. Returns the stop function. */
export function awaitAsked(): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  let before = countAsked();
  const look = (): void => {
    const asked = countAsked();
    if (asked > before) awaitField();
    // It was closed before it came.
    if (asked < before && state === 'awaiting') dropKeys();
    before = asked;
  };
  const stops = [useOverlay.subscribe(look), useScreen.subscribe(look)];
  const focused = ({ target }: FocusEvent): void => {
    // What gives the focus may move it on at once, and selects the text.
    if (target instanceof Element && target.matches(takesKeys))
      queueMicrotask(() => void pressKept());
  };
  document.addEventListener('focusin', focused, { signal });
  // Who presses elsewhere types there.
  document.addEventListener('pointerdown', dropKeys, { signal, capture: true });
  return () => {
    listening.abort();
    dropKeys();
    for (const stop of stops) stop();
  };
}

/** Frames that what gets the focus may take to come. */
const focusPatience = 120;

/** Gives the focus to something that is on its way; `done` when it has it, or does not come. */
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

/** The same for something that is typed in: keys that are pressed on the way are pressed there. */
export function focusAwaited(find: () => HTMLElement | null): void {
  awaitField();
  focusOnceThere(find, (has) => (has ? void pressKept() : dropKeys()));
}
