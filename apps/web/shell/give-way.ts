import { useLayoutEffect, useState } from 'react';
import { expectedBounds, fittedZoom, giveWay, leastWholeZoom, legibleZoom } from '@graft/view';
import { useDocument, useScreen } from '../kit/stores.ts';

/** Pixels of the window above the canvas and below it: the header, and the heading of the lower panel. */
const aroundCanvas = 78;
/** How much larger the graph has to be drawn without the palette for that to be worth it. */
const worthIt = 1.1;

/** Pixels of the window that the canvas has, and those of the palette, were it shown. */
interface Rooms {
  readonly canvas: number;
  readonly palette: number;
}

/** The file whose graph was looked at last; `late` while the page is drawn and waits for the first one. */
let judged: string | undefined;

/**
 * Once for each opened file, before it is drawn: the palette gives way to a graph that would be too small to read beside it.
 * Not while it is in use, as when a file is opened from the list in it; nor where the first graph came late, and the panel
 * would leave a page that somebody looks at.
 */
export function useGivingWay({ canvas, palette }: Rooms): void {
  const [, drawAnew] = useState(0);
  const path = useDocument(({ file }) => file?.path);
  useLayoutEffect(() => {
    if (path === judged) return;
    const isLate = judged === 'late';
    judged = path ?? (useScreen.getState().begun ? undefined : 'late');
    if (path === undefined || isLate) return;
    if (document.querySelector('section[aria-label="Palette"]:is(:hover, :focus-within)')) return;
    const bounds = expectedBounds(useDocument.getState().shown);
    const zoomAt = (width: number): number =>
      fittedZoom(bounds, { width, height: window.innerHeight - aroundCanvas });
    const beside = zoomAt(canvas - palette);
    const alone = zoomAt(canvas);
    const helps = alone > worthIt * beside || beside < leastWholeZoom;
    giveWay(beside > 0 && beside < legibleZoom && helps);
    // Within the first drawing nobody listens to the store yet: React would see the change after it was painted.
    drawAnew((times) => times + 1);
    // The room is looked at when a file is opened only.
  }, [path]);
}
