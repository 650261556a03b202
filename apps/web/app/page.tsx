'use client';

import { lazy, Suspense, useSyncExternalStore } from 'react';
import { config } from 'zod';

// The page's content policy forbids code from strings, which zod would otherwise try for speed.
config({ jitless: true });

const Workbench = lazy(() =>
  import('../shell/workbench.tsx').then((part) => ({ default: part.Workbench })),
);
const never = (): (() => void) => () => undefined;

/** Drawn in the browser only: everything on it comes from the server's API. */
export default function Page() {
  const inBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  return inBrowser ? (
    <Suspense>
      <Workbench />
    </Suspense>
  ) : null;
}
