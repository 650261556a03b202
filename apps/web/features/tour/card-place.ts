interface Size {
  readonly width: number;
  readonly height: number;
}

interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/** Pixels between a thing and what is said of it, and to the edges of the window. */
const gap = 14;

/**
 * Where a card stands beside a box in a window: where there is room, below it, above, to its right or left; within it,
 * in its lower part, where it fills the window. Of no box: in the middle.
 */
export function cardPlace(box: Box | undefined, card: Size, view: Size): Pick<Box, 'left' | 'top'> {
  if (box === undefined)
    return { left: (view.width - card.width) / 2, top: (view.height - card.height) / 2 };
  const { left, top, width, height } = box;
  const within = (at: number, size: number, all: number): number =>
    Math.max(gap, Math.min(at, all - size - gap));
  const across = within(left + (width - card.width) / 2, card.width, view.width);
  const along = within(top + (height - card.height) / 2, card.height, view.height);
  const below = top + height + gap;
  const above = top - gap - card.height;
  const right = left + width + gap;
  const before = left - gap - card.width;
  if (right + card.width + gap <= view.width && height > card.height)
    return { left: right, top: along };
  if (before >= gap && height > card.height) return { left: before, top: along };
  if (below + card.height + gap <= view.height) return { left: across, top: below };
  if (above >= gap) return { left: across, top: above };
  return {
    left: across,
    top: within(top + height - card.height - 4 * gap, card.height, view.height),
  };
}
