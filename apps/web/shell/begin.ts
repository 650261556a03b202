import type { Registry } from '@graft/graph';
import { addressKey, onPastEdit, refusePast, provideNodeTypes } from '@graft/view';
import { useDocument, useScreen } from '../kit/stores.ts';
import { openFirstFile } from '../api/graphs/open-file.ts';
import { followAddress } from '../api/graphs/navigation.ts';
import { placeFromAddress } from '../api/graphs/place-in-address.ts';
import { settleTab } from '../api/graphs/tab-id.ts';

/** Milliseconds that the first sight of the screen waits for its graph at most. */
const patience = 250;

/**
 * Opens the file to begin with, before anything is drawn, and waits for it a moment: what is drawn first is then the graph, not a
 * screen without one that is drawn anew for it.
 */
export async function begin(types: Registry): Promise<void> {
  provideNodeTypes(types);
  // Who was given a link to the form, or to a comparison, does not see the canvas first, and keeps the address.
  useScreen.getState().look(placeFromAddress().view);
  onPastEdit(refusePast);
  keepAddress();
  followAddress();
  const begun = settleTab().then(openFirstFile);
  let stop = (): void => undefined;
  const isOpen = new Promise<void>((resolve) => {
    stop = useDocument.subscribe(({ file }) => file !== null && resolve());
    setTimeout(resolve, patience);
  });
  await Promise.race([begun, isOpen]);
  stop();
}

function keepAddress(): void {
  try {
    localStorage.setItem(addressKey, location.pathname);
  } catch {
    // Where the browser keeps nothing, the token is asked for again.
  }
}
