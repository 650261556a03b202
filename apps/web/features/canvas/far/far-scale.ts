/** Zoom below which what stands on a card is too small to be read: only its title and its result are drawn then, larger. */
const farFrom = 0.5;
/** Zoom below which titles become smaller with their nodes: larger ones would not fit on them any more. */
const leastZoom = 0.18;
/** Steps in which the zoom doubles: the titles of a large graph are not laid out anew with each frame. */
const steps = 4;

/** Scale above which a card is too low for a result below its title. */
const mostForResults = 3.5;

/** Whether cards drawn with this scale have room for their results. */
export const showsResults = (scale: number): boolean => scale <= mostForResults;

/** How much larger titles are drawn than they are to be seen; undefined where nodes are drawn as they are. */
export function farScale(zoom: number): number | undefined {
  if (zoom >= farFrom) return undefined;
  const scale = 1 / Math.max(zoom, leastZoom);
  return 2 ** (Math.round(Math.log2(scale) * steps) / steps);
}
