import { useConflict, useOverlay } from '../kit/stores.ts';
import { NameDialog } from '../features/files/name-dialog.tsx';
import { StaleDialog } from './stale-dialog.tsx';
import { PackDialog } from '../features/files/pack-dialog.tsx';
import { MendDialog } from '../features/files/mend-dialog.tsx';
import { UnpackDialog } from '../features/files/unpack-dialog.tsx';
import { RowsDialog } from '../features/rows/rows-dialog.tsx';
import { LabelsDialog } from '../features/labels/labels-dialog.tsx';
import { ConnectMenu } from '../features/canvas/connect-menu.tsx';
import { RepeatDialog } from '../features/canvas/repeat-dialog.tsx';
import { ModelPicker } from '../features/models/model-picker.tsx';
import { FilePicker } from '../features/files/file-picker.tsx';
import { ShortcutSheet } from './shortcut-sheet.tsx';
import { Gallery } from '../features/gallery/gallery.tsx';
import { SettingsDialog } from '../features/settings/settings-dialog.tsx';
import { Tour } from '../features/tour/tour.tsx';

/** The dialogs that are asked for now and then: none of them is known to the page before. */
export function AskedDialogs() {
  const { nameQuestion, shortcutSheet, packing, unpacking, editedRows, labelling } = useOverlay();
  const { connecting, repeating, gallery, modelQuestion, fileQuestion, tour, mending } =
    useOverlay();
  const { settings } = useOverlay();
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
      {repeating === null ? null : <RepeatDialog nodes={repeating} />}
      {modelQuestion === null ? null : <ModelPicker question={modelQuestion} />}
      {fileQuestion === null ? null : <FilePicker question={fileQuestion} />}
      {settings === null ? null : <SettingsDialog place={settings} />}
      {gallery ? <Gallery /> : null}
      {tour ? <Tour /> : null}
      {shortcutSheet ? <ShortcutSheet /> : null}
      {shown && conflict !== null ? <StaleDialog conflict={conflict} /> : null}
    </>
  );
}
