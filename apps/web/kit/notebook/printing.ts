import { useEffect, useEffectEvent } from 'react';
import { flushSync } from 'react-dom';

/** Acts right before the page is printed, and after. A browser draws the page as soon as it has told that it prints, and waits for nothing. */
export function usePrinting(before: () => void, after: () => void): void {
  const begin = useEffectEvent(() => flushSync(before));
  const end = useEffectEvent(after);
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    globalThis.addEventListener('beforeprint', () => begin(), { signal });
    globalThis.addEventListener('afterprint', () => end(), { signal });
    return () => listening.abort();
  }, []);
}
