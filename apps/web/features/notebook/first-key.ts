import { useEffect } from 'react';

/** What may have the focus while no cell has had it: nothing, or what the page was asked for with. */
const before = 'body, [data-view]';
const keys = new Set(['ArrowDown', 'ArrowUp', 'j', 'k']);

/** The keys that go from cell to cell come to the first, while none has the focus. */
export function useFirstKey(first: string | undefined, go: (id: string) => void): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const { key, ctrlKey, metaKey, altKey, shiftKey, defaultPrevented } = event;
      if (!keys.has(key) || ctrlKey || metaKey || altKey || shiftKey || defaultPrevented) return;
      if (first === undefined || document.activeElement?.matches(before) !== true) return;
      event.preventDefault();
      go(first);
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [first, go]);
}
