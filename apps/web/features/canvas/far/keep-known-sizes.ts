import { useStoreApi } from '@xyflow/react';
import { useState } from 'react';

type Store = ReturnType<typeof useStoreApi>;

const keeping = new WeakSet<Store>();

/** Keeps the ports and the size of a card that `known-cards.ts` found: the renderer would look for each port in the page. */
function keepKnownSizes(store: Store): void {
  if (keeping.has(store)) return;
  keeping.add(store);
  const { updateNodeInternals } = store.getState();
  store.setState({
    updateNodeInternals(updates) {
      const { nodeLookup } = store.getState();
      const unknown = [...updates].filter(([id, { nodeElement }]) => {
        const { handles, measured } = nodeLookup.get(id) ?? {};
        const { offsetWidth, offsetHeight } = nodeElement;
        const isSame = measured?.width === offsetWidth && measured.height === offsetHeight;
        return handles === undefined || !isSame;
      });
      if (unknown.length > 0) updateNodeInternals(new Map(unknown));
    },
  });
}

/** Runs once, before the renderer takes the function that it measures with. */
export function useKnownSizesKept(): void {
  const store = useStoreApi();
  useState(() => keepKnownSizes(store));
}
