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

/** What is drawn in the colours of the screen is drawn in those of a light one while it is printed: paper is white. Returns the stop function. */
export function printLight(): () => void {
  const { dataset } = document.documentElement;
  const listening = new AbortController();
  const { signal } = listening;
  /** The theme of the screen, while it is printed: a browser may tell twice that it begins. */
  let screen: { readonly theme: string | undefined } | undefined;
  const before = (): void => {
    screen ??= { theme: dataset['theme'] };
    dataset['theme'] = 'light';
  };
  const after = (): void => {
    if (screen?.theme !== undefined) dataset['theme'] = screen.theme;
    else if (screen !== undefined) delete dataset['theme'];
    screen = undefined;
  };
  window.addEventListener('beforeprint', before, { signal });
  window.addEventListener('afterprint', after, { signal });
  return () => {
    after();
    listening.abort();
  };
}
