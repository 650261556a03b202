import type { Frame } from '@graft/graph';
import { boundsAround } from './node-bounds.ts';

/** Pixels around what a group holds, and for its head above. */
const around = 24;
const head = 44;

/** The frame of a group around what it holds. */
export function frameAround(frames: Iterable<Frame>): Frame {
  const { left, top, right, bottom } = boundsAround(frames);
  const [x, y] = [left - around, top - head];
  return { x, y, width: right + around - x, height: bottom + around - y };
}
