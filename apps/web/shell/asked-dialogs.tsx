import { lazy } from 'react';
import { useConflict } from '../state/conflict-store.ts';
import { useOverlay } from '../state/overlay-store.ts';

const NameDialog = lazy(() =>
  import('../files/name-dialog.tsx').then((part) => ({ default: part.NameDialog })),
);
const StaleDialog = lazy(() =>
  import('./stale-dialog.tsx').then((part) => ({ default: part.StaleDialog })),
);
const PackDialog = lazy(() =>
  import('../files/pack-dialog.tsx').then((part) => ({ default: part.PackDialog })),
);
const UnpackDialog = lazy(() =>
  import('../files/unpack-dialog.tsx').then((part) => ({ default: part.UnpackDialog })),
);
const RowsDialog = lazy(() =>
  import('../rows/rows-dialog.tsx').then((part) => ({ default: part.RowsDialog })),
);
const LabelsDialog = lazy(() =>
  import('../labels/labels-dialog.tsx').then((part) => ({ default: part.LabelsDialog })),
);
const ConnectMenu = lazy(() =>
  import('../palette/connect-menu.tsx').then((part) => ({ default: part.ConnectMenu })),
);
const ShortcutSheet = lazy(() =>
  import('../commands/shortcut-sheet.tsx').then((part) => ({ default: part.ShortcutSheet })),
);
const Gallery = lazy(() =>
  import('../gallery/gallery.tsx').then((part) => ({ default: part.Gallery })),
);

/** The dialogs that are asked for now and then: none of them is known to the page before. */
export function AskedDialogs() {
  const { nameQuestion, shortcutSheet, packing, unpacking, editedRows, labelling } = useOverlay();
  const { connecting, gallery } = useOverlay();
  const { conflict, shown } = useConflict();
  return (
    <>
      {nameQuestion === null ? null : <NameDialog question={nameQuestion} />}
      {packing === null ? null : <PackDialog file={packing} />}
      {unpacking ? <UnpackDialog /> : null}
      {editedRows === null ? null : <RowsDialog rows={editedRows} />}
      {labelling === null ? null : <LabelsDialog node={labelling} />}
      {connecting === null ? null : <ConnectMenu question={connecting} />}
      {gallery ? <Gallery /> : null}
      {shortcutSheet ? <ShortcutSheet /> : null}
      {shown && conflict !== null ? <StaleDialog conflict={conflict} /> : null}
    </>
  );
}
