import { vi } from 'vitest';

function emptyStorage(): object {
  const kept = new Map<string, string>();
  return new Proxy(
    {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    },
    {
      ownKeys: () => [...kept.keys()],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    },
  );
}

/** A page at an address, as far as files are opened in it; both its storages are one, and empty. Gives back what takes it away. */
export function stubBrowser(): () => void {
  const storage = emptyStorage();
  vi.stubGlobal('localStorage', storage);
  vi.stubGlobal('sessionStorage', storage);
  vi.stubGlobal('location', { href: 'http://localhost/' });
  vi.stubGlobal('history', { replaceState: () => undefined, pushState: () => undefined });
  vi.stubGlobal('document', { title: '' });
  // Without locks only this tab is known.
  vi.stubGlobal('navigator', {});
  return () => vi.unstubAllGlobals();
}
