import { useRef, type KeyboardEvent } from 'react';

/** What a key does in a cell. */
export type CellAct =
  | 'leave'
  | 'run'
  | 'run-here'
  | 'run-and-add'
  | 'next'
  | 'previous'
  | 'open'
  | 'fold'
  | 'prose'
  | 'add'
  | 'connect'
  | 'delete'
  | 'undo';

/** Where the focus goes from a cell. */
export type CellStep = 1 | -1 | 'away';

interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  /** Whether what has the focus has already taken the key for itself. */
  readonly defaultPrevented: boolean;
}

interface At {
  /** What has the focus. */
  readonly target: { closest(selector: string): unknown };
  /** Whether that is the cell itself, and nothing within it. */
  readonly isCell: boolean;
  /** The key that was pressed in the cell just before. */
  readonly before?: string | undefined;
}

/** What has keys of its own: they do not lead from cell to cell. */
const typing =
  'input, textarea, select, button, a, summary, [contenteditable], [role="tab"], [role="application"]';

const plain: Readonly<Record<string, CellAct>> = {
  ArrowDown: 'next',
  j: 'next',
  ArrowUp: 'previous',
  k: 'previous',
  Enter: 'open',
  o: 'fold',
  a: 'prose',
  b: 'add',
  c: 'connect',
  z: 'undo',
  Delete: 'delete',
  Backspace: 'delete',
};

/** What Enter does while a key is held. */
function heldEnter({ ctrlKey, metaKey, altKey, shiftKey }: Press): CellAct | undefined {
  const control = ctrlKey || metaKey;
  if (control) return shiftKey || altKey ? undefined : 'run-here';
  if (altKey) return shiftKey ? undefined : 'run-and-add';
  return shiftKey ? 'run' : undefined;
}

/** What a key press in a cell means, as in the notebooks that people know; undefined where it means nothing to the cell. */
export function cellAct(press: Press, { target, isCell, before }: At): CellAct | undefined {
  const { key, ctrlKey, metaKey, altKey, shiftKey, defaultPrevented } = press;
  // A field that takes back what was typed has prevented it, and the focus goes to the cell all the same.
  if (key === 'Escape' && !isCell) return 'leave';
  if (defaultPrevented) return undefined;
  const held = ctrlKey || metaKey || altKey || shiftKey;
  if (key === 'Enter' && held) {
    const act = heldEnter(press);
    return act === 'run' && target.closest('textarea, [contenteditable]') !== null
      ? undefined
      : act;
  }
  if (held || target.closest(typing) !== null) return undefined;
  if (key === 'd' && isCell) return before === 'd' ? 'delete' : undefined;
  return Object.hasOwn(plain, key) ? plain[key] : undefined;
}

/** Milliseconds in which a key belongs to the one before. */
const together = 800;

/** Notes a key press, and gives the key that was pressed just before it; undefined where that was longer ago. */
export function useKeyBefore(): (event: KeyboardEvent) => string | undefined {
  const pressed = useRef({ key: '', at: -together });
  return ({ key, timeStamp }) => {
    const before = pressed.current;
    pressed.current = { key, at: timeStamp };
    return timeStamp - before.at < together ? before.key : undefined;
  };
}
