import { hasKey } from '@graft/graph';
import { announce, screenStore } from './screen-store.ts';
import { documentStore } from '../document/document-store.ts';
import { overlayStore } from './overlay-store.ts';

/** Why an edit is refused while the graph of an earlier run is shown. */
export const whyNotPast =
  'The graph of an earlier run cannot be edited. Go back to the latest, or restore this graph first.';

/** Announces that nothing changed. Deselects what the edit would have added, and stops renaming it. */
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
