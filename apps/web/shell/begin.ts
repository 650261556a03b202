import type { Registry } from '@graft/graph';
import {
  addressKey,
  documentStore,
  onPastEdit,
  provideNodeTypes,
  refusePast,
  screenStore,
} from '@graft/view';
import { askedFile, openAsked } from '../api/graphs/asked-link.ts';
import { openFirstFile } from '../api/graphs/open-file.ts';
import { followAddress } from '../api/graphs/navigation.ts';
import { placeFromAddress } from '../api/graphs/place-in-address.ts';
import { settleTab } from '../api/graphs/tab-id.ts';

/** The most milliseconds that the first drawing waits for its graph. */
const patience = 1_500;

/**
 * Opens the first file before anything is drawn, and waits for it a moment: the first thing drawn is then the graph, not an
 * empty screen.
 */
export async function begin(types: Registry): Promise<void> {
  provideNodeTypes(types);
  const asked = askedFile();
  if (asked !== undefined) {
    screenStore.getState().look('app');
    return openAsked(asked);
  }
  // A link to the form or a comparison must not show the canvas first, and keeps its address.
  screenStore.getState().look(placeFromAddress().view);
  onPastEdit(refusePast);
  keepAddress();
  followAddress();
  const begun = settleTab().then(openFirstFile);
  let stop = (): void => undefined;
  const isOpen = new Promise<void>((resolve) => {
    stop = documentStore.subscribe(({ file }) => file !== null && resolve());
    setTimeout(resolve, patience);
  });
  await Promise.race([begun, isOpen]);
  stop();
}

function keepAddress(): void {
  try {
    localStorage.setItem(addressKey, location.pathname);
  } catch {
    // Without storage, the page asks for the token again.
  }
}
