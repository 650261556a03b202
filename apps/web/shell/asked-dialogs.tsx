import { useConflict } from '../state/conflict-store.ts';
import { useOverlay } from '../state/overlay-store.ts';
import { FailedDialog } from './failed-dialog.tsx';
import { part } from './part.tsx';

const NameDialog = part(() =>
  import('../files/name-dialog.tsx').then((loaded) => loaded.NameDialog),
);
const StaleDialog = part(
  () => import('./stale-dialog.tsx').then((loaded) => loaded.StaleDialog),
  FailedDialog,
);
const PackDialog = part(() =>
  import('../files/pack-dialog.tsx').then((loaded) => loaded.PackDialog),
);
const MendDialog = part(
  () => import('../files/mend-dialog.tsx').then((loaded) => loaded.MendDialog),
  FailedDialog,
);
const UnpackDialog = part(() =>
  import('../files/unpack-dialog.tsx').then((loaded) => loaded.UnpackDialog),
);
const RowsDialog = part(() =>
  import('../rows/rows-dialog.tsx').then((loaded) => loaded.RowsDialog),
);
const LabelsDialog = part(() =>
  import('../labels/labels-dialog.tsx').then((loaded) => loaded.LabelsDialog),
);
const ConnectMenu = part(() =>
  import('../palette/connect-menu.tsx').then((loaded) => loaded.ConnectMenu),
);
const ModelPicker = part(
  () => import('../models/model-picker.tsx').then((loaded) => loaded.ModelPicker),
  FailedDialog,
);
const FilePicker = part(
  () => import('../files/file-picker.tsx').then((loaded) => loaded.FilePicker),
  FailedDialog,
);
const ShortcutSheet = part(() =>
  import('../commands/shortcut-sheet.tsx').then((loaded) => loaded.ShortcutSheet),
);
const Gallery = part(
  () => import('../gallery/gallery.tsx').then((loaded) => loaded.Gallery),
  FailedDialog,
);

const Tour = part(() => import('../tour/tour.tsx').then((loaded) => loaded.Tour));

/** The dialogs that are asked for now and then: none of them is known to the page before. */
export function AskedDialogs() {
  const { nameQuestion, shortcutSheet, packing, unpacking, editedRows, labelling } = useOverlay();
  const { connecting, gallery, modelQuestion, fileQuestion, tour, mending } = useOverlay();
  const { conflict, shown } = useConflict();
  return (
    <>
      {nameQuestion === null ? null : <NameDialog question={nameQuestion} />}
      {packing === null ? null : <PackDialog file={packing} />}
      {mending === null ? null : <MendDialog path={mending} />}
      {unpacking === false ? null : (
        <UnpackDialog given={unpacking === true ? undefined : unpacking} />
      )}
      {editedRows === null ? null : <RowsDialog rows={editedRows} />}
      {labelling === null ? null : <LabelsDialog node={labelling} />}
      {connecting === null ? null : <ConnectMenu question={connecting} />}
      {modelQuestion === null ? null : <ModelPicker question={modelQuestion} />}
      {fileQuestion === null ? null : <FilePicker question={fileQuestion} />}
      {gallery ? <Gallery /> : null}
      {tour ? <Tour /> : null}
      {shortcutSheet ? <ShortcutSheet /> : null}
      {shown && conflict !== null ? <StaleDialog conflict={conflict} /> : null}
    </>
  );
}
