import { useStore, useStoreApi, type InternalNode } from '@xyflow/react';
import { useRef, useState } from 'react';
import { manyNodes } from './far-cards.ts';

/**
 * Visible nodes below which cards are drawn one by one again: lower, so that a view at the border does not flip back
 * and forth.
 */
const fewNodes = 0.75 * manyNodes;

interface Sight {
  readonly transform: readonly [x: number, y: number, zoom: number];
  readonly width: number;
  readonly height: number;
  readonly nodeLookup: ReadonlyMap<string, Pick<InternalNode, 'measured' | 'internals'>>;
}

/** Whether more than `most` nodes are visible. */
export function hasInSight({ transform, width, height, nodeLookup }: Sight, most: number): boolean {
  if (nodeLookup.size <= most) return false;
  const [x, y, zoom] = transform;
  let seen = 0;
  for (const { internals, measured } of nodeLookup.values()) {
    const left = internals.positionAbsolute.x * zoom + x;
    const top = internals.positionAbsolute.y * zoom + y;
    const right = left + (measured.width ?? 0) * zoom;
    const bottom = top + (measured.height ?? 0) * zoom;
    if (right > 0 && left < width && bottom > 0 && top < height && ++seen > most) return true;
  }
  return false;
}

/** Whether so many nodes are visible that they are drawn as one picture. */
export function useManyInSight(): boolean {
  const wasMany = useRef(false);
  return useStore(
    (state) => (wasMany.current = hasInSight(state, wasMany.current ? fewNodes : manyNodes)),
  );
}

type Store = ReturnType<typeof useStoreApi>;

const keeping = new WeakSet<Store>();

/** Keeps the computed ports and size of a card: React Flow would search the page for each port. */
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

/** Runs once, before React Flow reads the function that it measures with. */
export function useKnownSizesKept(): void {
  const store = useStoreApi();
  useState(() => keepKnownSizes(store));
}
