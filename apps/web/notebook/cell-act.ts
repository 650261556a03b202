/** What a key does in a cell. */
export type CellAct = 'leave' | 'run' | 'next' | 'previous' | 'open' | 'fold' | 'prose';

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
};

/** What a key press in a cell means; undefined where it means nothing to the cell. */
export function cellAct(press: Press, { target, isCell }: At): CellAct | undefined {
  const { key, ctrlKey, metaKey, altKey, shiftKey, defaultPrevented } = press;
  // A field that takes back what was typed has prevented it, and the focus goes to the cell all the same.
  if (key === 'Escape' && !isCell) return 'leave';
  if (defaultPrevented) return undefined;
  if (shiftKey && key === 'Enter' && !ctrlKey && !metaKey)
    return target.closest('textarea') !== null ? undefined : 'run';
  const held = ctrlKey || metaKey || altKey || shiftKey;
  if (held || target.closest(typing) !== null) return undefined;
  return Object.hasOwn(plain, key) ? plain[key] : undefined;
}
