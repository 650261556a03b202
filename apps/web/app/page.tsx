'use client';

import { useSyncExternalStore } from 'react';
import { part } from '../kit/part.tsx';

// The page's content policy forbids code from strings, which zod would otherwise try for speed. Told where zod keeps its
// configuration, before zod itself comes.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });

/** The page, once it knows the node types. */
async function load() {
  const { registry, begin, Workbench: loaded } = await import('./load.ts');
  await begin(registry);
  return loaded;
}
/** Fetched beside React's own start rather than after it. */
let coming = typeof window === 'undefined' ? undefined : load();
const Workbench = part(() => {
  const first = coming;
  coming = undefined;
  return first ?? load();
});
const never = (): (() => void) => () => undefined;

/** Drawn in the browser only: everything on it comes from the server's API. */
export default function Page() {
  const inBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  return inBrowser ? <Workbench /> : null;
}
