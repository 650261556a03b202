import { useDocument } from '../state/document-store.ts';
import { askLayers } from './layers/ask-layers.ts';
import { latestLayout } from './latest-layout.ts';
import { tidied } from './tidied.ts';
import { fitAll } from './viewport.ts';

const laidOut = latestLayout();

/** Lays out the graph that is shown, as one edit, and brings all of it into sight. */
export async function tidyShown(): Promise<void> {
  const laid = await laidOut((shown) => tidied(shown, askLayers));
  if (laid === undefined) return;
  useDocument.getState().edit(() => laid);
  // The renderer takes the places over after this edit is drawn.
  setTimeout(() => void fitAll(), 60);
}
