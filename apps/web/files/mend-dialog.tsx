import { parseGraph } from '@graft/graph';
import { useEffect, useRef, useState } from 'react';
import { api } from '../api/client.ts';
import { refusalOf } from '../api/problem.ts';
import { faultLine } from '../inspector/prompt/fault-line.ts';
import { promptView, type PromptView } from '../inspector/prompt/prompt-view.ts';
import { useModal } from '../shell/modal.ts';
import { fileTitle, openFile } from '../state/file-actions.ts';
import { useOverlay } from '../state/overlay-store.ts';

/** Characters that are edited as text: more is for an editor of one's own. */
const longest = 1_000_000;

function close(): void {
  useOverlay.getState().show({ mending: null });
}

interface ReadText {
  readonly text: string;
  readonly revision: string;
}

/** A file that cannot be opened as a graph, as text. It is saved once it is one. */
export function MendDialog({ path }: { readonly path: string }) {
  const dialog = useModal();
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<PromptView>(undefined);
  const [read, setRead] = useState<ReadText>();
  const [problem, setProblem] = useState<string>();
  const [isSaving, setSaving] = useState(false);
  const isLong = read !== undefined && read.text.length > longest;
  useEffect(() => {
    void api.graphs.read.query({ path }).then(setRead, (error: unknown) => {
      setProblem(refusalOf(error));
    });
  }, [path]);
  useEffect(() => {
    if (read === undefined || isLong) return;
    const made = promptView({
      ...{ text: read.text, places: [], language: 'javascript' },
      attributes: { 'aria-label': `Text of ${fileTitle(path)}`, spellcheck: 'false' },
      change: () => setProblem(undefined),
    });
    editor.current = made;
    host.current?.append(made.view.dom);
    made.view.focus();
    return () => made.view.destroy();
  }, [read, isLong, path]);
  useEffect(() => editor.current?.markFault(faultLine([problem ?? ''])), [problem]);
  const save = async (): Promise<void> => {
    const text = editor.current?.view.state.doc.toString();
    if (read === undefined || text === undefined) return;
    setSaving(true);
    try {
      // The server saves any text, as editors do.
      parseGraph(text, path);
      await api.graphs.save.mutate({ path, text, base: read.revision });
      close();
      await openFile(path);
    } catch (error) {
      setProblem(refusalOf(error));
    } finally {
      setSaving(false);
    }
  };
  return (
    <dialog
      ref={dialog}
      className="dialog w-[960px]"
      aria-labelledby="mend-dialog-title"
      onClose={close}
    >
      <h2 id="mend-dialog-title" className="border-b border-line px-5 py-3 text-lg font-[620]">
        {fileTitle(path)}, as text
      </h2>
      <div ref={host} className="px-5 pt-4" />
      {isLong ? (
        <p className="px-5 pt-2">
          This file is too long to edit here. Open it in an editor of your own.
        </p>
      ) : null}
      <p role="alert" className="px-5 pt-2 whitespace-pre-line text-error empty:hidden">
        {problem}
      </p>
      <footer className="flex justify-end gap-2 px-5 py-4">
        <button type="button" className="button" onClick={close}>
          Cancel
        </button>
        <button
          type="button"
          className="button primary"
          disabled={read === undefined || isLong || isSaving}
          onClick={() => void save()}
        >
          Save and open
        </button>
      </footer>
    </dialog>
  );
}
