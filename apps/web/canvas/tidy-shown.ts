import { useDocument } from '../state/document-store.ts';
import { wayOf } from '../state/levels.ts';
import { askLayers } from './layers/ask-layers.ts';
import { tidiedInLayers } from './tidied.ts';
import { fitAll } from './viewport.ts';

const place = (): string => {
  const { file, trail } = useDocument.getState();
  return JSON.stringify([file?.path, wayOf(trail)]);
};

/** Lays out the graph that is shown, as one edit, and brings all of it into sight. */
export async function tidyShown(): Promise<void> {
  const [at, { shown, edit }] = [place(), useDocument.getState()];
  const laid = await tidiedInLayers(shown, askLayers);
  // Somebody went elsewhere meanwhile.
  if (place() !== at) return;
  // What was edited meanwhile is laid out with the rest.
  if (useDocument.getState().shown !== shown) return tidyShown();
  edit(() => laid);
  // The renderer takes the places over after this edit is drawn.
  setTimeout(() => void fitAll(), 60);
}
