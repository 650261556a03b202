/** Whether the command key is ⌘ (else it is Ctrl). False while the page is built. */
export const isApple =
  typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);

/** `⌘S` or `Ctrl S`. */
export function keyName(key: string, shift = false): string {
  if (isApple) return `${shift ? '⇧' : ''}⌘${key}`;
  return `Ctrl ${shift ? '⇧ ' : ''}${key}`;
}
