import type { Frame, NodeLayout } from '@graft/graph';

/** A card on the canvas, in its pixels. */
export interface Card extends NodeLayout {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The box around frames, or around places; around none, from infinity to minus infinity. */
export function boundsAround(boxes: Iterable<NodeLayout & Partial<Frame>>): Bounds {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, width = 0, height = 0 } of boxes) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
  }
  return { left, top, right, bottom };
}

/** Pixels around the content of a group, and for its head above. */
const around = 24;
const head = 44;

/** The frame of a group around its content. */
export function frameAround(frames: Iterable<Frame>): Frame {
  const { left, top, right, bottom } = boundsAround(frames);
  const [x, y] = [left - around, top - head];
  return { x, y, width: right + around - x, height: bottom + around - y };
}

/** Whether two frames are less than `apart` pixels from each other. */
export function meets(a: Frame, b: Frame, apart = 0): boolean {
  return (
    a.x < b.x + b.width + apart &&
    b.x < a.x + a.width + apart &&
    a.y < b.y + b.height + apart &&
    b.y < a.y + a.height + apart
  );
}
