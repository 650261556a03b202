import { useEffect, useRef, useState } from 'react';
import { isUnsaved, useDocument } from '../state/document-store.ts';
import { hasDraft } from '../state/draft.ts';
import { fileTitle, openFile } from '../state/file-actions.ts';
import { useOverlay } from '../state/overlay-store.ts';
import { MoreIcon } from '../shell/icons.tsx';

/** Loaded when first asked for. */
const files = () => import('../state/workspace-files.ts');

function finish(): void {
  useOverlay.getState().show({ renamingFile: null });
}

/** The name, being written where it stands. Folders may be written before it, which moves the file. */
function NameField({ path }: { readonly path: string }) {
  const field = useRef<HTMLInputElement>(null);
  const [name, setName] = useState(fileTitle(path));
  const [refused, setRefused] = useState<string>();
  // Enter takes the focus away, and so would send the name twice.
  const sent = useRef(false);
  useEffect(() => {
    const input = field.current;
    if (input === null) return;
    input.focus();
    input.setSelectionRange(input.value.lastIndexOf('/') + 1, input.value.length);
  }, []);
  const send = (): void => {
    if (sent.current) return;
    if (name.trim() === '' || name.trim() === fileTitle(path)) return finish();
    sent.current = true;
    void files()
      .then(({ renameFile }) => renameFile(path, name))
      .then((reason) => {
        sent.current = false;
        setRefused(reason);
        if (reason === undefined) finish();
      });
  };
  return (
    <div className="px-2 py-0.5">
      <input
        ref={field}
        className="field h-[26px] px-1.5"
        aria-label={`New name of ${fileTitle(path)}`}
        aria-invalid={refused !== undefined}
        value={name}
        spellCheck={false}
        onChange={(event) => {
          setName(event.target.value);
          setRefused(undefined);
        }}
        onBlur={() => {
          // A name that was refused is left as it was when people go elsewhere.
          if (refused === undefined) send();
          else finish();
        }}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Enter') send();
          if (event.key === 'Escape') finish();
        }}
      />
      {refused === undefined ? null : (
        <p className="mt-1 text-sm text-error" role="alert">
          {refused}
        </p>
      )}
    </div>
  );
}

function openMenuAt(path: string, { left, bottom }: DOMRect): void {
  useOverlay
    .getState()
    .show({ menu: { target: { kind: 'file', path }, at: { x: left, y: bottom } } });
}

/** Deletes a file by its button, and leaves the focus in the list. */
async function deleteHere(path: string, button: HTMLElement): Promise<void> {
  const rows = [...document.querySelectorAll('[data-file]')];
  const at = rows.findIndex((row) => row.contains(button));
  const { deleteFile } = await files();
  if (await deleteFile(path)) (rows[at + 1] ?? rows[at - 1])?.querySelector('button')?.focus();
}

/** A file of the list: opened by a click, renamed by F2 or a double click, and more by its menu. */
export function FileRow({ path, indented }: { readonly path: string; readonly indented: boolean }) {
  const open = useDocument((state) => state.file?.path === path);
  const edited = useDocument((state) => state.file?.path === path && isUnsaved(state));
  const unsaved = edited || (!open && hasDraft(path));
  const renaming = useOverlay((state) => state.renamingFile === path);
  const wasOpen = useRef(false);
  const row = useRef<HTMLDivElement>(null);
  // It may have been opened from elsewhere, as by its address, and stand below those that are in sight.
  useEffect(() => {
    if (open) row.current?.scrollIntoView({ block: 'nearest' });
  }, [open]);
  if (renaming) return <NameField path={path} />;
  const name = fileTitle(path);
  const shown = indented ? name.slice(name.lastIndexOf('/') + 1) : name;
  return (
    <div ref={row} className="group relative" data-file={path}>
      <button
        type="button"
        className={`quiet-row pr-8 text-ink-2 aria-[current=true]:text-accent ${indented ? 'pl-6' : ''}`}
        aria-current={open}
        title={path}
        onClick={() => {
          if (!open) void openFile(path);
        }}
        onMouseDown={({ detail }) => {
          if (detail === 1) wasOpen.current = open;
        }}
        onDoubleClick={() => {
          // Who opens files by double clicks does not mean to rename them.
          if (wasOpen.current) useOverlay.getState().show({ renamingFile: path });
        }}
        onKeyDown={(event) => {
          if (event.key === 'F2') useOverlay.getState().show({ renamingFile: path });
          else if (event.key === 'Delete') void deleteHere(path, event.currentTarget);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      >
        <span className="truncate">{shown}</span>
        {unsaved ? (
          <span className="size-1.5 shrink-0 rounded-full bg-working" title="Unsaved changes" />
        ) : null}
      </button>
      <button
        type="button"
        className="icon-button absolute top-0 right-1 opacity-0 group-hover:opacity-100 focus-visible:opacity-100"
        aria-label={`More about ${name}`}
        aria-haspopup="menu"
        // By keys it is the menu of the row.
        tabIndex={-1}
        onClick={(event) => openMenuAt(path, event.currentTarget.getBoundingClientRect())}
      >
        <MoreIcon />
      </button>
    </div>
  );
}
