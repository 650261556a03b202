import { hasKey } from '@graft/graph';
import { announce, screenStore } from './screen-store.ts';
import { documentStore } from '../document/document-store.ts';
import { overlayStore } from './overlay-store.ts';

/** Why an edit is refused while the graph of an earlier run is shown. */
export const whyNotPast =
  'The graph of an earlier run cannot be edited. Go back to the latest, or restore this graph first.';

/** Says so, in the place of what was said to be done; what would have been there by then is neither selected nor written in. */
export function refusePast(): void {
  const { file, shown } = documentStore.getState();
  announce('Nothing changed.');
  screenStore.getState().keepSelected((key) => hasKey(shown, key));
  overlayStore.getState().show({ renamingNode: null });
  screenStore.getState().notify({
    tone: 'info',
    message: whyNotPast,
    ...(file === null ? {} : { about: file.path }),
  });
}
