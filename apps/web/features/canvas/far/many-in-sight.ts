import { useStore, type InternalNode } from '@xyflow/react';
import { useRef } from 'react';
import { manyNodes } from './far-cards.ts';

/** Nodes in sight below which cards are drawn one by one again: a view at the border must not change back and forth. */
const fewNodes = 0.75 * manyNodes;

interface Sight {
  readonly transform: readonly [x: number, y: number, zoom: number];
  readonly width: number;
  readonly height: number;
  readonly nodeLookup: ReadonlyMap<string, Pick<InternalNode, 'measured' | 'internals'>>;
}

/** Whether more than so many nodes are in sight. */
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

/** Whether so many nodes are in sight that they are drawn as one picture. */
export function useManyInSight(): boolean {
  const was = useRef(false);
  return useStore((state) => (was.current = hasInSight(state, was.current ? fewNodes : manyNodes)));
}
