import { useEffect, useRef, useState } from 'react';
import { createFile } from '../state/file-actions.ts';
import { useScreen } from '../state/screen-store.ts';

function close(): void {
  useScreen.getState().show({ newGraphDialog: false });
}

export function NewGraphDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [name, setName] = useState('');
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      className="dialog w-[400px]"
      aria-labelledby="new-graph-title"
      onClose={close}
    >
      <form
        className="p-5"
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          void createFile(name.trim()).then((created) => {
            if (created) close();
          });
        }}
      >
        <h2 id="new-graph-title" className="text-lg font-[620]">
          New graph
        </h2>
        <label className="mt-3 block">
          <span className="mb-1 block font-[550]">Name</span>
          <input
            className="field"
            value={name}
            autoFocus
            autoComplete="off"
            placeholder="my-pipeline"
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <p className="mt-1 text-sm text-ink-2">
          Written to the workspace as {name.trim() === '' ? 'NAME' : name.trim()}.graft.json.
          Folders may stand before it.
        </p>
        <div className="mt-4 flex justify-end gap-2">
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" className="button go" disabled={name.trim() === ''}>
            Create
          </button>
        </div>
      </form>
    </dialog>
  );
}
