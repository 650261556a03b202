import type { Chord } from '@graft/view';

/** Whether the command key is ⌘, else Ctrl. False in the build. */
const isApple = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

/** `⌘S` or `Ctrl S`. */
export function keyName(key: string, shift = false): string {
  if (isApple) return `${shift ? '⇧' : ''}⌘${key}`;
  return `Ctrl ${shift ? '⇧ ' : ''}${key}`;
}

interface Parts {
  readonly key: string;
  readonly mod: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
}

function parse(chord: Chord): Parts {
  const parts = chord.split('+');
  const key = parts.at(-1) === '' ? '+' : (parts.at(-1) ?? '');
  const has = (held: string): boolean => parts.includes(held);
  return { key, mod: has('mod'), alt: has('alt'), shift: has('shift') };
}

type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'metaKey' | 'ctrlKey' | 'altKey' | 'shiftKey'>;

/** Signs that need Shift on some keyboards only. */
const isSign = (key: string): boolean => key.length === 1 && !/[a-z0-9]/.test(key);

export function matches(chord: Chord, event: KeyPress): boolean {
  const { key, mod, alt, shift } = parse(chord);
  const command = isApple ? event.metaKey : event.ctrlKey;
  const other = isApple ? event.ctrlKey : event.metaKey;
  if (event.altKey !== alt || other || command !== mod) return false;
  if (isSign(key)) return event.key === key || (key === '+' && event.key === '=');
  if (shift !== event.shiftKey) return false;
  if (/^\d$/.test(key)) return event.code === `Digit${key}` || event.code === `Numpad${key}`;
  return event.key.toLowerCase() === key;
}

const names: Readonly<Record<string, string>> = {
  enter: '↵',
  delete: 'Del',
  escape: 'Esc',
  arrowup: '↑',
  arrowdown: '↓',
  '-': '−',
};

/** `⇧⌘Z` or `Ctrl ⇧ Z`. */
export function chordName(chord: Chord): string {
  const { key, mod, alt, shift } = parse(chord);
  const name = names[key] ?? (key.length === 1 ? key.toUpperCase() : key.replace(/^f/, 'F'));
  if (isApple) return `${alt ? '⌥' : ''}${shift ? '⇧' : ''}${mod ? '⌘' : ''}${name}`;
  return [mod ? 'Ctrl' : '', alt ? 'Alt' : '', shift ? '⇧' : '', name]
    .filter((part) => part !== '')
    .join(' ');
}
