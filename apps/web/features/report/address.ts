import { useEffect, useEffectEvent } from 'react';

/** What the cell of a step is called in addresses. */
export const anchorOf = (path: string): string => `node-${path}`;

/** The cell that the address names. */
export const addressed = (): string => decodeURIComponent(location.hash.slice(1));

/** Tells which cell the address names: at first, and whenever it is followed. */
export function useAddressed(tell: (anchor: string) => void): void {
  const follow = useEffectEvent(() => tell(addressed()));
  useEffect(() => {
    const listen = (): void => follow();
    listen();
    addEventListener('hashchange', listen);
    return () => removeEventListener('hashchange', listen);
  }, []);
}
