import { useEffect, useRef, useState } from 'react';
import { extractAs } from '../../api/graphs/subgraph-edits.ts';
import { graphPath } from '../../api/graphs/graph-file.ts';
import { useOverlay } from '../../kit/stores.ts';
import type { NameQuestion } from '@graft/view';
import { createFile, saveFileAs, type Refusal } from '../../api/graphs/workspace-files.ts';

/** Another question may be asked by now. */
function closeOf(question: NameQuestion): void {
  const { nameQuestion, show } = useOverlay.getState();
  if (nameQuestion === question) show({ nameQuestion: null });
}

const words = {
  new: { title: 'New graph', button: 'Create' },
  'save-as': { title: 'Save as', button: 'Save' },
  extract: { title: 'Move the subgraph to a file', button: 'Create' },
};

async function answered(question: NameQuestion, name: string): Promise<Refusal> {
  if (question.kind === 'new') return createFile(name);
  if (question.kind === 'save-as') return saveFileAs(name);
  return extractAs(question.subgraph, name);
}

/** Asks for a name. What is wrong with it is said under it, and it stays to be mended. */
export function NameDialog({ question }: { readonly question: NameQuestion }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = (): void => closeOf(question);
  const field = useRef<HTMLInputElement>(null);
  const first = question.kind === 'new' ? (question.folder ?? '') : question.name;
  const [name, setName] = useState(first);
  const [refused, setRefused] = useState<string>();
  const { title, button } = words[question.kind];
  const isGiven = question.kind === 'extract' || name.trim() !== first.trim();
  const empty = name.trim() === '' || !isGiven;
  useEffect(() => {
    dialog.current?.showModal();
    field.current?.focus();
    // A folder is gone on from; a name is written over.
    field.current?.setSelectionRange(question.kind === 'new' ? first.length : 0, first.length);
  }, [question.kind, first]);
  return (
    <dialog
      ref={dialog}
      className="dialog w-[420px]"
      aria-labelledby="name-dialog-title"
      onClose={close}
    >
      <form
        className="p-5"
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          void answered(question, name).then((reason) => {
            setRefused(reason);
            if (reason === undefined) close();
            else field.current?.focus();
          });
        }}
      >
        <h2 id="name-dialog-title" className="text-lg font-[620]">
          {title}
        </h2>
        <label className="mt-3 block">
          <span className="mb-1 block font-[550]">Name</span>
          <input
            ref={field}
            className="field"
            value={name}
            autoComplete="off"
            spellCheck={false}
            placeholder="my-pipeline"
            aria-invalid={refused !== undefined}
            aria-describedby="name-dialog-help"
            onChange={(event) => {
              setName(event.target.value);
              setRefused(undefined);
            }}
          />
        </label>
        <p id="name-dialog-help" className="mt-1 min-h-9 text-sm text-ink-2">
          {refused === undefined ? (
            <>
              Saved in the workspace as{' '}
              <span className="font-mono text-[11.5px]">
                {graphPath(name.trim() === '' ? 'NAME' : name)}
              </span>
              . To save it in a folder, type FOLDER/NAME.
            </>
          ) : (
            <span className="text-error" role="alert">
              {refused}
            </span>
          )}
        </p>
        <div className="mt-3 flex justify-end gap-2">
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" className="button go" disabled={empty}>
            {button}
          </button>
        </div>
      </form>
    </dialog>
  );
}
