import { useCallback, useEffect, useRef, useState } from 'react';
import { api } from '../../api/client.ts';
import { refusalOf } from '../../api/problem.ts';
import { promptView, type PromptView } from '../../kit/code/code-view.ts';
import { useModal } from '../../kit/dialog.tsx';
import { openFile } from '../../api/graphs/open-file.ts';
import { fileTitle } from '../../api/graphs/graph-file.ts';
import { useOverlay } from '../../kit/stores.ts';
import { UnsavedQuestion, useDialogKeys, useUnsavedGuard } from '../../kit/unsaved-work.tsx';
import { saveText, type ReadText, type Unsaved } from './save-text.ts';

/** The most characters that are edited here; larger files need an editor. */
const longest = 1_000_000;

function close(): void {
  useOverlay.getState().show({ mending: null });
}

/** Edits a file as text that cannot be opened as a graph. It can be saved once it is one. */
export function MendDialog({ path }: { readonly path: string }) {
  const dialog = useModal();
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<PromptView>(undefined);
  const [read, setRead] = useState<ReadText>();
  const [unsaved, setUnsaved] = useState<Unsaved>();
  const [isEdited, setEdited] = useState(false);
  const [isLeaving, setLeaving] = useState(false);
  const [isSaving, setSaving] = useState(false);
  const isLong = read !== undefined && read.text.length > longest;
  const reload = useCallback(async (): Promise<void> => {
    try {
      setRead(await api.graphs.read.query({ path }));
      setUnsaved(undefined);
      setEdited(false);
    } catch (error) {
      setUnsaved({ message: refusalOf(error), stale: false });
    }
  }, [path]);
  useEffect(() => void reload(), [reload]);
  useEffect(() => {
    if (read === undefined || isLong) return;
    const made = promptView({
      ...{ text: read.text, places: [], language: 'javascript' },
      attributes: { 'aria-label': `Text of ${fileTitle(path)}`, spellcheck: 'false' },
      change: (text) => {
        setUnsaved(undefined);
        setLeaving(false);
        setEdited(text !== read.text);
      },
    });
    editor.current = made;
    host.current?.append(made.view.dom);
    made.view.focus();
    return () => made.view.destroy();
  }, [read, isLong, path]);
  useEffect(() => editor.current?.markFault(unsaved?.line), [unsaved]);
  const save = async (over: boolean): Promise<void> => {
    const text = editor.current?.view.state.doc.toString();
    if (read === undefined || text === undefined) return;
    setSaving(true);
    const refused = await saveText(path, text, over ? undefined : read.revision);
    setSaving(false);
    setUnsaved(refused);
    if (refused !== undefined) return;
    close();
    await openFile(path);
  };
  /** Closes if nothing would be lost, else asks. */
  const wantToLeave = (): void => {
    if (isEdited) setLeaving(!isLeaving);
    else close();
  };
  useUnsavedGuard(isEdited);
  useDialogKeys(({ key }) => {
    if (key === 'escape') wantToLeave();
    return key === 'escape';
  });
  return (
    <dialog
      ref={dialog}
      className="dialog w-[960px]"
      aria-labelledby="mend-dialog-title"
      // Only its own buttons close it: anything else might lose the text.
      onCancel={(event) => event.preventDefault()}
      onClose={() => dialog.current?.showModal()}
    >
      <h2 id="mend-dialog-title" className="border-b border-line px-5 py-3 text-lg font-[620]">
        {fileTitle(path)}, as text
      </h2>
      <div ref={host} className="px-5 pt-4" />
      {isLong ? (
        <p className="px-5 pt-2">This file is too long to edit here. Open it in a text editor.</p>
      ) : null}
      <p role="alert" className="px-5 pt-2 whitespace-pre-line text-error empty:hidden">
        {unsaved?.stale === true ? null : unsaved?.message}
      </p>
      <footer className="flex justify-end gap-2 px-5 py-4">
        <UnsavedQuestion
          lost={isLeaving ? 'Your changes are not saved.' : undefined}
          stale={unsaved?.stale === true ? unsaved.message : undefined}
          saving={isSaving}
          keep={() => (isLeaving ? setLeaving(false) : setUnsaved(undefined))}
          discard={close}
          reload={() => void reload()}
          overwrite={() => void save(true)}
        >
          <button type="button" className="button" onClick={wantToLeave}>
            Cancel
          </button>
          <button
            type="button"
            className="button primary"
            disabled={read === undefined || isLong || isSaving}
            onClick={() => void save(false)}
          >
            Save and open
          </button>
        </UnsavedQuestion>
      </footer>
    </dialog>
  );
}
